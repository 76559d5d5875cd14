"""The kit's rows in the admin, to be read; accounts switched on and off."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pool.admin_jobs import JobRunAdmin
from pool.admin_kit import BUSINESS, Act, ReadOnlyAdmin, read_only
from pool.masking import mask_phone
from pool.models import (
    AccessLog,
    AuditEvent,
    BusinessDate,
    CalendarDay,
    CalendarYear,
    Deadline,
    FactorReset,
    FxRate,
    LprRate,
    OfficialText,
    OpenSession,
    OutboxTask,
    ReferenceCoverage,
    RestrictedIndustry,
    Role,
    RulebookEdition,
    StoredFile,
    Transition,
    User,
)
from pool.permissions import (
    TRAIL_READERS,
    may_confirm_factor_reset,
    may_end_sessions,
    may_manage_accounts,
    may_propose_factor_reset,
)
from pool.services import factors, people, sessions
from pool.sure import be_sure
from pool.views.sessions import SignOut

__all__ = ["Act", "JobRunAdmin", "ReadOnlyAdmin"]

KEEPERS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})

admin.site.unregister(Group)


def sign_in_first(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """One door: the portal's; who is signed in and may not enter is told so."""
    if request.user.is_authenticated:
        return TemplateResponse(request, "403.html", {"reason": _("您的角色不能进入管理后台。")}, status=403)
    return redirect(f"{reverse('login')}?{urlencode({'next': request.GET.get('next', reverse('admin:index'))})}")


admin.site.login = sign_in_first
admin.site.logout = SignOut.as_view()
admin.site.password_change = lambda request, extra_context=None: redirect("password_change")


def _switch(active: bool) -> Any:
    def run(user: User, *, by: User, on: Any, version: int, reason: str) -> str:
        people.set_active(user_id=user.pk, active=active, by=by, on=on, version=version, reason=reason)
        return _("账户已启用。") if active else _("账户已停用。")

    return run


class NewPassword(forms.Form):
    password = forms.CharField(label=gettext_lazy("初始密码"), widget=forms.PasswordInput(render_value=False))


def _give_password(user: User, *, by: User, on: Any, version: int, password: str) -> str:
    be_sure()
    people.change_password(user_id=user.pk, password=password, by=by, on=on)
    return _("初始密码已设置，本人登录后须立即修改。")


def _end_sessions(user: User, *, by: User, on: Any, version: int, reason: str) -> str:
    count = sessions.end_of_another(user_id=user.pk, by=by, on=on, reason=reason)
    return _("已结束该用户的 %(count)s 个登录会话。") % {"count": count}


def _propose_reset(user: User, *, by: User, on: Any, version: int, reason: str) -> str:
    factors.propose_reset(user_id=user.pk, by=by, on=on, reason=reason)
    return _("已提出重置，须由另一名管理人员在“动态口令重置”中确认。")


def _may_propose(user: Any, row: User) -> Any:
    if factors.factor_of(row) is None:
        return False, _("该用户没有启用动态口令，无须重置。")
    return may_propose_factor_reset(user, row)


def _may_switch(active: bool) -> Any:
    def may(user: Any, row: User) -> Any:
        if row.is_active == active:
            return False, _("账户已是该状态。")
        return may_manage_accounts(user)

    return may


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    readers = KEEPERS
    list_display = ["username", "display_name", "role", "institution_name", "is_active", "last_seen"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "display_name", "institution_name"]
    fields = [
        "username", "display_name", "role", "institution_name", "email", "masked_phone", "is_active",
        "must_change_password", "last_seen", "created_at",
    ]  # fmt: skip
    acts = [
        Act("disable", gettext_lazy("停用账户"), _switch(False), _may_switch(False), tone="bad"),
        Act("enable", gettext_lazy("启用账户"), _switch(True), _may_switch(True)),
        Act(
            "password",
            gettext_lazy("重设初始密码"),
            _give_password,
            lambda user, row: may_manage_accounts(user),
            needs_reason=False,
            form=NewPassword,
        ),
        Act(
            "end_sessions",
            gettext_lazy("结束全部登录会话"),
            _end_sessions,
            lambda user, row: may_end_sessions(user),
            tone="bad",
        ),
        Act("propose_reset", gettext_lazy("提出重置动态口令"), _propose_reset, _may_propose, tone="bad"),
    ]

    @admin.display(description=gettext_lazy("手机号码"))
    def masked_phone(self, user: User) -> str:
        return mask_phone(user.phone or "")


def _decide_reset(agree: bool) -> Any:
    def run(row: FactorReset, *, by: User, on: Any, version: int, reason: str) -> str:
        factors.decide_reset(reset_id=row.pk, agree=agree, by=by, on=on, reason=reason)
        return _("动态口令已重置，本人下次登录后须重新绑定。") if agree else _("未同意重置，原动态口令继续有效。")

    return run


def _may_decide(user: Any, row: FactorReset) -> Any:
    if row.outcome != FactorReset.State.PROPOSED:
        return False, _("本项重置已经办结。")
    return may_confirm_factor_reset(user, row)


@admin.register(FactorReset)
class FactorResetAdmin(ReadOnlyAdmin):
    readers = KEEPERS
    list_display = ["user", "proposed_by", "proposed_at", "reason", "outcome", "decided_by", "decided_at"]
    list_filter = ["outcome"]
    ordering = ["-proposed_at"]
    acts = [
        Act("confirm", gettext_lazy("确认重置"), _decide_reset(True), _may_decide, tone="bad"),
        Act("decline", gettext_lazy("不同意重置"), _decide_reset(False), _may_decide),
    ]


read_only(
    OpenSession,
    ["user", "started_at", "last_seen_at", "address", "ended_at", "why", "ended_by"],
    TRAIL_READERS,
    list_filter=["why"],
    ordering=["-started_at"],
)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    readers = TRAIL_READERS
    list_display = ["at", "actor_name", "role", "action", "subject_label", "article", "seq"]
    list_filter = ["action", "role"]
    search_fields = ["=subject_id", "=actor_name", "=request_id"]
    date_hierarchy = "at"
    ordering = ["-id"]


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    readers = TRAIL_READERS
    list_display = ["at", "username", "role", "kind", "method", "path", "address", "detail"]
    list_filter = ["kind", "role"]
    search_fields = ["=username", "=request_id"]
    ordering = ["-id"]


REFERENCE = frozenset(BUSINESS | {Role.SYSTEM_ADMIN})
STATE = ["source", "entered_by", "confirmed_by", "confirmed_at", "replaced_at"]
read_only(CalendarYear, ["year", *STATE], REFERENCE)
read_only(CalendarDay, ["day", "working", "name", *STATE], REFERENCE, ordering=["-day"])
read_only(LprRate, ["published_on", "one_year", "five_year", *STATE], REFERENCE, ordering=["-published_on"])
read_only(FxRate, ["day", "currency", "kind", "rate", *STATE], REFERENCE, ordering=["-day"])
read_only(RestrictedIndustry, ["code", "name", "category", "valid_from", "valid_to", *STATE], REFERENCE)
read_only(ReferenceCoverage, ["kind", "confirmed_through", *STATE], REFERENCE)
read_only(RulebookEdition, ["slug", "title", "number", "first_used_at"], REFERENCE)
read_only(OfficialText, ["edition", "article", "source", "loaded_at"], REFERENCE)
read_only(BusinessDate, ["scheme", "day", "moved_by", "moved_at"], KEEPERS)
read_only(OutboxTask, ["task", "created_at", "sent_at", "done_at", "attempts", "last_error"], KEEPERS)
read_only(
    Transition,
    ["at", "on", "subject_kind", "subject_id", "field", "source", "target", "by", "article"],
    BUSINESS,
    ordering=["-id"],
    search_fields=["=subject_id"],
)
read_only(
    Deadline,
    ["label", "kind", "event_on", "opens_on", "closes_on", "article", "provisional", "fulfilled_on", "dropped_on"],
    BUSINESS,
    list_filter=["kind", "provisional"],
    ordering=["closes_on"],
)
read_only(
    StoredFile, ["name", "content_type", "size", "purpose", "by", "created_at", "sha256"], frozenset({Role.AUDITOR})
)
