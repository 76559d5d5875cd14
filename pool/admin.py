"""The kit's rows in the admin, to be read; jobs by hand, accounts switched on and off."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_totp.models import TOTPDevice

from pool import clock, jobs, registry, scope
from pool.admin_kit import BUSINESS, Act, ReadOnlyAdmin, read_only
from pool.errors import Refused
from pool.masking import mask_phone
from pool.models import (
    AccessLog,
    AuditEvent,
    BusinessDate,
    CalendarDay,
    CalendarYear,
    Deadline,
    FxRate,
    JobRun,
    LprRate,
    OfficialText,
    OutboxTask,
    ReferenceCoverage,
    RestrictedIndustry,
    Role,
    RulebookEdition,
    StoredFile,
    Transition,
    User,
)
from pool.permissions import JOB_RUNNERS, TRAIL_READERS, may_manage_accounts, may_run_jobs, require
from pool.services import people
from pool.views.sessions import SignOut

__all__ = ["Act", "ReadOnlyAdmin"]

KEEPERS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})

admin.site.unregister(Group)
# Its pages show the secret of a person's second factor.
admin.site.unregister(TOTPDevice)


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
    people.change_password(user_id=user.pk, password=password, by=by, on=on)
    return _("初始密码已设置，本人登录后须立即修改。")


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
    ]

    @admin.display(description=gettext_lazy("手机号码"))
    def masked_phone(self, user: User) -> str:
        return mask_phone(user.phone or "")


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


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """The runs, and a button per job to run it for a day."""

    readers = KEEPERS | {Role.MANAGER_STATISTICS}
    list_display = ["job", "slot", "on", "started_at", "finished_at", "by", "result"]
    list_filter = ["job"]
    ordering = ["-id"]
    change_list_template = "pool/admin_jobs.html"

    def get_urls(self) -> list[Any]:
        return [path("run/", scope.unscoped(self.admin_site.admin_view(self.run)), name="run_job"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        known = {"jobs": list(registry.jobs), "day": clock.today(), "may_run": request.user.role in JOB_RUNNERS}
        response: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **known})
        return response

    def run(self, request: HttpRequest) -> HttpResponse:
        """Twice is once: a run's slot is its own key."""
        back = redirect("admin:pool_jobrun_changelist")
        if request.method != "POST":
            return back
        try:
            require(may_run_jobs(request.user))
            day = forms.DateField().clean(request.POST.get("on", ""))
            run = jobs.run_job(request.POST.get("job", ""), day, by=request.user)
        except Refused as no:
            self.message_user(request, str(no), "ERROR")
        except forms.ValidationError:
            self.message_user(request, _("请填写日期。"), "ERROR")
        else:
            told = _("该时段已经运行过，未重复执行。") if run.repeated else _("已运行。")
            self.message_user(request, f"{run.job} {run.slot}：{told} {run.result}")
        return back


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
