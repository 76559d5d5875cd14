"""Which database this process is in, and the one transaction in which a test sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction


def use(name: str) -> None:
    """Both aliases, in every thread: they read one dictionary."""
    connections.close_all()
    for alias in connections:
        connections.settings[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


@contextmanager
def one_transaction() -> Iterator[Any]:
    """Marked as django.test.TestCase marks its own: `durable` blocks are allowed, `on_commit` callbacks are held."""
    atomic = transaction.atomic(using="default")
    atomic._from_testcase = True
    with atomic:
        yield connections["default"]


def rolled_back() -> Iterator[None]:
    """Constraints that wait for the commit are asked before the end: a rolled back test must not hide them."""
    with one_transaction() as connection:
        try:
            yield
            if not connection.needs_rollback and connection.is_usable():
                connection.check_constraints()
        finally:
            transaction.set_rollback(True, using="default")


class one_connection:
    """What `audit` writes goes into the same transaction, so that it is rolled back too."""

    def __enter__(self) -> None:
        self.second = connections["audit"]
        connections["audit"] = connections["default"]

    def __exit__(self, *problem: object) -> None:
        connections["audit"] = self.second
