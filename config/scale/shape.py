"""The shape of the pool, read from its data file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pool.rules import next_quarter_start, quarter_end

from .dice import Weighted

FILE = Path(__file__).with_name("shape.yaml")


@dataclass(frozen=True)
class Quarter:
    """A quarter of lending: its days, the place of its first loan and the one after its last."""

    number: int
    first: date
    last: date
    begin: int
    end: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Shape:
    """The data file, its weights made into tables."""

    data: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.data[name]

    def table(self, name: str) -> Weighted[Any]:
        return Weighted(list(self.data[name].items()))

    @property
    def day(self) -> date:
        """The day the pool stands at."""
        found: date = self.data["day"]
        return found

    def borrowers(self, loans: int) -> int:
        return max(1, int(loans / Decimal(str(self.data["loans_a_borrower"]))))

    def quarters(self, loans: int) -> list[Quarter]:
        """Every loan has its place in one quarter; the last place of the last quarter is the last loan."""
        weights, first = self.data["quarters"]["weights"], self.data["quarters"]["first"]
        whole, before, found = sum(weights), 0, []
        for number, weight in enumerate(weights):
            begin, before = loans * before // whole, before + weight
            found.append(Quarter(number, first, quarter_end(first), begin, loans * before // whole))
            first = next_quarter_start(first)
        return found


@lru_cache(maxsize=1)
def shape() -> Shape:
    return Shape(yaml.safe_load(FILE.read_text(encoding="utf-8")))
