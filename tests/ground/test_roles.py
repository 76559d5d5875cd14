"""The five roles of the database: what each may do, tried on the server itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connections
from psycopg2 import errors

from pool import audit, scope
from pool.models import AuditEvent
from tests.factories.people import TODAY, person
from tests.plugins import postgres

Ask = Callable[..., Any]


@contextmanager
def session(role: str, database: str) -> Iterator[Ask]:
    """Statements as the role, seeing every bank's rows."""
    with psycopg2.connect(postgres.url_of(database, role)) as opened, opened.cursor() as cursor:

        def ask(sql: str, *values: Any) -> Any:
            cursor.execute("SELECT set_config('app.scope', 'all', true)")
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else None

        yield ask


@pytest.fixture
def told(committed_db: str) -> str:
    someone = person("auditor")
    with scope.everything():
        audit.record("test.tell", someone, by=someone, on=TODAY)
    return committed_db


@pytest.mark.parametrize("role", ["worker", "report", "audit"])
def test_no_role_has_a_power_over_the_server_or_owns_a_table(told: str, role: str) -> None:
    with session(role, told) as ask:
        powers = ask(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert powers == [(False,) * 5]
        assert ask("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user") == [(0,)]


@pytest.mark.parametrize("role", ["report", "audit"])
def test_a_reading_role_reads_and_cannot_write_even_if_it_lifts_its_own_guard(told: str, role: str) -> None:
    with session(role, told) as ask:
        assert ask("SELECT count(*) FROM pool_user")[0][0] > 0
    with pytest.raises(errors.ReadOnlySqlTransaction), session(role, told) as ask:
        ask("UPDATE pool_user SET display_name = 'x'")
    with pytest.raises(errors.InsufficientPrivilege), session(role, told) as ask:
        ask("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        ask("COMMIT")
        ask("UPDATE pool_user SET display_name = 'x'")


@pytest.mark.parametrize("table", ["pool_auditevent", "pool_accesslog", "pool_apitoken", "django_session"])
def test_reports_see_no_secret_and_no_trail_and_the_auditor_sees_them(told: str, table: str) -> None:
    with session("audit", told) as ask:
        ask(f"SELECT count(*) FROM {table}")
    with pytest.raises(errors.InsufficientPrivilege), session("report", told) as ask:
        ask(f"SELECT count(*) FROM {table}")


def test_every_table_that_holds_secrets_is_kept_from_reports(told: str) -> None:
    """A new table with a token, a secret or a session in it must be named in config/migrations/0002."""
    with session("audit", told) as ask:
        telling = ask(
            "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public' AND"
            " (column_name ~ 'token|secret|session_data' OR table_name ~ 'otp|session')"
        )
        open_ = [
            table
            for (table,) in telling
            if ask("SELECT has_table_privilege('rcpool_report', %s, 'SELECT')", table)[0][0]
        ]
    assert open_ == []


def test_the_worker_does_what_the_application_does_and_no_more(told: str) -> None:
    with session("worker", told) as ask:
        assert ask("SELECT current_user") == [("rcpool_worker",)]
        ask("UPDATE pool_user SET display_name = 'x' WHERE false")
    with pytest.raises(errors.InsufficientPrivilege), session("worker", told) as ask:
        ask("DELETE FROM pool_auditevent")
    with pytest.raises(errors.InsufficientPrivilege), session("worker", told) as ask:
        ask("CREATE TABLE mine (id integer)")


def test_without_a_scope_no_reading_role_sees_a_banks_rows(told: str) -> None:
    with scope.everything():
        assert AuditEvent.objects.exists()
    with psycopg2.connect(postgres.url_of(told, "audit")) as opened, opened.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM loans_loan")
        assert cursor.fetchone() == (0,)


def test_verification_needs_no_right_to_write(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`DATABASE_AS=audit manage.py verify --all`."""
    kept = {alias: connections.settings[alias]["USER"] for alias in connections}
    connections.close_all()
    try:
        for alias in connections:
            monkeypatch.setitem(connections[alias].settings_dict, "USER", "rcpool_audit")
        call_command("verify", "--all")
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("rcpool_audit",)
    finally:
        connections.close_all()
        for alias, name in kept.items():
            connections[alias].settings_dict["USER"] = name
