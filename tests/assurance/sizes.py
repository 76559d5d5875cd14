"""How much a proof does, for how long, from which seed, and how it says what it did."""

import os
import time
from collections.abc import Iterator

SEED = os.environ.get("ASSURANCE_SEED", "2024-5")


def size(ci: int, release: int) -> int:
    """`ASSURANCE_SIZE` is empty (CI), `release`, or a number."""
    wanted = os.environ.get("ASSURANCE_SIZE", "")
    return {"": ci, "release": release}.get(wanted) or int(wanted)


def width(ci: int, release: int) -> int:
    """How many at once: it grows at release size only."""
    return release if os.environ.get("ASSURANCE_SIZE") == "release" else ci


def rounds(ci: int, release: int, share: float = 1) -> Iterator[int]:
    """As many as the size asks for, ended early by `ASSURANCE_SECONDS` or a share of them; always one."""
    wanted, limit = size(ci, release), Limit(share)
    for number in range(wanted):
        if number and limit.is_over():
            CUT.append(f"{number:,} of {wanted:,}")
            return
        yield number


class Limit:
    """The time that a proof may take, or its share of it."""

    def __init__(self, share: float = 1) -> None:
        self._until = time.monotonic() + share * float(os.environ.get("ASSURANCE_SECONDS", "inf"))

    def is_over(self) -> bool:
        return time.monotonic() > self._until


CUT: list[str] = []
"""What the limit of time left undone; the next line told says it."""


def told(name: str, began: float, **figures: object) -> None:
    """One line that `dev.py assure` puts into its table."""
    if CUT:
        figures["CUT BY ITS LIMIT after"] = "; ".join(CUT)
        CUT.clear()
    said = ", ".join(
        f"{key} {value:,}" if isinstance(value, int) else f"{key} {value}" for key, value in figures.items()
    )
    print(f"\nFIGURES {name}: {said}, seed {SEED}, {time.monotonic() - began:.1f} s")
