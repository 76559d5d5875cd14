"""资金头寸: the money's whole position on one page, every figure opening to its cases; and as a workbook."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from pool import clock, exports
from pool.selectors import edition
from pool.tables import Column, Table, follow, keyset_page
from recovery import papers, position
from recovery import permissions as may
from recovery.position import Kind, Position

ARTICLE = "7.2"
PERIODS = ("review_period", "publicity_period", "papers_period", "payment_period")
FIGURES = (
    Column(gettext_lazy("项目"), "kind.label", link="url"),
    Column(gettext_lazy("方向"), lambda row: _("收入") if row.kind.comes_in else _("支出"), key="side"),
    Column(gettext_lazy("笔数"), "count", "int"),
    Column(gettext_lazy("金额"), "amount", "money", unit=gettext_lazy("元")),
)
MONTHS = (
    Column(gettext_lazy("月份"), "name", "code"),
    Column(gettext_lazy("预计支出"), "out", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("预计收入"), "into", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("月末预计存款"), "cash", "money", unit=gettext_lazy("元")),
)


def _now(found: Position) -> list[tuple[str, Any]]:
    return [
        (_("专户存款"), found.cash),
        (_("已预留"), found.reserved),
        (_("可用资金（存款减待查款和已预留）"), found.available),
        (_("其中待查款（不属于资金池）"), found.suspense),
        (_("已支付未返还的补偿"), found.outstanding),
        (_("资金池规模内还可安排"), found.room),
        (_("累计到账拨款"), found.appropriated),
        (_("待复核拨款"), found.appropriations_waiting),
    ]


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    may.require(may.see_position(request.user))
    found = position.position(clock.today())
    book = edition()
    context = {
        "position": found,
        "facts": _now(found),
        "figures": Table(FIGURES, found.figures, caption=_("在途款项"), empty_title=_("没有在途款项")),
        "months": Table(MONTHS, found.months, caption=_("按月预测"), marks=lambda row: "late" if row.cash < 0 else ""),
        "short": [one for one in found.months if one.cash < 0],
        "days": {slug.partition("_")[0]: book[slug].number for slug in PERIODS},
        "pay_article": book["payment_period"].article,
        "article": ARTICLE,
    }
    return render(request, "recovery/position.html", context)


def _kind_columns(kind: Kind) -> list[Column]:
    return [
        Column(_("编号"), kind.number, "code", link=kind.page),
        Column(_("加盟银行"), "bank.short_name"),
        Column(_("期限或办理日期"), lambda row: follow(row, kind.day), "date", key="day"),
        Column(_("金额"), kind.amount, "money", unit=_("元")),
    ]


@login_required
@require_GET
def cases(request: HttpRequest, key: str) -> HttpResponse:
    """The cases behind one figure."""
    may.require(may.see_position(request.user))
    found = position.cases(key)
    if found is None:
        raise Http404
    kind, rows = found
    page = keyset_page(rows, request, order=["-id"], size=50)
    table = Table(_kind_columns(kind), page.rows, page=page, caption=kind.label, empty_title=_("没有符合条件的记录"))
    context = {"kind": kind, "figure": position.figure(kind), "table": table, "article": ARTICLE}
    return render(request, "recovery/position_cases.html", context)


@login_required
@require_GET
def workbook(request: HttpRequest) -> HttpResponse:
    """The position, the figures on their way and the months ahead, a sheet each."""
    may.require(may.see_position(request.user))
    found = position.position(clock.today())
    title = f"{_('资金头寸')}-{found.on}"
    now = (
        Column(_("项目"), lambda row: row[0]),
        Column(_("金额"), lambda row: row[1], "money", unit=_("元")),
    )
    sheets = [
        exports.Sheet(_("资金头寸"), now, _now(found), title=title),
        exports.Sheet(_("在途款项"), FIGURES, found.figures, title=title),
        exports.Sheet(_("按月预测"), MONTHS, found.months, title=title),
    ]
    content = exports.xlsx_bytes(sheets, mark=papers.mark(request))
    return papers.download(request, content, f"{title}.xlsx", exports.XLSX, "recovery.position")
