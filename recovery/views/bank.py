"""The bank's side: report what came in, apply for settlement or write-off, close what was paid off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pool import clock
from pool.forms_keys import once
from recovery import permissions as may
from recovery import services
from recovery.forms import PaidOffForm, RecoveryForm, SettlementForm, WriteOffForm
from recovery.models import Closing, Recovery, Settlement
from recovery.views.common import SETTLEMENT_PROOF, VOUCHER, WRITE_OFF_PROOF, answer, found, keep, loan_of, version_of
from recovery.views.pages import project_context


@login_required
@once
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One instalment, written down by the maker."""
    loan = loan_of(request.user, pk)
    may.require(may.prepare(request.user, loan.bank_id))
    form = RecoveryForm(request.POST or None, request.FILES or None)

    def act() -> HttpResponse:
        given = dict(form.cleaned_data)
        voucher = keep(given.pop("voucher"), purpose=VOUCHER, by=request.user, bank=loan.bank_id)
        services.report_recovery(loan_id=pk, voucher=voucher, by=request.user, on=clock.today(), **given)
        messages.success(request, _("清收记录已登记，等待本行复核上报。"))
        return redirect("recovery:project", pk)

    return answer(request, form, act, "recovery/report_form.html", project_context(request.user, loan))


@require_POST
@login_required
@once
def submit_recovery(request: HttpRequest, pk: UUID) -> HttpResponse:
    recovery = found(Recovery, request.user, pk)
    services.submit_recovery(recovery_id=pk, by=request.user, on=clock.today(), version=version_of(request))
    messages.success(request, _("清收情况已上报。"))
    return redirect("recovery:project", recovery.loan_id)


@require_POST
@login_required
@once
def cancel_recovery(request: HttpRequest, pk: UUID) -> HttpResponse:
    recovery = found(Recovery, request.user, pk)
    services.cancel_recovery(
        recovery_id=pk, by=request.user, on=clock.today(), version=version_of(request),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("清收记录已取消。"))
    return redirect("recovery:project", recovery.loan_id)


@login_required
@once
def apply_settlement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """清收申请 at the end of disposal."""
    loan = loan_of(request.user, pk)
    may.require(may.prepare(request.user, loan.bank_id))
    form = SettlementForm(request.POST or None, request.FILES or None)

    def act() -> HttpResponse:
        given = dict(form.cleaned_data)
        evidence = keep(given.pop("evidence"), purpose=SETTLEMENT_PROOF, by=request.user, bank=loan.bank_id)
        made = services.apply_settlement(loan_id=pk, evidence=evidence, by=request.user, on=clock.today(), **given)
        messages.success(request, _("清收申请 %(number)s 已填写，等待本行复核提交。") % {"number": made.number})
        return redirect("recovery:settlement", made.pk)

    return answer(request, form, act, "recovery/settlement_form.html", project_context(request.user, loan))


@require_POST
@login_required
@once
def submit_settlement(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Settlement, request.user, pk)
    services.submit_settlement(settlement_id=pk, by=request.user, on=clock.today(), version=version_of(request))
    messages.success(request, _("清收申请已提交高新投集团审核。"))
    return redirect("recovery:settlement", pk)


@require_POST
@login_required
@once
def cancel_settlement(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Settlement, request.user, pk)
    services.cancel_settlement(
        settlement_id=pk, by=request.user, on=clock.today(), version=version_of(request),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("清收申请已取消。"))
    return redirect("recovery:settlement", pk)


@login_required
@once
def apply_write_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """核销结项申请; filled with what was sent back last time, if it was."""
    loan = loan_of(request.user, pk)
    may.require(may.prepare(request.user, loan.bank_id))
    last = Closing.objects.filter(loan=loan, kind=Closing.Kind.WRITE_OFF, state=Closing.State.REFUSED).last()
    form = WriteOffForm(request.POST or None, request.FILES or None, initial=_again(last))

    def act() -> HttpResponse:
        given = dict(form.cleaned_data)
        evidence = keep(given.pop("evidence"), purpose=WRITE_OFF_PROOF, by=request.user, bank=loan.bank_id)
        made = services.apply_write_off(loan_id=pk, evidence=evidence, by=request.user, on=clock.today(), **given)
        messages.success(request, _("核销结项申请 %(number)s 已填写，等待本行复核提交。") % {"number": made.number})
        return redirect("recovery:closing", made.pk)

    context = project_context(request.user, loan) | {"last": last}
    return answer(request, form, act, "recovery/write_off_form.html", context)


def _again(last: Closing | None) -> dict[str, Any]:
    if last is None:
        return {}
    return {
        "written_off_on": last.event_on, "loss_amount": last.loss_amount, "responsibility": last.responsibility,
        "reason": last.reason,
    }  # fmt: skip


@login_required
@once
def pay_off_one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A loan paid off before its maturity, or repaid after its determination."""
    loan = loan_of(request.user, pk)
    may.require(may.prepare(request.user, loan.bank_id))
    form = PaidOffForm(request.POST or None)

    def act() -> HttpResponse:
        item = services.PaidOff(pk, form.cleaned_data["paid_off_on"])
        made = services.prepare_paid_off(items=[item], by=request.user, on=clock.today())[0]
        messages.success(request, _("结清结项 %(number)s 已登记，等待本行复核。") % {"number": made.number})
        return redirect("recovery:closing", made.pk)

    return answer(request, form, act, "recovery/pay_off_form.html", project_context(request.user, loan))
