"""The rules of the open data, read once from `terms.yaml`."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from evaluation.supervision.catalogue import Words

FILE = Path(__file__).with_name("terms.yaml")


@dataclass(frozen=True)
class Suppression:
    """A cell is told from so many borrowers and banks on, and if those beside the two largest come to at least this
    share of the largest."""

    borrowers: int
    banks: int
    dominance: Decimal

    def as_kept(self) -> dict[str, Any]:
        return {"borrowers": self.borrowers, "banks": self.banks, "dominance": str(self.dominance)}


@dataclass(frozen=True)
class Licence:
    name: str
    url: str
    words: Words


@dataclass(frozen=True)
class Terms:
    suppression: Suppression
    dimensions: tuple[str, ...]
    facts: tuple[str, ...]
    licence: Licence


@cache
def terms() -> Terms:
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    said, licence = raw["suppression"], raw["licence"]
    return Terms(
        Suppression(int(said["borrowers"]), int(said["banks"]), Decimal(said["dominance"])),
        tuple(raw["dimensions"]),
        tuple(raw["facts"]),
        Licence(licence["name"], licence["url"], Words(licence["zh"], licence["en"])),
    )
