"""The two jobs of this room: last year's evaluation, and the half-year's statistics. Each runs once for its period."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from evaluation.models import Evaluation, Finding, Report
from evaluation.open_data.figures import ARTICLE as OPEN_DATA
from evaluation.periods import HalfYear, Quarter
from evaluation.rules import evaluation_due
from evaluation.selectors import partners
from evaluation.selectors.supervisory import ARTICLE
from evaluation.services import telling
from evaluation.services.evaluations import draft_evaluation, window_of
from evaluation.services.findings import DEADLINE
from evaluation.services.reports import (
    entry_closes_on,
    request_half_year,
    request_open_data,
    request_partners,
    request_supervisory,
)
from pool.jobs import job
from pool.models import Deadline
from pool.selectors import edition, refs
from pool.services.deadlines import OPEN

REMIND_OF_LIST = (7, 3, 1)
REMIND_AT = (3, 1)
"""With so many working days left, those who must answer a finding are reminded."""


def evaluation_is_due(on: date) -> bool:
    """The last entry window of the year before is over; years whose evaluation fell due before the rules are not."""
    book = edition()
    in_force = book.in_force.first
    if in_force is not None and evaluation_due(book, on.year - 1) < in_force:
        return False
    return on > window_of(on.year - 1)


@job(
    "annual_evaluation",
    _("编制上年度绩效评价草稿"),
    "25",
    order=60,
    due=evaluation_is_due,
    slot=lambda on: str(on.year - 1),
    words={"year": _("评价年度"), "drafted": _("已编制草稿"), "banks": _("评价的加盟银行")},
)
def annual_evaluation(on: date) -> dict[str, Any]:
    """Draft last year's evaluation, unless people have begun it."""
    year = on.year - 1
    if Evaluation.objects.filter(year=year).exists():
        return {"year": year, "drafted": False}
    draft = draft_evaluation(year=year, by=None, on=on)
    return {"year": year, "drafted": True, "banks": draft.lines.count()}


def statistics_are_due(on: date) -> bool:
    """From the first working day after the half-year; half-years that ended before the rules are not asked for."""
    in_force = edition().in_force.first
    over = HalfYear.before(on)
    return (in_force is None or over.ends_on >= in_force) and refs().calendar.is_workday(on)


@job(
    "half_year_statistics",
    _("编制半年度统计报告"),
    "20(5)",
    order=61,
    due=statistics_are_due,
    slot=lambda on: str(HalfYear.before(on)),
    words={"period": _("统计期间"), "requested": _("已发起编制"), "number": _("报告编号")},
)
def half_year_statistics(on: date) -> dict[str, Any]:
    """Ask the worker for the report of the half-year that is over, unless somebody has."""
    period = str(HalfYear.before(on))
    if Report.objects.filter(kind=Report.Kind.HALF_YEAR, period=period).exists():
        return {"period": period, "requested": False}
    report = request_half_year(period=period, by=None, on=on)
    return {"period": period, "requested": True, "number": report.number}


def indicators_are_due(on: date) -> bool:
    """Once the loans of the quarter that is over have been entered; quarters before the rules are not asked for."""
    book = edition()
    over = Quarter.before(on)
    begun = book.in_force.first is None or over.ends_on >= book.in_force.first
    return begun and on > entry_closes_on(over)


@job(
    "supervisory_indicators",
    _("编制季度监管指标报告"),
    ARTICLE,
    order=62,
    due=indicators_are_due,
    slot=lambda on: str(Quarter.before(on)),
    words={"period": _("统计期间"), "requested": _("已发起编制"), "number": _("报告编号")},
)
def supervisory_indicators(on: date) -> dict[str, Any]:
    """Ask the worker for the indicators of the quarter that is over, unless somebody has."""
    period = str(Quarter.before(on))
    if Report.objects.filter(kind=Report.Kind.SUPERVISORY, period=period).exists():
        return {"period": period, "requested": False}
    report = request_supervisory(period=period, by=None, on=on)
    return {"period": period, "requested": True, "number": report.number}


def list_is_due(on: date) -> bool:
    """From the first working day after the year; years whose list fell due before the rules are not asked for."""
    in_force = edition().in_force.first
    begun = in_force is None or partners.due_on(on.year - 1) >= in_force
    return begun and refs().calendar.is_workday(on)


@job(
    "partner_list",
    _("编制上年度加盟银行名单"),
    partners.ARTICLE,
    order=63,
    due=list_is_due,
    slot=lambda on: str(on.year - 1),
    words={"period": _("统计期间"), "requested": _("已发起编制"), "number": _("报告编号")},
)
def partner_list(on: date) -> dict[str, Any]:
    """Ask the worker for the list of the year that is over, unless somebody has."""
    period = str(on.year - 1)
    if Report.objects.filter(kind=Report.Kind.PARTNERS, period=period).exists():
        return {"period": period, "requested": False}
    report = request_partners(period=period, by=None, on=on)
    return {"period": period, "requested": True, "number": report.number}


def open_data_are_due(on: date) -> bool:
    """From the first working day after the quarter; quarters that ended before the rules are not asked for."""
    in_force = edition().in_force.first
    begun = in_force is None or Quarter.before(on).ends_on >= in_force
    return begun and refs().calendar.is_workday(on)


@job(
    "open_data",
    _("编制上季度公开数据"),
    OPEN_DATA,
    order=64,
    due=open_data_are_due,
    slot=lambda on: str(Quarter.before(on)),
    words={"period": _("统计期间"), "requested": _("已发起编制"), "number": _("报告编号")},
)
def open_data(on: date) -> dict[str, Any]:
    """Ask the worker for the open data of the quarter that is over, unless somebody has."""
    period = str(Quarter.before(on))
    if Report.objects.filter(kind=Report.Kind.OPEN_DATA, period=period).exists():
        return {"period": period, "requested": False}
    report = request_open_data(period=period, by=None, on=on)
    return {"period": period, "requested": True, "number": report.number}


@job(
    "partner_list_reminders",
    _("加盟银行名单的报送期限提醒"),
    partners.ARTICLE,
    order=83,
    due=lambda on: list_is_due(on) and partners.unissued(on.year - 1),
    words={"reminded": _("提醒的期限")},
)
def remind_of_list(on: date) -> dict[str, Any]:
    """Seven, three and one working days before the list is due, and the working day after."""
    calendar, due = refs(on).calendar, partners.due_on(on.year - 1)
    left = calendar.remaining(on, due)
    late = due < on and calendar.workdays_between(due, on) == 1
    if not late and (due < on or left not in REMIND_OF_LIST):
        return {"reminded": 0}
    telling.list_due(on.year - 1, due, None if late else left, on, partners.ARTICLE)
    return {"reminded": 1}


@job(
    "inspection_answers",
    _("检查发现问题的答复期限提醒"),
    "26",
    order=82,
    due=lambda on: refs().calendar.is_workday(on),
    words={"reminded": _("提醒的期限")},
)
def remind_of_answers(on: date) -> dict[str, Any]:
    """Three and one working days before the day, and the working day after it."""
    calendar, reminded = refs(on).calendar, 0
    rows = {row.subject_id: row for row in Deadline.objects.filter(kind=DEADLINE, **OPEN)}
    for finding in Finding.objects.filter(pk__in=rows).order_by("number"):
        row = rows[finding.pk]
        left = calendar.remaining(on, row.closes_on)
        late = row.closes_on < on and calendar.workdays_between(row.closes_on, on) == 1
        if late or (row.closes_on >= on and left in REMIND_AT):
            telling.answer_due(finding, row, None if late else left, on)
            reminded += 1
    return {"reminded": reminded}
