"""The pool's money on a day and in a period, from the ledger's entries."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from pool.ledger.models import Account, Entry

ZERO = Decimal("0.00")
Kind = Account.Kind

#: What the ledger books with the other sign than people say it.
TURNED = frozenset({Kind.APPROPRIATION, Kind.RETURNS, Kind.REFUNDS, Kind.CLAWBACKS, Kind.INTEREST, Kind.SUSPENSE})
NAMES = {
    Kind.APPROPRIATION: "appropriated",
    Kind.COMPENSATION: "paid",
    Kind.RETURNS: "returned",
    Kind.REFUNDS: "refunded",
    Kind.CLAWBACKS: "clawed_back",
    Kind.INTEREST: "interest",
    Kind.FEES: "fees",
    Kind.SUSPENSE: "suspense",
    Kind.CASH: "cash",
    Kind.RESERVED: "reserved",
}
#: What people call them, in the order they are printed.
WORDS = {
    "appropriated": _("财政拨款"),
    "paid": _("支付补偿"),
    "returned": _("清收返还"),
    "refunded": _("上调退回"),
    "clawed_back": _("违规追回"),
    "outstanding": _("补偿净额（支付−返还−退回−追回）"),
    "interest": _("利息收入"),
    "fees": _("手续费"),
    "suspense": _("待查款项"),
    "cash": _("专户存款"),
    "reserved": _("已预留"),
    "available": _("可用资金（存款−待查款−预留）"),
}


def position(on: date) -> dict[str, Decimal]:
    """The balances at the end of a day, summed by kind of account."""
    return _by_kind(Entry.objects.filter(transaction__occurred_on__lte=on))


def flows(starts_on: date, ends_on: date) -> dict[str, Decimal]:
    """What moved in the period, by kind of account."""
    return _by_kind(Entry.objects.filter(transaction__occurred_on__range=(starts_on, ends_on)))


def _by_kind(entries: Any) -> dict[str, Decimal]:
    sums = dict(entries.order_by().values_list("account__kind").annotate(sum=Sum("amount")))
    found = {name: _said(kind, sums.get(kind, ZERO)) for kind, name in NAMES.items()}
    found["available"] = found["cash"] - found["suspense"] - found["reserved"]
    found["outstanding"] = found["paid"] - found["returned"] - found["refunded"] - found["clawed_back"]
    return found


def _said(kind: str, amount: Decimal) -> Decimal:
    return -amount if kind in TURNED and amount else amount


def by_bank(kind: str, starts_on: date, ends_on: date) -> dict[UUID, Decimal]:
    """Bank → what moved in its account of this kind."""
    entries = Entry.objects.filter(account__kind=kind, transaction__occurred_on__range=(starts_on, ends_on))
    sums = entries.order_by().values_list("account__subject").annotate(sum=Sum("amount"))
    return {bank: _said(kind, amount) for bank, amount in sums}
