"""Signing in by the identity provider, where one is configured."""

from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView
from requests import RequestException

from pool import audit, scope
from pool.models import AccessLog
from pool.services import factors
from pool.views.sessions import wait_for_code


class Callback(OIDCAuthenticationCallbackView):
    """What comes back: an account of ours, or the way back to the sign-in page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            response: HttpResponse = super().get(request)
        except (SuspiciousOperation, RequestException):
            return self.login_failure()
        return response

    def login_success(self) -> HttpResponse:
        onward = self.success_url
        if factors.factor_of(self.user) is not None:
            wait_for_code(self.request, self.user, onward)
            return redirect("login_code")
        auth.login(self.request, self.user)
        audit.log_access(self.request, AccessLog.Kind.SIGN_IN, detail="single sign-on")
        return redirect(onward)

    def login_failure(self) -> HttpResponse:
        audit.log_access(None, AccessLog.Kind.SIGN_IN_FAILED, detail="single sign-on")
        messages.error(
            self.request,
            _("统一身份认证未通过，或本系统没有对应的账户。请使用本系统账户登录，或联系本单位的用户管理员。"),
        )
        return redirect("login")


def _configured() -> None:
    if not settings.OIDC_ISSUER:
        raise Http404


@scope.unscoped
def begin(request: HttpRequest, *args: Any) -> HttpResponse:
    _configured()
    response: HttpResponse = OIDCAuthenticationRequestView.as_view()(request)
    return response


@scope.unscoped
def callback(request: HttpRequest, *args: Any) -> HttpResponse:
    _configured()
    response: HttpResponse = Callback.as_view()(request)
    return response
