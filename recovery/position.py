"""资金头寸: where the pool's money stands, what is on its way out and in, and how the months ahead look.

Every figure is a sum over cases of one kind; `cases` gives those behind it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import periods
from claims.models import Claim, FundingPlan, PapersPacket, PlanItem, Upgrade
from pool.ledger import services as ledger
from pool.ledger.models import Appropriation
from pool.money import ZERO, total
from pool.rulebook import Edition
from pool.selectors import edition, refs
from pool.workdays import Calendar
from recovery import account
from recovery.models import Return
from recovery.months import name as month_name

MONTHS_AHEAD = 6
State = Claim.State


@dataclass(frozen=True)
class Kind:
    """One kind of case: how it is called, its rows, and its amount's and its day's column."""

    key: str
    label: str
    rows: "QuerySet[Any]"
    amount: str
    day: str
    bank: str
    number: str
    page: Callable[[Any], str]
    comes_in: bool = False


@dataclass(frozen=True)
class Figure:
    kind: Kind
    count: int
    amount: Decimal

    @property
    def url(self) -> str:
        return reverse("recovery:position_cases", args=[self.kind.key])


def kinds() -> list[Kind]:
    """From the nearest to the account to the farthest."""
    packet = PapersPacket.objects.filter(plan=OuterRef("plan"), bank=OuterRef("bank"))
    reserved = PlanItem.objects.filter(
        dropped_on=None, plan__state=FundingPlan.State.ISSUED, claim__state__in=[State.PLANNED, State.INSTRUCTED]
    ).annotate(pay_by=Subquery(packet.values("pay_by")[:1]), papers_by=Subquery(packet.values("papers_by")[:1]))
    of_claim: dict[str, Any] = {"amount": "amount", "bank": "bank", "number": "number", "page": _loan_page}
    return [
        Kind(
            "reserved", _("已预留（已列计划未拨付）"), reserved, "amount", "pay_by", "bank", "claim.number",
            lambda item: reverse("loans:detail", args=[item.claim.loan_id]),
        ),
        Kind("cleared", _("公示期满待列计划"), _claims(State.CLEARED), day="decided_on", **of_claim),
        Kind("publicised", _("公示中"), _claims(State.PUBLICISED), day="decided_on", **of_claim),
        Kind("approved", _("审核通过待公示"), _claims(State.APPROVED), day="decided_on", **of_claim),
        Kind(
            "reviewing", _("审核中"), _claims(State.REVIEWING, State.RE_EXAMINING, State.HELD), day="decide_by",
            **of_claim,
        ),
        Kind("claimed", _("已申请待审核"), _claims(State.SUBMITTED), day="decide_by", **of_claim),
        Kind(
            "returns", _("应返还未到账"),
            Return.objects.filter(state__in=[Return.State.DUE, Return.State.RECEIPT_ENTERED]), "amount", "due_on",
            "bank", "number", lambda row: reverse("recovery:return", args=[row.pk]), comes_in=True,
        ),
        Kind(
            "refunds", _("上调退回未到账"), Upgrade.objects.filter(state__in=Upgrade.OWED), "refund_due", "refund_by",
            "bank", "claim.number", lambda row: reverse("claims:upgrade", args=[row.pk]), comes_in=True,
        ),
    ]  # fmt: skip


def _claims(*states: str) -> "QuerySet[Claim]":
    return Claim.objects.filter(state__in=states)


def _loan_page(claim: Claim) -> str:
    return reverse("loans:detail", args=[claim.loan_id])


def cases(key: str) -> tuple[Kind, "QuerySet[Any]"] | None:
    """One kind's rows with what their table shows."""
    kind = next((one for one in kinds() if one.key == key), None)
    if kind is None:
        return None
    related = ["bank", "claim__loan"] if "." in kind.number else ["bank", "loan"]
    return kind, kind.rows.select_related(*related)


# ---- now ------------------------------------------------------------------------------------------------------------


@dataclass
class Position:
    on: date
    cash: Decimal
    reserved: Decimal
    suspense: Decimal
    outstanding: Decimal
    appropriated: Decimal
    appropriations_waiting: Decimal
    figures: list[Figure]
    months: list["Month"] = field(default_factory=list)

    @property
    def available(self) -> Decimal:
        """What a new plan may promise."""
        return self.cash - self.suspense - self.reserved

    @property
    def room(self) -> Decimal:
        """What may be planned before the pool's size is reached (7.2)."""
        money = periods.PoolMoney(self.cash, self.reserved, self.outstanding, ZERO)
        return periods.room_under_ceiling(edition(), money)

    @property
    def wanted(self) -> Decimal:
        """What is on its way and not reserved yet."""
        return total(one.amount for one in self.figures if not one.kind.comes_in and one.kind.key != "reserved")


def position(on: date) -> Position:
    held = ledger.balances()
    waiting = Appropriation.objects.filter(confirmed_on=None, withdrawn_on=None)
    found = Position(
        on=on,
        cash=held.get("cash", ZERO),
        reserved=held.get("reserved", ZERO),
        suspense=account.in_suspense(),
        outstanding=ledger.outstanding(),
        appropriated=-held.get("appropriation", ZERO),
        appropriations_waiting=waiting.aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"],
        figures=[figure(kind) for kind in kinds()],
    )
    found.months = forecast(found, on)
    return found


def figure(kind: Kind) -> Figure:
    sums = kind.rows.aggregate(count=Count("pk"), sum=Coalesce(Sum(kind.amount), ZERO))
    return Figure(kind, sums["count"], Decimal(sums["sum"]))


# ---- the months ahead -----------------------------------------------------------------------------------------------


@dataclass
class Month:
    """What is expected to leave and to come in, and the cash at its end, money held for others put aside."""

    first: date
    out: Decimal = ZERO
    into: Decimal = ZERO
    cash: Decimal = ZERO

    @property
    def name(self) -> str:
        return month_name(self.first)


def forecast(found: Position, on: date) -> list[Month]:
    """By the real deadlines, every case on its last day; what is overdue, today. What lies beyond is left out."""
    months = [Month(first) for first in _firsts(on)]
    by_month = {one.first: one for one in months}
    expected = Expected(edition(), refs(on).calendar, on)
    for kind in (one.kind for one in found.figures):
        for day, amount in expected.of(kind):
            month = by_month.get(day.replace(day=1))
            if month is not None and kind.comes_in:
                month.into += amount
            elif month is not None:
                month.out += amount
    cash = found.cash - found.suspense
    for month in months:
        cash += month.into - month.out
        month.cash = cash
    return months


def _firsts(on: date) -> list[date]:
    firsts = [on.replace(day=1)]
    while len(firsts) < MONTHS_AHEAD:
        firsts.append(_next(firsts[-1]))
    return firsts


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


class Expected:
    """The day on which each case moves money, by the periods of the rules taken to their last day."""

    def __init__(self, book: Edition, calendar: Calendar, on: date) -> None:
        self.book, self.calendar, self.on = book, calendar, on
        self.known: dict[tuple[str, date], date] = {}

    def of(self, kind: Kind) -> Iterable[tuple[date, Decimal]]:
        """(day, amount) of a kind's rows, one for each day of the stored ones."""
        days: Sequence[str] = (kind.day, "papers_by") if kind.key == "reserved" else (kind.day,)
        rows = kind.rows.order_by().values_list(*days).annotate(sum=Coalesce(Sum(kind.amount), ZERO))
        for *stored, amount in rows:
            yield self._day(kind.key, stored), Decimal(amount)

    def _day(self, key: str, stored: list[date | None]) -> date:
        day = max(stored[0] or self.on, self.on)
        if key == "reserved" and stored[0] is None:
            return self._once("papers", max(stored[1] or self.on, self.on), self._paid)
        if key in ("reserved", "returns", "refunds"):
            return day
        if key in ("claimed", "reviewing"):
            return self._once(key, day, self._published)
        begin = self._published if key in ("approved", "publicised") else self._planned
        return self._once(key, self.on, begin)

    def _once(self, key: str, day: date, reckon: Callable[[date], date]) -> date:
        if (key, day) not in self.known:
            self.known[key, day] = reckon(day)
        return self.known[key, day]

    def _published(self, day: date) -> date:
        return self._planned(periods.publicity_window(self.book, self.calendar, day).closes_on)

    def _planned(self, day: date) -> date:
        return self._paid(periods.papers_window(self.book, self.calendar, day).closes_on)

    def _paid(self, day: date) -> date:
        return periods.payment_window(self.book, self.calendar, day).closes_on
