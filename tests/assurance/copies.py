"""Copies of a prepared database, so that a round may spoil what it was given."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from tests.plugins import postgres
from tests.plugins.connecting import use


def name() -> str:
    """The database that this process works on now."""
    return str(connections["default"].settings_dict["NAME"])


def kept() -> str:
    """A copy of the database as it stands, for later; `dropped` ends it."""
    connections.close_all()
    return postgres.clone(name())


def dropped(*copies: str) -> None:
    for copy in copies:
        postgres.drop(copy)


@contextmanager
def copy_of(source: str) -> Iterator[str]:
    """Work on a fresh copy of `source` while the block lasts, then drop it."""
    before, copy = name(), postgres.clone(source)
    use(copy)
    try:
        yield copy
    finally:
        use(before)
        postgres.drop(copy)
