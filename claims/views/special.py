"""特别审批: the register of what the city approved under 16(5), and the desk that keeps it."""

import io
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from claims import approval_register, permissions, services
from claims.forms import ApprovalForm
from claims.intake import enterprises_template
from claims.models import ApprovalRecord, Claim
from claims.services import special as service
from claims.todos import claim_url
from pool import audit, clock, exports
from pool.deeds import day, deed, text
from pool.errors import Refused
from pool.formats import ratio
from pool.forms_keys import once
from pool.models import AccessLog
from pool.moves import history
from pool.refusals import add_to_form
from pool.selectors import edition
from pool.tables import Column, Table, keyset_page

USED = 100
HUNDRED = Decimal(100)
State = ApprovalRecord.State


@login_required
@require_GET
def specials(request: HttpRequest) -> HttpResponse:
    """Every document, the newest first."""
    permissions.require(permissions.see_approvals(request.user))
    rows = ApprovalRecord.objects.select_related("made_by", "confirmed_by")
    page = keyset_page(rows, request, order=["-issued_on", "-id"], size=50)
    columns = [
        Column(_("批准文号"), "number", "code", link=ApprovalRecord.get_absolute_url),
        Column(_("文件名称"), "title"),
        Column(_("补偿比例"), "ratio", "percent"),
        Column(_("有效期起"), "valid_from", "date"),
        Column(_("有效期止"), "valid_to", "date"),
        Column(_("录入人"), "made_by"),
        Column(_("确认人"), "confirmed_by"),
        Column(_("状态"), lambda row: row, "status", key="state"),
    ]
    table = Table(
        columns, page.rows, page=page, caption=_("特别审批"), empty_title=_("还没有登记特别审批"),
        empty_text=_("收到市委市政府批准文件后在此登记；没有登记的，一律按一般标准核算。"),
    )  # fmt: skip
    context = {
        "table": table, "may_keep": permissions.keep_approvals(request.user)[0], "article": service.article()
    }  # fmt: skip
    return render(request, "claims/specials.html", context)


@login_required
@once
def enter_special(request: HttpRequest) -> HttpResponse:
    permissions.require(permissions.keep_approvals(request.user))
    form = ApprovalForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        given["ratio"] /= HUNDRED
        try:
            made = service.enter_approval(**given, by=request.user, on=clock.today())
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("已录入，等待另一人对照文件确认；确认前不影响任何申请。"))
            return redirect(made)
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "article": service.article(), "cap": edition()["ratio_cap"]}
    return render(request, "claims/special_form.html", context, status=status)


def _found(request: HttpRequest, pk: UUID) -> ApprovalRecord:
    permissions.require(permissions.see_approvals(request.user))
    rows = ApprovalRecord.objects.select_related("made_by", "confirmed_by", "end_by", "ended_by", "document")
    found: ApprovalRecord = get_object_or_404(rows, pk=pk)
    return found


@login_required
@require_GET
def special(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One document: whom it covers, how much, until when, and the claims that it decided."""
    found = _found(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, found)
    user, keeps = request.user, permissions.keep_approvals(request.user)[0]
    waiting = found.state in (State.SUBMITTED, State.ENDING)
    context = {
        "approval": found,
        "facts": _facts(found),
        "enterprises": found.enterprises,
        "table": _used(found),
        "touched": approval_register.undecided_under(found) if waiting else None,
        "overlapping": approval_register.overlapping(found) if found.state != State.RETURNED else [],
        "may_confirm": found.state == State.SUBMITTED and permissions.confirm_approval(user, found)[0],
        "may_return": found.state == State.SUBMITTED and keeps,
        "may_end": found.state == State.CONFIRMED and keeps,
        "may_confirm_end": found.state == State.ENDING and permissions.confirm_approval_end(user, found)[0],
        "may_keep": found.state == State.ENDING and keeps,
        "waiting": waiting,
        "events": history(found),
        "today": clock.today(),
        "article": service.article(),
    }
    return render(request, "claims/special.html", context)


def _facts(row: ApprovalRecord) -> list[tuple[Any, ...]]:
    facts: list[tuple[Any, ...]] = [
        (_("批准文号"), row.number),
        (_("文件名称"), row.title),
        (_("批准机关"), row.issuer),
        (_("批准日期"), row.issued_on),
        (_("补偿比例"), _("%(ratio)s，代替基础比例和上浮") % {"ratio": ratio(row.ratio)}, service.article()),
        (_("封顶"), _("文件明确突破封顶") if row.lifts_cap else _("仍受封顶限制"), edition()["ratio_cap"].article),
        (_("有效期"), _("%(first)s 至 %(last)s（按发放日，均含当日）") % {
            "first": row.valid_from, "last": row.valid_to or _("长期")}),
        (_("适用行业代码"), "、".join(row.industries)),
        (_("点名的企业"), _("%(n)s 家，见下表") % {"n": len(row.enterprises)} if row.enterprises else ""),
        (_("录入"), f"{row.made_by} {row.made_on}"),
    ]  # fmt: skip
    if row.confirmed_by:
        facts.append((_("确认"), f"{row.confirmed_by} {row.confirmed_on}"))
    if row.end_by:
        facts.append((_("终止后最后适用日"), row.last_day))
        facts.append((_("终止依据"), row.end_reason))
        facts.append((_("终止提出人"), row.end_by))
    if row.ended_by:
        facts.append((_("终止确认"), f"{row.ended_by} {row.ended_on}"))
    return facts


def _used(row: ApprovalRecord) -> Table:
    """By the document's number in the findings on record."""
    claims = Claim.objects.filter(
        findings__contains=[{"provision": "special_approval", "facts": {"document": row.number}}]
    ).select_related("bank", "loan")
    columns = [
        Column(_("申请编号"), "number", "code", link=claim_url),
        Column(_("加盟银行"), "bank.short_name"),
        Column(_("借款人"), "loan.borrower_name"),
        Column(_("发放日期"), "loan.disbursed_on", "date"),
        Column(_("补偿金额"), "amount", "money", unit=_("元")),
        Column(_("状态"), lambda claim: claim, "status"),
    ]
    rows = claims.order_by("-created_at")[:USED]
    return Table(columns, rows, caption=_("适用本文件的申请"), empty_title=_("还没有申请适用本文件"))


@login_required
@require_GET
def special_template(request: HttpRequest) -> FileResponse:
    """The spreadsheet of the enterprises that a document names."""
    permissions.require(permissions.keep_approvals(request.user))
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, "claims.approvalrecord", detail="template")
    buffer = io.BytesIO()
    enterprises_template(buffer)
    buffer.seek(0)
    name = f"{_('特别审批适用企业模板')}.xlsx"
    return FileResponse(buffer, as_attachment=True, filename=name, content_type=exports.XLSX)


HOME = ApprovalRecord.get_absolute_url
confirm_special = deed(
    _found, services.confirm_approval, "approval_id", gettext_lazy("已确认，尚未决定的申请按本文件核算。"), HOME
)
return_special = deed(
    _found, services.return_approval, "approval_id", gettext_lazy("已退回，内容有误的请重新登记。"), HOME,
    {"reason": text("reason")},
)  # fmt: skip
end_special = deed(
    _found, services.propose_approval_end, "approval_id",
    gettext_lazy("已提出终止，等待另一人确认；确认前仍按原有效期适用。"), HOME,
    {"last_day": day("last_day"), "reason": text("reason")}, permissions.keep_approvals,
)  # fmt: skip
confirm_end_special = deed(
    _found, services.confirm_approval_end, "approval_id", gettext_lazy("已终止；已作出的决定不受影响。"), HOME
)
keep_special = deed(
    _found, services.keep_approval, "approval_id", gettext_lazy("已撤销终止，文件继续适用。"), HOME,
    {"reason": text("reason")},
)  # fmt: skip
