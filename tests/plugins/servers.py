"""A PostgreSQL server of a test's own, which it may stop as a power cut would, and start again."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import environ
import psycopg2
import pytest
from django.db import connections

from config.dev import backup
from config.dev.postgres import DATABASE, OWNER, SUPERUSER, WORKER, Cluster, cluster
from tests.plugins import postgres

DUMPED = "rcpool_of_a_test"


class Server:
    """With a copy of a database of the ordinary test server; durable, so that it may be stopped at any moment."""

    def __init__(self, folder: Path) -> None:
        self._cluster: Cluster = replace(cluster("test"), state=folder, durable=True, log=folder / "postgres.log")
        self._cluster.start()

    def url(self, role: str) -> str:
        return self._cluster.url(role, DUMPED)

    def environment(self) -> dict[str, str]:
        """What a worker needs to find it."""
        application = urlsplit(postgres.url_of(DUMPED)).username or ""
        roles = {"DATABASE_URL": application, "DATABASE_OWNER_URL": OWNER, "DATABASE_WORKER_URL": WORKER}
        return {name: self.url(role) for name, role in roles.items()}

    def take_over(self, database: str, folder: Path) -> None:
        backup.take(folder, {"DATABASE_OWNER_URL": postgres.url_of(database, "owner")})
        backup.restore(folder, DUMPED, folder / "files", {"DATABASE_OWNER_URL": self._cluster.url(OWNER, DATABASE)})

    def stop_at_once(self) -> None:
        """No connection is told, nothing is written out."""
        command = [self._cluster.programs / "pg_ctl", "stop", "-D", self._cluster.data, "-m", "immediate", "-w", "-s"]
        done = self._cluster.account.run(command)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        self._cluster.start()

    def session(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(self.url(SUPERUSER))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """This process works on it while the block lasts."""
        before = {alias: dict(connections.settings[alias]) for alias in connections}
        _point_to({alias: _like(self.environment()["DATABASE_URL"], settings) for alias, settings in before.items()})
        try:
            yield
        finally:
            _point_to(before)

    def end(self) -> None:
        self._cluster.stop()


def _like(url: str, settings: dict) -> dict:
    """The other server's address, all else as it is."""
    found = environ.Env.db_url_config(url)
    options = {**settings.get("OPTIONS", {}), **found.get("OPTIONS", {})}
    return {**settings, **{name: found[name] for name in ("NAME", "USER", "HOST", "PORT")}, "OPTIONS": options}


def _point_to(settings: dict[str, dict]) -> None:
    connections.close_all()
    for alias, wanted in settings.items():
        connections.settings[alias].update(wanted)
        connections[alias].settings_dict.update(wanted)


@pytest.fixture
def own_server(committed_db: str) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="rcpool-"))
    server = Server(folder)
    try:
        yield server
    finally:
        server.end()
        shutil.rmtree(folder, ignore_errors=True)
