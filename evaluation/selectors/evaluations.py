"""What an annual evaluation rests on, and who may read what came of it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery, Sum

from banks.models import Bank, Tenure
from banks.selectors import members_on
from evaluation import permissions
from evaluation.models import Evaluation, EvaluationLine
from evaluation.selectors.cases import Span
from evaluation.selectors.figures import EVALUATION
from pool.models import User

ZERO = Decimal("0.00")
FILED = Evaluation.State.FILED


def banks_of(year: int) -> "QuerySet[Bank]":
    """The partner banks at the end of the year: who has left by then is not ranked, who came during it is."""
    return members_on(date(year, 12, 31)).filter(kind=Bank.Kind.BANK).order_by("code")


def lending_of(year: int) -> dict[UUID, tuple[Decimal, int]]:
    """Bank → (amount lent, distinct borrowers) by the date on the IOU, entries taken back left out (22)."""
    lent = EVALUATION["amount"].rows(Span(date(year, 1, 1), date(year, 12, 31)))
    rows = (
        lent.order_by()
        .values("bank_id")
        .annotate(amount=Sum("principal"), borrowers=Count("borrower_id", distinct=True))
    )
    return {row["bank_id"]: (row["amount"], row["borrowers"]) for row in rows}


def violations_of(year: int) -> dict[UUID, int]:
    """Bank → confirmed violations of that year."""
    rows = EVALUATION["violations"].rows(Span(date(year, 1, 1), date(year, 12, 31)))
    return dict(rows.order_by().values_list("bank_id").annotate(n=Count("id")))


def inputs_of(year: int) -> dict[str, Any]:
    """Everything the evaluation of `year` rests on; `banks` has the shape of the trial calculation `evaluate`."""
    this, last, violations = lending_of(year), lending_of(year - 1), violations_of(year)
    before = unqualified_years(year)
    rows = []
    for bank in banks_of(year):
        amount, borrowers = this.get(bank.pk, (ZERO, 0))
        last_amount, last_borrowers = last.get(bank.pk, (None, None))
        rows.append(
            {
                "bank": str(bank.pk),
                "amount": str(amount),
                "borrowers": borrowers,
                "last_amount": None if last_amount is None else str(last_amount),
                "last_borrowers": last_borrowers,
                "violations": violations.get(bank.pk, 0),
                "unqualified_years": before.get(bank.pk, []),
            }
        )
    return {"year": year, "banks": rows}


def newest_filed() -> "QuerySet[Evaluation]":
    """The filed evaluation of each year that counts: a correction replaces the one before it."""
    newest = (
        Evaluation.objects.filter(scheme=OuterRef("scheme"), year=OuterRef("year"), state=FILED)
        .order_by()
        .values("year")
        .annotate(last=Max("revision"))
        .values("last")
    )
    return Evaluation.objects.filter(state=FILED, revision=Subquery(newest))


def unqualified_years(before: int) -> dict[UUID, list[int]]:
    """Bank → the years before that one in which it was unqualified."""
    lines = EvaluationLine.objects.filter(
        evaluation__in=newest_filed(), evaluation__year__lt=before, grade=EvaluationLine.Grade.UNQUALIFIED
    )
    found: dict[UUID, list[int]] = {}
    for bank_id, year in lines.order_by("evaluation__year").values_list("bank_id", "evaluation__year"):
        found.setdefault(bank_id, []).append(year)
    return found


def strikes_open() -> "QuerySet[EvaluationLine]":
    """Banks whose membership is to be cancelled and is not yet (24); one that was admitted again has paid for it."""
    ended = Tenure.objects.filter(bank=OuterRef("bank"), ended_on__gte=OuterRef("evaluation__filed_on"))
    rows = EvaluationLine.objects.filter(
        evaluation__in=newest_filed(), second_strike=True, bank__cancelled_on__isnull=True
    ).exclude(Exists(ended))
    return rows.select_related("bank", "evaluation")


def visible_to(user: User) -> "QuerySet[Evaluation]":
    """Drafts only for those who prepare and check them; nothing for banks and for those who keep the system."""
    if not permissions.may_read(user)[0]:
        return Evaluation.objects.none()
    rows = Evaluation.objects.select_related("made_by", "filed_by")
    return rows if permissions.may_read_drafts(user)[0] else rows.filter(state=FILED)


def results_of(bank_id: UUID) -> "QuerySet[EvaluationLine]":
    """One bank's own lines of what was filed: all that a bank ever sees of an evaluation.

    The evaluation holds every bank's figures, so a bank's context does not see it; who reads these rows opens the
    scope for them (`Listing.within`).
    """
    lines = EvaluationLine.objects.filter(bank_id=bank_id, evaluation__in=newest_filed())
    return lines.select_related("evaluation").defer("evaluation__inputs")
