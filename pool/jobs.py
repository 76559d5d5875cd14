"""A job's effect and its slot are one transaction: twice does nothing twice, half does not exist."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import audit, registry, scope
from pool.chinese import in_chinese
from pool.errors import NotPermitted, Refused
from pool.models import JobRun, Role, User

Progress = Callable[[date, registry.Job, JobRun], None]


def lock_number(*words: str) -> int:
    """A signed 64-bit name for an advisory lock."""
    return int.from_bytes(sha256("\x00".join(words).encode()).digest()[:8], "big", signed=True)


def job(
    name: str, label: Any, article: str = "", **options: Any
) -> Callable[[Callable[[date], dict[str, Any]]], registry.Job]:
    """Decorates `fn(on)` into a Job; register it in `AppConfig.ready()` with `registry.jobs.register`."""

    def make(fn: Callable[[date], dict[str, Any]]) -> registry.Job:
        return registry.Job(name=name, label=label, article=article, fn=fn, **options)

    return make


def slot_of(job: registry.Job, on: date) -> str:
    return job.slot(on) if job.slot else on.isoformat()


def is_due(job: registry.Job, on: date) -> bool:
    return job.due(on) if job.due else True


def run_job(name: str, on: date, by: User | None = None) -> JobRun:
    """Run the job for the day, or give back what that run gave. `run.repeated` tells which."""
    job = registry.jobs.get(name)
    if job is None:
        raise Refused("job_unknown", _("没有名为 %(name)s 的任务。") % {"name": name})
    if by is not None and by.role not in {Role.SYSTEM_ADMIN, Role.MANAGER_STATISTICS}:
        raise NotPermitted(_("只有系统管理员和高新投统计人员可以手工运行任务。"))
    if not is_due(job, on):
        raise Refused("job_not_due", _("%(label)s在 %(day)s 不需要运行。") % {"label": job.label, "day": on})
    slot = slot_of(job, on)
    with scope.everything():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("job", name, slot)])
        done = JobRun.objects.filter(job=name, slot=slot).first()
        if done is not None:
            done.repeated = True
            return done
        run = JobRun(job=name, slot=slot, on=on, by=by, started_at=timezone.now())
        with in_chinese():
            run.result = audit.plain(job.fn(on)) or {}
        run.finished_at = timezone.now()
        run.save(force_insert=True)
        if by is not None:
            audit.record("job.run", run, by=by, on=on, after={"job": name, "slot": slot}, article=job.article)
        run.repeated = False
        return run


def run_due_jobs(on: date, progress: Progress | None = None) -> list[JobRun]:
    """Every daily job of the day, in order, each in its own transaction."""
    runs = []
    for job in registry.jobs:
        if job.daily and is_due(job, on):
            run = run_job(job.name, on)
            runs.append(run)
            if progress:
                progress(on, job, run)
    return runs


@contextmanager
def session_lock(*words: str) -> Any:
    """Held across transactions until the block ends or the process dies; yields whether it was free."""
    number = lock_number(*words)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
