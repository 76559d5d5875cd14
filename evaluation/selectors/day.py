"""The figures of the risk overview on a day (17, 20), each with the cases that it counts as they stood that evening."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from evaluation.periods import Quarter
from evaluation.selectors import cockpit
from evaluation.selectors.cases import Figure, Span
from evaluation.selectors.figures import BALANCE, HALF_YEAR, claims_in, live_loans
from loans.models import ClassificationChange, Determination, Loan
from pool.rules import ONE_DAY

QUEUE = "queue"


def _held(span: Span) -> "QuerySet[Loan]":
    """Entered by then, and not yet taken back then."""
    taken_back = Q(state=Loan.State.WITHDRAWN, closed_on__lte=span.last)
    return Loan.objects.filter(~taken_back, entered_on__lte=span.last)


def _counted(span: Span) -> "QuerySet[Determination]":
    """Submitted by then, and neither ended nor wholly recovered by what was known then."""
    changes = ClassificationChange.objects.filter(loan=OuterRef("loan"), checked_on__lte=span.last)
    begun = Exists(changes.filter(on=OuterRef("determined_on")))
    ended = Q(ended_on__isnull=False) & Exists(changes.filter(on=OuterRef("ended_on")))
    recovered = Q(recovered_on__isnull=False, recovered_on__lte=span.last)
    return Determination.objects.filter(begun, ~ended, ~recovered)


def _lent(span: Span) -> "QuerySet[Loan]":
    """Of one quarter: the part of the question says which."""
    quarter = Quarter.parse(span.part[1]) if span.part else Quarter.of(span.last)
    last = min(quarter.ends_on, span.last)
    return live_loans(span).filter(disbursed_on__range=(quarter.starts_on, last), entered_on__lte=span.last)


def _waiting(state: str) -> "Callable[[Span], QuerySet[Claim]]":
    return lambda span: claims_in(span, (state,))


def _named(name: str, figure: Figure) -> Figure:
    return Figure(name, figure.label, figure.how, figure.article, figure.kind, figure.rows, figure.amount)


FIGURES = {
    figure.name: figure
    for figure in (
        Figure(
            "entered", _("累计入库贷款"), _("当日日终前入库、未撤回的全部贷款，已结项的照计。"),
            "17", "loans", _held, "principal",
        ),
        Figure(
            "npl", _("不良贷款本金"), _("当日日终认定有效、本金未全部收回的不良贷款，金额为认定时本金余额。"),
            "17", "determinations", _counted, "principal_balance",
        ),
        _named("paid", HALF_YEAR["closing.paid"]),
        _named("net", HALF_YEAR["closing.outstanding"]),
        Figure(
            "quarter", _("发放季度"), _("发放日期在该季度、当日日终前入库的贷款，撤回的录入不计。"),
            "19(1)", "loans", _lent, "principal",
        ),
        *(
            Figure(
                f"{QUEUE}.{state}", Claim.State(state).label, _("当日日终处于这一状态的申请，金额为不良本金余额。"),
                "20(1)", "claims", _waiting(state), BALANCE,
            )
            for state in cockpit.WAITING
        ),
        *(HALF_YEAR[f"closing.{name}"] for name in ("cash", "available", "paid", "outstanding")),
    )
}  # fmt: skip


def told(on: date) -> "Callable[[str, str, tuple[str, str] | None], tuple[int | None, Any]]":
    """What the overview says of a figure, reckoned when it is asked for."""

    def tell(name: str, bank: str, part: tuple[str, str] | None) -> tuple[int | None, Any]:
        if name.startswith(f"{QUEUE}."):
            return sum(one.count for one in cockpit.queues_on(on) if f"{QUEUE}.{one.key}" == name), None
        if name == "quarter":
            found = [one for one in cockpit.vintages(on) if part is not None and str(one.quarter) == part[1]]
            return (found[0].count, found[0].amount) if found else (None, None)
        if name.startswith("closing."):
            return None, cockpit.money.position(on)[name.removeprefix("closing.")]
        rows = [one for one in cockpit.banks_on(on) if bank in ("", one.bank.code)]
        return None, sum(getattr(one, name) for one in rows) if rows else None

    return tell


def span_of(on: date) -> Span:
    return Span(date.min + ONE_DAY, on)
