"""Signing in and out, and one's own password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as auth_login
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from pool import audit, clock, registry
from pool.models import AccessLog, OpenSession, User
from pool.services import factors, people, sessions

WAITING = "waiting_for_code"
CODE_WITHIN_SECONDS = 300


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": gettext_lazy("用户名或密码不正确。连续输错多次后，账户会被暂时锁定。"),
        "inactive": gettext_lazy("该账户已停用，请联系本单位的用户管理员。"),
        "first_password_over": gettext_lazy(
            "初始密码自发放起 %(days)s 天内未修改，已经失效。请联系本单位的用户管理员重新发放，收到后尽快登录并修改。"
        ),
    }

    def confirm_login_allowed(self, user: User) -> None:
        """Said to who knows the password only."""
        super().confirm_login_allowed(user)
        if people.first_password_is_over(user):
            days = {"days": settings.FIRST_PASSWORD_DAYS}
            raise forms.ValidationError(
                self.error_messages["first_password_over"], code="first_password_over", params=days
            )


def demo_context() -> dict[str, Any]:
    accounts = list(registry.demo_accounts) if clock.movable() else []
    return {"demo_accounts": accounts, "demo_password": accounts[0].password if accounts else ""}


class SignIn(auth_views.LoginView):
    authentication_form = SignInForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"sso": bool(settings.OIDC_ISSUER)} | demo_context()

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if factors.factor_of(user) is not None:
            wait_for_code(self.request, user, self.get_success_url())
            return redirect("login_code")
        response = super().form_valid(form)
        audit.log_access(self.request, AccessLog.Kind.SIGN_IN)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        audit.log_access(None, AccessLog.Kind.SIGN_IN_FAILED, username=form.data.get("username", ""))
        return super().form_invalid(form)


def wait_for_code(request: HttpRequest, user: User, onward: str) -> None:
    """The password was right; nobody is signed in yet."""
    request.session.cycle_key()
    request.session[WAITING] = {
        "user": str(user.pk), "backend": user.backend, "next": onward, "at": int(timezone.now().timestamp()),
        "hash": user.get_session_auth_hash(),
    }  # fmt: skip


def _waiting(request: HttpRequest) -> tuple[User | None, dict[str, Any]]:
    found = request.session.get(WAITING) or {}
    if not found or timezone.now().timestamp() - found["at"] > CODE_WITHIN_SECONDS:
        return None, {}
    user = User.objects.filter(pk=found["user"], is_active=True).first()
    same = user is not None and constant_time_compare(user.get_session_auth_hash(), found["hash"])
    return (user, found) if same else (None, {})


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("动态口令或恢复码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
        help_text=gettext_lazy("打开手机上的口令应用，填写当前六位数字；手机不在身边的，填写一个未用过的恢复码。"),
    )


@never_cache
def login_code(request: HttpRequest) -> HttpResponse:
    """The second step of the sign-in."""
    user, found = _waiting(request)
    if user is None:
        request.session.pop(WAITING, None)
        messages.info(request, _("登录步骤已超时，请重新输入用户名和密码。"))
        return redirect("login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if factors.verify(user, form.cleaned_data["code"]):
            del request.session[WAITING]
            auth_login(request, user, found["backend"])
            audit.log_access(request, AccessLog.Kind.SIGN_IN, detail="second factor")
            return redirect(found["next"])
        audit.log_access(None, AccessLog.Kind.SIGN_IN_FAILED, username=user.username, detail="second factor")
        form.add_error("code", _("动态口令不正确，或者刚刚已经使用过。请等待下一个口令后再试。"))
    return render(request, "registration/code.html", {"form": form}, status=422 if form.errors else 200)


class SignOut(auth_views.LogoutView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            audit.log_access(request, AccessLog.Kind.SIGN_OUT)
            sessions.close(request.session.get("entry"), OpenSession.Why.SIGN_OUT)
        return super().post(request, *args, **kwargs)


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any) -> HttpResponse:
    """Too many wrong passwords: say so, and for how long, without telling whether the account exists."""
    form = SignInForm(request)
    messages.error(request, _("密码连续输错次数过多，该账户已暂时锁定。请稍后再试，或联系本单位的用户管理员。"))
    return render(request, "registration/login.html", {"form": form} | demo_context(), status=429)


class PasswordForm(PasswordChangeForm):
    error_messages = {
        "password_mismatch": gettext_lazy("两次输入的新密码不一致。"),
        "password_incorrect": gettext_lazy("当前密码不正确。"),
    }


class PasswordChange(LoginRequiredMixin, auth_views.FormView):
    form_class = PasswordForm
    template_name = "pool/password_change.html"
    success_url = reverse_lazy("home")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: PasswordForm) -> HttpResponse:
        user = people.change_password(
            user_id=self.request.user.pk,
            password=form.cleaned_data["new_password1"],
            by=self.request.user,
            on=clock.today(),
            keep=self.request.session.get("entry"),
        )
        auth_views.update_session_auth_hash(self.request, user)
        messages.success(self.request, _("密码已修改。"))
        return redirect(self.success_url)
