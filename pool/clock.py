"""The legal today. A row that only moves forward in demo and tests; without a row, the real day in Shanghai."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from pool.models import DEFAULT_SCHEME, BusinessDate

SHANGHAI = ZoneInfo("Asia/Shanghai")


def today(scheme: str = DEFAULT_SCHEME) -> date:
    day: date | None = BusinessDate.objects.filter(scheme=scheme).values_list("day", flat=True).first()
    return day or real_today()


def real_today() -> date:
    return timezone.now().astimezone(SHANGHAI).date()


def now() -> datetime:
    """The business day at the real time of day, for what counts at an instant."""
    return datetime.combine(today(), timezone.now().astimezone(SHANGHAI).timetz())


def at_instant(on: date, moment: time = time(12)) -> datetime:
    return datetime.combine(on, moment, tzinfo=SHANGHAI)


def movable() -> bool:
    return bool(settings.CLOCK_MAY_MOVE)


def days_between(start: date, end: date) -> list[date]:
    """The days after `start` up to and including `end`."""
    return [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]


def set_day(day: date, by: Any = None, scheme: str = DEFAULT_SCHEME) -> None:
    """Write the row without running any job: the start of a demo or of a test."""
    BusinessDate.objects.update_or_create(scheme_id=scheme, defaults={"day": day, "moved_by": by})
