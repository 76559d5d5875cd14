"""`dev.py lint`: every check that reads the code without running it."""

from collections.abc import Sequence

from config.dev.say import Stop


def main(arguments: Sequence[str]) -> int:
    raise Stop("Not built yet.")
