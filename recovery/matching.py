"""Which movement of the ledger a line of the account's statement is. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Movement:
    """What moved the special account in one go: one voucher, or all vouchers of one transfer."""

    vouchers: tuple[int, ...]
    amount: Decimal
    reference: str
    occurred_on: date
    label: str = ""
    url: str = ""


@dataclass(frozen=True)
class Moved:
    """A line of the statement."""

    key: str
    amount: Decimal
    reference: str
    value_date: date


Sign = tuple[Decimal, str, date]


def without_doubt(lines: Iterable[Moved], movements: Iterable[Movement]) -> Mapping[str, Movement]:
    """line → movement where amount, the bank's reference and the value date are the same, and nothing else has them."""
    lines, movements = list(lines), list(movements)
    ours = {_sign(one.amount, one.reference, one.occurred_on): one for one in movements if one.reference.strip()}
    mine = Counter(_sign(one.amount, one.reference, one.occurred_on) for one in movements)
    theirs = Counter(_sign(one.amount, one.reference, one.value_date) for one in lines)
    found = {}
    for line in lines:
        sign = _sign(line.amount, line.reference, line.value_date)
        if sign in ours and mine[sign] == 1 and theirs[sign] == 1:
            found[line.key] = ours[sign]
    return found


def likely(line: Moved, movements: Iterable[Movement]) -> list[Movement]:
    """Those of the same amount, the likeliest first: by reference, then by how near the days are."""
    same = [one for one in movements if one.amount == line.amount]
    return sorted(
        same,
        key=lambda one: (one.reference.strip() != line.reference.strip(), abs(one.occurred_on - line.value_date)),
    )


def _sign(amount: Decimal, reference: str, day: date) -> Sign:
    return amount, reference.strip(), day
