"""月结: the clerk closes a month that is reconciled, another person confirms; afterwards nothing is posted into it.

A closed month is opened again by two people, with a reason, and only the latest one: every later balance rests on it.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from claims.services import locking
from pool import hats, moves
from pool.errors import Refused
from pool.ledger import chart
from pool.ledger import services as ledger
from pool.ledger.models import LedgerTransaction, MonthClosing
from pool.models import User
from pool.sure import be_sure
from recovery import months
from recovery import permissions as may
from recovery.intake import ARTICLE
from recovery.services.common import born, note, number

CLERK, APPROVER = "finance_clerk", "finance_approver"
State = MonthClosing.State


@transaction.atomic
def propose_closing(*, month: date, by: User, on: date) -> MonthClosing:
    """The clerk has reconciled the month and wants it closed."""
    may.require(may.keep_account(by))
    first = month.replace(day=1)
    _accounts()
    live = months.closing_of(first)
    if live is not None:
        raise Refused("month_under_way", _("该月已在办理月结或已月结。"), ARTICLE)
    _require_ready(first, on)
    by_bank, by_ledger = _balances(first)
    made: MonthClosing = MonthClosing.objects.create(
        number=number("YJ", on), month=first, by_bank=by_bank, by_ledger=by_ledger, proposed_by=by, proposed_on=on
    )
    hats.wear(made, by, CLERK)
    born(made, by=by, on=on)
    _noted("propose_month", made, by=by, on=on)
    return made


@transaction.atomic
def confirm_closing(*, closing_id: UUID, by: User, on: date, version: int) -> MonthClosing:
    """Another person finds it so: everything is looked at again, and the month is shut."""
    closing = _locked(closing_id, version)
    may.require(may.check_account(by))
    be_sure()
    hats.wear(closing, by, APPROVER)
    _accounts()
    _require_ready(closing.month, on)
    by_bank, by_ledger = _balances(closing.month)
    last = LedgerTransaction.objects.order_by("-id").values_list("id", flat=True).first()
    moves.move(
        closing, "close", by=by, on=on, article=ARTICLE, by_bank=by_bank, by_ledger=by_ledger, closed_by=by,
        closed_on=on, last_voucher=last or 0,
    )  # fmt: skip
    _noted("close_month", closing, by=by, on=on)
    return closing


@transaction.atomic
def withdraw_closing(*, closing_id: UUID, by: User, on: date, version: int, reason: str) -> MonthClosing:
    """Before it is confirmed, either of the two."""
    closing = _locked(closing_id, version)
    may.require(may.work_account(by))
    _require_reason(reason)
    moves.move(closing, "withdraw", by=by, on=on, article=ARTICLE, reason=reason)
    _noted("withdraw_month", closing, by=by, on=on, reason=reason)
    return closing


@transaction.atomic
def ask_reopening(*, closing_id: UUID, by: User, on: date, version: int, reason: str) -> MonthClosing:
    """The clerk says why the month must be opened again."""
    closing = _locked(closing_id, version)
    may.require(may.keep_account(by))
    _require_reason(reason)
    later = MonthClosing.objects.filter(month__gt=closing.month, state__in=MonthClosing.LIVE).order_by("-month").first()
    if later is not None:
        text = _("其后的 %(month)s 已月结或在办，请先重开该月。")
        raise Refused("later_month_closed", text % {"month": months.name(later.month)}, ARTICLE)
    moves.move(
        closing, "ask_reopening", by=by, on=on, article=ARTICLE, reason=reason, reopen_asked_by=by,
        reopen_reason=reason.strip()[:400],
    )  # fmt: skip
    _noted("ask_reopening", closing, by=by, on=on, reason=reason)
    return closing


@transaction.atomic
def confirm_reopening(*, closing_id: UUID, by: User, on: date, version: int) -> MonthClosing:
    """Another person agrees: the month takes vouchers again until it is closed anew."""
    closing = _locked(closing_id, version)
    may.require(may.check_account(by))
    be_sure()
    hats.wear(closing, by, APPROVER)
    moves.move(
        closing, "reopen", by=by, on=on, article=ARTICLE, reason=closing.reopen_reason, reopened_by=by, reopened_on=on
    )
    _noted("reopen_month", closing, by=by, on=on, reason=closing.reopen_reason)
    return closing


@transaction.atomic
def refuse_reopening(*, closing_id: UUID, by: User, on: date, version: int, reason: str) -> MonthClosing:
    """It stays closed."""
    closing = _locked(closing_id, version)
    may.require(may.check_account(by))
    _require_reason(reason)
    hats.wear(closing, by, APPROVER)
    moves.move(
        closing, "keep_closed", by=by, on=on, article=ARTICLE, reason=reason, reopen_asked_by=None, reopen_reason=""
    )
    _noted("refuse_reopening", closing, by=by, on=on, reason=reason)
    return closing


def _accounts() -> None:
    """Whoever posts holds these two: between the look and the closing nothing comes in."""
    ledger.hold_accounts([chart.CASH, chart.RESERVED])


def _require_ready(month: date, on: date) -> None:
    open_points = [point for point in months.checks(month, on) if not point.ok]
    if open_points:
        text = _("%(month)s 还不能月结：%(why)s")
        why = "；".join(point.why for point in open_points)
        raise Refused("month_not_ready", text % {"month": months.name(month), "why": why}, ARTICLE)


def _balances(month: date) -> tuple[Decimal, Decimal]:
    said = months.agreement_of(month)
    if said is None:
        raise Refused("no_statement", _("尚未导入专户流水。"), ARTICLE)
    return said.by_bank, said.by_ledger


def _locked(closing_id: UUID, version: int) -> MonthClosing:
    closing = locking.row(MonthClosing, closing_id)
    locking.check(closing, version)
    return closing


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), ARTICLE, "reason")


def _noted(action: str, closing: MonthClosing, *, by: User, on: date, reason: str = "") -> None:
    after = {"month": closing.month, "state": closing.state, "by_bank": closing.by_bank, "by_ledger": closing.by_ledger}
    note(action, closing, by=by, on=on, after=after, article=ARTICLE, reason=reason)
