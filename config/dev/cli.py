"""The command line of `dev.py`."""

import errno
import sys
from collections.abc import Callable, Sequence

from config.dev import assure, backup, bench, demo, drill, lint, managing, setting_up, testing
from config.dev.places import ROOT
from config.dev.say import FAILED, WRONG_PLACE, Stop, say

COMMANDS: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "setup": (setting_up.main, "make the Python environment and what else is needed; safe to repeat"),
    "demo": (demo.main, "the whole portal with demo data on 127.0.0.1:8000 [--once] [--port N]"),
    "test": (testing.main, "all tests; anything that follows goes to pytest"),
    "lint": (lint.main, "formatter, linter, types, import contracts, migrations, translations"),
    "manage": (managing.main, "manage.py with the demo's services up"),
    "backup": (backup.main, "database, files and anchors into a new FOLDER"),
    "restore": (backup.restore_main, "a backup FOLDER into a new DATABASE and a new folder for its files"),
    "restore-drill": (
        drill.main,
        "back the demo up, restore it elsewhere, prove it the same, prove that an older one stops",
    ),
    "bench": (bench.main, "the benchmarks; results in bench/results/"),
    "assure": (assure.main, "the assurance tests at release size"),
}


def usage() -> str:
    lines = [f"  {name:<14}{text}" for name, (_, text) in COMMANDS.items()]
    return "\n".join(["usage: python3 dev.py COMMAND …", "", *lines])


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        say(usage())
        return 0 if arguments else WRONG_PLACE
    if arguments[0] not in COMMANDS:
        say(f"Unknown command: {arguments[0]}\n\n{usage()}")
        return WRONG_PLACE
    command, _ = COMMANDS[arguments[0]]
    try:
        return command(arguments[1:])
    except Stop as stop:
        say(f"dev.py: {stop}")
        return stop.code
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say(f"dev.py: the disk is full ({error.filename or ROOT}).")
        return FAILED
    except KeyboardInterrupt:
        say("")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
