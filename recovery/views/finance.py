"""The finance centre: money that comes back, entered by one person, confirmed by another."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pool import clock
from pool.errors import Refused
from pool.forms_keys import once
from pool.refusals import add_to_form
from recovery import permissions as may
from recovery import services
from recovery.forms import ReceiptForm
from recovery.models import Return
from recovery.views.common import found, version_of
from recovery.views.pages import return_context

RELATED = ("claim", "loan", "bank", "recovery", "receipt_entered_by", "receipt_confirmed_by")


@require_POST
@login_required
@once
def enter_receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    advice = found(Return, request.user, pk, *RELATED)
    may.require(may.enter_receipt(request.user))
    form = ReceiptForm(request.POST)
    if form.is_valid():
        try:
            services.enter_return_receipt(
                return_id=pk, by=request.user, on=clock.today(), version=version_of(request), **form.cleaned_data
            )
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("到账信息已登记，等待另一人确认。"))
            return redirect("recovery:return", pk)
    context = return_context(request.user, advice, form)
    return render(request, "recovery/return.html", context, status=422)


@require_POST
@login_required
@once
def confirm_receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Return, request.user, pk)
    services.confirm_return_receipt(return_id=pk, by=request.user, on=clock.today(), version=version_of(request))
    messages.success(request, _("返还资金已确认到账并记账。"))
    return redirect("recovery:return", pk)


@require_POST
@login_required
@once
def reject_receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Return, request.user, pk)
    services.reject_return_receipt(
        return_id=pk, by=request.user, on=clock.today(), version=version_of(request),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("已退回登记人重新核对。"))
    return redirect("recovery:return", pk)
