"""The series of reports: what each is, by which article, its latest issue, and when the next one comes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from evaluation import permissions
from evaluation.models import Report
from evaluation.open_data.figures import ARTICLE as OPEN_DATA
from evaluation.periods import HalfYear, Quarter
from evaluation.rules import evaluation_due
from evaluation.selectors import differences, partners, supervisory
from evaluation.selectors.reports import visible_to
from loans.rules import entry_window
from pool.models import User
from pool.rules import ONE_DAY
from pool.selectors import edition, refs

Kind = Report.Kind


@dataclass(frozen=True)
class Next:
    """The issue that comes next: from which day it is drafted, and the law's last day where there is one."""

    period: str
    drafted_from: date
    due: date | None = None


@dataclass(frozen=True)
class Series:
    kind: str
    about: Any
    every: str
    article: Callable[[], str]
    after: Callable[[date], Next | None]
    """The issue after the one that ends on that day."""

    @property
    def name(self) -> str:
        return str(Kind(self.kind).label)

    def may_be_read_by(self, user: Any) -> bool:
        return user.role in permissions.HANDS[self.kind].read


@dataclass(frozen=True)
class Standing:
    """A series on a day: its newest issue, how many there are, and what comes next."""

    series: Series
    latest: Report | None
    issues: int
    next: Next | None


RHYTHMS = {
    "quarter": _("每季度"), "half_year": _("每半年"), "year": _("每年"), "occasion": _("每次检查"),
}  # fmt: skip
FORMATS = ("pdf", "xlsx", "csv", "json")


def _half_year(ends_on: date) -> Next:
    half = HalfYear.of(ends_on + ONE_DAY)
    return Next(str(half), refs().calendar.next_workday(half.ends_on))


def _supervisory(ends_on: date) -> Next:
    quarter = Quarter.of(ends_on + ONE_DAY)
    closes_on = entry_window(edition(), refs().calendar, quarter.ends_on).closes_on
    return Next(str(quarter), closes_on + ONE_DAY)


def _open_data(ends_on: date) -> Next:
    quarter = Quarter.of(ends_on + ONE_DAY)
    return Next(str(quarter), refs().calendar.next_workday(quarter.ends_on))


def _differences(ends_on: date) -> Next:
    """Asked for by a person, from the day after the quarter."""
    quarter = Quarter.of(ends_on + ONE_DAY)
    return Next(str(quarter), quarter.ends_on + ONE_DAY)


def _evaluation(ends_on: date) -> Next:
    year = ends_on.year + 1
    closes_on = entry_window(edition(), refs().calendar, date(year, 12, 31)).closes_on
    return Next(str(year), closes_on + ONE_DAY, evaluation_due(edition(), year))


def _partners(ends_on: date) -> Next:
    year = ends_on.year + 1
    return Next(str(year), refs().calendar.next_workday(date(year, 12, 31)), partners.due_on(year))


SERIES: dict[str, Series] = {
    one.kind: one
    for one in (
        Series(
            Kind.HALF_YEAR,
            _("资金池资金收支和余额、各银行入库、不良、申请、补偿、清收、返还与结项情况，与资金账逐行核对一致。"),
            "half_year",
            lambda: edition()["half_year_statistics"].article,
            _half_year,
        ),
        Series(
            Kind.SUPERVISORY,
            _("各银行普惠型贷款的增速、户数、不良率、利率、首贷、信用、续贷和投向，附每项指标的口径、目标和依据。"),
            "quarter",
            lambda: supervisory.ARTICLE,
            _supervisory,
        ),
        Series(
            Kind.EVALUATION,
            _("各加盟银行年度绩效评价的等级、排名、同比增速和评定理由。"),
            "year",
            lambda: edition()["evaluation_due"].article,
            _evaluation,
        ),
        Series(
            Kind.PARTNERS,
            _("年末全部加盟银行及其协议，本年加盟、退出和受处理的情况。"),
            "year",
            lambda: partners.ARTICLE,
            _partners,
        ),
        Series(
            Kind.OPEN_DATA,
            _("按经营所在区、行业门类和企业规模汇总的入库贷款、支付补偿和清收返还，户数过少的格不予公布；任何人可以查阅。"),
            "quarter",
            lambda: OPEN_DATA,
            _open_data,
        ),
        Series(
            Kind.DIFFERENCES,
            _("一个季度各银行清收上报与返还到账不一致、未上报的项目和催办情况。"),
            "quarter",
            lambda: differences.ARTICLE,
            _differences,
        ),
        Series(
            Kind.INSPECTION,
            _("每次监督检查的抽样方法、样本、问题和整改情况；没有固定的报告期。"),
            "occasion",
            lambda: "26",
            lambda _ends_on: None,
        ),
    )
}  # fmt: skip
"""In the order of the catalogue."""


def series_for(user: User) -> list[Series]:
    return [one for one in SERIES.values() if one.may_be_read_by(user)]


def standing(one: Series, user: User, on: date) -> Standing:
    """As this reader sees it; before the first issue, the next is the one whose period was last over."""
    rows = visible_to(user).filter(kind=one.kind, state=Report.State.ISSUED)
    latest = rows.order_by("-ends_on", "-revision").first()
    return Standing(one, latest, rows.count(), one.after(latest.ends_on if latest else _before(one, on)))


def _before(one: Series, on: date) -> date:
    """The end of the period before the last one that is over."""
    if one.every == "year":
        return date(on.year - 2, 12, 31)
    period = HalfYear if one.every == "half_year" else Quarter
    return period.before(period.before(on).starts_on).ends_on
