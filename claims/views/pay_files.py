"""The orders to the special account's bank: which transfers wait, which files went out, and what each says."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from claims import permissions, services
from claims.forms import PayFileForm
from claims.models import PayFile, Payment
from claims.services import pay_file as service
from pool import audit, clock, storage
from pool.deeds import deed, text
from pool.errors import Refused
from pool.forms_keys import once, ticked
from pool.masking import mask_account
from pool.models import AccessLog
from pool.money import total
from pool.moves import history
from pool.refusals import add_to_form
from pool.sure import be_sure
from pool.tables import Column, Table, keyset_page


@login_required
@once
def pay_files(request: HttpRequest) -> HttpResponse:
    """What waits to be ordered, to tick; below, the files that were made."""
    permissions.require(permissions.see_orders(request.user))
    form = PayFileForm(request.POST or None, initial={"execute_on": clock.today()})
    if request.method == "POST":
        permissions.require(permissions.release(request.user))
        if form.is_valid():
            try:
                made = services.make_pay_file(
                    payment_ids=ticked(request, "payments"), by=request.user, on=clock.today(), **form.cleaned_data
                )
            except Refused as no:
                add_to_form(form, no)
            else:
                messages.success(
                    request, _("支付文件 %(number)s 已生成，请下载后交开户银行。") % {"number": made.number}
                )
                return redirect(made)
    waiting = list(service.ready().select_related("bank", "payee", "packet__plan").order_by("instructed_on", "pk"))
    for one in waiting:
        one.account = mask_account(one.payee.account_number)
    context = {
        "waiting": waiting,
        "total": total(one.amount for one in waiting),
        "table": _files(request),
        "form": form,
        "may_make": permissions.release(request.user)[0],
        "article": service.article(),
    }
    return render(request, "claims/pay_files.html", context, status=422 if form.errors else 200)


def _files(request: HttpRequest) -> Table:
    page = keyset_page(PayFile.objects.select_related("made_by"), request, order=["-made_on", "-id"], size=30)
    columns = [
        Column(_("支付文件编号"), "number", "code", link=PayFile.get_absolute_url),
        Column(_("生成日期"), "made_on", "date"),
        Column(_("要求付款日"), "execute_on", "date"),
        Column(_("笔数"), "count", "int"),
        Column(_("合计金额"), "total", "money", unit=_("元")),
        Column(_("生成人"), "made_by"),
        Column(_("状态"), lambda row: row, "status"),
    ]
    return Table(columns, page.rows, page=page, caption=_("支付文件"), empty_title=_("还没有支付文件"))


def _found(request: HttpRequest, pk: UUID) -> PayFile:
    permissions.require(permissions.see_orders(request.user))
    rows = PayFile.objects.select_related("made_by", "voided_by", "sheet", "message")
    found: PayFile = get_object_or_404(rows, pk=pk)
    return found


@login_required
@require_GET
def pay_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _found(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, found)
    payments = list(found.payments.select_related("bank", "payee").order_by("pk"))
    columns = [
        Column(_("拨付编号"), "number", "code"),
        Column(_("加盟银行"), "bank.short_name"),
        Column(_("收款户名"), "payee.account_name"),
        Column(_("收款账号"), lambda row: mask_account(row.payee.account_number), "code"),
        Column(_("金额"), "amount", "money", unit=_("元")),
        Column(_("状态"), lambda row: row, "status"),
    ]
    context: dict[str, Any] = {
        "file": found,
        "table": Table(columns, payments, caption=_("拨付"), empty_title=_("没有拨付")),
        "may_take": permissions.order(request.user)[0],
        "may_void": found.state == PayFile.State.MADE
        and permissions.order(request.user)[0]
        and found.made_by_id != request.user.pk
        and all(one.state in (Payment.State.INSTRUCTED, Payment.State.FAILED) for one in payments),
        "events": history(found),
        "article": service.article(),
    }
    return render(request, "claims/pay_file.html", context)


@login_required
@require_GET
def take_pay_file(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """The sheet or the message, to the two people of the finance centre; each taking is logged."""
    permissions.require(permissions.order(request.user))
    found = _found(request, pk)
    stored = {"sheet": found.sheet, "message": found.message}.get(kind)
    if stored is None:
        raise Http404
    if found.state == PayFile.State.VOID:
        raise Refused("file_void", _("该支付文件已作废，不能再交银行。"), service.article())
    be_sure()
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, found, detail=kind)
    return FileResponse(
        storage.open_file(stored), as_attachment=True, filename=stored.name, content_type="application/octet-stream"
    )


void = deed(
    _found, services.void_pay_file, "pay_file_id", gettext_lazy("支付文件已作废，其中的拨付可以重新列入。"),
    PayFile.get_absolute_url, {"reason": text("reason")}, permissions.order,
)  # fmt: skip
