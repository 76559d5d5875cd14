"""The matrix of the second wall, tried on a database that has none: it must see the leak."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.authorisation.expectations import cases_of
from tests.authorisation.objects import build
from tests.authorisation.test_row_security_alone import ALL, THERE_TO_LIST, Misled, deceived, leaks
from tests.plugins.postgres import owner_session

SEEDED = ["loans:detail", "loans:list", "api:loan-list", "claims:detail", "claims:index"]


@pytest.fixture
def unprotected(committed_db: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Misled]:
    """The same people over a database whose policies are gone."""
    with owner_session(committed_db) as session, session.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    with deceived() as found:
        yield found


def test_without_policies_the_leak_is_seen(unprotected: Misled) -> None:
    for one in THERE_TO_LIST:
        build(one, unprotected.world)
    by_name = {address.name: address for address in ALL}
    for name in SEEDED:
        found = [line for case in cases_of(name) for line in leaks(unprotected, by_name[name], case)]
        assert [line for line in found if "says" in line], f"{name} leaks and nobody noticed"
