"""Fixtures for the database. Every test runs as the application's role, which owns nothing.

`db` (or the mark `django_db`): one transaction, rolled back. `committed_db`: a database of its own, where commits are
real and other processes may connect; it is dropped afterwards. Our triggers refuse TRUNCATE, so nothing is flushed."""

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tests.plugins import postgres, worlds
from tests.plugins.connecting import one_connection, rolled_back, use

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
    worlds.forget()
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
    with django_db_blocker.unblock(), worlds.chosen(request.node), one_connection():
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
