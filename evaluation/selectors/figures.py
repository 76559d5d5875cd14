"""The figures of the half-year report (10(1), 20(5), 20(6)), each with its words and the cases that it counts."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from banks.models import Violation
from claims.models import Claim, Upgrade
from evaluation.selectors import money
from evaluation.selectors.cases import ZERO, Figure, Span, in_state, moved_later, moves_of, written
from loans.models import Determination, Loan
from pool.ledger.models import Entry
from pool.models import Transition
from recovery.models import ClawbackReceipt, Closing, Recovery, Return
from recovery.selectors import booked_on

DECIDED = (Claim.State.APPROVED, Claim.State.REFUSED)
UNDER_REVIEW = frozenset({*Claim.BEFORE_DECISION, Claim.State.RE_EXAMINING})
BALANCE = "determination__principal_balance"
EARLIEST = date(1, 1, 1)


# ---- loans and determinations ---------------------------------------------------------------------------------------


def live_loans(span: Span) -> "QuerySet[Loan]":
    """Every loan ever entered, entries taken back left out."""
    taken_back = Q(state=Loan.State.WITHDRAWN)
    return written(Loan.objects.filter(~taken_back | moved_later(Loan, span, Loan.State.WITHDRAWN)), span)


def _held(span: Span) -> "QuerySet[Loan]":
    return live_loans(span).filter(entered_on__lte=span.last)


def _entered(span: Span) -> "QuerySet[Loan]":
    return live_loans(span).filter(entered_on__range=span.days)


def _determined(span: Span) -> "QuerySet[Determination]":
    """In the period, unless it had been declared void by the end of it."""
    voided = Q(ending=Determination.Ending.VOIDED, ended_on__lte=span.last)
    rows = Determination.objects.filter(~voided | moved_later(Loan, span, Loan.State.ENTERED, "loan"))
    return written(rows.filter(determined_on__range=span.days), span)


# ---- claims ---------------------------------------------------------------------------------------------------------


def _claimed(span: Span) -> "QuerySet[Claim]":
    filed = moves_of(Claim, span).filter(target__in=(Claim.State.SUBMITTED, Claim.State.HELD)).values("subject_id")
    rows = Claim.objects.filter(first_submitted_on__range=span.days)
    return rows.filter(pk__in=filed) if span.known else rows


def _last_moves(span: Span, **narrowed: Any) -> "QuerySet[Transition]":
    """Of each claim its last move among these."""
    last = moves_of(Claim, span).filter(**narrowed).order_by("subject_id", "-id").distinct("subject_id")
    return Transition.objects.filter(pk__in=last.values("pk"))


def _decided(outcome: str) -> Callable[[Span], "QuerySet[Claim]"]:
    """Decided in the period, each by its last decision there: a re-examination may turn it."""

    def rows(span: Span) -> "QuerySet[Claim]":
        last = _last_moves(span, target__in=DECIDED, on__range=span.days).filter(target=outcome)
        return Claim.objects.filter(pk__in=last.values("subject_id"))

    return rows


def claims_in(span: Span, states: "frozenset[str] | tuple[str, ...]") -> "QuerySet[Claim]":
    """The claims that stood in one of these states at the end of the day, as the log of their moves tells it."""
    last = _last_moves(span, on__lte=span.last).filter(target__in=states)
    return Claim.objects.filter(pk__in=last.values("subject_id"))


def _pending(span: Span) -> "QuerySet[Claim]":
    return claims_in(span, UNDER_REVIEW)


def _paid(span: Span) -> "QuerySet[Claim]":
    rows = Claim.objects.filter(paid_on__range=span.days)
    paid = moves_of(Claim, span).filter(target=Claim.State.PAID)
    return rows.filter(pk__in=paid.values("subject_id")) if span.known else rows


# ---- what came back, and what was closed ----------------------------------------------------------------------------


def _recovered(span: Span) -> "QuerySet[Recovery]":
    return in_state(Recovery, span, Recovery.State.SUBMITTED).filter(submitted_on__range=span.days)


def _returned(span: Span) -> "QuerySet[Return]":
    rows = in_state(Return, span, Return.State.RECEIVED)
    return rows.annotate(booked_on=booked_on("advice", "received_on")).filter(booked_on__range=span.days)


def _refunded(span: Span) -> "QuerySet[Upgrade]":
    rows = in_state(Upgrade, span, Upgrade.State.REFUNDED)
    return rows.annotate(booked_on=booked_on("upgrade", "refunded_on")).filter(booked_on__range=span.days)


def _clawed_back(span: Span) -> "QuerySet[ClawbackReceipt]":
    rows = in_state(ClawbackReceipt, span, ClawbackReceipt.State.CONFIRMED)
    return rows.filter(received_on__range=span.days, principal_part__gt=0)


def _owed(span: Span) -> "QuerySet[Return]":
    """Advised and not received by the end of the day."""
    cancelled = Q(state=Return.State.CANCELLED)
    rows = written(Return.objects.filter(~cancelled | moved_later(Return, span, Return.State.CANCELLED)), span)
    rows = rows.annotate(booked_on=booked_on("advice", "received_on"))
    received = Q(booked_on__isnull=False, booked_on__lte=span.last)
    rows = rows.filter(~received | moved_later(Return, span, Return.State.RECEIVED))
    return rows.filter(advised_on__lte=span.last)


def _closed(span: Span) -> "QuerySet[Closing]":
    return in_state(Closing, span, Closing.State.CLOSED).filter(closed_on__range=span.days)


def _written_off(span: Span) -> "QuerySet[Closing]":
    return _closed(span).filter(kind=Closing.Kind.WRITE_OFF)


BANK_FIGURES = (
    Figure(
        "loans", _("期末累计入库"), _("期末前入库的全部贷款，撤回的录入不计，已结项的照计。"),
        "19(1)", "loans", _held, "principal",
    ),
    Figure(
        "entered", _("本期入库"), _("入库日期在本期的贷款，撤回的录入不计。"), "19(1)", "loans", _entered, "principal",
    ),
    Figure(
        "determined", _("本期认定不良"), _("认定日期在本期、期末前没有撤销的认定，金额为认定时本金余额。"),
        "13", "determinations", _determined, "principal_balance",
    ),
    Figure(
        "claimed", _("本期申请"), _("首次提交日期在本期的补偿申请，金额为不良本金余额。"),
        "19(2)", "claims", _claimed, BALANCE,
    ),
    Figure(
        "approved", _("审核通过"), _("本期内最后一次审核决定为通过的申请，金额为补偿金额。"),
        "20(1)", "claims", _decided(Claim.State.APPROVED), "amount",
    ),
    Figure(
        "refused", _("不予补偿"), _("本期内最后一次审核决定为不通过的申请，金额为不良本金余额。"),
        "20(1)", "claims", _decided(Claim.State.REFUSED), BALANCE,
    ),
    Figure(
        "pending", _("期末在审"), _("期末日终尚未作出决定的申请，含退回补正和复核中的，金额为不良本金余额。"),
        "20(1)", "claims", _pending, BALANCE,
    ),
    Figure(
        "paid", _("本期拨付"), _("到账日期在本期的补偿，与资金账核对一致。"), "20(3)", "claims", _paid, "amount",
    ),
    Figure(
        "recovered", _("本期清收"), _("上报日期在本期的清收，处置费用不扣除。"),
        "19(6)", "recoveries", _recovered, "amount",
    ),
    Figure(
        "returned", _("本期返还"), _("到账日期在本期的返还，与资金账核对一致。"),
        "19(6)", "returns", _returned, "amount",
    ),
    Figure(
        "refunded", _("上调退回"), _("分类上调后于本期到账的退回补偿资金，与资金账核对一致。"),
        "19(5)", "upgrades", _refunded, "refund_due",
    ),
    Figure(
        "clawed_back", _("违规追回"), _("本期到账的追回款中的补偿资金，利息另计。"),
        "28", "receipts", _clawed_back, "principal_part",
    ),
    Figure(
        "owed", _("期末待返还"), _("期末前通知返还、期末日终尚未到账的金额。"), "19(6)", "returns", _owed, "amount",
    ),
    Figure(
        "closed", _("本期结项"), _("结项日期在本期的项目，金额为贷款本金。"), "20(4)", "closings", _closed,
        "loan__principal",
    ),
    Figure(
        "written_off", _("其中核销"), _("本期经核销或认定损失结项的项目，金额为损失金额。"),
        "20(6)", "closings", _written_off, "loss_amount",
    ),
)  # fmt: skip


# ---- the pool's money -----------------------------------------------------------------------------------------------

Kind = money.Kind
DERIVED = {
    "available": {Kind.CASH: 1, Kind.SUSPENSE: 1, Kind.RESERVED: -1},
    "outstanding": {Kind.COMPENSATION: 1, Kind.RETURNS: 1, Kind.REFUNDS: 1, Kind.CLAWBACKS: 1},
}
"""What is reckoned from several kinds of account, each with the sign of its entries."""
SIGNS = {name: {kind: -1 if kind in money.TURNED else 1} for kind, name in money.NAMES.items()} | DERIVED
PARTS = {"opening": _("期初余额"), "flows": _("本期发生额"), "closing": _("期末余额")}
HOW = {
    "opening": _("资金账中发生日在本期以前的分录之和。"),
    "flows": _("资金账中发生日在本期的分录之和。"),
    "closing": _("资金账中发生日不晚于期末的分录之和。"),
}


def _entries(name: str, part: str) -> Callable[[Span], "QuerySet[Entry]"]:
    def rows(span: Span) -> "QuerySet[Entry]":
        days = {
            "opening": Q(transaction__occurred_on__lt=span.first),
            "flows": Q(transaction__occurred_on__range=span.days),
            "closing": Q(transaction__occurred_on__lte=span.last),
        }
        found = Entry.objects.filter(days[part], account__kind__in=SIGNS[name])
        return written(found, span, "transaction__recorded_at")

    return rows


def _signed(name: str) -> Case:
    """An entry's amount as people say it."""
    turned = [kind for kind, sign in SIGNS[name].items() if sign < 0]
    return Case(When(account__kind__in=turned, then=-F("amount")), default=F("amount"))


MONEY_FIGURES = tuple(
    Figure(f"{part}.{name}", word, HOW[part], "10.1(1)", "entries", _entries(name, part), _signed(name))
    for part in PARTS
    for name, word in money.WORDS.items()
)

BY_BANK = {figure.name: figure for figure in BANK_FIGURES}
HALF_YEAR = BY_BANK | {figure.name: figure for figure in MONEY_FIGURES}


# ---- the annual evaluation ------------------------------------------------------------------------------------------


def _lent(years_before: int) -> Callable[[Span], "QuerySet[Loan]"]:
    """By the date on the IOU (22)."""

    def rows(span: Span) -> "QuerySet[Loan]":
        year = span.first.year - years_before
        return live_loans(span).filter(disbursed_on__range=(date(year, 1, 1), date(year, 12, 31)))

    return rows


def _violations(span: Span) -> "QuerySet[Violation]":
    return in_state(Violation, span, Violation.State.DECIDED).filter(year=span.first.year)


LENT = _("发放日期在当年的贷款，逾期录入的照计，撤回的录入不计。")
LENT_BEFORE = _("发放日期在上年的贷款，按同一口径。")
ONE_EACH = _("当年有贷款发放的借款主体，按统一社会信用代码或证件号码去重；下列为其贷款。")
ONE_EACH_BEFORE = _("上年有贷款发放的借款主体，按同一口径去重；下列为其贷款。")
EVALUATION = {
    figure.name: figure
    for figure in (
        Figure("amount", _("当年发放总额"), LENT, "22", "loans", _lent(0), "principal"),
        Figure("last_amount", _("上年发放总额"), LENT_BEFORE, "22", "loans", _lent(1), "principal"),
        Figure("borrowers", _("企业数"), ONE_EACH, "22", "loans", _lent(0), "principal", "borrower_id"),
        Figure("last_borrowers", _("上年企业数"), ONE_EACH_BEFORE, "22", "loans", _lent(1), "principal", "borrower_id"),
        Figure(
            "violations", _("违规"), _("所属年度为当年、已由主管部门作出处理决定的违规。"),
            "23", "violations", _violations, Value(ZERO),
        ),
    )
}  # fmt: skip
EVALUATION_PARTS = {"growth": ("amount", "last_amount")}
"""What is reckoned from several figures."""
