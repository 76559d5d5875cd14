"""A bank's statement: what the ledger says of it in a quarter, and who may see which statements."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from claims.models import Claim
from evaluation.models import Statement
from pool.ledger.models import Account, Entry
from pool.models import BANK_ROLES, User

STATEMENT_ARTICLE = "10.3(3)"
"""The finance centre keeps the special account's books and reconciles them with the banks."""
Kind = Account.Kind
ZERO = Decimal("0.00")
#: How each account's entry counts in a bank's balance, and the figure that it belongs to.
FIGURES = {
    Kind.COMPENSATION: "paid", Kind.RETURNS: "returned", Kind.REFUNDS: "refunded", Kind.CLAWBACKS: "refunded"
}  # fmt: skip


def visible_to(user: User) -> "QuerySet[Statement]":
    """The public bodies see all; a bank its own, once they are issued."""
    rows = Statement.objects.visible_to(user).select_related("bank", "made_by", "issued_by", "answered_by")
    return rows.exclude(state=Statement.State.DRAFT) if user.role in BANK_ROLES else rows


def _entries(bank_id: UUID) -> "QuerySet[Entry]":
    return Entry.objects.filter(account__kind__in=FIGURES, account__subject=bank_id)


def balance_before(bank_id: UUID, day: date) -> Decimal:
    """Compensation paid less what came back, before this day. Returns and refunds are booked with a minus."""
    found = _entries(bank_id).filter(transaction__occurred_on__lt=day).aggregate(sum=Sum("amount"))["sum"]
    return found or ZERO


def lines(bank_id: UUID, starts_on: date, ends_on: date) -> list[dict[str, Any]]:
    """Every movement of the quarter in the order of its value date, as plain values that a hash can stand on."""
    rows = list(
        _entries(bank_id)
        .filter(transaction__occurred_on__range=(starts_on, ends_on))
        .select_related("account", "transaction")
        .order_by("transaction__occurred_on", "transaction_id", "pk")
    )
    claims = {
        claim.pk: claim
        for claim in Claim.objects.filter(pk__in={row.subject for row in rows if row.subject}).select_related("loan")
    }
    return [_line(row, claims.get(row.subject)) for row in rows]


def _line(row: Entry, claim: Claim | None) -> dict[str, Any]:
    amount = row.amount if row.account.kind == Kind.COMPENSATION else -row.amount
    return {
        "on": row.transaction.occurred_on.isoformat(),
        "figure": FIGURES[Kind(row.account.kind)],
        "claim": claim.number if claim else "",
        "loan": claim.loan.loan_number if claim else "",
        "borrower": claim.loan.borrower_name if claim else "",
        "reference": row.transaction.reference,
        "voucher": row.transaction_id,
        "amount": f"{amount:.2f}",
    }


def sums(found: list[dict[str, Any]]) -> dict[str, Decimal]:
    totals = dict.fromkeys(FIGURES.values(), ZERO)
    for line in found:
        totals[line["figure"]] += Decimal(line["amount"])
    return totals


def banks_with_money(ends_on: date) -> list[UUID]:
    """The banks that the ledger has an entry for, up to that day."""
    rows = Entry.objects.filter(account__kind__in=FIGURES, transaction__occurred_on__lte=ends_on)
    return sorted(set(rows.order_by().values_list("account__subject", flat=True)))
