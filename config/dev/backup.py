"""`dev.py backup FOLDER` and `dev.py restore FOLDER DATABASE`: database, files and anchors, with a list of hashes.

Works with the private server or with the one that DATABASE_OWNER_URL names; standard library and PostgreSQL's own
programs only. A backup is not the anchors' second home: they are copied so that a drill can use them."""

import argparse
import datetime
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from config.dev import setting_up
from config.dev.postgres import programs_for_us
from config.dev.say import WRONG_PLACE, Stop, say
from config.dev.services import services

DUMP, MEDIA, ANCHORS, LIST = "database.dump", "media", "anchors", "list.json"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 dev.py backup", description=__doc__)
    parser.add_argument("folder", type=Path, help="a new folder")
    options = parser.parse_args(arguments)
    setting_up.to_run()
    with services("demo") as environment:
        take(options.folder, os.environ | environment)
    say(f"Backup in {options.folder}")
    return 0


def restore_main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 dev.py restore", description=__doc__)
    parser.add_argument("folder", type=Path, help="a backup")
    parser.add_argument("database", help="a database that does not exist yet, on the same server")
    parser.add_argument("media", type=Path, help="a folder for the files that does not exist yet")
    options = parser.parse_args(arguments)
    setting_up.to_run()
    with services("demo") as environment:
        restore(options.folder, options.database, options.media, os.environ | environment)
    say(f"Restored into the database {options.database} and {options.media}; now run manage.py verify --all there")
    return 0


def take(folder: Path, environment: Mapping[str, str]) -> None:
    """The dump first: a file kept after it is only one too many, one lacking would be a loss."""
    if folder.exists() and any(folder.iterdir()):
        raise Stop(f"{folder} is not empty; a backup is never written over another.", WRONG_PLACE)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    dump: list[str | Path] = ["pg_dump", "-Fc", "-Z", "1", "-f", folder / DUMP, "-d", _owner(environment)]
    _postgres(dump, "The database could not be dumped")
    for name, source in ((MEDIA, environment.get("MEDIA_ROOT")), (ANCHORS, environment.get("ANCHOR_FOLDER"))):
        if source and Path(source).exists():
            shutil.copytree(source, folder / name)
    listed = {"at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "files": _hashes(folder)}
    (folder / LIST).write_text(json.dumps(listed, indent=1, sort_keys=True))


def restore(folder: Path, database: str, media: Path, environment: Mapping[str, str]) -> None:
    """Every file is held against the list before anything is written; what exists is never written over."""
    check(folder)
    if media.exists() and any(media.iterdir()):
        raise Stop(f"{media} is not empty; nothing was restored.", WRONG_PLACE)
    url = with_database(_owner(environment), database)
    make = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", with_database(_owner(environment), "postgres")]
    _postgres([*make, "-c", f'CREATE DATABASE "{database}"'], f"The database {database} could not be made")
    _postgres(["pg_restore", "--exit-on-error", "-d", url, folder / DUMP], "The database could not be restored")
    if (folder / MEDIA).exists():
        shutil.copytree(folder / MEDIA, media, dirs_exist_ok=True)


def drop(database: str, environment: Mapping[str, str]) -> None:
    """For drills: remove what a drill has made."""
    ask = ["psql", "-X", "-q", "-d", with_database(_owner(environment), "postgres")]
    _postgres([*ask, "-c", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'], f"{database} could not be dropped")


def check(folder: Path) -> None:
    """Whole and unaltered, or a stop that names the first file that is not."""
    try:
        listed = json.loads((folder / LIST).read_text())["files"]
    except (OSError, ValueError, KeyError) as fault:
        raise Stop(f"{folder} is no finished backup: its list cannot be read.", WRONG_PLACE) from fault
    found = _hashes(folder)
    for name in sorted(listed.keys() | found.keys()):
        if listed.get(name) != found.get(name):
            raise Stop(f"The backup is damaged: {name} is missing, new or altered. Nothing was restored.", WRONG_PLACE)


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _owner(environment: Mapping[str, str]) -> str:
    url = environment.get("DATABASE_OWNER_URL", "")
    if not url:
        raise Stop("DATABASE_OWNER_URL is not set: backups are taken and restored as the owner.", WRONG_PLACE)
    return url


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != LIST)
    return {str(path.relative_to(folder)): _hash(path) for path in files}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _postgres(command: Sequence[str | Path], fault: str) -> None:
    program = programs_for_us() / str(command[0])
    done = subprocess.run([str(part) for part in (program, *command[1:])], capture_output=True, text=True)
    if done.returncode != 0:
        raise Stop(f"{fault}:\n{done.stderr.strip()}")
