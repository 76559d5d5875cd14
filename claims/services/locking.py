"""How every service of the room begins: rows locked in one order, and what was seen compared with what is.

The order is Standing(bank) → Loan → Claim → plan, packet, payment → ledger; each service takes a part of it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from banks import standing
from claims.models import Claim
from loans.models import Loan
from pool import audit
from pool.errors import Stale
from pool.models import User

M = TypeVar("M", bound=models.Model)


def loan(loan_id: UUID, *, with_standing: bool = False) -> Loan:
    if with_standing:
        standing.lock(Loan.objects.only("bank_id").get(pk=loan_id).bank_id)
    return Loan.objects.select_for_update().get(pk=loan_id)


def loans(loan_ids: Iterable[UUID]) -> dict[UUID, Loan]:
    """Several loans by ascending key."""
    return {row.pk: row for row in Loan.objects.select_for_update().filter(pk__in=list(loan_ids)).order_by("pk")}


def claim(claim_id: UUID, *, with_standing: bool = False) -> Claim:
    """The claim, with its loan (locked too) and its determination at hand."""
    known = Claim.objects.only("bank_id", "loan_id").get(pk=claim_id)
    held = loan(known.loan_id, with_standing=with_standing)
    found = Claim.objects.select_for_update(of=("self",)).select_related("determination", "bank").get(pk=claim_id)
    found.loan = held
    return found


def claims(claim_ids: Iterable[UUID], *, with_standing: bool = False) -> list[Claim]:
    """Several claims, each kind of row locked by ascending key, so that two services cannot wait for each other."""
    known = list(Claim.objects.filter(pk__in=list(claim_ids)).only("bank_id", "loan_id").order_by("pk"))
    if with_standing:
        for bank_id in sorted({one.bank_id for one in known}):
            standing.lock(bank_id)
    held = loans(one.loan_id for one in known)
    found = list(
        Claim.objects.select_for_update(of=("self",))
        .filter(pk__in=[one.pk for one in known])
        .select_related("determination", "bank")
        .order_by("pk")
    )
    for one in found:
        one.loan = held[one.loan_id]
    return found


def row(model: type[M], key: UUID, *related: str) -> M:
    """A plan, packet, payment, publicity, objection or upgrade; locked after the claims."""
    rows: Any = model._default_manager.select_for_update(of=("self",))
    # Without names `select_related()` follows every key, and a bank may not see what stands behind some of them.
    found: M = (rows.select_related(*related) if related else rows).get(pk=key)
    return found


def check(row: Any, version: int) -> None:
    """What the person saw is what is there, or the answer is to look again."""
    if row.version != version:
        raise Stale()


def keep(row: Any, *fields: str) -> None:
    """Save changed fields that are no move of the state; the version tells readers that something changed."""
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def state_of(row: Any) -> dict[str, Any]:
    return {"state": row.state, "version": row.version}


def note(
    action: str,
    row: models.Model,
    *,
    by: User | None,
    on: date,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    article: str = "",
    reason: str = "",
) -> None:
    """The audit row of a change of this room."""
    audit.record(f"claims.{action}", row, by=by, on=on, before=before, after=after, article=article, reason=reason)
