"""The annual evaluation as it would have come out on a day: that day's library and decisions, beside what was filed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from banks.models import Bank, Violation
from banks.selectors import members_on
from evaluation.models import Evaluation, EvaluationLine
from evaluation.rules import BankYear, Grade, evaluate
from loans.models import Correction, Loan
from pool.money import ZERO
from pool.rulebook import Edition, load
from pool.selectors import edition


@dataclass(frozen=True)
class Place:
    """One bank: what it would have been that day, and what was filed of it."""

    bank: Bank
    year: BankYear
    grade: Grade
    filed: EvaluationLine | None

    @property
    def differs(self) -> bool:
        told, filed = self.grade, self.filed
        return filed is not None and (
            told.amount_rank, told.borrowers_rank, told.growth_rank, told.grade,
        ) != (filed.amount_rank, filed.borrowers_rank, filed.growth_rank, filed.grade)  # fmt: skip


@dataclass(frozen=True)
class Ranking:
    year: int
    on: date
    book: Edition
    filed: Evaluation | None
    places: list[Place]
    corrected_later: int
    """Loans counted with the amount that they were given only later."""
    missing: list[EvaluationLine]
    """Filed of banks that were no partners that day."""


def ranking_on(year: int, on: date) -> Ranking:
    """By the edition of what was filed, else by the one in force."""
    filed = Evaluation.objects.filter(year=year, state=Evaluation.State.FILED, filed_on__isnull=False)
    newest = filed.order_by("-revision").first()
    book = load(newest.edition) if newest else edition()
    lines = {line.bank_id: line for line in newest.lines.select_related("bank")} if newest else {}
    banks = {
        str(bank.pk): bank
        for bank in members_on(min(on, date(year, 12, 31))).filter(kind=Bank.Kind.BANK).order_by("code")
    }
    this, last, decided = _lent(year, on), _lent(year - 1, on), _decided(year, on)
    years = [
        BankYear(
            key, *this.get(bank.pk, (ZERO, 0)), *last.get(bank.pk, (None, None)), violations=decided.get(bank.pk, 0)
        )
        for key, bank in banks.items()
    ]
    grades = evaluate(book, years)
    places = [
        Place(banks[one.bank], one, grade, lines.pop(banks[one.bank].pk, None))
        for one, grade in zip(years, grades, strict=True)
    ]
    places.sort(key=lambda place: (place.grade.amount_rank, place.bank.code))
    return Ranking(year, on, book, newest, places, _corrected(year, on), list(lines.values()))


def _lent(year: int, on: date) -> dict[Any, tuple[Decimal, int]]:
    """Bank → (amount, borrowers) of what had been entered by then and not been taken back."""
    gone = Q(state=Loan.State.WITHDRAWN, closed_on__lte=on)
    days = (date(year, 1, 1), date(year, 12, 31))
    rows = Loan.objects.filter(~gone, entered_on__lte=on, disbursed_on__range=days).order_by().values("bank_id")
    grouped = rows.annotate(amount=Sum("principal"), borrowers=Count("borrower_id", distinct=True))
    return {row["bank_id"]: (row["amount"], row["borrowers"]) for row in grouped}


def _decided(year: int, on: date) -> dict[Any, int]:
    rows = Violation.objects.filter(year=year, state=Violation.State.DECIDED, confirmed_on__lte=on)
    return dict(rows.order_by().values_list("bank_id").annotate(n=Count("id")))


def _corrected(year: int, on: date) -> int:
    rows = Correction.objects.filter(state=Correction.State.SUBMITTED, checked_on__gt=on, loan__entered_on__lte=on)
    return rows.filter(loan__disbursed_on__range=(date(year - 1, 1, 1), date(year, 12, 31))).count()
