"""The finance centre's desk over the special account: its statements, each line, and whether all figures agree."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from claims.models import PapersPacket
from pool import audit, clock, exports, hats
from pool.deeds import deed, text
from pool.errors import Refused
from pool.forms_keys import once, seen_version
from pool.masking import mask_account
from pool.models import AccessLog
from pool.money import ZERO, total
from pool.moves import history
from pool.tables import Column, Table, keyset_page
from recovery import account, matching, papers, services, todos
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
        made = services.import_statement(**form.cleaned_data, by=request.user, on=clock.today())
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
    rows = AccountLine.objects.select_related("statement", "pair__statement", "proposed_by", "checked_by")
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
        "cancelling": account.cancelling(found) if clerk else [],
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


def _other(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("other", ""))
    except ValueError:
        raise Refused("other_missing", _("请选择与这笔流水相抵的另一笔。"), ARTICLE, "other") from None


correct = deed(
    _line, services.propose_correction, "line_id", gettext_lazy("已提交，等待另一人复核；两笔一并复核，不记账。"),
    AccountLine.get_absolute_url, {"other_id": _other, "reason": text("reason")}, may.keep_account,
)  # fmt: skip
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


PROOF_WORDS = {
    "agrees": gettext_lazy("四方相符"),
    "open": gettext_lazy("尚未办完"),
    "differs": gettext_lazy("不符"),
}
PROOF_COLUMNS = (
    Column(gettext_lazy("资助计划"), "packet.plan.number", "code"),
    Column(gettext_lazy("加盟银行"), "packet.bank.short_name"),
    Column(gettext_lazy("拨付编号"), "payment.number", "code"),
    Column(gettext_lazy("计划金额"), "planned", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("拨付指令"), "ordered", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("资金账"), "posted", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("专户流水"), "seen", "money", unit=gettext_lazy("元")),
    Column(gettext_lazy("结果"), lambda row: (row.state, PROOF_WORDS[row.state]), "status", key="state"),
)


def _packets() -> "QuerySet[PapersPacket]":
    rows: QuerySet[PapersPacket] = PapersPacket.objects.exclude(state=PapersPacket.State.VOID)
    return rows.select_related("plan", "bank").order_by("-plan__issued_on", "-id")


@login_required
@require_GET
def proof(request: HttpRequest) -> HttpResponse:
    """Plan = transfer = ledger = statement, bank by bank; and the two balances."""
    may.require(may.see_account(request.user))
    page = keyset_page(_packets(), request, order=["-plan__issued_on", "-id"], size=100)
    rows = account.proofs(page.rows)
    table = Table(PROOF_COLUMNS, rows, page=page, caption=_("拨付核对表"), empty_title=_("还没有下达的资助计划"))
    return render(
        request, "recovery/proof.html", {"table": table, "agreement": account.agreement(), "article": ARTICLE}
    )


@login_required
@require_GET
def proof_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The whole proof sheet to be filed: as PDF with the two balances, or as a workbook."""
    may.require(may.see_account(request.user))
    rows, said = account.proofs(_packets()), account.agreement()
    sums = {column.label: total(column.read(row) for row in rows) for column in PROOF_COLUMNS if column.kind == "money"}
    title = _("拨付四方核对表")
    as_of = said.on if said else clock.today()
    if kind == "xlsx":
        sheet = exports.Sheet(title, PROOF_COLUMNS, rows, title=f"{title} {as_of}", totals=sums)
        content = exports.xlsx_bytes([sheet], mark=papers.mark(request))
        return papers.download(request, content, f"{title}-{as_of}.xlsx", exports.XLSX, "recovery.proof")
    if kind != "pdf":
        raise Http404
    differing = sum(1 for row in rows if row.state == "differs")
    words = _("四方不符 %(count)s 笔。") % {"count": differing} if differing else _("已办结的拨付四方相符。")
    sections = [papers.Section(title, Table(PROOF_COLUMNS, rows, totals=sums), words)]
    sections += [papers.agreement_section(said)] if said else []
    note = _("计划金额、拨付指令、资金账、专户流水四个数逐笔核对；尚未办完的，后三个数随办理补齐。")
    content = papers.draw(title, as_of, sections, by=request.user, note=note)
    return papers.download(request, content, f"{title}-{as_of}.pdf", papers.PDF, "recovery.proof")


@login_required
@require_GET
def agreement_file(request: HttpRequest) -> HttpResponse:
    """银行存款余额调节表 as of the statements' last day."""
    may.require(may.see_account(request.user))
    said = account.agreement()
    if said is None:
        raise Refused("no_statement", _("尚未导入专户流水。"), ARTICLE)
    title = _("银行存款余额调节表")
    content = papers.draw(title, said.on, [papers.agreement_section(said)], by=request.user)
    return papers.download(request, content, f"{title}-{said.on}.pdf", papers.PDF, "recovery.agreement")
