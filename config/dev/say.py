"""Words to the person at the keyboard, on standard error: standard output belongs to the command that was asked for."""

import sys

FAILED = 1
WRONG_PLACE = 2
MISSING_LIBRARY = 3


class Stop(Exception):
    """The work cannot go on; the message says why and what to do."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
