"""风险总览: money, risk by bank, what became of each quarter's lending, what came back, what waits; as of any day."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation import permissions as may
from evaluation.forms import DayFilter
from evaluation.papers import overview as overview_paper
from evaluation.selectors import cockpit, money, opening
from evaluation.selectors.cockpit import AGES, NEAR, BankRisk, Cohort, Queue
from evaluation.selectors.day import QUEUE
from evaluation.selectors.opening import Source
from evaluation.tables.opening import address, opened
from evaluation.views.day_control import control
from pool import audit, charts, clock, exports, formats, pdf
from pool.chinese import in_chinese
from pool.models import AccessLog
from pool.permissions import require
from pool.selectors import edition
from pool.tables import Column, Table

NOW_ARTICLE = "8(4)"
AGES_SHOWN = (0, 1, 2, 3, 4, 6, 8)
"""Quarters after the first that have a column."""
LINES = 5
"""The newest quarters that the chart draws."""
PERCENT = Decimal(100)


class Overview(NamedTuple):
    """Everything the page and its workbook say."""

    on: date
    is_now: bool
    source: Source | None
    """From which figures lead to the cases behind them, for people who may open a loan."""
    money: dict[str, Decimal]
    banks: list[BankRisk]
    vintages: list[Cohort]
    recoveries: list[Cohort]
    queues: list[Queue]
    deadlines: list[Queue]

    @property
    def leverage(self) -> Decimal | None:
        entered = sum((one.entered for one in self.banks), Decimal(0))
        return cockpit.leverage(entered, self.money["paid"])


def _overview(on: date, user: Any) -> Overview:
    is_now = on == clock.today()
    return Overview(
        on,
        is_now,
        opening.of_day(on) if may.may_open_cases(user)[0] else None,
        money.position(on),
        cockpit.banks_on(on),
        cockpit.vintages(on),
        cockpit.recovery_curves(on),
        cockpit.queues_on(on),
        cockpit.deadlines_on(on),
    )


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    require(may.may_read(request.user))
    form = DayFilter(request.GET or None, today=clock.today())
    on = form.cleaned_data["on"] if form.is_valid() else clock.today()
    found = _overview(on, request.user)
    context = {
        **control(form, reverse("evaluation:cockpit")),
        "found": found,
        "tables": dict(zip(("banks", "vintages", "recoveries", "queues", "deadlines"), _tables(found), strict=True)),
        "vintage_chart": _chart(found.vintages),
        "recovery_chart": _chart(found.recoveries),
        "links": {name: _tile(found, name) for name in ("cash", "available", "paid", "outstanding")},
        "ceiling": edition()["npl_ceiling"].article,
        "article": NOW_ARTICLE,
    }
    return render(request, "evaluation/cockpit.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def workbook(request: HttpRequest) -> HttpResponse:
    """The tables of the page, a sheet each; the log keeps who had them."""
    require(may.may_read(request.user))
    form = DayFilter(request.GET or None, today=clock.today())
    found = _overview(form.cleaned_data["on"] if form.is_valid() else clock.today(), request.user)
    title = f"{_('风险总览')}-{found.on}"
    sheets = [
        exports.Sheet(one.caption, one.columns, one.rows, title=title, totals=one.totals) for one in _tables(found)
    ]
    person = request.user
    mark = exports.watermark(person.display_name or person.username, person.get_role_display(), clock.now())
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, detail=title)
    response = HttpResponse(exports.xlsx_bytes(sheets, mark=mark), content_type=exports.XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{title}.xlsx")
    return response


@require_safe
@login_required
def document(request: HttpRequest) -> HttpResponse:
    """The same as a document with its charts; marked like the workbook, and logged."""
    require(may.may_read(request.user))
    form = DayFilter(request.GET or None, today=clock.today())
    person = request.user
    with in_chinese():
        found = _overview(form.cleaned_data["on"] if form.is_valid() else clock.today(), person)
        tables = _tables(found)
        pictures = {tables[1].caption: _chart(found.vintages), tables[2].caption: _chart(found.recoveries)}
        mark = exports.watermark(person.display_name or person.username, person.get_role_display(), clock.now())
        content = overview_paper.drawn(found.on, _money_facts(found), tables, pictures, mark)
        name = f"{_('风险总览')}-{found.on}.pdf"
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, detail=name)
    return pdf.download(content, name)


def _money_facts(found: Overview) -> list[tuple[str, str]]:
    return [
        (_("专户存款（元）"), formats.yuan(found.money["cash"])),
        (_("可用资金（元）"), formats.yuan(found.money["available"])),
        (_("累计支付补偿（元）"), formats.yuan(found.money["paid"])),
        (_("补偿净额（元）"), formats.yuan(found.money["outstanding"])),
        (_("撬动倍数"), _times(found.leverage)),
    ]


def _tile(found: Overview, name: str) -> str:
    return (address(found.source, f"closing.{name}") or "") if found.source else ""


# ---- tables -------------------------------------------------------------------------------------------------------


def _tables(found: Overview) -> list[Table]:
    return [
        _bank_table(found),
        opened(
            _cohort_table(found.vintages, _("发放季度"), _("发放本金"), _("贷款不良表现（按发放季度）"), "quarter"),
            found.source,
            lambda row: {"part": f"quarter:{row.quarter}"},
        ),
        _cohort_table(found.recoveries, _("拨付季度"), _("不良本金余额"), _("补偿后清收表现（按拨付季度）"), ""),
        opened(
            _queue_table(found.queues, _("状态"), _age_words(), _("在办申请停留天数"), _queue_of), found.source, _whole
        ),
        _queue_table(found.deadlines, _("期限"), _near_words(), _("法定期限"), ""),
    ]


def _bank_table(found: Overview) -> Table:
    yuan = _("元")
    columns = [
        Column(_("加盟银行"), "bank.short_name", link=lambda row: reverse("banks:detail", args=[row.bank.pk])),
        Column(_("累计入库贷款"), "entered", "money", unit=yuan, figure="entered"),
        Column(_("不良贷款本金"), "npl", "money", unit=yuan, figure="npl"),
        Column(_("不良率"), "ratio", "percent"),
        Column(_("补偿业务"), _business, "status"),
        Column(_("已支付补偿"), "paid", "money", unit=yuan, figure="paid"),
        Column(_("已返还和退回"), "back", "money", unit=yuan),
        Column(_("补偿净额"), "net", "money", unit=yuan, figure="net"),
        Column(_("撬动倍数"), lambda row: _times(row.leverage), key="leverage"),
    ]
    totals = {
        column.label: sum((column.read(row) for row in found.banks), Decimal(0))
        for column in columns
        if column.kind == "money"
    }
    table = Table(columns, found.banks, caption=_("各银行风险"), totals=totals, empty_title=_("当日还没有加盟银行"))
    return opened(table, found.source, lambda row: {"bank": row.bank.code})


def _business(row: BankRisk) -> tuple[str, str]:
    return ("suspended", _("暂停办理")) if row.suspended else ("in_force", _("正常办理"))


def _times(value: Decimal | None) -> str:
    return "—" if value is None else _("%(times)s 倍") % {"times": f"{value:,.1f}"}


def _cohort_table(rows: list[Cohort], first: str, amount: str, caption: str, figure: str) -> Table:
    columns = [
        Column(first, lambda row: str(row.quarter), "code", key="quarter", figure=figure),
        Column(_("笔数"), "count", "int", figure=figure),
        Column(amount, "amount", "money", unit=_("元"), figure=figure),
        *(Column(_after(age), _sharer(age), "percent") for age in AGES_SHOWN),
        Column(_("截至当日"), "latest", "money", unit=_("元")),
    ]
    return Table(columns, rows, caption=caption, empty_title=_("当日还没有数据"))


def _after(age: int) -> str:
    return _("当季") if age == 0 else _("第%(n)s季后") % {"n": age}


def _sharer(age: int) -> Callable[[Cohort], Decimal | None]:
    return lambda row: row.share(age)


def _whole(_row: Any) -> dict[str, str]:
    return {}


def _queue_of(row: Queue) -> str:
    return f"{QUEUE}.{row.key}"


def _queue_table(
    rows: list[Queue], first: str, groups: list[str], caption: str, figure: str | Callable[[Queue], str]
) -> Table:
    columns = [
        Column(first, "label", figure=figure),
        *(Column(word, _grouper(place), "int") for place, word in enumerate(groups)),
        Column(_("合计"), "count", "int", figure=figure),
    ]
    totals = {word: sum(row.groups[place] for row in rows) for place, word in enumerate(groups)}
    totals[_("合计")] = sum(row.count for row in rows)
    return Table(columns, rows, caption=caption, totals=totals if rows else {}, empty_title=_("没有在办事项"))


def _grouper(place: int) -> Callable[[Queue], int]:
    return lambda row: row.groups[place]


def _age_words() -> list[str]:
    begins = (0, *(bound + 1 for bound in AGES))
    between = [_("%(a)s 至 %(b)s 天") % {"a": a, "b": b} for a, b in zip(begins, AGES, strict=False)]
    return [*between, _("%(a)s 天以上") % {"a": begins[-1]}]


def _near_words() -> list[str]:
    near = [_("%(b)s 天内") % {"b": bound} for bound in NEAR[1:]]
    return [_("已逾期"), *near, _("%(b)s 天以后") % {"b": NEAR[-1]}]


# ---- charts -------------------------------------------------------------------------------------------------------


def _chart(cohorts: list[Cohort]) -> dict[str, Any] | None:
    """The newest quarters of which a year is over, else the newest there are; a line each, in per cent."""
    grown = [one for one in cohorts if len([value for value in one.by_age if value is not None]) > 1] or cohorts
    shown = grown[-LINES:]
    if not shown:
        return None
    longest = max(len([value for value in one.by_age if value is not None]) for one in shown)
    series = {str(one.quarter): [_percent(one.share(age)) for age in range(longest)] for one in shown}
    return charts.line([_after(age) for age in range(longest)], series, unit="%")


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else (share * PERCENT).quantize(Decimal("0.01"))
