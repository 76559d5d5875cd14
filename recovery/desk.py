"""A quarter's desk (10.2(3), 19(6)): reports, receipts and the ledger of each project side by side, what
differs between them in words, and which live projects are silent."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from claims.models import Claim, Upgrade
from loans.models import Loan
from pool import clock
from pool.formats import yuan
from pool.ledger import chart
from pool.ledger.models import Account, Entry
from pool.money import ZERO
from pool.rules import add_months, quarter_name, quarter_start
from recovery import account, terms
from recovery.models import AccountLine, Chaser, Clawback, Recovery, Return, Settlement
from recovery.selectors import booked_on

QUARTERS_SHOWN = 8
MONEY = DecimalField(max_digits=18, decimal_places=2)
FIGURES = ("opening", "in_window", "due", "received", "seen", "posted", "owed", "overdue", "entered")
"""The columns that are summed."""


def quarters(on: date) -> list[date]:
    """First days of the quarters that the desk shows, this one first."""
    return terms.quarters_before(on, QUARTERS_SHOWN)


def chosen_quarter(word: str, on: date) -> date:
    """The quarter of that name, this one where the name says nothing."""
    return next((one for one in quarters(on) if quarter_name(one) == word), quarter_start(on))


def ends_before(quarter: date) -> date:
    """The first day that no longer belongs to it."""
    return add_months(quarter_start(quarter), 3)


# --- one row a project ------------------------------------------------------------------------------------------------


def rows_of(rows: "QuerySet[Claim]", quarter: date, on: date) -> "QuerySet[Claim]":
    """Paid claims as they stood in the quarter: what was reported, what of it came in and what the ledger says.

    Those are its rows which were open in it, and those of which something was reported, received or posted in it.
    """
    first, following = quarter_start(quarter), ends_before(quarter)
    rows = _with_money(rows.filter(paid_on__lt=following), first, following, min(on, following))
    rows = _with_ends(rows, first, following)
    moved = ~Q(in_window=0) | ~Q(received=0) | ~Q(posted=0)
    rows = rows.filter(Q(over=False) | moved)
    is_open = Q(loan__closed_on=None) | Q(loan__closed_on__gte=following)
    asked = Chaser.objects.filter(claim=OuterRef("pk"), quarter=first)
    return rows.annotate(
        closed=Value(on > terms.quarter_window(first).closes_on),
        silent=is_open & Q(in_window=0, paid_on__lt=first, is_ended=False),
        chased_on=Subquery(asked.values("asked_on")[:1]),
        reply=Subquery(asked.values("reply")[:1]),
        differs=Q(overdue__gt=0) | Q(entered__gt=0) | Q(owed__lt=0) | ~Q(received=F("posted")) | Q(unseen__gt=0),
    )


def _sum(rows: "QuerySet[Any]", by: str = "claim", amount: str = "amount") -> Any:
    found = rows.order_by().values(by).annotate(sum=Sum(amount)).values("sum")
    return Coalesce(Subquery(found, output_field=MONEY), ZERO, output_field=MONEY)


def _with_money(rows: "QuerySet[Claim]", first: date, following: date, until: date) -> "QuerySet[Claim]":
    during = Recovery.objects.filter(
        determination=OuterRef("determination"), state=Recovery.State.SUBMITTED, submitted_on__gte=first,
        submitted_on__lt=following,
    )  # fmt: skip
    advised = Return.objects.filter(claim=OuterRef("pk"), advised_on__lt=following).exclude(
        state=Return.State.CANCELLED
    )
    advised = advised.annotate(booked_on=booked_on("advice", "received_on"))
    received = advised.filter(state=Return.State.RECEIVED, booked_on__lt=following)
    came_in = Q(state=Return.State.RECEIVED, booked_on__lt=following)
    entered = Q(state=Return.State.RECEIPT_ENTERED, received_on__lt=following)
    posted = Entry.objects.filter(subject=OuterRef("pk"), account__kind=Account.Kind.RETURNS)
    posted = posted.filter(transaction__occurred_on__gte=first, transaction__occurred_on__lt=following)
    return rows.annotate(
        in_window=_sum(during, "determination"),
        late=Exists(during.filter(reported_late=True)),
        opening=_sum(advised.filter(advised_on__lt=first)) - _sum(received.filter(booked_on__lt=first)),
        due=_sum(advised.filter(advised_on__gte=first)),
        received=_sum(received.filter(booked_on__gte=first)),
        entered=_sum(advised.filter(entered)),
        overdue=_sum(advised.filter(~came_in, ~entered, due_on__lt=until)),
        posted=-_sum(posted, "subject"),
        seen=-_sum(posted.filter(_on_the_account()), "subject"),
        unseen=-_sum(posted.filter(~_on_the_account(), transaction__occurred_on__lte=_stated()), "subject"),
    ).annotate(owed=F("opening") + F("due") - F("received"))


def _on_the_account() -> Q:
    """A voucher whose line is on the statement and was agreed to by two; or one that moved no cash (suspense)."""
    moved_cash = Entry.objects.filter(transaction=OuterRef("transaction"), account__code=chart.CASH)
    return Q(transaction__in=account.seen_vouchers()) | ~Q(Exists(moved_cash))


def _stated() -> date:
    """The last day that the account's bank has told of."""
    last = account.last_statement()
    return last.ends_on if last else date.min


def _with_ends(rows: "QuerySet[Claim]", first: date, following: date) -> "QuerySet[Claim]":
    """`over`: it had ended before the quarter. `is_ended`: by the quarter's end nothing was to be reported any more."""
    settled = Settlement.objects.filter(claim=OuterRef("pk"), state=Settlement.State.ACCEPTED)
    upgraded = Upgrade.objects.filter(claim=OuterRef("pk"), state__in=[*Upgrade.OWED, Upgrade.State.REFUNDED])
    taken = Clawback.objects.filter(claim=OuterRef("pk"), state__in=Clawback.DECIDED)
    return rows.annotate(
        over=Q(loan__closed_on__isnull=False, loan__closed_on__lt=first)
        | Q(Exists(upgraded.filter(refunded_on__lt=first))),
        is_ended=Q(Exists(settled.filter(decided_on__lt=following)))
        | Q(Exists(upgraded.filter(decided_on__lt=following)))
        | Q(Exists(taken.filter(decided_on__lt=following))),
    )


def paid_claims(user: Any) -> "QuerySet[Claim]":
    """Whatever was paid, and came back in whichever way, as far as this person may see it."""
    return Claim.objects.visible_to(user).filter(paid_on__isnull=False).select_related("loan", "bank")


def silent(user: Any, quarter: date, on: date) -> "QuerySet[Claim]":
    """Live projects that were compensated before the quarter and have reported nothing in it."""
    return rows_of(paid_claims(user), quarter, on).filter(silent=True)


def sums_of(rows: "QuerySet[Claim]") -> dict[str, Decimal]:
    found = rows.aggregate(**{f"sum_{name}": Sum(name) for name in FIGURES})
    return {name: Decimal(found[f"sum_{name}"] or ZERO) for name in FIGURES}


def by_ledger(quarter: date, bank: UUID | None = None) -> Decimal:
    """What the ledger's own accounts of returns say of the quarter, without asking any project."""
    entries = Entry.objects.filter(
        account__kind=Account.Kind.RETURNS, transaction__occurred_on__gte=quarter_start(quarter),
        transaction__occurred_on__lt=ends_before(quarter),
    )  # fmt: skip
    if bank is not None:
        entries = entries.filter(account__subject=bank)
    return -Decimal(entries.aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"])


# --- in words ---------------------------------------------------------------------------------------------------------

LOOKS: Mapping[str, Q] = {
    "silent": Q(silent=True),
    "unasked": Q(silent=True, chased_on=None),
    "differs": Q(differs=True),
    "overdue": Q(overdue__gt=0),
    "entered": Q(entered__gt=0),
    "unposted": ~Q(received=F("posted")),
    "unseen": Q(unseen__gt=0),
}
"""What the list may be narrowed to."""


def differences(row: Any) -> str:
    """What the three sources say differently, each with its amount."""
    said = []
    if row.overdue:
        said.append(_("已报未收：%(amount)s 元逾期未到账") % {"amount": yuan(row.overdue)})
    if row.entered:
        said.append(_("已收未记账：%(amount)s 元待金融中心复核") % {"amount": yuan(row.entered)})
    if row.owed < 0:
        said.append(_("已收未报：到账比应返还多 %(amount)s 元") % {"amount": yuan(-row.owed)})
    if row.received != row.posted:
        gap = yuan(abs(row.received - row.posted))
        said.append(_("记账不符：到账登记与资金账本季相差 %(amount)s 元") % {"amount": gap})
    if row.unseen > 0:
        said.append(_("已记账而专户流水未见：%(amount)s 元") % {"amount": yuan(row.unseen)})
    return "；".join(said)


def report_word(row: Any) -> tuple[str, str]:
    """Has it reported; if not, was it asked, and what did the bank say?"""
    if row.in_window:
        return ("submitted", _("已上报（逾期）")) if row.late else ("submitted", _("已上报"))
    if not row.silent:
        return ("normal", _("无须上报"))
    if row.reply:
        return ("submitted", _("未上报，银行已答复"))
    if row.chased_on:
        return ("hold", _("未上报，已催报"))
    return ("overdue" if row.closed else "hold", _("未上报"))


# --- received, and nobody has reported it -----------------------------------------------------------------------------


def unreported_lines(quarter: date) -> "QuerySet[AccountLine]":
    """Money that came in by the quarter's end and that no return or other case stands for: suspense, open lines."""
    last = ends_before(quarter) - timedelta(days=1)
    held = account.suspense_lines().filter(left__gt=0).values("pk")
    waiting = AccountLine.objects.filter(amount__gt=0).exclude(state=AccountLine.State.MATCHED).values("pk")
    rows = AccountLine.objects.filter(Q(pk__in=held) | Q(pk__in=waiting), booked_on__lte=last)
    return rows.select_related("statement").order_by("-booked_on", "-pk")


# --- chasers ----------------------------------------------------------------------------------------------------------


def open_chasers(user: Any) -> "QuerySet[Chaser]":
    """Asked and neither answered nor made good by a report since."""
    since = Recovery.objects.filter(
        determination=OuterRef("claim__determination"), state=Recovery.State.SUBMITTED,
        submitted_on__gte=OuterRef("quarter"),
    )  # fmt: skip
    rows = Chaser.objects.visible_to(user).filter(state=Chaser.State.ASKED, loan__state=Loan.State.COMPENSATED)
    return rows.filter(~Exists(since)).select_related("loan", "bank", "claim").order_by("asked_on", "pk")


def silent_now(user: Any) -> "QuerySet[Claim]":
    today = clock.today()
    return silent(user, today, today)
