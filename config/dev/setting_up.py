"""`dev.py setup`: everything that the other commands stand on."""

import shutil
from collections.abc import Sequence

from config.dev import system, venv, words
from config.dev.places import ROOT, VAR
from config.dev.say import WRONG_PLACE, Stop, say

ENOUGH_MEGABYTES = 600


def to_run() -> None:
    """What the portal needs: enough for `demo` and `manage`."""
    _need_space()
    system.provide(system.TO_RUN)
    venv.make(())
    words.compile_changed()


def to_develop() -> None:
    """That, and what the tests and the linters need."""
    _need_space()
    system.provide((*system.TO_RUN, *system.TO_TEST))
    venv.make(())
    venv.make(("dev",))
    words.compile_changed()


def main(arguments: Sequence[str]) -> int:
    if arguments:
        say("usage: python3 dev.py setup")
        return WRONG_PLACE
    to_develop()
    say("Ready.")
    return 0


def _need_space() -> None:
    try:
        VAR.mkdir(exist_ok=True)
    except OSError as error:
        raise Stop(f"{VAR} cannot be made: {error.strerror}.") from error
    free = shutil.disk_usage(ROOT).free // 1024**2
    if free < ENOUGH_MEGABYTES:
        raise Stop(f"Only {free} MB are free on the disk of {ROOT}; {ENOUGH_MEGABYTES} MB are needed.")
