"""The finance centre's desk over the special account: its statements, each line, and whether all figures agree."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from claims.models import PapersPacket
from pool import audit, clock, hats
from pool.deeds import deed, text
from pool.forms_keys import once, seen_version
from pool.masking import mask_account
from pool.models import AccessLog
from pool.money import ZERO
from pool.moves import history
from pool.tables import Column, Table, keyset_page
from recovery import account, matching, services, todos
from recovery import permissions as may
from recovery.forms import AccountFileForm, LineFilter, PayBackForm, UnbookedForm
from recovery.intake import ARTICLE
from recovery.models import AccountLine, AccountStatement
from recovery.views import suspense
from recovery.views.common import answer

State = AccountLine.State


@login_required
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    may.require(may.see_account(request.user))
    page = keyset_page(account.statements(), request, order=["-ends_on", "-id"], size=30)
    columns = [
        Column(_("流水编号"), "number", "code", link=AccountStatement.get_absolute_url),
        Column(_("起始日"), "starts_on", "date"),
        Column(_("截止日"), "ends_on", "date"),
        Column(_("期初余额"), "opening", "money", unit=_("元")),
        Column(_("期末余额"), "closing", "money", unit=_("元")),
        Column(_("笔数"), "count", "int"),
        Column(_("未核对"), "waiting", "int"),
        Column(_("导入人"), "made_by"),
    ]
    table = Table(
        columns, page.rows, page=page, caption=_("专户流水"), empty_title=_("还没有导入专户流水"),
        empty_text=_("从开户银行下载流水文件后在此导入，与资金账逐笔核对。"),
    )  # fmt: skip
    lines = AccountLine.objects.exclude(state=State.MATCHED)
    context = {
        "table": table,
        "agreement": account.agreement(),
        "open": lines.filter(state=State.OPEN).count(),
        "proposed": lines.filter(state=State.PROPOSED).count(),
        "may_keep": may.keep_account(request.user)[0],
        "article": ARTICLE,
    }
    return render(request, "recovery/account.html", context)


@login_required
@once
def import_statement(request: HttpRequest) -> HttpResponse:
    may.require(may.keep_account(request.user))
    form = AccountFileForm(request.POST or None, request.FILES or None)

    def act() -> HttpResponse:
        made = services.import_statement(file=form.cleaned_data["file"], by=request.user, on=clock.today())
        count, waiting = made.lines.count(), made.lines.exclude(state=State.MATCHED).count()
        words = {"number": made.number, "count": count, "matched": count - waiting, "waiting": waiting}
        said = _("%(number)s 已导入 %(count)s 笔，其中 %(matched)s 笔与资金账相符，%(waiting)s 笔待核对。")
        messages.success(request, said % words)
        return redirect(made)

    context = {"last": account.last_statement(), "article": ARTICLE}
    return answer(request, form, act, "recovery/account_import.html", context)


@login_required
@require_GET
def statement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file's lines."""
    may.require(may.see_account(request.user))
    found = get_object_or_404(account.statements(), pk=pk)
    audit.log_access(request, AccessLog.Kind.READ, found)
    form = LineFilter(request.GET or None)
    rows = found.lines.select_related("proposed_by", "checked_by")
    if form.is_valid() and form.cleaned_data["state"]:
        rows = rows.filter(state=form.cleaned_data["state"])
    page = keyset_page(rows, request, order=["position"], size=100)
    context = {"statement": found, "table": _lines_table(page), "form": form, "count": rows.count(), "article": ARTICLE}
    return render(request, "recovery/account_statement.html", context)


def _lines_table(page: Any) -> Table:
    columns = [
        Column(_("序号"), "position", "int", link=AccountLine.get_absolute_url),
        Column(_("交易日期"), "booked_on", "date"),
        Column(_("收入"), "received", "money", unit=_("元")),
        Column(_("支出"), "paid", "money", unit=_("元")),
        Column(_("对方户名"), "counterparty"),
        Column(_("摘要"), "remark"),
        Column(_("银行流水号"), "reference", "code"),
        Column(_("状态"), lambda row: row, "status", key="state"),
        Column(_("说明"), "get_explanation_display"),
    ]
    return Table(columns, page.rows, page=page, caption=_("流水明细"), empty_title=_("没有符合条件的流水"))


@login_required
@require_GET
def line(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _line(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, found)
    return render(request, "recovery/account_line.html", _line_context(request, found, UnbookedForm()))


def _line(request: HttpRequest, pk: UUID) -> AccountLine:
    may.require(may.see_account(request.user))
    rows = AccountLine.objects.select_related("statement", "proposed_by", "checked_by")
    found: AccountLine = get_object_or_404(rows, pk=pk)
    return found


def _line_context(request: HttpRequest, found: AccountLine, form: UnbookedForm) -> dict[str, Any]:
    is_open = found.state == State.OPEN
    clerk = is_open and may.keep_account(request.user)[0] and hats.may_wear(found, request.user, services.CLERK)
    unmatched = account.unmatched_movements() if is_open else []
    form.fields["explanation"].choices = [
        (value, AccountLine.Explanation(value).label)
        for value in (["fee"] if found.amount < ZERO else ["interest", "overpaid", "unexplained"])
    ]
    return {
        "line": found,
        "account": mask_account(found.counterparty_account),
        "candidates": matching.likely(account.moved(found), unmatched),
        "others": [one for one in unmatched if one.amount != found.amount][:50] if clerk else [],
        "vouchers": account.vouchers_of(found),
        "waiting": account.waiting_for(found) if is_open else [],
        "form": form,
        "may_keep": clerk,
        "may_check": found.state == State.PROPOSED
        and may.check_account(request.user)[0]
        and hats.may_wear(found, request.user, services.CHECKER),
        "suspense": suspense.of_line(request.user, found),
        "pay_back_form": PayBackForm(),
        "todo": todos.of_line(found),
        "events": history(found),
        "article": ARTICLE,
    }


@login_required
@require_POST
@once
def tie(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The clerk says which vouchers this line is."""
    found = _line(request, pk)
    chosen = [int(one) for value in request.POST.getlist("vouchers") for one in value.split(",") if one.isdecimal()]
    services.propose_line(
        line_id=found.pk, explanation=AccountLine.Explanation.VOUCHERS.value, vouchers=chosen, by=request.user,
        on=clock.today(), version=seen_version(request), reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("已提交，等待另一人复核。"))
    return redirect(found)


@login_required
@require_POST
@once
def explain(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The clerk says what a line is that the ledger does not have."""
    found = _line(request, pk)
    may.require(may.keep_account(request.user))
    form = UnbookedForm(request.POST)
    context = _line_context(request, found, form)

    def act() -> HttpResponse:
        services.propose_line(
            line_id=found.pk, by=request.user, on=clock.today(), version=seen_version(request), **form.cleaned_data
        )
        messages.success(request, _("已提交，等待另一人复核；复核后记账。"))
        return redirect(found)

    return answer(request, form, act, "recovery/account_line.html", context)


@login_required
@require_POST
@once
def enter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Use the line as the bank's advice of a transfer, a return or a refund that waits for one."""
    found = _line(request, pk)
    url = services.enter_from_line(
        line_id=found.pk, kind=request.POST.get("kind", ""), subject=request.POST.get("subject", ""),
        by=request.user, on=clock.today(), version=seen_version(request),
    )  # fmt: skip
    if url == found.get_absolute_url():
        messages.success(request, _("已提交，等待另一人复核；复核后记账。"))
    else:
        messages.success(request, _("已按这笔流水登记回单，等待另一人确认；确认后自动核对。"))
    return redirect(url)


confirm = deed(
    _line, services.confirm_line, "line_id", gettext_lazy("已复核，流水与资金账相符。"), AccountLine.get_absolute_url
)
reject = deed(
    _line, services.reject_line, "line_id", gettext_lazy("已退回核对人。"), AccountLine.get_absolute_url,
    {"reason": text("reason")},
)  # fmt: skip


@login_required
@require_POST
@once
def match(request: HttpRequest) -> HttpResponse:
    """Look again, after something was posted."""
    may.require(may.keep_account(request.user))
    done = services.match_lines(clock.today())
    messages.success(request, _("新核对相符 %(matched)s 笔，待核对 %(open)s 笔。") % done)
    return redirect("recovery:account")


@login_required
@require_GET
def proof(request: HttpRequest) -> HttpResponse:
    """Plan = transfer = ledger = statement, bank by bank; and the two balances."""
    may.require(may.see_account(request.user))
    packets = PapersPacket.objects.exclude(state=PapersPacket.State.VOID).select_related("plan", "bank")
    page = keyset_page(packets, request, order=["-plan__issued_on", "-id"], size=100)
    rows = account.proofs(page.rows)
    words = {"agrees": _("四方相符"), "open": _("尚未办完"), "differs": _("不符")}
    columns = [
        Column(_("资助计划"), "packet.plan.number", "code"),
        Column(_("加盟银行"), "packet.bank.short_name"),
        Column(_("拨付编号"), "payment.number", "code"),
        Column(_("计划金额"), "planned", "money", unit=_("元")),
        Column(_("拨付指令"), "ordered", "money", unit=_("元")),
        Column(_("资金账"), "posted", "money", unit=_("元")),
        Column(_("专户流水"), "seen", "money", unit=_("元")),
        Column(_("结果"), lambda row: (row.state, words[row.state]), "status"),
    ]
    table = Table(columns, rows, page=page, caption=_("拨付核对表"), empty_title=_("还没有下达的资助计划"))
    return render(
        request, "recovery/proof.html", {"table": table, "agreement": account.agreement(), "article": ARTICLE}
    )
