"""报告系列: what there is for those who read reports, when the next comes, who wants to be told, who took what."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from evaluation import permissions as may
from evaluation.forms import DownloadFilter
from evaluation.models import Subscription
from evaluation.selectors.downloads import report_downloads
from evaluation.selectors.series import FORMATS, RHYTHMS, Standing, series_for, standing
from evaluation.services import subscriptions
from pool import clock
from pool.forms_keys import once
from pool.lists import Listing, show
from pool.models import AccessLog, Role
from pool.permissions import require
from pool.tables import Column


@require_safe
@login_required
def series(request: HttpRequest) -> HttpResponse:
    require(may.may_read(request.user))
    mine = set(Subscription.objects.filter(user=request.user).values_list("series", flat=True))
    today = clock.today()
    rows = [_card(standing(one, request.user, today), mine) for one in series_for(request.user)]
    context = {
        "rows": rows,
        "formats": "、".join(word.upper() for word in FORMATS),
        "may_see_log": may.may_read_drafts(request.user)[0],
        "has_email": bool(request.user.email),
    }
    return render(request, "evaluation/series.html", context)


def _card(found: Standing, mine: set[str]) -> dict[str, Any]:
    one = found.series
    return {
        "series": one,
        "article": one.article(),
        "every": RHYTHMS[one.every],
        "latest": found.latest,
        "issues": found.issues,
        "next": found.next,
        "is_subscribed": one.kind in mine,
        "issues_url": f"{reverse('evaluation:reports')}?kind={one.kind}",
        "api": reverse("api:series-detail", args=[one.kind]),
    }


@login_required
@require_POST
@once
def subscribe(request: HttpRequest, kind: str) -> HttpResponse:
    subscriptions.subscribe(series=kind, by=request.user, on=clock.today())
    messages.success(request, _("已订阅，新的一期发布时通知您。"))
    return redirect("evaluation:series")


@login_required
@require_POST
@once
def unsubscribe(request: HttpRequest, kind: str) -> HttpResponse:
    subscriptions.unsubscribe(series=kind, by=request.user, on=clock.today())
    messages.success(request, _("已取消订阅。"))
    return redirect("evaluation:series")


# ---- who took what ---------------------------------------------------------------------------------------------------


def _columns(_user: Any) -> list[Column]:
    return [
        Column(gettext_lazy("时间"), "at", "moment", sort="at"),
        Column(gettext_lazy("下载人"), "username"),
        Column(gettext_lazy("角色"), lambda row: Role(row.role).label if row.role else "", key="role"),
        Column(
            gettext_lazy("文件和摘要"), "detail", link=lambda row: reverse("evaluation:report", args=[row.subject_id]),
            width=60,
        ),
        Column(gettext_lazy("来源地址"), "address", "code"),
        Column(gettext_lazy("请求编号"), "request_id", "code"),
    ]  # fmt: skip


def _narrow(rows: "QuerySet[AccessLog]", given: Mapping[str, Any]) -> "QuerySet[AccessLog]":
    """By the report's number, its title or the beginning of a fingerprint."""
    if words := given.get("words"):
        rows = rows.filter(detail__icontains=words)
    if first := given.get("first"):
        rows = rows.filter(at__date__gte=first)
    if last := given.get("last"):
        rows = rows.filter(at__date__lte=last)
    return rows


DOWNLOADS = Listing(
    name="report_downloads",
    label=gettext_lazy("报告下载记录"),
    url_name="evaluation:download_log",
    may_see=may.may_read_drafts,
    may_export=may.may_read_drafts,
    rows=report_downloads,
    form=lambda data, user: DownloadFilter(data),
    narrow=_narrow,
    same=("username", "role"),
    columns=_columns,
    hidden=frozenset({"request_id"}),
    orders={"at": ("at", "id")},
    order="-at",
    empty_title=gettext_lazy("还没有人下载过报告"),
    empty_text=gettext_lazy("每次下载的人、时间、文件和文件摘要记在这里。"),
)


@require_safe
@login_required
def download_log(request: HttpRequest) -> HttpResponse:
    require(may.may_read_drafts(request.user))
    return render(request, "evaluation/download_log.html", {"shown": show(DOWNLOADS, request)})
