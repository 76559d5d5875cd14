"""`dev.py` as a person meets it."""

import os
import socket

import pytest

from config.dev import managing, setting_up, system
from config.dev.children import Child, look_after
from config.dev.say import MISSING_LIBRARY, Stop
from tests.plugins import postgres
from tests.plugins.waiting import until


def test_an_unknown_command_is_told_the_known_ones(dev):
    done = dev("deom")
    assert done.returncode == 2
    assert "demo" in done.stderr
    assert done.stdout == ""


def test_a_port_in_use_is_said_before_anything_is_started(dev, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = dev("demo", "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} is in use" in done.stderr
    assert not (tmp_path / "var" / "demo").exists(), "nothing was started"


def test_manage_passes_everything_through_and_says_nothing_of_its_own(dev, committed_db):
    urls = {"DATABASE_URL": postgres.url_of(committed_db), "DATABASE_OWNER_URL": postgres.url_of(committed_db, "owner")}
    script = "import sys; print(6 * 7); print('aside', file=sys.stderr); sys.exit(7)"
    done = dev("manage", "shell", "-v", "0", given=script, **urls)
    assert (done.stdout, done.returncode) == ("42\n", 7)
    assert "aside" in done.stderr


def test_a_missing_library_is_one_line_to_copy(monkeypatch):
    needs = [
        system.Need("libone", lambda: False),
        system.Need("there", lambda: True),
        system.Need("two", lambda: False),
    ]
    monkeypatch.setattr(system, "is_root", lambda: False)
    with pytest.raises(Stop, match=r"\n  apt-get install libone two$") as stop:
        system.provide(needs)
    assert stop.value.code == MISSING_LIBRARY == 3


def test_a_full_disk_is_said_at_once(monkeypatch):
    monkeypatch.setattr(setting_up, "ENOUGH_MEGABYTES", 10**9)
    with pytest.raises(Stop, match="MB are free"):
        setting_up.to_run()


def test_a_dead_worker_is_said_and_started_again(tmp_path, capsys):
    command = ["sh", "-c", "echo the disk of the worker; exit 3"]
    worker = Child("THE WORKER", command, "Uploads wait.", tmp_path / "log", os.environ)
    worker.start()
    for _ in range(6):
        worker.process.wait()
        assert look_after([worker])
    said = capsys.readouterr().err
    assert "THE WORKER HAS STOPPED (exit 3). Uploads wait." in said
    assert "the disk of the worker" in said
    assert said.count("Starting THE WORKER again") == 3
    assert said.count("left alone") == 1


def test_without_the_portal_there_is_nothing_to_look_after(tmp_path):
    web = Child("THE PORTAL", ["false"], "Nothing answers.", tmp_path / "log", os.environ, essential=True)
    web.start()
    until(lambda: not web.is_alive())
    assert not look_after([web])


def test_children_are_stopped_even_when_they_do_not_listen(tmp_path, monkeypatch):
    monkeypatch.setattr("config.dev.children.PATIENCE_SECONDS", 0.2)
    deaf = Child(
        "DEAF", ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"], "", tmp_path / "log", os.environ
    )
    deaf.start()
    until(lambda: "up" in deaf.last_words())
    deaf.stop()
    assert not deaf.is_alive()


def test_a_changed_migration_or_its_data_asks_for_a_new_database(tmp_path, monkeypatch):
    monkeypatch.setattr(managing, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text("pins")
    (tmp_path / "pool/migrations").mkdir(parents=True)
    (tmp_path / "pool/db.py").write_text("operations")
    seen = {managing.migrations_digest()}
    for name in ("pool/migrations/0001_initial.py", "pool/lpr.csv", "pool/guards.sql"):
        (tmp_path / name).write_text("1")
        seen.add(managing.migrations_digest())
    (tmp_path / "pool/views.py").write_text("1")
    assert managing.migrations_digest() in seen
    assert len(seen) == 4
