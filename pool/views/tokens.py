"""接口令牌: one's own tokens of the API, shown once and ended by hand."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pool import clock, registry
from pool.forms_keys import once
from pool.models import ApiToken, User
from pool.services import tokens as service
from pool.tables import Column, Table

DAYS = [(30, gettext_lazy("30 天")), (90, gettext_lazy("90 天")), (365, gettext_lazy("365 天"))]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("用途"), max_length=80, help_text=gettext_lazy("写明由哪个系统使用，便于日后核对和撤销。")
    )
    scopes = forms.MultipleChoiceField(label=gettext_lazy("授权范围"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label=gettext_lazy("有效期"), choices=DAYS, coerce=int, initial=90)

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.fields["scopes"].choices = [(scope.name, scope.label) for scope in service.scopes_for(user)]


def scopes_of(row: ApiToken) -> str:
    known = (registry.api_scopes.get(name) for name in row.scopes)
    return "、".join(str(scope.label) for scope in known if scope is not None)


def status_of(row: ApiToken) -> tuple[str, str]:
    if row.revoked_at:
        return "withdrawn", _("已撤销")
    return ("ended", _("已过期")) if row.expires_at <= timezone.now() else ("active", _("有效"))


@never_cache
@login_required
@once
def tokens(request: HttpRequest) -> HttpResponse:
    """The answer to an issue is the page itself, not a redirect: the token is nowhere kept to be shown again."""
    form, token = TokenForm(request.user, request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        token, _row = service.issue(
            user=request.user, name=given["name"], scopes=given["scopes"], by=request.user, on=clock.today(),
            life=timedelta(days=given["days"]),
        )  # fmt: skip
        form = TokenForm(request.user)
    rows = ApiToken.objects.filter(user=request.user).order_by("-created_at")
    columns = [
        Column(_("用途"), "name"),
        Column(_("前缀"), "prefix", "code"),
        Column(_("授权范围"), scopes_of),
        Column(_("签发时间"), "created_at", "moment"),
        Column(_("失效时间"), "expires_at", "moment"),
        Column(_("最近使用"), "last_used_at", "moment"),
        Column(_("状态"), status_of, "status"),
    ]
    live = [row for row in rows if status_of(row)[0] == "active"]
    context = {"form": form, "token": token, "table": Table(columns, rows, empty_title=_("还没有令牌")), "live": live}
    context["may_issue"] = bool(service.scopes_for(request.user))
    return render(request, "pool/tokens.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
@once
def revoke_token(request: HttpRequest, pk: UUID) -> HttpResponse:
    get_object_or_404(ApiToken, pk=pk, user=request.user)
    service.revoke(token_id=pk, by=request.user, on=clock.today())
    return redirect("tokens")
