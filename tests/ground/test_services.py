"""The private servers: they come when somebody needs them and go when nobody does."""

import os
import shutil
import signal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest

from config.dev import places, postgres
from config.dev.services import Services
from tests.plugins.waiting import until


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A checkout's `var/` of this test's own, and nothing given by the environment."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(places, "VAR", tmp_path / "var")
    return tmp_path


@pytest.fixture
def servers(elsewhere):
    """Make `Services`; whatever they start is stopped after the test."""
    made = []

    def make():
        made.append(Services("test"))
        return made[-1]

    yield make
    for services in made:
        services.stop()
    assert not any(services.own_cluster.answers() for services in made)
    for services in made:
        state = services.own_cluster.state
        shutil.rmtree(state.parent if state.parent.parent == places.SYSTEM_FOLDER else state, ignore_errors=True)


def test_they_start_with_two_roles_and_a_database_and_stop_again(servers):
    services = servers()
    services.start()
    given = services.environment()
    assert services.own_doorbell.answers()
    with psycopg2.connect(given["DATABASE_OWNER_URL"]) as session, session.cursor() as cursor:
        cursor.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == (postgres.OWNER,)
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'rcpool%' AND (rolsuper OR rolbypassrls)")
        assert cursor.fetchall() == []
    session.close()
    services.stop()
    assert not services.own_cluster.answers()
    assert not services.own_doorbell.answers()


def test_nobody_but_this_account_reaches_the_socket(servers):
    services = servers()
    services.start()
    [folder] = parse_qs(urlsplit(services.environment()["DATABASE_URL"]).query)["host"]
    assert Path(folder).stat().st_mode & 0o077 == 0
    assert services.own_doorbell.socket.parent.stat().st_mode & 0o077 == 0


def test_the_last_to_leave_stops_them(servers):
    first, second = servers(), servers()
    first.start()
    second.start()
    first.stop()
    assert second.own_cluster.answers(), "somebody still needs it"
    second.stop()
    assert not second.own_cluster.answers()


def test_after_a_power_cut_they_start_again(servers):
    services = servers()
    services.start()
    before = services.own_cluster
    pid = int(before.account.run(["/usr/bin/head", "-1", before.data / "postmaster.pid"]).stdout)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not before.answers(), what="the server to be dead")
    again = servers()
    again.start()
    assert again.own_cluster.answers()


def test_what_the_environment_names_is_used_as_it_is(servers, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@elsewhere/theirs")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    services = Services("test")
    assert services.own_cluster is None
    assert services.own_doorbell is None
    assert not {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"} & services.environment().keys()


def test_a_long_path_gets_a_short_socket(elsewhere):
    deep = elsewhere / ("a" * 60) / ("b" * 60)
    short = places.socket_folder(deep)
    assert len(os.fsencode(short / ".s.PGSQL.5432.lock")) <= 107
    assert short == places.socket_folder(deep), "the next command must find it again"
    assert short != places.socket_folder(deep / "other")


def test_two_checkouts_do_not_share_their_name(elsewhere, monkeypatch):
    first = places.checkout_id()
    assert places.checkout_id() == first
    monkeypatch.setattr(places, "VAR", elsewhere / "second")
    assert places.checkout_id() != first


def test_keys_are_made_once_and_closed(elsewhere):
    first = places.kept_secrets("demo")
    assert places.kept_secrets("demo") == first
    assert places.kept_secrets("test") != first
    assert (elsewhere / "var/demo/secrets.json").stat().st_mode & 0o077 == 0
