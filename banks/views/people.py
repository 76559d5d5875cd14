"""The bank's administrator: who works here."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banks import permissions as may
from banks import selectors, services
from banks.forms import MemberForm
from banks.models import Membership
from banks.views.banks import bank_or_404
from banks.views.forms import fill_in
from pool import clock
from pool.forms_keys import once


@login_required
@require_GET
def members(request: HttpRequest, pk: UUID) -> HttpResponse:
    bank = bank_or_404(request, pk)
    may.require(may.may_see_members(request.user, bank.pk))
    return render(request, "banks/members.html", {"bank": bank, "members": selectors.members_of(bank.pk)})


@login_required
@require_http_methods(["GET", "POST"])
@once
def add_member(request: HttpRequest, pk: UUID) -> HttpResponse:
    bank = bank_or_404(request, pk)
    may.require(may.may_manage_members(request.user, bank.pk))
    return fill_in(
        request,
        MemberForm(request.POST or None),
        lambda data: services.add_member(bank_id=bank.pk, by=request.user, on=clock.today(), **data),
        title=_("新增人员"),
        about=_("经办准备，复核提交；同一事项上经办与复核不能是同一人。"),
        back=reverse("banks:members", args=[bank.pk]),
        done=_("已新增人员，本人首次登录时须修改密码。"),
    )


@login_required
@require_POST
@once
def set_member_active(request: HttpRequest, pk: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.visible_to(request.user), pk=pk)
    may.require(may.may_manage_members(request.user, membership.bank_id))
    active = request.POST.get("active") == "1"
    services.set_member_active(membership_id=membership.pk, active=active, by=request.user, on=clock.today())
    messages.success(request, _("已启用该人员。") if active else _("已停用该人员，其登录随即失效。"))
    return redirect("banks:members", pk=membership.bank_id)
