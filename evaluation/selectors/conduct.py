"""How banks stood and kept their days in a half-year: suspended under article 17, late, or not done at all (20(5))."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, DurationField, Expression, ExpressionWrapper, F, Max, Min, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from banks.models import Bank, StandingEvent
from evaluation.selectors.cases import ZERO, Figure, Span, written
from evaluation.selectors.figures import live_loans
from loans.models import Loan
from pool.models import Deadline
from pool.rules import ONE_DAY
from pool.selectors import edition
from pool.tables import Text

# ---- suspended and resumed (17) -------------------------------------------------------------------------------------


def suspensions(first: date, last: date) -> list[dict[str, Any]]:
    """Each stay above the ceiling that touched the period: by which event it began and ended, and on how many days
    of the period the bank was suspended at the end of the day."""
    found = []
    for bank in Bank.objects.filter(joined_on__lte=last).order_by("code"):
        found += [_told(bank, *stay, first, last) for stay in _stays(bank.pk, last) if _touches(stay, first)]
    return found


Stay = tuple[StandingEvent, StandingEvent | None]


def _stays(bank_id: UUID, last: date) -> Iterator[Stay]:
    began: StandingEvent | None = None
    for event in StandingEvent.objects.filter(bank=bank_id, turned=True, on__lte=last).order_by("number"):
        if event.is_suspended:
            began = event
        elif began is not None:
            yield began, event
            began = None
    if began is not None:
        yield began, None


def _touches(stay: Stay, first: date) -> bool:
    return stay[1] is None or stay[1].on >= first


def _told(bank: Bank, began: StandingEvent, ended: StandingEvent | None, first: date, last: date) -> dict[str, Any]:
    until = last + ONE_DAY if ended is None else ended.on
    return {
        "code": bank.code,
        "name": bank.short_name,
        "began_on": began.on.isoformat(),
        "began_by": began.cause,
        "npl": str(began.npl_principal),
        "entered": str(began.entered_principal),
        "ended_on": None if ended is None else ended.on.isoformat(),
        "ended_by": "" if ended is None else ended.cause,
        "days": max((until - max(began.on, first)).days, 0),
    }


# ---- late, or not done at all ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Duty:
    """What a bank owes by a day: its words, the provision that sets the day, and whose deadline it is."""

    label: Text
    provision: str
    subject: str
    kinds: tuple[str, ...] = ()

    @property
    def article(self) -> str:
        """An answer to an inspection has no provision of its own."""
        return edition()[self.provision].article if self.provision else "26"

    def rows(self, span: Span) -> "QuerySet[Deadline]":
        found = Deadline.objects.filter(subject_kind=self.subject, bank__isnull=False, closes_on__lte=span.last)
        return written(found.filter(kind__in=self.kinds) if self.kinds else found, span)


ENTRY = "entry"
DUTIES = {
    "report": Duty(_("上报清收情况"), "recovery_window", "recovery.recovery"),
    "return": Duty(_("返还清收资金"), "return_formula", "recovery.return"),
    "settlement": Duty(_("提出清收申请"), "settlement_period", "recovery.settlement"),
    "payoff": Duty(_("办理正常结清结项"), "payoff_closing", "recovery.closing", ("payoff_closing",)),
    "clawback": Duty(_("缴付追回资金及利息"), "clawback_interest", "recovery.clawback"),
    "question": Duty(_("答复审核询问"), "question_period", "claims.question"),
    "papers": Duty(_("提交拨款资料"), "papers_period", "claims.paperspacket", ("papers_period",)),
    "transfer": Duty(_("转录入风险补偿项目库"), "transfer_period", "claims.claim", ("transfer_period",)),
    "upgrade": Duty(_("申请上调转回"), "upgrade_period", "claims.upgrade", ("upgrade_period",)),
    "refund": Duty(_("退回补偿资金"), "refund_period", "claims.upgrade", ("refund_period",)),
    "answer": Duty(_("答复检查发现的问题"), "", "evaluation.finding"),
}
ENTRY_LABEL = _("贷款入库")


def label_of(duty: str) -> Text:
    return ENTRY_LABEL if duty == ENTRY else DUTIES[duty].label


def _late_entries(span: Span) -> "QuerySet[Loan]":
    return live_loans(span).filter(entered_late=True, entered_on__range=span.days)


def _late(duty: Duty) -> "Callable[[Span], QuerySet[Deadline]]":
    """Done in the period, after its day."""
    return lambda span: duty.rows(span).filter(fulfilled_on__range=span.days, fulfilled_on__gt=F("closes_on"))


def _open(duty: Duty) -> "Callable[[Span], QuerySet[Deadline]]":
    """Its day was over and it was not done by the end of the period."""

    def rows(span: Span) -> "QuerySet[Deadline]":
        done = Q(fulfilled_on__isnull=False, fulfilled_on__lte=span.last)
        dropped = Q(dropped_on__isnull=False, dropped_on__lte=span.last)
        return duty.rows(span).filter(~done, ~dropped, closes_on__lt=span.last)

    return rows


LATE_HOW = _("本期办理、晚于截止日的，按自然日计算逾期天数。")
OPEN_HOW = _("截止日已过、至期末日终尚未办理的，按自然日计算至期末。")


def _figures() -> Iterator[Figure]:
    article = "19(1)"
    yield Figure(f"late.{ENTRY}", ENTRY_LABEL, LATE_HOW, article, "loans", _late_entries, "principal")
    for name, duty in DUTIES.items():
        article = duty.article
        yield Figure(f"late.{name}", duty.label, LATE_HOW, article, "deadlines", _late(duty), Value(ZERO))
        yield Figure(f"open.{name}", duty.label, OPEN_HOW, article, "deadlines", _open(duty), Value(ZERO))


def figures() -> dict[str, Figure]:
    return {figure.name: figure for figure in _figures()}


def late(first: date, last: date) -> list[dict[str, Any]]:
    """A line for each bank and duty of which something was late or is not done; nothing where all was in time."""
    span, lines = Span(first, last), {}
    for figure in figures().values():
        how, duty = figure.name.split(".")
        for bank, count, days in _by_bank(figure, how, span):
            blank = {"late": 0, "late_days": 0, "open": 0, "open_days": 0}
            line = lines.setdefault((bank, duty), {"duty": duty, "article": figure.article, **blank})
            line[how], line[f"{how}_days"] = count, days
    names = {bank.pk: bank for bank in Bank.objects.filter(pk__in={bank for bank, _duty in lines})}
    told = [{"code": names[bank].code, "name": names[bank].short_name, **line} for (bank, _duty), line in lines.items()]
    return sorted(told, key=lambda line: (line["code"], [ENTRY, *DUTIES].index(line["duty"])))


def _by_bank(figure: Figure, how: str, span: Span) -> Iterator[tuple[UUID, int, int]]:
    """Bank, how many, and of them the most days."""
    rows = figure.rows(span).order_by()
    if figure.kind == "loans":
        grouped = rows.values_list("bank_id").annotate(n=Count("pk"), most=Max(_days("entered_on", "entry_closes_on")))
    elif how == "late":
        grouped = rows.values_list("bank").annotate(n=Count("pk"), most=Max(_days("fulfilled_on", "closes_on")))
    else:
        for bank, count, earliest in rows.values_list("bank").annotate(n=Count("pk"), first=Min("closes_on")):
            yield bank, count, (span.last - earliest).days
        return
    for bank, count, most in grouped:
        yield bank, count, most.days


def _days(later: str, earlier: str) -> Expression:
    return ExpressionWrapper(F(later) - F(earlier), output_field=DurationField())
