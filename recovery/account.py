"""Reads of the special account (10.3(3)): lines not yet explained, movements of the ledger not yet on a statement, and
how the two balances agree."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from claims.models import PapersPacket, Payment, Upgrade
from pool.ledger import chart
from pool.ledger.models import Appropriation, Entry, LedgerTransaction
from pool.money import ZERO, total
from recovery import selectors, terms
from recovery.matching import Moved, Movement
from recovery.models import (
    AccountLine,
    AccountStatement,
    Clawback,
    ClawbackReceipt,
    LineVoucher,
    Return,
    SuspenseUse,
)

TRANSFERS = frozenset({"payment", "came-back"})
"""Whose vouchers name the transfer as their subject."""
Kind = LedgerTransaction.Kind
State = AccountLine.State


def statements() -> "QuerySet[AccountStatement]":
    """With how many lines they have and how many of them still wait."""
    waiting = Count("lines", filter=~Q(lines__state=State.MATCHED))
    return AccountStatement.objects.select_related("made_by", "file").annotate(count=Count("lines"), waiting=waiting)


def last_statement() -> AccountStatement | None:
    found: AccountStatement | None = AccountStatement.objects.order_by("-ends_on", "-id").first()
    return found


def open_lines() -> "QuerySet[AccountLine]":
    return AccountLine.objects.filter(state=State.OPEN)


def cancelling(line: AccountLine) -> "QuerySet[AccountLine]":
    """Open lines that bring the same amount the other way, the nearest day first to be looked at."""
    return open_lines().filter(amount=-line.amount).select_related("statement").order_by("-booked_on", "pk")


def moved(line: AccountLine) -> Moved:
    return Moved(str(line.pk), line.amount, line.reference, line.value_date)


# --- movements of the ledger ------------------------------------------------------------------------------------------


def unmatched_movements(until: date | None = None) -> list[Movement]:
    """What moved the special account's money by the ledger and stands on no line yet; one transfer is one movement."""
    return movements(_unmatched(until))


def _unmatched(until: date | None) -> "QuerySet[LedgerTransaction]":
    """With a day: what was posted by it and is on no line of the days up to it."""
    matched = LineVoucher.objects.filter(transaction=OuterRef("pk"), dropped=False)
    seen = matched if until is None else matched.filter(line__booked_on__lte=until)
    of_first = LineVoucher.objects.filter(transaction=OuterRef("reverses"), dropped=False)
    rows = LedgerTransaction.objects.filter(~Exists(seen))
    # A voucher and its reversal, neither of which ever reached the bank, are nothing to look for.
    rows = rows.exclude(Q(reversed_by__isnull=False) & ~Exists(matched))
    rows = rows.exclude(Q(kind=Kind.REVERSAL) & ~Exists(of_first))
    return rows if until is None else rows.filter(occurred_on__lte=until)


def movements(rows: "QuerySet[LedgerTransaction]") -> list[Movement]:
    cash = Q(entries__account__code=chart.CASH)
    moving = rows.filter(cash).annotate(cash=Sum("entries__amount", filter=cash)).order_by("occurred_on", "id")
    groups: dict[Any, list[LedgerTransaction]] = {}
    for one in moving:
        groups.setdefault(_of_one_transfer(one), []).append(one)
    pages = _pages(groups.values())
    return [
        Movement(
            vouchers=tuple(one.pk for one in group),
            amount=total(one.cash for one in group),
            reference=group[0].reference,
            occurred_on=group[0].occurred_on,
            label=str(group[0].get_kind_display()),
            url=pages.get(group[0].pk, ""),
        )
        for group in groups.values()
    ]


def _of_one_transfer(one: LedgerTransaction) -> Any:
    """Vouchers of several claims are one movement where one transfer took them out, or brought them back."""
    return (one.kind, one.subject) if one.kind in {Kind.PAYMENT, Kind.REVERSAL} and one.subject else one.pk


def _pages(groups: Iterable[list[LedgerTransaction]]) -> dict[int, str]:
    """voucher → the page of the case it belongs to, in three questions."""
    firsts = {group[0].key: group[0] for group in groups}
    keys: dict[str, dict[str, int]] = {}
    for key, one in firsts.items():
        what, _colon, pk = key.partition(":")
        keys.setdefault(what, {})[str(one.subject) if what in TRANSFERS else pk] = one.pk
    found = {}
    for what in TRANSFERS & keys.keys():
        packets = Payment.objects.filter(pk__in=keys[what]).values_list("pk", "packet_id")
        for pk, packet in packets:
            found[keys[what][str(pk)]] = reverse("claims:packet", args=[packet])
    receipts = ClawbackReceipt.objects.filter(pk__in=keys.get("clawback", {})).values_list("pk", "clawback_id")
    for pk, clawback in receipts:
        found[keys["clawback"][str(pk)]] = reverse("recovery:clawback", args=[clawback])
    places = {"return": "recovery:return", "refund": "claims:upgrade", "appropriation": "appropriation"}
    for what, place in places.items():
        for pk, voucher in keys.get(what, {}).items():
            found[voucher] = reverse(place, args=[pk])
    return found


def vouchers_of(line: AccountLine) -> list[Movement]:
    """The movements that the line was found to be, or is said to be."""
    tied = LineVoucher.objects.filter(line=line, dropped=False).values("transaction")
    return movements(LedgerTransaction.objects.filter(pk__in=tied))


# --- what a line may be before it is in the ledger --------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """A case that waits for money to move: a transfer instructed, a return, refund or clawback owed, an appropriation
    entered, suspense to be paid back; or a transfer posted, whose money may come back."""

    kind: str
    pk: UUID
    label: str
    who: str
    amount: Decimal
    url: str
    version: int
    is_ours: bool = False


def waiting_for(line: AccountLine) -> list[Waiting]:
    """Cases of this amount and direction that no voucher stands for yet."""
    found = _transfers(line) if line.amount < 0 else _arrivals(line)
    told = [replace(one, is_ours=one.label in line.remark or one.who in line.counterparty) for one in found]
    return sorted(told, key=lambda one: not one.is_ours)


def _transfers(line: AccountLine) -> Iterable[Waiting]:
    rows = Payment.objects.filter(state=Payment.State.INSTRUCTED, amount=-line.amount).select_related("bank")
    for row in rows.order_by("pk"):
        url = reverse("claims:packet", args=[row.packet_id])
        yield Waiting("payment", row.pk, row.number, row.bank.name, row.amount, url, row.version)
    uses = SuspenseUse.objects.filter(state=SuspenseUse.State.AGREED, amount=-line.amount).select_related("line")
    for use in uses.exclude(pk__in=AccountLine.objects.filter(use__isnull=False).values("use")).order_by("pk"):
        who = use.line.counterparty
        yield Waiting("pay_back", use.pk, use.number, who, use.amount, use.get_absolute_url(), use.version)


def _arrivals(line: AccountLine) -> Iterable[Waiting]:
    returns = Return.objects.filter(state=Return.State.DUE, amount=line.amount).select_related("bank")
    for row in returns.order_by("due_on", "pk"):
        url = reverse("recovery:return", args=[row.pk])
        yield Waiting("return", row.pk, row.number, row.bank.name, row.amount, url, row.version)
    refunds = Upgrade.objects.filter(state=Upgrade.State.APPROVED, refund_due=line.amount).select_related("bank")
    for row in refunds.order_by("pk"):
        url = reverse("claims:upgrade", args=[row.pk])
        yield Waiting("refund", row.pk, row.claim.number, row.bank.name, row.refund_due, url, row.version)
    yield from _clawbacks(line)
    budget = Appropriation.objects.filter(confirmed_on=None, withdrawn_on=None, amount=line.amount)
    for row in budget.order_by("on", "pk"):
        yield Waiting(
            "appropriation", row.pk, row.number, row.document, row.amount, row.get_absolute_url(), row.version
        )
    sent = Payment.objects.filter(state=Payment.State.POSTED, amount=line.amount, value_date__lte=line.value_date)
    told = AccountLine.objects.filter(payment__isnull=False).values("payment")
    for row in sent.exclude(pk__in=told).select_related("bank").order_by("-value_date", "pk"):
        url = reverse("claims:packet", args=[row.packet_id])
        yield Waiting("bounce", row.pk, row.number, row.bank.name, row.amount, url, row.version)


def _clawbacks(line: AccountLine) -> Iterable[Waiting]:
    """All that is owed on the line's day; or a part of it, where the line names the bank or the clawback (28)."""
    rows = Clawback.objects.filter(state=Clawback.State.DUE, decided_on__lte=line.value_date).select_related("bank")
    entered = ClawbackReceipt.objects.filter(state=ClawbackReceipt.State.ENTERED).values("clawback")
    for row in rows.exclude(pk__in=entered).order_by("due_on", "pk"):
        receipts = selectors.receipts_of(row)
        if receipts and line.value_date < receipts[-1].received_on:
            continue
        owed = terms.clawback_due(row, receipts, line.value_date).total
        named = row.number in line.remark or row.bank.name in line.counterparty
        if line.amount == owed or (named and line.amount < owed):
            yield Waiting(
                "clawback", row.pk, row.number, row.bank.name, line.amount, row.get_absolute_url(), row.version
            )


# --- money held for others --------------------------------------------------------------------------------------------


def suspense_lines() -> "QuerySet[AccountLine]":
    """Lines whose money was put into suspense, with what has been said of it (`said`) and what is left (`left`)."""
    live = SuspenseUse.objects.filter(line=OuterRef("pk")).exclude(state=SuspenseUse.State.WITHDRAWN)
    said = live.order_by().values("line").annotate(sum=Sum("amount")).values("sum")
    rows = AccountLine.objects.filter(explanation__in=AccountLine.SUSPENSE, state=State.MATCHED)
    return rows.annotate(said=Coalesce(Subquery(said), ZERO)).annotate(left=F("amount") - F("said"))


def in_suspense() -> Decimal:
    """What the ledger holds for others."""
    held = Entry.objects.filter(account__code=chart.SUSPENSE).aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"]
    return -Decimal(held)


def returns_for(line: AccountLine, left: Decimal) -> "QuerySet[Return]":
    """Returns that the rest of a line's suspense could be set against, the most urgent first."""
    rows = Return.objects.filter(state=Return.State.DUE, amount__lte=left).select_related("bank", "loan")
    return rows.order_by("due_on", "pk")


def refunds_for(left: Decimal) -> "QuerySet[Upgrade]":
    """Refunds after an upgrade that the rest of a line's suspense would pay."""
    live = SuspenseUse.objects.filter(upgrade=OuterRef("pk")).exclude(state=SuspenseUse.State.WITHDRAWN)
    rows = Upgrade.objects.filter(~Exists(live), state=Upgrade.State.APPROVED, refund_due__lte=left)
    return rows.select_related("bank", "loan").order_by("refund_by", "pk")


# --- do the two balances agree? ---------------------------------------------------------------------------------------


@dataclass
class Agreement:
    """银行存款余额调节表 as of the statements' last day: each balance, adjusted by what only the other has."""

    on: date
    by_bank: Decimal
    by_ledger: Decimal
    bank_lacks: list[Movement] = field(default_factory=list)
    ledger_lacks: list[AccountLine] = field(default_factory=list)

    @property
    def bank_adjusted(self) -> Decimal:
        return self.by_bank + total(one.amount for one in self.bank_lacks)

    @property
    def ledger_adjusted(self) -> Decimal:
        return self.by_ledger + total(line.amount for line in self.ledger_lacks)

    @property
    def difference(self) -> Decimal:
        return self.bank_adjusted - self.ledger_adjusted


def agreement(until: date | None = None) -> Agreement | None:
    """As of the statements' last day, or of an earlier one; None before the first statement."""
    first, last = AccountStatement.objects.order_by("starts_on").first(), last_statement()
    if first is None or last is None:
        return None
    on = last.ends_on if until is None else until
    entries = Entry.objects.filter(account__code=chart.CASH, transaction__occurred_on__lte=on)
    lines = AccountLine.objects.filter(booked_on__lte=on)
    posted = LineVoucher.objects.filter(line=OuterRef("pk"), dropped=False, transaction__occurred_on__lte=on)
    lacking = lines.filter(~Exists(posted)).select_related("statement")
    return Agreement(
        on=on,
        by_bank=first.opening + _sum(lines),
        by_ledger=_sum(entries),
        bank_lacks=unmatched_movements(on),
        ledger_lacks=list(lacking.order_by("booked_on", "position")),
    )


def _sum(rows: "QuerySet[Any]") -> Decimal:
    return Decimal(rows.aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"])


# --- plan = paid = ledger = statement ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """One bank's part of one plan: what was promised, ordered, posted and seen on the account."""

    packet: PapersPacket
    payment: Payment | None
    posted: Decimal
    seen: Decimal

    @property
    def planned(self) -> Decimal:
        amount: Decimal = self.packet.total
        return amount

    @property
    def ordered(self) -> Decimal:
        return self.payment.amount if self.payment else ZERO

    @property
    def is_whole(self) -> bool:
        return self.planned == self.ordered == self.posted == self.seen

    @property
    def state(self) -> str:
        if self.is_whole:
            return "agrees"
        return "differs" if self.payment and self.payment.state == Payment.State.POSTED else "open"


def proofs(packets: Iterable[PapersPacket]) -> list[Proof]:
    """Four figures for each packet, in three questions."""
    rows = list(packets)
    live = Payment.objects.filter(packet__in=rows).exclude(state=Payment.State.FAILED)
    payments = {one.packet_id: one for one in live}
    keys = [one.pk for one in payments.values()]
    out = Q(account__code=chart.CASH, transaction__kind=Kind.PAYMENT, transaction__subject__in=keys)
    entries = Entry.objects.filter(out)
    posted = _by_payment(entries)
    seen = _by_payment(entries.filter(transaction__in=seen_vouchers()))
    return [
        Proof(row, payment, posted.get(key, ZERO), seen.get(key, ZERO))
        for row in rows
        for payment in [payments.get(row.pk)]
        for key in [payment.pk if payment else None]
    ]


def seen_vouchers() -> "QuerySet[LineVoucher]":
    matched = LineVoucher.objects.filter(dropped=False, line__state=State.MATCHED)
    return matched.values("transaction")


def _by_payment(entries: "QuerySet[Entry]") -> dict[Any, Decimal]:
    rows = entries.values(key=F("transaction__subject")).annotate(sum=Sum("amount")).order_by()
    return {row["key"]: -row["sum"] for row in rows}
