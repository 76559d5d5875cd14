"""What the services of this room share: the standing determination and its claim, audit rows, the loan's end."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from loans.models import Determination, Loan
from pool import audit, moves
from pool.errors import Refused
from pool.models import User
from pool.money import ZERO
from pool.numbering import next_number
from pool.selectors import edition
from recovery.models import Closing

BANK_MAKER, BANK_CHECKER = "bank_maker", "bank_checker"
SECOND_INSTITUTION = "20(4)"
"""Both institutions settle the accounts and close; the rulebook has no executable provision for it."""


def article(slug: str) -> str:
    return edition()[slug].article


def determination_of(loan: Loan) -> Determination:
    """The determination that stands; without one there is nothing to recover."""
    found: Determination | None = Determination.objects.filter(loan=loan, ended_on__isnull=True).first()
    if found is None:
        raise no_determination()
    return found


def no_determination() -> Refused:
    return Refused("not_non_performing", _("该项目没有有效的不良认定，无需上报清收。"), article("return_formula"))


def claim_of(determination_id: UUID) -> Claim | None:
    """The claim that is alive, or paid, for this determination; locked after its loan and before what hangs on it."""
    live = Claim.objects.filter(determination_id=determination_id, state__in=Claim.LIVE)
    rows = live.select_for_update(of=("self",)).filter(pk__in=list(live.values_list("pk", flat=True)))
    found: Claim | None = rows.first()
    return found


def paid_claim_of(loan: Loan) -> Claim:
    """The paid claim of the determination that stands."""
    claim = claim_of(determination_of(loan).pk)
    if claim is None or claim.state != Claim.State.PAID:
        raise Refused("not_compensated", _("该项目尚未获得风险补偿。"), article("return_formula"))
    return claim


def compensation_of(claim: Claim) -> tuple[Decimal, Decimal]:
    """What was paid, and the ratio it was paid at."""
    if claim.amount is None or claim.ratio is None:
        raise Refused("claim_without_amount", _("该项目的补偿金额尚未核定。"))
    return claim.amount, claim.ratio


def total(rows: "models.QuerySet[Any]", field: str) -> Decimal:
    found = rows.aggregate(total=models.Sum(field))["total"]
    return Decimal(found) if found is not None else ZERO


def number(prefix: str, on: date) -> str:
    return f"{prefix}{on.year}{next_number(prefix, on.year):06d}"


def born(row: Any, *, by: User | None, on: date) -> None:
    """The first line of a row's story: the state it came to life in."""
    moves.log(row, field="state", source="", target=row.state, by=by, on=on)


def no_open_closing(loan: Loan, *, but: UUID | None = None) -> None:
    """One closing at a time."""
    if Closing.objects.filter(loan=loan).exclude(state__in=Closing.ENDED).exclude(pk=but).exists():
        raise Refused("closing_open", _("该项目已有正在办理的结项。"))


def close_loan(loan: Loan, *, by: User | None, on: date, article: str, reason: str) -> None:
    """The loan's last move; the caller holds its lock."""
    moves.move(loan, "close", by=by, on=on, article=article, reason=reason, closed_on=on)


def note(
    action: str,
    row: models.Model,
    *,
    by: User | None,
    on: date,
    after: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    article: str = "",
    reason: str = "",
) -> None:
    """The audit row of a change of this room."""
    audit.record(f"recovery.{action}", row, by=by, on=on, before=before, after=after, article=article, reason=reason)
