"""Signing in and out, and one's own password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pool import audit, clock, registry
from pool.models import AccessLog
from pool.services import people


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": gettext_lazy("用户名或密码不正确。连续输错多次后，账户会被暂时锁定。"),
        "inactive": gettext_lazy("该账户已停用，请联系本单位的用户管理员。"),
    }


def demo_context() -> dict[str, Any]:
    accounts = list(registry.demo_accounts) if clock.movable() else []
    return {"demo_accounts": accounts, "demo_password": accounts[0].password if accounts else ""}


class SignIn(auth_views.LoginView):
    authentication_form = SignInForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | demo_context()

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        audit.log_access(self.request, AccessLog.Kind.SIGN_IN)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        audit.log_access(None, AccessLog.Kind.SIGN_IN_FAILED, username=form.data.get("username", ""))
        return super().form_invalid(form)


class SignOut(auth_views.LogoutView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            audit.log_access(request, AccessLog.Kind.SIGN_OUT)
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
        )
        auth_views.update_session_auth_hash(self.request, user)
        messages.success(self.request, _("密码已修改。"))
        return redirect(self.success_url)
