"""The admin only reads; what it may do are acts: buttons that ask once more and then call one service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pool import clock
from pool.errors import Refused
from pool.forms_keys import answered, once, seen_version
from pool.models import Role
from pool.permissions import YES, Answer
from pool.refusals import add_to_form

BUSINESS = frozenset({Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER, Role.MANAGER_STATISTICS, Role.AUDITOR})
"""Those who may look at business rows in the admin."""


@dataclass(frozen=True)
class Act:
    """A button on one row's page.

    `run(obj, by=…, on=…, version=…, reason=…, **fields)` calls the service; `may(user, obj)` is its own permission,
    asked again there; `form` holds further fields. What `run` returns, if text, is told to the person.
    """

    name: str
    label: Any
    run: Callable[..., Any]
    may: Callable[[Any, Any], Answer] = lambda user, obj: YES
    question: Any = ""
    article: str = ""
    needs_reason: bool = True
    form: type[forms.Form] | None = None
    tone: str = ""


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("理由"), widget=forms.Textarea(attrs={"rows": 3}))


def form_of(act: Act) -> type[forms.Form]:
    bases = tuple(base for base in (act.form, ReasonForm if act.needs_reason else None) if base is not None)
    return type("ActForm", bases or (forms.Form,), {})


class ReadOnlyAdmin(admin.ModelAdmin):
    """Base of every ModelAdmin: nothing is added, changed or deleted here. `acts` are the buttons."""

    acts: Sequence[Act] = ()
    readers: frozenset[str] | None = None
    actions = None
    list_per_page = 50
    show_full_result_count = False
    change_form_template = "pool/admin_change.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if self.readers is not None:
            return bool(request.user.is_active and request.user.role in self.readers)
        return bool(request.user.has_perm(f"{self.opts.app_label}.view_{self.opts.model_name}"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        own = path("<path:object_id>/act/<slug:act>/", self.admin_site.admin_view(self.act_view), name=name)
        return [own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = kwargs.get("obj")
        context["acts"] = self.buttons(request, obj) if obj is not None else []
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def buttons(self, request: HttpRequest, obj: models.Model) -> list[dict[str, Any]]:
        """Every act with its address, or with the reason why this person may not."""
        shown = []
        for act in self.acts:
            allowed, why = act.may(request.user, obj)
            shown.append({"act": act, "url": self.act_url(obj, act) if allowed else "", "why": why})
        return shown

    def act_url(self, obj: models.Model, act: Act) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[obj.pk, act.name])

    def row_url(self, obj: models.Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def act_view(self, request: HttpRequest, object_id: str, act: str) -> HttpResponse:
        chosen = next((item for item in self.acts if item.name == act), None)
        obj = self.get_object(request, object_id) if chosen is not None else None
        if chosen is None or obj is None or not self.has_view_permission(request, obj):
            raise Http404
        if not chosen.may(request.user, obj)[0]:
            again = answered(request)
            if again is None:
                raise PermissionDenied
            return again
        response: HttpResponse = once(self._perform)(request, obj, chosen)
        return response

    def _perform(self, request: HttpRequest, obj: models.Model, act: Act) -> HttpResponse:
        form = form_of(act)(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                said = act.run(
                    obj, by=request.user, on=clock.today(), version=seen_version(request), **form.cleaned_data
                )
            except Refused as no:
                add_to_form(form, no)
            else:
                text = said if isinstance(said, str) else _("%(act)s：已办理。") % {"act": act.label}
                messages.success(request, text)
                return redirect(self.row_url(obj))
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "opts": self.opts,
            "object": obj,
            "original": obj,
            "act": act,
            "form": form,
            "version": getattr(obj, "version", 0),
            "row_url": self.row_url(obj),
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "pool/admin_act.html", context, status=status)


def read_only(model: Any, columns: list[str], readers: frozenset[str], **more: Any) -> None:
    """Register a model that is only looked at."""
    admin.site.register(model, type(f"{model.__name__}Admin", (ReadOnlyAdmin,), {
        "list_display": columns, "readers": readers, **more,
    }))  # fmt: skip
