"""The bank's administrator: who works here, who leaves, whose second factor is lost."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banks import permissions as may
from banks import selectors, services
from banks.forms import HandoverForm, MemberForm, PasswordForm, ResetForm, RoleForm
from banks.models import Bank, Membership
from banks.views.banks import bank_or_404, payee_of
from banks.views.forms import fill_in
from pool import clock
from pool.forms_keys import once
from pool.models import Role
from pool.permissions import may_confirm_factor_reset, may_propose_factor_reset
from pool.services import factors, people
from pool.tables import Column, Table

SHOWN = 50


@login_required
@require_GET
def manage(request: HttpRequest) -> HttpResponse:
    """本行管理."""
    may.require(may.has_role(request.user, frozenset({Role.BANK_ADMIN})))
    return redirect("banks:members", pk=request.user.institution)


@login_required
@require_GET
def members(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One page for the administrator: people, second factors to reset, the payee account, who took over from whom."""
    bank = bank_or_404(request, pk)
    may.require(may.may_see_members(request.user, bank.pk))
    resets = [
        {"row": row, "may_decide": may_confirm_factor_reset(request.user, row)[0]}
        for row in selectors.resets_of(bank.pk)
    ]
    people_of_bank = list(selectors.members_of(bank.pk))
    context = {
        "bank": bank,
        "members": people_of_bank,
        "locked_out": {one.user_id for one in people_of_bank if people.first_password_is_over(one.user)},
        "resets": resets,
        "waiting": {item["row"].user_id for item in resets},
        "handovers": _handovers(bank),
        **payee_of(bank),
    }
    return render(request, "banks/members.html", context)


def _handovers(bank: Bank) -> Table:
    columns = [
        Column(_("交接日期"), "on", "date"),
        Column(_("离岗人员"), "leaver.display_name"),
        Column(_("接手人"), "successor.display_name"),
        Column(_("交接时的在办事项"), lambda row: "、".join(f"{item['label']} {item['count']}" for item in row.items)),
        Column(_("原因"), "reason"),
        Column(_("办理人"), "by.display_name"),
    ]
    return Table(columns, selectors.handovers_of(bank.pk)[:SHOWN], empty_title=_("还没有离岗交接"))


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


def _membership(request: HttpRequest, pk: UUID) -> Membership:
    membership = get_object_or_404(Membership.objects.visible_to(request.user).select_related("user"), pk=pk)
    may.require(may.may_manage_members(request.user, membership.bank_id))
    return membership


def _open_words(membership: Membership) -> str:
    work = selectors.open_work(membership.user)
    if not work:
        return _("没有未办结的事项。")
    listed = "、".join(f"{draft.label} {draft.count}" for draft in work)
    return _("未办结的事项：%(listed)s。交接后由接手人继续办理，原经办人的记录不变。") % {"listed": listed}


def _handover_form(
    request: HttpRequest, membership: Membership, form: type[HandoverForm], **initial: object
) -> HandoverForm:
    return form(
        request.POST or None,
        successors=selectors.successors_of(membership),
        needed=bool(selectors.open_work(membership.user)),
        initial={"version": membership.version, **initial},
    )


def _handed_over(data: dict[str, Any]) -> dict[str, Any]:
    return {"successor_id": data["successor"] or None, "reason": data["reason"], "version": data["version"]}


@login_required
@require_http_methods(["GET", "POST"])
@once
def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    membership = _membership(request, pk)

    def do(data: dict[str, Any]) -> Any:
        return services.leave(membership_id=membership.pk, by=request.user, on=clock.today(), **_handed_over(data))

    return fill_in(
        request,
        _handover_form(request, membership, HandoverForm),
        do,
        title=_("离岗交接：%(name)s") % {"name": membership.user.display_name},
        about=_open_words(membership) + _("办理后账号停用，其登录、接口令牌和日历订阅随即失效。"),
        back=reverse("banks:members", args=[membership.bank_id]),
        done=_("已办理离岗交接，账号已停用。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
@once
def change_role(request: HttpRequest, pk: UUID) -> HttpResponse:
    membership = _membership(request, pk)

    def do(data: dict[str, Any]) -> Any:
        return services.change_role(
            membership_id=membership.pk, role=data["role"], by=request.user, on=clock.today(), **_handed_over(data)
        )

    return fill_in(
        request,
        _handover_form(request, membership, RoleForm, role=membership.user.role),
        do,
        title=_("变更角色：%(name)s") % {"name": membership.user.display_name},
        about=_open_words(membership) + _("办理后须重新登录；同一事项上经办与复核仍不能是同一人。"),
        back=reverse("banks:members", args=[membership.bank_id]),
        done=_("已变更角色。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
@once
def give_password(request: HttpRequest, pk: UUID) -> HttpResponse:
    membership = _membership(request, pk)
    return fill_in(
        request,
        PasswordForm(request.POST or None, initial={"version": membership.version}),
        lambda data: services.give_password(membership_id=membership.pk, by=request.user, on=clock.today(), **data),
        title=_("重发初始密码：%(name)s") % {"name": membership.user.display_name},
        about=_("原密码和现有登录随即失效；本人须在 %(days)s 天内登录并修改，逾期须再次发放。")
        % {"days": settings.FIRST_PASSWORD_DAYS},
        back=reverse("banks:members", args=[membership.bank_id]),
        done=_("已重发初始密码，本人登录时须修改。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
@once
def propose_reset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The first of two; the second is another administrator of the bank, or the portal's."""
    membership = _membership(request, pk)
    may.require(may_propose_factor_reset(request.user, membership.user))
    return fill_in(
        request,
        ResetForm(request.POST or None),
        lambda data: factors.propose_reset(
            user_id=membership.user_id, by=request.user, on=clock.today(), reason=data["reason"]
        ),
        title=_("重置动态口令：%(name)s") % {"name": membership.user.display_name},
        about=_("须由本行另一名管理员或系统的安全管理员确认后生效；本人下次登录时重新绑定。"),
        back=reverse("banks:members", args=[membership.bank_id]),
        done=_("已提出，等待另一人确认。"),
    )


@login_required
@require_POST
@once
def decide_reset(request: HttpRequest, pk: UUID) -> HttpResponse:
    bank = bank_or_404(request, request.user.institution)
    row = get_object_or_404(selectors.resets_of(bank.pk), pk=pk)
    may.require(may.may_manage_members(request.user, bank.pk))
    agree = request.POST.get("agree") == "1"
    factors.decide_reset(reset_id=row.pk, agree=agree, by=request.user, on=clock.today())
    messages.success(request, _("动态口令已重置，本人下次登录后须重新绑定。") if agree else _("未同意重置。"))
    return redirect("banks:members", pk=bank.pk)


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
