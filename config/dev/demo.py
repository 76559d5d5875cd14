"""`dev.py demo`: the whole portal from nothing."""

from collections.abc import Sequence

from config.dev.say import Stop


def main(arguments: Sequence[str]) -> int:
    raise Stop("Not built yet.")
