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
from django.utils.translation import gettext_lazy

from pool import audit, caller, scope
from pool.errors import Refused
from pool.models import AccessLog, OpenSession, User
from pool.refusals import refusal
from pool.services import factors, sessions
from pool.sure import NotSure
from pool.views import sure

Handler = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY = 60
ENTRY = "entry"
Why = OpenSession.Why
_ENDED = gettext_lazy("您的登录会话已在别处结束，请重新登录。")
WORDS = {
    Why.IDLE: gettext_lazy("您已有一段时间没有操作，为安全起见已自动退出，请重新登录。"),
    Why.TOO_LONG: gettext_lazy("本次登录已达到最长时间，为安全起见已自动退出，请重新登录。"),
    Why.SELF: _ENDED,
    Why.SIGN_OUT: _ENDED,
    Why.KEEPER: gettext_lazy("安全管理员已结束您的登录会话，请重新登录；如有疑问，请联系安全管理员。"),
    Why.CHANGED: gettext_lazy("您的账户信息已变更，请重新登录。"),
}


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
        caller.set_caller(caller.Caller(number, address_of(request), request.method or "", request.path, sure=False))
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
    """A session that is idle, too old or ended elsewhere is over; password and second factor come before all else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            over = self._over(request)
            if over:
                sessions.close(request.session.get(ENTRY), over)
                logout(request)
                messages.info(request, WORDS[over])
                return self._sign_in(request)
            self._seen(request)
            caller.say_sure(sure.is_sure(request))
            first = self._first(request.user)
            if first and request.path not in self._open_paths(first):
                return redirect(first)
        return self.get_response(request)

    def _over(self, request: HttpRequest) -> str:
        """Why this session is over, or nothing; the first request of a sign-in opens it."""
        entry = request.session.get(ENTRY)
        if entry is None:
            row = sessions.begin(
                request.user, address=address_of(request), browser=request.META.get("HTTP_USER_AGENT", "")
            )
            request.session[ENTRY] = str(row.pk)
            sure.remember(request)
            return ""
        instant = timezone.now()
        row = OpenSession.objects.filter(pk=entry).first()
        if row is None or row.ended_at is not None:
            return str(row.why if row is not None else Why.CHANGED)
        last = request.session.get("last_seen")
        if last is not None and instant.timestamp() - last > settings.SESSION_IDLE_SECONDS:
            return str(Why.IDLE)
        return str(Why.TOO_LONG) if (instant - row.started_at).total_seconds() > settings.SESSION_COOKIE_AGE else ""

    def _seen(self, request: HttpRequest) -> None:
        instant = timezone.now()
        if instant.timestamp() - request.session.get("last_seen", 0) > SEEN_EVERY:
            request.session["last_seen"] = int(instant.timestamp())
            User.objects.filter(pk=request.user.pk).update(last_seen=instant)
            OpenSession.objects.filter(pk=request.session[ENTRY]).update(last_seen_at=instant)

    def _sign_in(self, request: HttpRequest) -> HttpResponse:
        target = reverse("login")
        if request.method == "GET":
            target += "?" + urlencode({"next": request.get_full_path()})
        return redirect(target)

    def _first(self, user: Any) -> str:
        """The page that this person has to see to before any other."""
        if user.must_change_password:
            return "password_change"
        return "second_factor" if factors.is_required(user) and factors.factor_of(user) is None else ""

    def _open_paths(self, first: str) -> set[str]:
        return {reverse(name) for name in (first, "logout", "set_language")}


class SureMiddleware:
    """Reads the proof that comes with a form sent again, after the check of its token and before the view."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if request.method != "POST" or not request.user.is_authenticated or sure.MARK not in request.POST:
            return None
        return sure.answered(request)


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
        except NotSure:
            return sure.ask(request)
        return response
