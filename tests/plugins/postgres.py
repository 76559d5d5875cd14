"""Databases made and dropped by the owner: a migrated template, kept between runs, and clones of it."""

import fcntl
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.sql import SQL, Identifier

from config.dev.managing import migrations_digest
from config.dev.places import ROOT, own_folder

TEMPLATES_KEPT = 3
TEMPLATE, CLONE = "rcpool_template_", "rcpool_clone_"


def url_of(database: str, role: str = "application") -> str:
    """DATABASE_URL, or DATABASE_OWNER_URL and its like, with another database."""
    url = urlsplit(os.environ["DATABASE_URL" if role == "application" else f"DATABASE_{role.upper()}_URL"])
    return urlunsplit(url._replace(path=f"/{database}"))


@contextmanager
def owner_session(database: str = "postgres") -> Iterator[Connection]:
    session = psycopg2.connect(url_of(database, "owner"))
    session.autocommit = True
    try:
        yield session
    finally:
        session.close()


def template() -> str:
    """The name of the migrated template; made now if the migrations are new."""
    name = TEMPLATE + migrations_digest()
    with (own_folder("test") / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with owner_session() as session:
            if name in _databases(session, TEMPLATE):
                return name
            unfinished = f"{name}_unfinished"
            _drop(session, unfinished)
            _run(session, "CREATE DATABASE {}", unfinished)
            _migrate(unfinished)
            _run(session, "ALTER DATABASE {} RENAME TO {}", unfinished, name)
            _forget_old_templates(session, name)
    return name


def clone(name_of_template: str) -> str:
    """A fresh copy, whole with what the migrations put in."""
    name = f"{CLONE}{os.environ['PYTEST_RUN']}_{uuid.uuid4().hex[:8]}"
    with owner_session() as session:
        _run(session, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, name_of_template)
    return name


def drop(name: str) -> None:
    with owner_session() as session:
        _drop(session, name)


def drop_orphans() -> None:
    """Clones of runs that were killed."""
    with owner_session() as session:
        for name in _databases(session, CLONE):
            run = name.removeprefix(CLONE).split("_")[0]
            if not (run.isdigit() and _is_alive(int(run))):
                _drop(session, name)


def _migrate(database: str) -> None:
    urls = {"DATABASE_URL": url_of(database), "DATABASE_OWNER_URL": url_of(database, "owner"), "DATABASE_AS": "owner"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "-v", "0"],
        env=os.environ | urls,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"The migrations failed:\n{done.stdout}")


def _forget_old_templates(session: Connection, newest: str) -> None:
    with session.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC", [f"{TEMPLATE}%"])
        others = [name for (name,) in cursor.fetchall() if name != newest]
    for name in others[TEMPLATES_KEPT - 1 :]:
        _drop(session, name)


def _databases(session: Connection, prefix: str) -> list[str]:
    with session.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        return [name for (name,) in cursor.fetchall()]


def _drop(session: Connection, name: str) -> None:
    _run(session, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _run(session: Connection, statement: str, *names: str) -> None:
    with session.cursor() as cursor:
        cursor.execute(SQL(statement).format(*map(Identifier, names)))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
