"""The quarter's desk: reports, receipts and the ledger side by side, who is silent, and asking them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from claims.models import Claim
from pool import clock
from pool.deeds import deed, text
from pool.forms_keys import once
from pool.lists import Listing, narrowed, show
from pool.rules import quarter_name
from pool.selectors import panels_of
from pool.tables import Column, Table
from recovery import desk as selectors
from recovery import permissions as may
from recovery import services, terms
from recovery.forms import DeskFilter
from recovery.models import AccountLine, Chaser
from recovery.views.common import found
from recovery.views.pages import project_url

LINES_SHOWN = 50


def _columns(user: Any) -> list[Column]:
    yuan = _("元")
    return [
        Column(_("借据号"), "loan.loan_number", "code", link=project_url),
        Column(_("加盟银行"), "bank.short_name"),
        Column(_("补偿到账"), "paid_on", "date", sort="paid"),
        Column(_("补偿金额"), "amount", "money", unit=yuan, sort="amount"),
        Column(_("本季情况"), selectors.report_word, "status", key="report"),
        Column(_("差异"), selectors.differences, key="differences", width=40),
        Column(_("季初待返还"), "opening", "money", unit=yuan),
        Column(_("本季上报收回"), "in_window", "money", unit=yuan),
        Column(_("本季应返还"), "due", "money", unit=yuan),
        Column(_("到账登记"), "received", "money", unit=yuan),
        Column(_("专户流水"), "seen", "money", unit=yuan),
        Column(_("资金账"), "posted", "money", unit=yuan),
        Column(_("季末待返还"), "owed", "money", unit=yuan, sort="owed"),
        Column(_("催报日期"), "chased_on", "date"),
        Column(_("银行答复"), "reply"),
    ]


TOTALLED = ("opening", "in_window", "due", "received", "seen", "posted", "owed")


def _narrow(rows: "QuerySet[Claim]", given: Mapping[str, Any]) -> "QuerySet[Claim]":
    today = clock.today()
    rows = selectors.rows_of(rows, selectors.chosen_quarter(given.get("quarter", ""), today), today)
    if wanted := given.get("number", "").strip():
        rows = rows.filter(Q(loan__loan_number__icontains=wanted) | Q(loan__borrower_name__icontains=wanted))
    return rows.filter(selectors.LOOKS[given["look"]]) if "look" in given else rows


def _form(data: Any, user: Any) -> DeskFilter:
    names = [quarter_name(one) for one in selectors.quarters(clock.today())]
    return DeskFilter(data, with_bank=True, quarters=names)


DESK = Listing(
    name="recovery_desk",
    label=gettext_lazy("季度跟踪"),
    url_name="recovery:desk",
    may_see=may.see_desk,
    may_export=may.see_desk,
    rows=selectors.paid_claims,
    form=_form,
    narrow=_narrow,
    same=("bank",),
    columns=_columns,
    orders={"paid": ("paid_on", "id"), "amount": ("amount", "id"), "owed": ("owed", "id")},
    order="-owed",
    hidden=frozenset({"paid_on", "amount", "chased_on", "reply"}),
    marks=lambda row: "late" if row.differs or (row.silent and row.closed and not row.reply) else "",
    empty_title=gettext_lazy("本季没有需要跟踪的项目"),
)


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Every live project of a quarter: report, receipt and ledger, and who is silent (10.2(3), 20(4))."""
    may.require(may.see_desk(request.user))
    today = clock.today()
    shown = show(DESK, request)
    form, rows = narrowed(DESK, request.user, request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    quarter = selectors.chosen_quarter(given.get("quarter", ""), today)
    bank = given.get("bank")
    sums = selectors.sums_of(rows)
    shown.table.totals = {column.label: sums[column.name] for column in shown.table.columns if column.name in TOTALLED}
    whole = _whole(request.user, quarter, bank)
    silent = whole.filter(silent=True)
    context = {
        "shown": shown,
        "quarter": quarter_name(quarter),
        "window": terms.quarter_window(quarter),
        "sums": sums,
        "count": rows.count(),
        "silent": silent.count(),
        "unasked": silent.filter(chased_on=None).count(),
        "bank": bank,
        "by_ledger": selectors.by_ledger(quarter, bank.pk if bank else None),
        "by_projects": selectors.sums_of(whole)["posted"],
        "unreported": _unreported(request.user, quarter),
        "may_chase": may.chase(request.user)[0],
        "panels": panels_of(request.user, quarter, "recovery.desk"),
    }
    return render(request, "recovery/desk.html", context)


def _whole(user: Any, quarter: Any, bank: Any) -> "QuerySet[Claim]":
    """The quarter without the narrower questions: what must tie to the ledger."""
    rows = selectors.paid_claims(user)
    return selectors.rows_of(rows.filter(bank=bank) if bank else rows, quarter, clock.today())


def _unreported(user: Any, quarter: Any) -> Table:
    opens = may.see_account(user)[0]
    columns = [
        Column(_("交易日期"), "booked_on", "date", link=AccountLine.get_absolute_url if opens else None),
        Column(_("对方户名"), "counterparty"),
        Column(_("摘要"), "remark"),
        Column(_("金额"), "amount", "money", unit=_("元")),
        Column(_("现状"), _line_word, "status"),
    ]
    rows = selectors.unreported_lines(quarter)[:LINES_SHOWN]
    return Table(columns, list(rows), empty_title=_("没有：专户收到的款项都已对应到项目或事项。"))


def _line_word(line: AccountLine) -> tuple[str, str]:
    if line.explanation:
        return (line.state, str(line.get_explanation_display()))
    return (line.state, str(line.get_state_display()))


@require_POST
@login_required
@once
def chase(request: HttpRequest) -> HttpResponse:
    """Ask every silent project of the quarter that was not asked for yet."""
    may.require(may.chase(request.user))
    form = _form(request.POST, request.user)
    given = form.cleaned_data if form.is_valid() else {}
    today = clock.today()
    quarter, bank = selectors.chosen_quarter(given.get("quarter", ""), today), given.get("bank")
    made = services.chase_silent(quarter=quarter, bank_id=bank.pk if bank else None, by=request.user, on=today)
    messages.success(request, _("已就 %(count)s 个项目向银行催报。") % {"count": len(made)})
    return redirect(f"{reverse('recovery:desk')}?quarter={quarter_name(quarter)}&look=silent")


def _chaser(request: HttpRequest, pk: UUID) -> Chaser:
    return found(Chaser, request.user, pk)


answer = deed(
    _chaser, services.answer_chaser, "chaser_id", gettext_lazy("已答复高新投集团。"),
    lambda row: reverse("recovery:project", args=[row.loan_id]), {"reply": text("reason")},
)  # fmt: skip
