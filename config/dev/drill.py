"""`dev.py restore-drill`: back the demo up, restore it elsewhere, prove it the same, and prove that an older one stops.

Four steps with their times; whatever it makes beside the backup is removed at the end."""

import argparse
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.dev import backup, setting_up
from config.dev.demo import only_one
from config.dev.managing import migrate_if_changed
from config.dev.places import ROOT, own_folder
from config.dev.postgres import programs_for_us
from config.dev.say import FAILED, Stop, say
from config.dev.services import services
from config.dev.venv import python

SAME, OLDER = "rcpool_drill", "rcpool_drill_older"
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
ROWS = "SELECT '{0}', count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM \"{0}\" t"
"""One line per table: the hash of all its rows, in whatever order they lie."""


def main(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="python3 dev.py restore-drill", description=__doc__).parse_args(arguments)
    setting_up.to_run()
    with only_one(), services("demo") as given:
        environment = os.environ | given
        migrate_if_changed("demo", given)
        _need(_manage(["demo_seed"], environment) == 0, "the demo could not be made")
        folder = own_folder("drill")
        shutil.rmtree(folder, ignore_errors=True)
        try:
            return _drill(folder, environment)
        finally:
            for database in (SAME, OLDER):
                backup.drop(database, environment)


def _drill(folder: Path, environment: Mapping[str, str]) -> int:
    kept = folder / "backup"
    with _step("backup taken"):
        backup.take(kept, environment)
    with _step("restored into another database"):
        backup.restore(kept, SAME, folder / "media", environment)
    same = _elsewhere(environment, SAME, folder / "media", kept / backup.ANCHORS)
    with _step("the same to the last row, and every invariant holds"):
        _need(_digest(environment) == _digest(same), "the restored database differs from the one backed up")
        _need(_manage(["verify", "--all"], same | {"DATABASE_AS": "audit"}) == 0, "an invariant is broken")
        _need(_manage(["anchors"], same) == 0, "money is stopped on a whole database")
    with _step("an older state is found out, and no money moves there"):
        _prove_that_an_older_state_stops(kept, folder, environment)
    say("restore-drill: passed")
    return 0


def _prove_that_an_older_state_stops(kept: Path, folder: Path, environment: Mapping[str, str]) -> None:
    """The anchors live on after the backup; the restored database does not know their last line."""
    anchors = folder / "anchors"
    shutil.copytree(kept / backup.ANCHORS, anchors)
    file = anchors / "anchors.jsonl"
    _need(file.exists(), "the demo has no anchors; remove var/demo and make it anew")
    last = file.read_text().splitlines()[-1]
    later = json.loads(last) | {"head": "f" * 64, "previous": backup.hash_of(last)}
    later["seq"] += 1
    with file.open("a") as lines:
        lines.write(json.dumps(later, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n")
    backup.restore(kept, OLDER, folder / "media-older", environment)
    older = _elsewhere(environment, OLDER, folder / "media-older", anchors)
    _need(_manage(["anchors"], older) == 1, "money moves on a database older than its anchors")
    _need(_manage(["verify"], older) == 1, "verification does not see the older state")


def _elsewhere(environment: Mapping[str, str], database: str, media: Path, anchors: Path) -> dict[str, str]:
    urls = {name: url for name, url in environment.items() if name.startswith("DATABASE_") and name.endswith("URL")}
    moved = {name: backup.with_database(url, database) for name, url in urls.items()}
    return {**environment, **moved, "MEDIA_ROOT": str(media), "ANCHOR_FOLDER": str(anchors)}


def _digest(environment: Mapping[str, str]) -> str:
    tables = _asked(TABLES, environment).split()
    return _asked(" UNION ALL ".join(ROWS.format(table) for table in tables) + " ORDER BY 1", environment)


def _asked(question: str, environment: Mapping[str, str]) -> str:
    command = [programs_for_us() / "psql", "-X", "-A", "-t", "-d", environment["DATABASE_OWNER_URL"], "-c", question]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    _need(done.returncode == 0, done.stderr)
    return done.stdout


def _manage(words: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run([python(), ROOT / "manage.py", *words], env=dict(environment)).returncode


def _need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Stop(f"restore-drill: FAILED: {otherwise}", FAILED)


@contextmanager
def _step(words: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"{time.monotonic() - began:7.1f} s  {words}")
