"""Round every request: who asks, whether the session is still alive, whose rows may be seen, how a refusal is told."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from pool import audit, caller, scope
from pool.errors import Refused
from pool.models import AccessLog, User
from pool.refusals import refusal

Handler = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY = 60


def address_of(request: HttpRequest) -> str:
    """The peer; behind our own proxy, the last address that the proxy was told."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        if forwarded:
            return str(forwarded)
    return str(request.META.get("REMOTE_ADDR", ""))


class CallerMiddleware:
    """Gives the request a number that the audit trail, the logs and the error page share; logs denials."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = str(uuid4())
        request.request_id = number
        caller.set_caller(caller.Caller(number, address_of(request), request.method or "", request.path))
        try:
            response = self.get_response(request)
            self._log_denial(request, response)
        finally:
            caller.set_caller(None)
        response["X-Request-Id"] = number
        return response

    def _log_denial(self, request: HttpRequest, response: HttpResponse) -> None:
        user = getattr(request, "user", None)
        known = user is not None and user.is_authenticated
        if response.status_code == 403 or (response.status_code == 404 and known):
            audit.log_access(request, AccessLog.Kind.DENIED, detail=str(response.status_code))


class SessionMiddleware:
    """An idle session ends; a person who must change the password does that first."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if self._idle(request):
                logout(request)
                messages.info(request, _("您已有一段时间没有操作，为安全起见已自动退出，请重新登录。"))
                return self._sign_in(request)
            self._seen(request)
            if request.user.must_change_password and request.path not in self._open_paths():
                return redirect("password_change")
        return self.get_response(request)

    def _idle(self, request: HttpRequest) -> bool:
        last = request.session.get("last_seen")
        return last is not None and timezone.now().timestamp() - last > settings.SESSION_IDLE_SECONDS

    def _seen(self, request: HttpRequest) -> None:
        instant = timezone.now()
        if instant.timestamp() - request.session.get("last_seen", 0) > SEEN_EVERY:
            request.session["last_seen"] = int(instant.timestamp())
            User.objects.filter(pk=request.user.pk).update(last_seen=instant)

    def _sign_in(self, request: HttpRequest) -> HttpResponse:
        target = reverse("login")
        if request.method == "GET":
            target += "?" + urlencode({"next": request.get_full_path()})
        return redirect(target)

    def _open_paths(self) -> set[str]:
        return {reverse(name) for name in ("password_change", "logout", "set_language")}


class ScopeMiddleware:
    """The view and its rendering in one transaction that sees what this person may see; last in the list.

    A refusal rolls everything back and is told with its article.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if getattr(view, "unscoped", False):
            return None
        try:
            with scope.scope_for(request.user):
                response = view(request, *args, **kwargs)
                if callable(getattr(response, "render", None)):
                    response = response.render()
        except Refused as no:
            return refusal(request, no)
        return response
