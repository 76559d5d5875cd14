"""The ground that every other test stands on."""

import importlib.util

import pytest
from django.contrib.auth import get_user_model
from django.db import ProgrammingError, connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import is_psycopg3


@pytest.mark.django_db
def test_the_application_is_neither_superuser_nor_owner_nor_above_row_security():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        name, *powers = cursor.fetchone()
        assert name == "rcpool_app"
        assert powers == [False] * 4
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER') AND rolname <> current_user"
        )
        assert cursor.fetchall() == []


def test_the_driver_is_psycopg2():
    assert not is_psycopg3
    assert importlib.util.find_spec("psycopg") is None, "Django would silently prefer psycopg 3"


@pytest.mark.django_db
def test_the_application_cannot_make_a_table():
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE TABLE mine (id integer)")


@pytest.mark.parametrize("turn", [1, 2])
def test_what_an_ordinary_test_writes_is_gone_in_the_next(db, turn):
    users = get_user_model().objects
    assert not users.filter(username="ephemeral").exists()
    users.create(username="ephemeral")


def test_the_second_connection_shares_the_rolled_back_transaction(db):
    get_user_model().objects.create(username="seen")
    assert get_user_model().objects.using("audit").filter(username="seen").exists()


@pytest.mark.parametrize("turn", [1, 2])
def test_a_committing_test_has_a_database_of_its_own(committed_db, turn):
    users = get_user_model().objects
    assert not users.exists()
    with transaction.atomic():
        users.create(username="kept")
        assert not users.using("audit").exists(), "the second connection must not see what is not committed"
    assert users.using("audit").exists()
    with connections["audit"].cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user")
        assert cursor.fetchone() == (committed_db, "rcpool_app")


def test_durable_blocks_work_in_an_ordinary_test(db):
    with transaction.atomic(durable=True):
        get_user_model().objects.create(username="durable")


def test_constraints_that_wait_for_the_commit_are_asked_in_an_ordinary_test(pytester_here):
    outcome = pytester_here(
        """
        from django.db import connection

        def test_it(db):
            with connection.cursor() as cursor:
                cursor.execute("CREATE TEMP TABLE parent (id int PRIMARY KEY)")
                cursor.execute(
                    "CREATE TEMP TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
                )
                cursor.execute("INSERT INTO child VALUES (1)")
        """
    )
    assert "violates foreign key constraint" in outcome


@pytest.mark.parametrize("asks", ["db, transactional_db", "live_server"])
def test_a_test_that_would_flush_is_refused_and_told_what_to_ask_for(pytester_here, asks):
    outcome = pytester_here(f"def test_it({asks}): pass")
    assert "committed_db" in outcome
    assert "passed" not in outcome


def test_a_mark_that_would_flush_is_refused(pytester_here):
    outcome = pytester_here("import pytest\n@pytest.mark.django_db(transaction=True)\ndef test_it(): pass")
    assert "committed_db" in outcome
    assert "passed" not in outcome
