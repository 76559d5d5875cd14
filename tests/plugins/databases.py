"""Fixtures for the database. Every test runs as the application's role, which owns nothing.

`db` (or the mark `django_db`): one transaction, rolled back. `committed_db`: a database of its own, where commits are
real and other processes may connect; it is dropped afterwards. Our triggers refuse TRUNCATE, so nothing is flushed."""

from collections.abc import Iterator

import pytest
from django.db import connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.plugins import postgres

NO_FLUSH = (
    "Our tables refuse TRUNCATE: a test that commits asks for the fixture `committed_db`, not for transaction=True."
)


@pytest.fixture(scope="session")
def template_database() -> str:
    return postgres.template()


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """This process's clone, for the tests that roll back."""
    postgres.drop_orphans()
    name = postgres.clone(template_database)
    with django_db_blocker.unblock():
        use(name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    postgres.drop(name)


@pytest.fixture
def _django_db_helper(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's: `db` and the mark `django_db` come here."""
    mark = request.node.get_closest_marker("django_db")
    committing = {"transactional_db", "live_server"} & set(request.fixturenames)
    if committing or (mark and (mark.kwargs.get("transaction") or any(mark.args))):
        pytest.fail(NO_FLUSH, pytrace=False)
    if "committed_db" in request.fixturenames:
        yield
        return
    with django_db_blocker.unblock(), one_connection():
        yield from rolled_back()


@pytest.fixture
def committed_db(template_database: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A fresh database; commits are real, `audit` is a second connection. Gives its name."""
    before = connections["default"].settings_dict["NAME"]
    name = postgres.clone(template_database)
    with django_db_blocker.unblock():
        use(name)
        try:
            yield name
        finally:
            use(before)
            postgres.drop(name)


def use(name: str) -> None:
    """Both aliases, in every thread: they read one dictionary."""
    connections.close_all()
    for alias in connections:
        connections.settings[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def rolled_back() -> Iterator[None]:
    """Constraints that wait for the commit are asked before the end: a rolled back test must not hide them."""
    connection = connections["default"]
    # The same marks that django.test.TestCase sets: `durable` blocks are allowed, and `on_commit` callbacks are held.
    atomic = transaction.atomic(using="default")
    atomic._from_testcase = True
    atomic.__enter__()
    try:
        yield
        if not connection.needs_rollback and connection.is_usable():
            connection.check_constraints()
    finally:
        transaction.set_rollback(True, using="default")
        atomic.__exit__(None, None, None)


class one_connection:
    """What `audit` writes goes into the same transaction, so that it is rolled back too."""

    def __enter__(self) -> None:
        self.second = connections["audit"]
        connections["audit"] = connections["default"]

    def __exit__(self, *problem: object) -> None:
        connections["audit"] = self.second
