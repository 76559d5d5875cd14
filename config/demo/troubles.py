"""Which loans of the demo turn bad: a little everywhere, one bank just under the limit, one over it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import cast

from .banks import BANKS, NEAR_LIMIT, OVER_LIMIT
from .loans import DEMO_DAY, SEED, TOTAL, Cells, DemoFile, files

# Of the principal a bank has entered, in hundredths of a percent.
_USUAL = (10, 110)
_NEAR, _OVER = 292, 318
_FIRST_AFTER_ENTRY = 40
_RECENT = datetime.date(2024, 10, 21)
_FEN = Decimal("0.01")
_MOST_OWED = Decimal(30_000_000)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A loan that its bank determines to be non-performing."""

    bank: str
    iou_number: str
    on: datetime.date
    classification: str
    principal_balance: Decimal


def troubles(seed: int = SEED, total: int = TOTAL, made: Iterable[DemoFile] | None = None) -> list[Trouble]:
    """Every determination before the demo's day, in order of the days."""
    entered: dict[str, list[tuple[datetime.date, Cells]]] = {bank.code: [] for bank in BANKS}
    for file in files(seed, total) if made is None else made:
        entered[file.bank.code] += [(file.uploaded_on, row) for row in file.rows]
    found = [trouble for code, rows in entered.items() for trouble in _of_bank(code, rows, seed)]
    return sorted(found, key=lambda trouble: (trouble.on, trouble.iou_number))


def _of_bank(code: str, rows: Sequence[tuple[datetime.date, Cells]], seed: int) -> list[Trouble]:
    rng = Random(f"troubles/{seed}/{code}")
    rows = [pair for pair in rows if in_scope(pair[1])]
    lent = sum((principal(row) for _, row in rows), Decimal(0))
    share = {NEAR_LIMIT: _NEAR, OVER_LIMIT: _OVER}.get(code) or rng.randrange(*_USUAL)
    room = lent * share / 10_000
    closest = code in (NEAR_LIMIT, OVER_LIMIT)
    old_enough = [pair for pair in rows if _time_to_fail(pair) > 10]
    rng.shuffle(old_enough)
    if closest:
        old_enough.sort(key=lambda pair: principal(pair[1]), reverse=True)
        old_enough = [pair for pair in old_enough if principal(pair[1]) * 8 < room]
    found: list[Trouble] = []
    for entered_on, row in old_enough:
        balance = _balance(rng, principal(row))
        if balance <= room:
            room -= balance
            found.append(_trouble(rng, code, entered_on, row, balance))
        if len(found) >= 7 and not closest:
            break
    if code == OVER_LIMIT and found:
        found += _last_drops(rng, code, rows, found, room)
    return found


def in_scope(row: Cells) -> bool:
    """Whether the loan enters at all: what the rules do not cover is held back at the door."""
    asked = {"use": "本企业生产经营", "other_cover": "无", "in_shenzhen": "是", "quasi_financial": "否"}
    small = principal(row) + cast(Decimal, row["other_balances"]) <= _MOST_OWED
    covered = row["product"] != "其他贷款" and str(row["industry_code"])[0] not in "JK"
    return small and covered and all(row[key] == word for key, word in asked.items())


def _latest(row: Cells) -> datetime.date:
    """Before the demo's day, and before the loan closes by itself half a year after its maturity."""
    matures_on = cast(datetime.date, row["matures_on"])
    return min(DEMO_DAY - datetime.timedelta(days=3), matures_on + datetime.timedelta(days=150))


def _time_to_fail(pair: tuple[datetime.date, Cells]) -> int:
    return (_latest(pair[1]) - pair[0]).days - _FIRST_AFTER_ENTRY


def _balance(rng: Random, lent: Decimal) -> Decimal:
    """Most of the principal is still owed, to the fen."""
    if rng.randrange(3) == 0:
        return lent
    return (lent * rng.randrange(5500, 9999) / 10_000).quantize(_FEN) + Decimal(rng.randrange(100)) / 100


def _trouble(rng: Random, code: str, entered_on: datetime.date, row: Cells, balance: Decimal) -> Trouble:
    earliest = entered_on + datetime.timedelta(days=_FIRST_AFTER_ENTRY)
    if rng.randrange(10) < 7:
        earliest = max(earliest, _RECENT)
    latest = _latest(row)
    earliest = min(earliest, latest - datetime.timedelta(days=1))
    day = earliest + datetime.timedelta(days=rng.randrange((latest - earliest).days))
    while day.weekday() > 4:
        day -= datetime.timedelta(days=1)
    word = rng.choices(("substandard", "doubtful", "loss"), (78, 18, 4))[0]
    return Trouble(code, str(row["iou_number"]), day, word, min(balance, principal(row)))


def _last_drops(
    rng: Random, code: str, rows: Sequence[tuple[datetime.date, Cells]], found: Sequence[Trouble], room: Decimal
) -> Iterator[Trouble]:
    """The loans that bring the bank over: whatever room was left, they are more than that."""
    taken = {trouble.iou_number for trouble in found}
    free = [pair for pair in rows if _time_to_fail(pair) > 20 and str(pair[1]["iou_number"]) not in taken]
    free.sort(key=lambda pair: principal(pair[1]))
    while room >= 0:
        entered_on, row = next((pair for pair in free if principal(pair[1]) > room), free[-1])
        free.remove((entered_on, row))
        room -= principal(row)
        yield _trouble(rng, code, entered_on, row, principal(row))


def principal(row: Cells) -> Decimal:
    return cast(Decimal, row["principal"])
