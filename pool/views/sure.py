"""The page that asks for the password once more, and what is done with the answer."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from pool import audit, caller
from pool.models import AccessLog
from pool.services import factors

MARK = "sure"
FIELDS = frozenset({MARK, "sure_password", "sure_code"})
NOT_CARRIED = FIELDS | {"csrfmiddlewaretoken"}
SESSION_KEY = "sure_at"


def remember(request: HttpRequest) -> None:
    request.session[SESSION_KEY] = int(timezone.now().timestamp())
    caller.say_sure(True)


def is_sure(request: HttpRequest) -> bool:
    age = timezone.now().timestamp() - request.session.get(SESSION_KEY, 0)
    return bool(age <= settings.SURE_MINUTES * 60)


class SureForm(forms.Form):
    """Password and code, each where the person has one."""

    sure_password = forms.CharField(
        label=gettext_lazy("登录密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    sure_code = forms.CharField(
        label=gettext_lazy("动态口令或恢复码"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text"}),
    )

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request
        if not request.user.has_usable_password():
            del self.fields["sure_password"]
        if factors.factor_of(request.user) is None:
            del self.fields["sure_code"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        if not self.fields:
            raise forms.ValidationError(_("您通过统一身份认证登录，请退出后重新登录，再办理此项。"))
        user = self.request.user
        if "sure_password" in self.fields:
            same = authenticate(self.request, username=user.get_username(), password=given["sure_password"])
            if same is None or same.pk != user.pk:
                raise forms.ValidationError(_("密码不正确。连续输错多次后，账户会被暂时锁定。"))
        if "sure_code" in self.fields and not factors.verify(user, given["sure_code"]):
            raise forms.ValidationError(_("动态口令不正确，或者刚刚已经使用过。请等待下一个口令后再试。"))
        return given


def ask(request: HttpRequest, form: SureForm | None = None) -> HttpResponse:
    """The page that asks, with every field that was sent; from a plain link, it leads back to it."""
    if request.accepts("application/json") and not request.accepts("text/html"):
        return JsonResponse({"code": "not_sure", "detail": _("请在页面上再次确认身份后办理。")}, status=403)
    if request.method != "POST":
        return redirect(f"{reverse('sure')}?{urlencode({'next': request.get_full_path()})}")
    form = form or SureForm(request)
    context = {
        "form": form, "action": request.get_full_path(), "carried": carried(request), "lost": bool(request.FILES),
        "minutes": settings.SURE_MINUTES,
    }  # fmt: skip
    response = TemplateResponse(request, "pool/sure.html", context, status=422 if form.is_bound else 200)
    response["Cache-Control"] = "no-store"
    return response.render()


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    names = [name for name in request.POST if name not in NOT_CARRIED]
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def without_proof(post: QueryDict) -> QueryDict:
    """What the view would have got at once."""
    bare = post.copy()
    for name in FIELDS & set(bare):
        del bare[name]
    bare._mutable = False
    return bare


def answered(request: HttpRequest) -> HttpResponse | None:
    """Before the view: a right proof is remembered and taken out of what was sent; a wrong one asks again."""
    form = SureForm(request, request.POST)
    if not form.is_valid():
        audit.log_access(request, AccessLog.Kind.SIGN_IN_FAILED, detail="sure")
        return ask(request, form)
    remember(request)
    request.POST = without_proof(request.POST)
    return None


@never_cache
@login_required
def sure(request: HttpRequest) -> HttpResponse:
    """For a plain link that asks for a proof: prove, and go on to it."""
    onward = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure())
    onward = onward if safe and onward else reverse("home")
    if request.method == "POST" and is_sure(request):
        return redirect(onward)
    context = {
        "form": SureForm(request),
        "action": reverse("sure"),
        "carried": [("next", onward)],
        "minutes": settings.SURE_MINUTES,
    }
    return TemplateResponse(request, "pool/sure.html", context)
