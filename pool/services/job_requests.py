"""A job asked for by a person: checked at once, done by the worker, followed on a page, told in words."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from pool import formats, jobs, outbox, registry, scope
from pool.errors import Refused
from pool.models import JobRun, OutboxTask, User
from pool.permissions import may_run_jobs, require

TASK = "pool.run_job"


@dataclass(frozen=True)
class Progress:
    """How far a request has come; `state` is a word of the progress component."""

    state: str
    job: registry.Job
    on: date
    run: JobRun | None = None
    trouble: str = ""


def ask(*, name: str, on: date, by: User) -> OutboxTask:
    """Promise the run to the worker; a slot that has run, or is asked for already, is not promised again."""
    require(may_run_jobs(by))
    job = registry.jobs.get(name)
    if job is None:
        raise Refused("job_unknown", _("没有名为 %(name)s 的任务。") % {"name": name})
    if not jobs.is_due(job, on):
        raise Refused("job_not_due", _("%(label)s在 %(day)s 不需要运行。") % {"label": job.label, "day": on})
    done = run_of(job, on)
    if done is not None:
        told = {"label": job.label, "slot": done.slot, "at": formats.moment(done.started_at)}
        raise Refused(
            "job_repeated", _("%(label)s的 %(slot)s 时段已于 %(at)s 运行，未重复执行；结果见运行记录。") % told
        )
    with scope.everything():
        arguments = {"name": name, "on": on.isoformat()}
        waiting = OutboxTask.objects.filter(task=TASK, done_at=None, arguments__contains=arguments).first()
        return waiting or outbox.enqueue(TASK, **arguments, by=by.pk)


def perform(name: str, on: str, by: str) -> None:
    """The worker's part; run meanwhile by beat, it finds the slot taken and leaves it so."""
    jobs.run_job(name, date.fromisoformat(on), by=User.objects.get(pk=UUID(by)))


def run_of(job: registry.Job, on: date) -> JobRun | None:
    found: JobRun | None = JobRun.objects.filter(job=job.name, slot=jobs.slot_of(job, on)).first()
    return found


def progress(row: OutboxTask) -> Progress:
    job, on = registry.jobs[row.arguments["name"]], date.fromisoformat(row.arguments["on"])
    if row.done_at is not None:
        return Progress("finished", job, on, run_of(job, on))
    if row.last_error:
        return Progress("failed", job, on, trouble=row.last_error)
    return Progress("running" if row.attempts else "queued", job, on)


def told(run: JobRun) -> list[tuple[str, str]]:
    """The result as lines a person reads: what was counted, and how much."""
    job = registry.jobs.get(run.job)
    words = job.words if job is not None else {}
    return [(str(words.get(key, key)), _said(value)) for key, value in run.result.items()]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return _("；").join(f"{key}：{_said(one)}" for key, one in value.items()) or _("无")
    if isinstance(value, list):
        return _("、").join(map(_said, value)) or _("无")
    return str(value) if value not in ("", None) else _("无")
