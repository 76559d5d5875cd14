"""The bank's side: report what came in, apply for settlement or write-off, close what was paid off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pool import clock
from pool.errors import Refused
from pool.forms_keys import once, ticked, ticked_versions
from pool.refusals import add_to_form
from pool.tables import keyset_page
from recovery import permissions as may
from recovery import selectors, services, terms
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
def paid_off(request: HttpRequest) -> HttpResponse:
    """Loans that have matured: the maker ticks what was paid off; the checker closes what was prepared."""
    user = request.user
    may.require(may.has_role(user, may.MAKERS) if request.method == "POST" else may.see_lists(user))
    today = clock.today()
    form = PaidOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.prepare_paid_off(items=_paid_off_items(request, form), by=user, on=today)
        except Refused as no:
            add_to_form(form, no)
        else:
            words = ngettext(
                "%(count)d 笔贷款已登记结清，等待本行复核结项。",
                "%(count)d 笔贷款已登记结清，等待本行复核结项。",
                len(made),
            )
            messages.success(request, words % {"count": len(made)})
            return redirect("recovery:paid_off")
    matured = keyset_page(selectors.payable_off(user, today), request, order=["due", "id"], size=100)
    law = terms.law_on(today)
    for loan in matured.rows:
        loan.closes_itself = terms.auto_closing(loan.due, None, law)
        loan.close_by = terms.payoff_window(loan.due, law)
    prepared = selectors.closings(user).filter(kind=Closing.Kind.PAID_OFF, state=Closing.State.PREPARED)
    context = {
        "form": form,
        "page": matured,
        "prepared": prepared.order_by("apply_by", "id")[:200],
        "ticked": set(request.POST.getlist("loan")),
        "today": today,
        "makes": may.has_role(user, may.MAKERS)[0],
        "checks": may.has_role(user, may.CHECKERS)[0],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "recovery/paid_off.html", context, status=status)


def _paid_off_items(request: HttpRequest, form: PaidOffForm) -> list[services.PaidOff]:
    """The ticked loans; a number nobody gave out is no loan."""
    wanted = ticked(request, "loan")
    if not wanted:
        raise Refused("nothing_ticked", _("请先勾选已结清的贷款。"))
    known = selectors.payable_off(request.user, clock.today()).filter(pk__in=wanted).values_list("pk", flat=True)
    if set(known) != set(wanted):
        raise Refused("not_payable_off", _("所选贷款中有不能办理结清结项的，请刷新页面后重新勾选。"))
    return [services.PaidOff(pk, form.cleaned_data["paid_off_on"]) for pk in known]


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


@require_POST
@login_required
@once
def close_paid_off(request: HttpRequest) -> HttpResponse:
    """The checker closes the ticked ones, each with the version seen."""
    may.require(may.has_role(request.user, may.CHECKERS))
    seen = ticked_versions(request, "closing")
    if not seen:
        messages.error(request, _("请先勾选要结项的贷款。"))
        return redirect("recovery:paid_off")
    for pk in seen:
        found(Closing, request.user, pk)
    services.close_all_paid_off(seen=seen, by=request.user, on=clock.today())
    words = ngettext("%(count)d 笔贷款已结项。", "%(count)d 笔贷款已结项。", len(seen))
    messages.success(request, words % {"count": len(seen)})
    return redirect(reverse("recovery:paid_off"))
