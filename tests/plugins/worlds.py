"""Worlds: what many tests begin from, built once in each process and kept in a database of its own.

    @built_once
    def stage() -> Stage: ...

    @built_once
    def plan(stage: Stage) -> FundingPlan: ...

Who asks for `plan` runs in one transaction on the database where it was built, as `db` does, and gets a copy of what
the function gave. A world may rest on one other. A test with `committed_db` has the function run for it alone.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections

from pool.chinese import in_chinese
from tests.plugins import postgres
from tests.plugins.connecting import one_connection, one_transaction, use
from tests.plugins.papers import undrawn

Build = Callable[..., Any]
VALUES = pytest.StashKey[dict[str, Any]]()


@dataclass(frozen=True)
class Built:
    """A database that nobody is in, and what the worlds on the way to it gave, by their names."""

    database: str
    values: dict[str, Any] = field(default_factory=dict)


_built: dict[tuple[Build, ...], Built] = {}


def built_once(build: Build) -> Any:
    """A fixture of that name whose database and value are made once."""
    asked = inspect.signature(build)
    given = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)

    @wraps(build)
    def world(request: pytest.FixtureRequest, **below: Any) -> Any:
        if VALUES not in request.node.stash:
            return build(**below)
        return request.node.stash[VALUES][build.__name__]

    world.__signature__ = asked.replace(parameters=[given, *asked.parameters.values()])  # type: ignore[attr-defined]
    world.__dict__["build"] = build
    return pytest.fixture(world)


@contextmanager
def chosen(node: Any) -> Iterator[None]:
    """The test's database is that of its world, if it asks for one."""
    builds = _chain(node)
    if not builds:
        yield
        return
    usual = connections["default"].settings_dict["NAME"]
    try:
        built = _world(builds, Built(usual))
        node.stash[VALUES] = deepcopy(built.values)
        use(built.database)
        cache.clear()
        yield
    finally:
        use(usual)


def forget() -> None:
    """At the end of the process: its worlds go."""
    for built in _built.values():
        postgres.drop(built.database)
    _built.clear()


def _chain(node: Any) -> tuple[Build, ...]:
    """The worlds that this test asks for, each resting on the one before."""
    known = node._fixtureinfo.name2fixturedefs
    chains = [_down(name, len(found) - 1, known) for name, found in known.items()]
    longest = max(chains, key=len, default=())
    for chain in chains:
        if longest[: len(chain)] != chain:
            pytest.fail(f"{chain[-1].__name__} and {longest[-1].__name__}: a test has one world", pytrace=False)
    return longest


def _down(name: str, at: int, known: dict[str, Any]) -> tuple[Build, ...]:
    """This fixture's world with those below it; one that asks for its own name rests on the one it replaces."""
    build = getattr(known[name][at].func, "build", None)
    if build is None:
        return ()
    asked = [one for one in inspect.signature(build).parameters if one in known]
    below = [_down(one, at - 1 if one == name else len(known[one]) - 1, known) for one in asked]
    return (*max(below, key=len, default=()), build)


def _world(builds: tuple[Build, ...], empty: Built) -> Built:
    if not builds:
        return empty
    if builds not in _built:
        below = _world(builds[:-1], empty)
        connections.close_all()
        database = postgres.clone(below.database)
        use(database)
        cache.clear()
        _built[builds] = Built(database, _values(builds[-1], deepcopy(below.values)))
    return _built[builds]


def _values(build: Build, values: dict[str, Any]) -> dict[str, Any]:
    """Committed as one transaction; what waits for a commit does not happen, as in every test."""
    with in_chinese(), undrawn(), one_connection(), one_transaction() as connection:
        given = build(**{name: values[name] for name in inspect.signature(build).parameters if name in values})
        connection.run_on_commit.clear()
    return values | {build.__name__: given}
