"""Frozen reference data for the pure rules: calendar, LPR, exchange rates, catalogue, size standard."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pool.workdays import Calendar, official_calendar

DATA = Path(__file__).parent / "data"
TEN_THOUSAND = Decimal(10_000)


class NotCovered(LookupError):
    """The reference table does not reach the day asked about."""


class LprQuote(NamedTuple):
    published_on: date
    one_year: Decimal
    five_year: Decimal


@dataclass(frozen=True, eq=False, slots=True)
class LprTable:
    """Publications of the loan prime rate, oldest first, and the day through which they are known to be complete."""

    quotes: tuple[LprQuote, ...]
    confirmed_through: date
    _days: tuple[date, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        days = tuple(quote.published_on for quote in self.quotes)
        if not days or list(days) != sorted(set(days)):
            raise ValueError("LPR quotes must be in order, one per day")
        object.__setattr__(self, "_days", days)

    def latest(self, on: date) -> LprQuote:
        """The quote last published on or before `on`."""
        position = bisect_right(self._days, on)
        if position == 0:
            raise NotCovered(on.isoformat())
        return self.quotes[position - 1]


class FxQuote(NamedTuple):
    """CNY for `per` units of a currency on one day, as far as published."""

    currency: str
    on: date
    central: Decimal | None
    spot_buying: Decimal | None
    cash_buying: Decimal | None
    per: int = 1


@dataclass(frozen=True, eq=False, slots=True)
class FxTable:
    quotes: Mapping[tuple[str, date], FxQuote] = field(default_factory=dict)
    confirmed_through: date | None = None

    @classmethod
    def of(cls, quotes: Iterable[FxQuote], confirmed_through: date | None = None) -> FxTable:
        return cls({(quote.currency, quote.on): quote for quote in quotes}, confirmed_through)


class RestrictedEntry(NamedTuple):
    """One line of the industry catalogue, valid on both end days."""

    prefix: str
    valid_from: date
    valid_to: date | None
    title: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Catalogue:
    entries: tuple[RestrictedEntry, ...] = ()
    confirmed_through: date | None = None

    def restricts(self, industry_code: str, on: date) -> RestrictedEntry | None:
        """The line in force on `on` that restricts or prohibits this industry, if any."""
        for entry in self.entries:
            if industry_code.startswith(entry.prefix) and entry.valid_from <= on <= (entry.valid_to or date.max):
                return entry
        return None


class SizeBound(NamedTuple):
    """Lower bounds of one measure, in persons or yuan."""

    measure: str
    sme_below: Decimal
    medium_from: Decimal
    small_from: Decimal


@dataclass(frozen=True, eq=False, slots=True)
class SizeStandard:
    groups: Mapping[str, tuple[SizeBound, ...]]
    names: Mapping[str, str]


@dataclass(frozen=True, eq=False, slots=True)
class Refs:
    """Everything outside a case's own facts that a rule may look at, as of one day."""

    calendar: Calendar
    lpr: LprTable
    sizes: SizeStandard
    fx: FxTable = field(default_factory=FxTable)
    catalogue: Catalogue = field(default_factory=Catalogue)


def _rows(path: Path) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The rows of a CSV file and the `# key: value` pairs of its heading comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    notes: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.lstrip("# ").partition(":")
        if line.startswith("#") and colon:
            notes[key.strip()] = value.strip()
    return list(csv.DictReader(line for line in lines if line and not line.startswith("#"))), notes


@lru_cache(maxsize=4)
def lpr_from_file(path: Path = DATA / "lpr.csv") -> LprTable:
    rows, notes = _rows(path)
    quotes = tuple(
        LprQuote(date.fromisoformat(row["published_on"]), Decimal(row["one_year"]), Decimal(row["five_year"]))
        for row in rows
    )
    return LprTable(quotes, date.fromisoformat(notes["confirmed_through"]))


@lru_cache(maxsize=4)
def sizes_from_file(path: Path = DATA / "sme_size.csv") -> SizeStandard:
    groups: dict[str, tuple[SizeBound, ...]] = {}
    names: dict[str, str] = {}
    for row in _rows(path)[0]:
        unit = Decimal(1) if row["measure"] == "staff" else TEN_THOUSAND
        bound = SizeBound(
            row["measure"],
            Decimal(row["sme_below"]) * unit,
            Decimal(row["medium_from"]) * unit,
            Decimal(row["small_from"]) * unit,
        )
        groups[row["group"]] = (*groups.get(row["group"], ()), bound)
        names[row["group"]] = row["name"]
    return SizeStandard(groups, names)


@lru_cache(maxsize=1)
def default_refs() -> Refs:
    """The reference data that comes with the code: what tests use and what a new database is seeded from."""
    return Refs(calendar=official_calendar(), lpr=lpr_from_file(), sizes=sizes_from_file())
