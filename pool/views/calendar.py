"""法定日期: the last days that the articles set, by month or as a list, and the secret address of one's own feed."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pool import clock, scope, selectors
from pool.formats import WEEKDAYS
from pool.forms_keys import once
from pool.registry import LegalDate
from pool.rules import add_months
from pool.services import feeds

DAYS_IN_WEEK = 7
LIST_MONTHS = 3


@dataclass
class Day:
    on: date
    inside: bool
    is_today: bool
    works: bool
    dates: list[LegalDate] = field(default_factory=list)

    @property
    def is_moved(self) -> bool:
        """A weekend that is worked, or a weekday that is not: the notice of the year says so."""
        return self.works != (self.on.weekday() < DAYS_IN_WEEK - 2)


@login_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    month = _month(request.GET.get("month", ""), today)
    as_list = request.GET.get("view") == "list"
    last = add_months(month, LIST_MONTHS if as_list else 1) - timedelta(days=1)
    dates = selectors.dates_of(request.user, month, last)
    context = {
        "month": month,
        "last": last,
        "today": today,
        "tabs": _tabs(month, as_list),
        "before": _address(add_months(month, -1), as_list),
        "after": _address(add_months(month, 1), as_list),
        "this": _address(today.replace(day=1), as_list),
        "weekdays": WEEKDAYS,
        "days": _by_day(dates),
        "weeks": [] if as_list else _weeks(month, last, dates, today),
        "feed": feeds.feed_of(request.user),
    }
    return render(request, "pool/calendar.html", context)


def _month(given: str, today: date) -> date:
    """What cannot be read is this month."""
    try:
        return date.fromisoformat(f"{given}-01")
    except ValueError:
        return today.replace(day=1)


def _address(month: date, as_list: bool) -> str:
    return f"{reverse('calendar')}?month={month:%Y-%m}" + ("&view=list" if as_list else "")


def _tabs(month: date, as_list: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("按月"), "url": _address(month, False), "active": not as_list},
        {"label": _("列表"), "url": _address(month, True), "active": as_list},
    ]


def _by_day(dates: list[LegalDate]) -> list[tuple[date, list[LegalDate]]]:
    days: dict[date, list[LegalDate]] = {}
    for item in dates:
        days.setdefault(item.on, []).append(item)
    return list(days.items())


def _weeks(first: date, last: date, dates: list[LegalDate], today: date) -> list[list[Day]]:
    """Whole weeks from Monday on that hold the month."""
    works = selectors.refs(first).calendar.is_workday
    start = first - timedelta(days=first.weekday())
    count = ((last - start).days // DAYS_IN_WEEK + 1) * DAYS_IN_WEEK
    days = [start + timedelta(days=number) for number in range(count)]
    on = dict(_by_day(dates))
    made = [Day(day, first <= day <= last, day == today, works(day), on.get(day, [])) for day in days]
    return [made[place : place + DAYS_IN_WEEK] for place in range(0, count, DAYS_IN_WEEK)]


@never_cache
@login_required
@once
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """The answer to a new address is the page itself, not a redirect: it is nowhere kept to be shown again."""
    address = ""
    if request.method == "POST":
        token = feeds.open_feed(user=request.user, by=request.user, on=clock.today())
        address = request.build_absolute_uri(reverse("calendar_ics", args=[token]))
    context = {"feed": feeds.feed_of(request.user), "address": address}
    return render(request, "pool/calendar_feed.html", context)


@require_POST
@login_required
@once
def revoke_calendar_feed(request: HttpRequest) -> HttpResponse:
    feeds.close_feed(user=request.user, by=request.user, on=clock.today())
    messages.success(request, _("订阅地址已撤销，日历程序不再更新。"))
    return redirect("calendar_feed")


@never_cache
@require_GET
@scope.unscoped
def calendar_ics(request: HttpRequest, token: str) -> HttpResponse:
    """For calendar programs, which cannot sign in: who has the address reads this person's dates, and nothing else."""
    with scope.nobody():
        user = feeds.find(token, timezone.now())
    if user is None:
        raise Http404
    with scope.scope_for(user):
        body = feeds.written(user, clock.today(), request.build_absolute_uri(reverse("calendar")))
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")
