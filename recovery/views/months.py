"""月结: which months are closed, what is in the way of the next, the balances of each, and its vouchers to take out."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from pool import clock, exports, hats
from pool.deeds import deed, text
from pool.forms_keys import once
from pool.ledger.models import MonthClosing
from pool.money import ZERO, total
from pool.moves import history
from pool.tables import Column, Table
from recovery import months, papers, services, todos, vouchers
from recovery import permissions as may
from recovery.intake import ARTICLE

State = MonthClosing.State


@login_required
@require_GET
def all_months(request: HttpRequest) -> HttpResponse:
    """Every month that has vouchers, the newest first."""
    may.require(may.see_account(request.user))
    live = {one.month: one for one in MonthClosing.objects.filter(state__in=MonthClosing.LIVE)}
    rows = [{"month": month, "closing": live.get(month)} for month in reversed(months.months_with_vouchers())]
    table = Table(
        [
            Column(
                _("月份"),
                lambda row: months.name(row["month"]),
                "code",
                link=lambda row: months.month_url(row["month"]),
            ),
            Column(_("月结编号"), lambda row: row["closing"] and row["closing"].number, "code"),
            Column(_("专户余额"), lambda row: row["closing"] and row["closing"].by_bank, "money", unit=_("元")),
            Column(_("资金账余额"), lambda row: row["closing"] and row["closing"].by_ledger, "money", unit=_("元")),
            Column(_("月结日期"), lambda row: row["closing"] and row["closing"].closed_on, "date"),
            Column(_("状态"), _state, "status"),
        ],
        rows,
        caption=_("月结"),
        empty_title=_("资金账还没有凭证"),
    )
    return render(request, "recovery/months.html", {"table": table, "article": ARTICLE})


def _state(row: dict[str, Any]) -> tuple[str, str]:
    closing = row["closing"]
    return (closing.state, str(closing.get_state_display())) if closing else ("open", _("未月结"))


@login_required
@require_GET
def month(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """One month: the checklist, the balances, and who is waited for."""
    may.require(may.see_account(request.user))
    first = _first(year, number)
    today, user = clock.today(), request.user
    closing = months.closing_of(first)
    state = closing.state if closing else ""
    second = closing is not None and may.check_account(user)[0] and hats.may_wear(closing, user, services.CHECKER)
    points = months.checks(first, today) if state in {"", State.PROPOSED} else []
    rows = months.trial_balance(first)
    context = {
        "month": months.name(first), "year": year, "number": number, "closing": closing, "points": points,
        "ready": all(point.ok for point in points), "table": _table(rows), "todo": todos.of_month(closing),
        "may_propose": not closing and may.keep_account(user)[0],
        "may_confirm": state == State.PROPOSED and second,
        "may_withdraw": state == State.PROPOSED and may.work_account(user)[0],
        "may_ask": state == State.CLOSED and may.keep_account(user)[0],
        "may_reopen": state == State.REOPENING and second,
        "debit": total(one.debit for one in rows), "credit": total(one.credit for one in rows),
        "stories": [(one, history(one)) for one in MonthClosing.objects.filter(month=first).order_by("-id")],
        "article": ARTICLE,
    }  # fmt: skip
    return render(request, "recovery/month.html", context)


def _first(year: int, number: int) -> date:
    try:
        return date(year, number, 1)
    except ValueError:
        raise Http404 from None


BALANCE_COLUMNS = (
    Column(gettext_lazy("科目代码"), "code", "code"),
    Column(gettext_lazy("科目名称"), "title"),
    Column(
        gettext_lazy("期初借方"), lambda row: row.opening_side[0], "money", unit=gettext_lazy("元"), key="opening_debit"
    ),
    Column(
        gettext_lazy("期初贷方"),
        lambda row: row.opening_side[1],
        "money",
        unit=gettext_lazy("元"),
        key="opening_credit",
    ),
    Column(gettext_lazy("本期借方"), "debit", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("本期贷方"), "credit", "money", unit=gettext_lazy("元")),
    Column(
        gettext_lazy("期末借方"), lambda row: row.closing_side[0], "money", unit=gettext_lazy("元"), key="closing_debit"
    ),
    Column(
        gettext_lazy("期末贷方"),
        lambda row: row.closing_side[1],
        "money",
        unit=gettext_lazy("元"),
        key="closing_credit",
    ),
)


def _table(rows: list[months.Balance]) -> Table:
    return Table(
        BALANCE_COLUMNS, rows, caption=_("科目余额表"), totals=_totals(rows), empty_title=_("本月及以前没有凭证")
    )


def _totals(rows: list[months.Balance]) -> dict[Any, Any]:
    """Both sides of each pair are equal, or the ledger is not the ledger."""
    return {
        column.label: total(column.read(row) or ZERO for row in rows)
        for column in BALANCE_COLUMNS
        if column.kind == "money"
    }


@login_required
@require_POST
@once
def propose(request: HttpRequest, year: int, number: int) -> HttpResponse:
    made = services.propose_closing(month=_first(year, number), by=request.user, on=clock.today())
    messages.success(request, _("已提出月结，等待另一人复核。"))
    return redirect(months.month_url(made.month))


def _closing(request: HttpRequest, pk: UUID) -> MonthClosing:
    may.require(may.see_account(request.user))
    found: MonthClosing = get_object_or_404(MonthClosing, pk=pk)
    return found


def _deed(service: Callable[..., Any], done: Any, *, reason: bool = False) -> Callable[..., HttpResponse]:
    fields = {"reason": text("reason")} if reason else {}
    return deed(_closing, service, "closing_id", done, lambda row: months.month_url(row.month), fields)


confirm = _deed(services.confirm_closing, gettext_lazy("已月结，此后不能再记该月的账。"))
withdraw = _deed(services.withdraw_closing, gettext_lazy("月结已撤回。"), reason=True)
ask_reopening = _deed(services.ask_reopening, gettext_lazy("已提出重开，等待另一人复核。"), reason=True)
reopen = _deed(services.confirm_reopening, gettext_lazy("该月已重开，记账后请重新月结。"))
refuse_reopening = _deed(services.refuse_reopening, gettext_lazy("不予重开，该月仍为已月结。"), reason=True)


@login_required
@require_GET
def balances_file(request: HttpRequest, year: int, number: int, kind: str) -> HttpResponse:
    """科目余额表 of the month as PDF or workbook."""
    may.require(may.see_account(request.user))
    first = _first(year, number)
    rows = months.trial_balance(first)
    title = f"{_('科目余额表')}-{months.name(first)}"
    if kind == "pdf":
        closing = months.closing_of(first)
        note = _("本月已月结，编号 %(number)s。") % {"number": closing.number} if closing and closing.is_shut else ""
        section = papers.Section(_("科目余额表"), _table(rows), note)
        content = papers.draw(_("科目余额表"), months.last_day(first), [section], by=request.user)
        return papers.download(request, content, f"{title}.pdf", papers.PDF, "ledger.month")
    if kind != "xlsx":
        raise Http404
    sheet = exports.Sheet(_("科目余额表"), BALANCE_COLUMNS, rows, title=title, totals=_totals(rows))
    content = exports.xlsx_bytes([sheet], mark=papers.mark(request))
    return papers.download(request, content, f"{title}.xlsx", exports.XLSX, "ledger.month")


VOUCHER_COLUMNS = (
    Column(gettext_lazy("凭证号"), "number", "code"),
    Column(gettext_lazy("日期"), "on", "date"),
    Column(gettext_lazy("凭证摘要"), "summary"),
    Column(gettext_lazy("科目代码"), "code", "code"),
    Column(gettext_lazy("科目名称"), "title"),
    Column(gettext_lazy("借方金额"), "debit", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("贷方金额"), "credit", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("银行回单号"), "reference", "code"),
    Column(gettext_lazy("业务键"), "key", "code"),
    Column(gettext_lazy("经办人"), "prepared_by"),
    Column(gettext_lazy("复核人"), "approved_by"),
    Column(gettext_lazy("附件摘要"), "attachments", "code"),
)


@login_required
@require_GET
def vouchers_file(request: HttpRequest, year: int, number: int, kind: str) -> HttpResponse:
    """Every entry of the month, for the financial system."""
    may.require(may.see_account(request.user))
    first = _first(year, number)
    rows = list(vouchers.lines(first, months.last_day(first)))
    title = f"{_('记账凭证')}-{months.name(first)}"
    if kind == "csv":
        content = b"".join(exports.csv_lines(VOUCHER_COLUMNS, rows, mark=papers.mark(request)))
        return papers.download(request, content, f"{title}.csv", exports.CSV, "ledger.month")
    if kind != "xlsx":
        raise Http404
    sums = {
        column.label: total(column.read(row) or ZERO for row in rows)
        for column in VOUCHER_COLUMNS
        if column.kind == "money"
    }
    sheet = exports.Sheet(_("记账凭证"), VOUCHER_COLUMNS, rows, title=title, totals=sums)
    content = exports.xlsx_bytes([sheet], mark=papers.mark(request))
    return papers.download(request, content, f"{title}.xlsx", exports.XLSX, "ledger.month")
