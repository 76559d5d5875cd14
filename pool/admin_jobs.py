"""The jobs in the admin: the runs with their results in words, and a form to run one for any day."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pool import clock, registry, scope
from pool.admin_kit import ReadOnlyAdmin
from pool.errors import Refused
from pool.models import JobRun, OutboxTask, Role
from pool.permissions import JOB_RUNNERS
from pool.services import job_requests
from pool.templatetags.ui import article


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    readers = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.MANAGER_STATISTICS})
    list_display = ["label", "slot", "on", "started_at", "finished_at", "by", "summary"]
    list_filter = ["job"]
    ordering = ["-id"]
    fields = ["label", "rule", "slot", "on", "by", "started_at", "finished_at", "outcome"]
    readonly_fields = ["label", "rule", "outcome"]
    change_list_template = "pool/admin_jobs.html"

    def get_urls(self) -> list[Any]:
        ask = path("run/", scope.unscoped(self.admin_site.admin_view(self.ask)), name="run_job")
        follow = path("run/<uuid:pk>/", self.admin_site.admin_view(self.follow), name="job_progress")
        return [ask, follow, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        known = {"jobs": list(registry.jobs), "day": clock.today(), "may_run": request.user.role in JOB_RUNNERS}
        response: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **known})
        return response

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Promised in a transaction of its own, so that the worker finds it; twice is once, a slot is its own key."""
        back = redirect("admin:pool_jobrun_changelist")
        if request.method != "POST":
            return back
        try:
            day = forms.DateField().clean(request.POST.get("on", ""))
            row = job_requests.ask(name=request.POST.get("job", ""), on=day, by=request.user)
        except Refused as no:
            self.message_user(request, str(no), messages.ERROR)
        except forms.ValidationError:
            self.message_user(request, _("请填写日期。"), messages.ERROR)
        else:
            return redirect("admin:job_progress", row.pk)
        return back

    def follow(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Asks again by itself until the run has ended, then leads to its result."""
        if not self.has_view_permission(request):
            raise Http404
        row = OutboxTask.objects.filter(pk=pk, task=job_requests.TASK).first()
        if row is None:
            raise Http404
        now = job_requests.progress(row)
        if now.run is not None:
            return redirect("admin:pool_jobrun_change", now.run.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("正在运行：%(job)s") % {"job": now.job.label},
            "opts": self.opts,
            "now": now,
            "runs_url": reverse("admin:pool_jobrun_changelist"),
        }
        return TemplateResponse(request, "pool/admin_job_progress.html", context)

    @admin.display(description=gettext_lazy("任务"), ordering="job")
    def label(self, run: JobRun) -> str:
        job = registry.jobs.get(run.job)
        return str(job.label) if job is not None else run.job

    @admin.display(description=gettext_lazy("依据条款"))
    def rule(self, run: JobRun) -> Any:
        job = registry.jobs.get(run.job)
        return article(job.article) if job is not None and job.article else "—"

    @admin.display(description=gettext_lazy("结果"))
    def summary(self, run: JobRun) -> str:
        return _("；").join(f"{word} {value}" for word, value in job_requests.told(run))[:120]

    @admin.display(description=gettext_lazy("结果"))
    def outcome(self, run: JobRun) -> Any:
        return format_html_join("", "<div>{}：{}</div>", job_requests.told(run)) or "—"
