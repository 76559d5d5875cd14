"""`dev.py manage …`: manage.py with the demo's services up, and nothing of our own on standard output."""

import hashlib
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.dev import setting_up
from config.dev.places import ROOT, own_folder
from config.dev.say import Stop, say
from config.dev.services import services
from config.dev.venv import python

AS_OWNER = frozenset(
    {"migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations", "optimizemigration"}
)
NO_DATA = frozenset(
    {"check", "help", "version", "check_words", "makemessages", "compilemessages", "collectstatic", "--help"}
)
NEEDS_NO_TABLES = AS_OWNER | NO_DATA
APPLICATIONS = ("pool", "banks", "loans", "claims", "recovery", "evaluation", "config")
DATA_KINDS = ("*.sql", "*.csv", "*.json", "*.yaml")


def main(arguments: Sequence[str]) -> int:
    setting_up.to_run()
    command = arguments[0] if arguments else "help"
    with services("demo") as environment:
        if command in AS_OWNER:
            environment = {"DATABASE_AS": "owner"} | environment
        elif command not in NEEDS_NO_TABLES:
            migrate_if_changed("demo", environment)
        with undisturbed():
            done = subprocess.run([python(), ROOT / "manage.py", *arguments], env=environment)
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def migrate_if_changed(name: str, environment: Mapping[str, str]) -> None:
    """Migrate as the owner unless this database has seen the migrations as they are."""
    stamp, digest = own_folder(name) / "migrated", migrations_digest()
    seen = f"{digest} {environment['DATABASE_URL']}"
    if stamp.exists() and stamp.read_text() == seen:
        return
    if "DATABASE_OWNER_URL" not in environment:
        raise Stop("DATABASE_URL is set: set DATABASE_OWNER_URL too, so that the owner can migrate.")
    say("Bringing the database up to date")
    done = subprocess.run(
        [python(), ROOT / "manage.py", "migrate", "-v", "0"],
        env={**environment, "DATABASE_AS": "owner"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise Stop(f"The migrations failed (to begin anew, remove {own_folder(name)}):\n{done.stdout}")
    stamp.write_text(seen)


def migrations_digest() -> str:
    """Changes with any migration, any file of data that one may read, and any version of a package."""
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", *sorted(_migration_files())):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _migration_files() -> Iterator[Path]:
    yield ROOT / "pool" / "db.py"
    for application in APPLICATIONS:
        yield from (ROOT / application).rglob("migrations/*.py")
        for kind in DATA_KINDS:
            yield from (ROOT / application).rglob(kind)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C reaches the child, which decides; we only wait for it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
