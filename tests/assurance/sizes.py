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


def rounds(ci: int, release: int) -> Iterator[int]:
    """As many as the size asks for, ended early by `ASSURANCE_SECONDS`; always one."""
    until = time.monotonic() + float(os.environ.get("ASSURANCE_SECONDS", "inf"))
    for number in range(size(ci, release)):
        if number and time.monotonic() > until:
            return
        yield number


def told(name: str, began: float, **figures: object) -> None:
    """One line that `dev.py assure` puts into its table."""
    said = ", ".join(
        f"{key} {value:,}" if isinstance(value, int) else f"{key} {value}" for key, value in figures.items()
    )
    print(f"\nFIGURES {name}: {said}, seed {SEED}, {time.monotonic() - began:.1f} s")
