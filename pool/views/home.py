"""工作台: what waits, until which day, by which article, and who is waited for; and the demo's clock."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from pool import clock, outbox, scope, selectors
from pool.errors import Refused
from pool.models import DEFAULT_SCHEME, BusinessDate, User
from pool.registry import Todo
from pool.services.notices import notices_of

ONE_DAY = timedelta(days=1)
NOTICES_SHOWN = 8
SOON = 5


class ClockForm(forms.Form):
    to = forms.DateField(label=gettext_lazy("推进到"), widget=forms.DateInput(attrs={"type": "date"}))


@login_required
def home(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    waiting = selectors.todos_of(request.user, today)
    mine = [item for item in waiting if item.mine]
    context = {
        "mine": mine,
        "first": mine[0] if mine else None,
        "groups": _by_urgency(mine, today),
        "others": [item for item in waiting if not item.mine],
        "notices": notices_of(request.user)[:NOTICES_SHOWN],
        "panels": selectors.panels_of(request.user, today, "home"),
        "clock": clock_panel(),
    }
    return render(request, "pool/home.html", context)


def _by_urgency(waiting: list[Todo], today: date) -> list[tuple[str, list[Todo]]]:
    """In the order of their days: over or today, within a working week, later, without a day."""
    groups: dict[str, list[Todo]] = {}
    for item in waiting:
        left = selectors.days_left(item.due, today) if item.due else None
        if left is None:
            label = _("没有期限")
        elif left <= 0:
            label = _("已逾期或今天截止")
        else:
            label = _("五个工作日内截止") if left <= SOON else _("以后截止")
        groups.setdefault(label, []).append(item)
    return list(groups.items())


def clock_panel() -> dict[str, Any] | None:
    """The control that moves the demo's day; nothing in a real installation."""
    if not clock.movable():
        return None
    today = clock.today()
    row = BusinessDate.objects.filter(scheme=DEFAULT_SCHEME).first()
    panel: dict[str, Any] = {"today": today, "tomorrow": today + ONE_DAY, "form": ClockForm(), "trouble": ""}
    if row is not None and row.moving_to and row.moving_from:
        panel |= {
            "moving": not row.trouble,
            "trouble": row.trouble,
            "job": {
                "label": _("推进业务日期"),
                "state": "running",
                "message": _("已到 %(day)s") % {"day": row.day},
                "done": (row.day - row.moving_from).days,
                "total": (row.moving_to - row.moving_from).days,
                "url": reverse("clock_progress"),
            },
        }
    return panel


@require_POST
@login_required
@scope.unscoped
def move_clock(request: HttpRequest) -> HttpResponse:
    """To a day named in the form: tomorrow at once, further in the worker. Twice is once, the day being named."""
    form = ClockForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写要推进到的日期。"))
        return redirect("home")
    to = form.cleaned_data["to"]
    try:
        clock.may_advance(to, request.user)
        if to - clock.today() <= ONE_DAY:
            clock.advance_with_progress(to, request.user)
            messages.success(request, _("业务日期已推进到 %(day)s，当日任务已运行。") % {"day": to})
        else:
            with scope.everything():
                outbox.enqueue("pool.advance_clock", to=to.isoformat(), by=request.user.pk)
            messages.info(request, _("正在推进到 %(day)s，每天的任务依次运行。") % {"day": to})
    except Refused as no:
        messages.error(request, str(no))
    return redirect("home")


@login_required
def clock_progress(request: HttpRequest) -> HttpResponse:
    """Asked for every two seconds while the worker moves the day."""
    panel = clock_panel()
    if panel is None:
        raise Http404
    done = {"label": _("推进业务日期"), "state": "failed" if panel["trouble"] else "finished"}
    done |= {"message": panel["trouble"] or str(panel["today"]), "result_url": reverse("home")}
    return render(request, "components/progress.html", {"job": panel["job"] if panel.get("moving") else done})


def advance_clock(to: str, by: str) -> None:
    """The worker's part."""
    clock.advance_with_progress(forms.DateField().to_python(to), User.objects.get(pk=UUID(by)))
