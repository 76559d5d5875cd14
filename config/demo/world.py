"""How large a world is made: the demo's, or a small one for the tests. The lives are the same in both."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from .banks import BANKS, BY_CODE, OVER_LIMIT, DemoBank
from .borrowers import borrowers
from .cases import Case
from .lives import facts_for_life
from .loans import (
    BY_NAME,
    OPEN_QUARTER,
    QUARTERS,
    SEED,
    TOTAL,
    Cells,
    DemoFile,
    Quarter,
    files,
    identity_cells,
    loan,
    rows,
)
from .script import Story
from .stage import Stage
from .stories import STORIES

PARTLY_FILED = "B01"
"""The bank that one signs in to first: it has entered the open quarter up to the middle, the rest is to do."""
FILED_UNTIL = datetime.date(2024, 11, 15)
READY_UNTIL = datetime.date(2024, 11, 30)
PART_FILED_ON = datetime.date(2024, 12, 10)


@dataclass(frozen=True)
class World:
    banks: tuple[DemoBank, ...]
    total: int = TOTAL
    rows_a_file: int | None = None
    """At most so many of a bank's loans of a quarter, where the world is small …"""
    anchors: int = 0
    """… and beside them so many large sound ones, that a single bad loan does not suspend the bank."""

    def files(self) -> Iterator[DemoFile]:
        """What the banks upload before the demo's day, in order of the days, without the followed loans."""
        codes = {bank.code for bank in self.banks}
        found = [file for file in files(SEED, self.total) if file.bank.code in codes]
        found += [self._part_file()]
        for file in sorted(found, key=lambda file: (file.uploaded_on, file.quarter.name, file.bank.code)):
            yield DemoFile(file.bank, file.quarter, file.uploaded_on, self._rows(file))

    def _rows(self, file: DemoFile) -> tuple[Cells, ...]:
        anchors = tuple(_anchor(file.bank, file.quarter, number) for number in range(self.anchors))
        return (*file.rows[: self.rows_a_file], *anchors)

    def _part_file(self) -> DemoFile:
        bank, quarter = BY_CODE[PARTLY_FILED], BY_NAME[OPEN_QUARTER]
        return DemoFile(bank, quarter, PART_FILED_ON, tuple(self._between(quarter.first, FILED_UNTIL)))

    def ready_rows(self) -> tuple[Cells, ...]:
        """What that bank's maker has uploaded and its checker has not submitted yet."""
        found = tuple(self._between(FILED_UNTIL + datetime.timedelta(days=1), READY_UNTIL))
        return found[: self.rows_a_file]

    def _between(self, first: datetime.date, last: datetime.date) -> Iterator[Cells]:
        for row in rows(BY_CODE[PARTLY_FILED], BY_NAME[OPEN_QUARTER], SEED, self.total):
            if first <= _day(row) <= last:
                yield row


FULL = World(BANKS)
SMALL = World(
    tuple(BY_CODE[code] for code in sorted({one.bank for one in STORIES} | {OVER_LIMIT, "B12", "B31", "B38"})),
    rows_a_file=3,
    anchors=12,
)


def cases(stage: Stage) -> list[tuple[Story, Case]]:
    """The followed loans, each its own by its place in the list."""
    return [
        (one, Case(stage, one.bank, facts_for_life(
            one.facts, bank=one.bank, number=number, disbursed_on=one.disbursed_on, months=one.months
        )))
        for number, one in enumerate(STORIES, start=1)
    ]  # fmt: skip


def with_followed(made: Iterable[DemoFile]) -> Iterator[DemoFile]:
    """The same files with the followed loans among the rest."""
    followed = _followed()
    for file in made:
        own = followed.get((file.bank.code, file.quarter.name), ())
        yield DemoFile(file.bank, file.quarter, file.uploaded_on, (*file.rows, *own))


def _followed() -> dict[tuple[str, str], tuple[Cells, ...]]:
    """The followed loans that come with their bank's file, by bank and quarter."""
    found: dict[tuple[str, str], tuple[Cells, ...]] = {}
    for number, one in enumerate(STORIES, start=1):
        if one.arrives is None:
            key = (one.bank, _quarter(one.disbursed_on).name)
            life = facts_for_life(one.facts, bank=one.bank, number=number, disbursed_on=one.disbursed_on)
            found[key] = (*found.get(key, ()), life.cells)
    return found


def _quarter(day: datetime.date) -> Quarter:
    return next(quarter for quarter in QUARTERS if quarter.first <= day <= quarter.last)


def _anchor(bank: DemoBank, quarter: Quarter, number: int) -> Cells:
    """A large loan to somebody who owes nobody else anything."""
    rng = Random(f"anchor/{bank.code}/{quarter.name}/{number}")
    firm = next(one for one in borrowers(SEED)[rng.randrange(1000) :] if one.kind == "enterprise")
    day = quarter.first + datetime.timedelta(days=20)
    cells = loan(rng, bank, firm, day, f"{day:%Y%m%d}7{number:03d}", first=False)
    large = Decimal("28000000.00")
    return {
        **cells,
        **identity_cells(firm),
        "principal": large,
        "credit_line": large,
        "other_balances": Decimal("0.00"),
    }


def _day(row: Cells) -> datetime.date:
    day = row["disbursed_on"]
    assert isinstance(day, datetime.date)
    return day
