"""财政拨款: entered by one person, confirmed into the ledger by another."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from pool import clock, storage
from pool.errors import Refused
from pool.forms_keys import once, seen_version
from pool.ledger import appropriations as service
from pool.ledger import services as ledger
from pool.ledger.models import Appropriation
from pool.ledger.permissions import may_confirm_appropriation, may_enter_appropriation, may_read_appropriations
from pool.permissions import require
from pool.refusals import add_to_form
from pool.tables import Column, Table

PURPOSE = "appropriation"


class AppropriationForm(forms.Form):
    amount = forms.DecimalField(
        label=gettext_lazy("拨款金额"), max_digits=18, decimal_places=2, min_value=0, help_text=gettext_lazy("单位：元")
    )
    document = forms.CharField(label=gettext_lazy("拨款文件"), max_length=200)
    received_on = forms.DateField(
        label=gettext_lazy("到账日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    file = forms.FileField(label=gettext_lazy("文件扫描件"), required=False)


def status_of(row: Appropriation) -> tuple[str, str]:
    if row.withdrawn_on:
        return "withdrawn", _("已撤回")
    return ("posted", _("已入账")) if row.confirmed_on else ("submitted", _("待复核"))


@login_required
def appropriations(request: HttpRequest) -> HttpResponse:
    require(may_read_appropriations(request.user))
    rows = Appropriation.objects.select_related("entered_by", "confirmed_by", "file")
    table = Table(
        [
            Column(_("编号"), "number", "code", link=lambda row: row.get_absolute_url()),
            Column(_("金额"), "amount", "money", unit=_("元")),
            Column(_("拨款文件"), "document"),
            Column(_("到账日期"), "on", "date"),
            Column(_("经办人"), "entered_by"),
            Column(_("复核人"), "confirmed_by"),
            Column(_("状态"), status_of, "status"),
        ],
        rows,
        empty_title=_("还没有拨款"),
    )
    held = ledger.balances()
    context = {
        "table": table,
        "may_enter": may_enter_appropriation(request.user)[0],
        "cash": held.get("cash", ledger.ZERO),
        "reserved": held.get("reserved", ledger.ZERO),
        "suspense": -held.get("suspense", ledger.ZERO),
        "available": ledger.available(),
        "outstanding": ledger.outstanding(),
    }
    return render(request, "pool/appropriations.html", context)


@login_required
@once
def new_appropriation(request: HttpRequest) -> HttpResponse:
    require(may_enter_appropriation(request.user))
    form = AppropriationForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = _enter(request, form)
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("拨款 %(number)s 已录入，等待金融中心复核。") % {"number": row.number})
            return redirect("appropriations")
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "pool/appropriation_form.html", {"form": form}, status=status)


def _enter(request: HttpRequest, form: AppropriationForm) -> Appropriation:
    given = form.cleaned_data
    upload = given.pop("file")
    file = storage.keep(upload, name=upload.name, purpose=PURPOSE, by=request.user) if upload else None
    return service.enter(**given, file=file, by=request.user, on=clock.today())


@login_required
def appropriation(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(may_read_appropriations(request.user))
    row = get_object_or_404(Appropriation.objects.select_related("file", "transaction"), pk=pk)
    allowed, why = may_confirm_appropriation(request.user, row)
    waiting = not row.confirmed_on and not row.withdrawn_on
    context = {
        "row": row,
        "status": status_of(row),
        "waiting": waiting,
        "may_confirm": allowed and waiting,
        "why_not": why,
        "may_withdraw": waiting and (allowed or row.entered_by_id == request.user.pk),
    }
    return render(request, "pool/appropriation.html", context)


@require_POST
@login_required
@once
def confirm_appropriation(request: HttpRequest, pk: UUID) -> HttpResponse:
    get_object_or_404(Appropriation, pk=pk)
    row = service.confirm(appropriation_id=pk, by=request.user, on=clock.today(), version=seen_version(request))
    messages.success(request, _("拨款 %(number)s 已复核入账。") % {"number": row.number})
    return redirect(row.get_absolute_url())


@require_POST
@login_required
@once
def withdraw_appropriation(request: HttpRequest, pk: UUID) -> HttpResponse:
    get_object_or_404(Appropriation, pk=pk)
    row = service.withdraw(
        appropriation_id=pk,
        by=request.user,
        on=clock.today(),
        version=seen_version(request),
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, _("拨款 %(number)s 已撤回。") % {"number": row.number})
    return redirect(row.get_absolute_url())
