"""Thin Celery tasks: a name or an id in, one call."""

from datetime import date
from typing import Any

from celery import shared_task

from pool import clock, jobs, outbox, registry


@shared_task(name="pool.tasks.deliver")
def deliver(outbox_id: str) -> bool:
    return outbox.deliver(outbox_id)


@shared_task(name="pool.tasks.run_job")
def run_job(name: str, on: str | None = None) -> dict[str, Any]:
    """Run one job for a day, today if none is named; a day without a run for it is no fault."""
    day = date.fromisoformat(on) if on else clock.today()
    if not jobs.is_due(registry.jobs[name], day):
        return {}
    return dict(jobs.run_job(name, day).result)


@shared_task(name="pool.tasks.run_often")
def run_often(name: str) -> None:
    """The part of a job that beat calls every so many seconds; it has no slot and is harmless to repeat."""
    registry.jobs[name].fn(clock.today())


@shared_task(name="pool.tasks.run_due_jobs")
def run_due_jobs() -> int:
    """Every hour: what a standstill left undone."""
    return clock.catch_up(clock.today())


@shared_task(name="pool.tasks.sweep_outbox")
def sweep_outbox() -> int:
    return outbox.sweep()
