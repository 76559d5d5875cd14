"""The legal today. A row that only moves forward in demo and tests; without a row, the real day in Shanghai."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import jobs, registry
from pool.errors import NotPermitted, Refused
from pool.models import DEFAULT_SCHEME, BusinessDate, JobRun, User

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


def set_day(day: date, by: User | None = None, scheme: str = DEFAULT_SCHEME) -> None:
    """Write the row without running any job: the start of a demo or of a test."""
    BusinessDate.objects.update_or_create(scheme_id=scheme, defaults={"day": day, "moved_by": by})


def catch_up(to: date) -> int:
    """After a standstill: the days since the last daily run, in order. Gives the number of runs that were missing."""
    last = JobRun.objects.filter(on__lte=to, job__in=[job.name for job in registry.jobs if job.daily])
    first: date = last.order_by("-on").values_list("on", flat=True).first() or to
    missing = 0
    for day in [first, *days_between(first, to)]:
        missing += sum(not run.repeated for run in jobs.run_due_jobs(day))
    return missing


def advance(to: date, by: User | None = None, progress: jobs.Progress | None = None) -> list[JobRun]:
    """Move the business date forward, running the jobs of each day passed, in order; it can be taken up again."""
    may_advance(to, by)
    start = today()
    runs = jobs.run_due_jobs(start, progress)
    for day in days_between(start, to):
        set_day(day, by)
        runs += jobs.run_due_jobs(day, progress)
    return runs


def may_advance(to: date, by: User | None) -> None:
    if not movable():
        raise NotPermitted(_("业务日期只能在演示和测试环境中推进。"))
    if by is not None and not by.is_active:
        raise NotPermitted()
    if to < today():
        raise Refused("clock_backwards", _("业务日期只能向前推进。"), field="to")


def advance_with_progress(to: date, by: User | None) -> int:
    """For the worker: the row says how far it has come, and what stopped it."""
    rows = BusinessDate.objects.filter(scheme=DEFAULT_SCHEME)
    rows.update(moving_from=today(), moving_to=to, trouble="")
    try:
        runs = advance(to, by)
    except Exception as fault:
        rows.update(trouble=f"{type(fault).__name__}: {fault}"[:300])
        raise
    rows.update(moving_from=None, moving_to=None)
    return len(runs)
