"""`dev.py assure`: the tests of `tests/assurance` at release size."""

from collections.abc import Sequence

from config.dev import setting_up
from config.dev.places import ROOT
from config.dev.say import Stop
from config.dev.testing import run_pytest


def main(arguments: Sequence[str]) -> int:
    if not any((ROOT / "tests" / "assurance").glob("test_*.py")):
        raise Stop("There are no assurance tests yet (tests/assurance).")
    setting_up.to_develop()
    return run_pytest(["tests/assurance", "-s", *arguments], ASSURANCE_SIZE="release")
