"""`dev.py assure`: the tests of `tests/assurance`, and the second oracle, at release size."""

from collections.abc import Sequence

from config.dev import setting_up
from config.dev.places import ROOT
from config.dev.testing import run_pytest

FOLDERS = ("tests/assurance", "tests/oracle")


def main(arguments: Sequence[str]) -> int:
    setting_up.to_develop()
    folders = [folder for folder in FOLDERS if (ROOT / folder).is_dir()]
    return run_pytest([*folders, "-s", *arguments], ASSURANCE_SIZE="release")
