"""登录会话: where oneself is signed in, and the end of it from here."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pool import clock
from pool.forms_keys import once
from pool.models import OpenSession
from pool.services import sessions
from pool.tables import Column, Table


@never_cache
@login_required
@require_GET
def own_sessions(request: HttpRequest) -> HttpResponse:
    here = request.session.get("entry")
    rows = list(sessions.live(request.user))
    columns = [
        Column(_("登录时间"), "started_at", "moment"),
        Column(_("最近活动"), "last_seen_at", "moment"),
        Column(_("来源地址"), "address", "code"),
        Column(_("浏览器"), "browser"),
        Column(
            _("状态"), lambda row: ("active", _("本次登录")) if str(row.pk) == here else ("open", _("登录中")), "status"
        ),
    ]
    others = [row for row in rows if str(row.pk) != here]
    return render(request, "pool/own_sessions.html", {"table": Table(columns, rows), "others": others})


@require_POST
@login_required
@once
def end_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    get_object_or_404(OpenSession, pk=pk, user=request.user)
    sessions.end_own(session_id=pk, by=request.user, on=clock.today())
    messages.success(request, _("该会话已结束。"))
    return redirect("own_sessions")


@require_POST
@login_required
@once
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    count = sessions.end_others(keep=UUID(request.session["entry"]), by=request.user, on=clock.today())
    messages.success(request, _("已结束其他 %(count)s 个会话。") % {"count": count})
    return redirect("own_sessions")
