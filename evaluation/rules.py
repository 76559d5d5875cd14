"""The yearly evaluation of the banks: ranks, grades, and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from pool.rulebook import Edition, Finding, implements
from pool.rules import month_length

T = TypeVar("T", Decimal, int, Fraction)

EXCELLENT = "excellent"
GOOD = "good"
QUALIFIED = "qualified"
UNQUALIFIED = "unqualified"


@dataclass(frozen=True, slots=True)
class BankYear:
    """What one bank did in the year, and in the year before if it was there."""

    bank: str
    amount: Decimal
    borrowers: int
    last_amount: Decimal | None = None
    last_borrowers: int | None = None
    violations: int = 0

    @property
    def has_year_before(self) -> bool:
        return self.last_amount is not None and self.last_amount > 0

    @property
    def growth(self) -> Fraction | None:
        """(amount − last amount) ÷ last amount, exactly; None without a year before."""
        if self.last_amount is None or self.last_amount <= 0:
            return None
        last = Fraction(self.last_amount)
        return (Fraction(self.amount) - last) / last

    @property
    def declined(self) -> bool:
        """Amount and number both below the year before."""
        if not self.has_year_before or self.last_amount is None or self.last_borrowers is None:
            return False
        return self.amount < self.last_amount and self.borrowers < self.last_borrowers


@dataclass(frozen=True, slots=True)
class Grade:
    bank: str
    grade: str
    amount_rank: int
    borrowers_rank: int
    growth_rank: int | None
    growth: Fraction | None
    finding: Finding


@implements("evaluation_indicators")
def ranks(values: dict[str, T]) -> dict[str, int]:
    """Competition ranks from high to low: 1, 1, 3."""
    first: dict[T, int] = {}
    for position, value in enumerate(sorted(values.values(), reverse=True), start=1):
        first.setdefault(value, position)
    return {bank: first[value] for bank, value in values.items()}


@implements("rank_shares")
def last_rank(share: Decimal, count: int) -> int:
    """The last rank within the first `share` percent of `count`: rank ≤ share × count."""
    top, bottom = share.as_integer_ratio()
    return top * count // (bottom * 100)


@implements("evaluation_indicators", "rank_shares")
def evaluate(book: Edition, banks: Sequence[BankYear]) -> list[Grade]:
    """Ranks and grades of all banks of a year, in the order given."""
    shares: dict[str, Decimal] = book["rank_shares"].value
    by_amount = ranks({item.bank: item.amount for item in banks})
    by_borrowers = ranks({item.bank: item.borrowers for item in banks})
    growth = {item.bank: item.growth for item in banks if item.growth is not None}
    by_growth = ranks(growth)
    leading = last_rank(shares["leading"], len(banks))
    lines = {EXCELLENT: last_rank(shares["excellent"], len(growth)), GOOD: last_rank(shares["good"], len(growth))}
    before = [item for item in banks if item.has_year_before]
    all_declined = all(item.declined for item in before)
    results = []
    for item in banks:
        ahead = min(by_amount[item.bank], by_borrowers[item.bank]) <= leading
        growth_rank = by_growth.get(item.bank)
        grade, code = _grade(item, all_declined, ahead, growth_rank, lines)
        finding = book.finding(
            "rank_shares",
            code,
            amount_rank=by_amount[item.bank],
            borrowers_rank=by_borrowers[item.bank],
            growth_rank=growth_rank,
            banks=len(banks),
            growing=len(growth),
            amount_line=leading,
            growth_line=lines[EXCELLENT] if grade == EXCELLENT else lines[GOOD],
            violations=item.violations,
            grade=grade,
        )
        results.append(
            Grade(
                item.bank,
                grade,
                by_amount[item.bank],
                by_borrowers[item.bank],
                growth_rank,
                item.growth,
                finding,
            )
        )
    return results


def _grade(
    item: BankYear, all_declined: bool, ahead: bool, growth_rank: int | None, lines: dict[str, int]
) -> tuple[str, str]:
    """The grade and its code: unqualified first, then excellent, good, qualified."""
    if item.violations:
        return UNQUALIFIED, "graded_violation"
    if item.declined and not all_declined:
        return UNQUALIFIED, "graded_decline"
    if ahead and growth_rank is not None:
        if growth_rank <= lines[EXCELLENT]:
            return EXCELLENT, "graded_excellent"
        if growth_rank <= lines[GOOD]:
            return GOOD, "graded_good"
    return QUALIFIED, "graded_qualified"


@implements("evaluation_due")
def evaluation_due(book: Edition, year: int) -> date:
    """The last day to evaluate `year`."""
    if book["evaluation_due"].value != "end-of-february":
        raise ValueError("unknown day of the year")
    return date(year + 1, 2, month_length(year + 1, 2))
