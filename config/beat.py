"""When the jobs run, built from what the rooms registered. Each key reads as a sentence."""

from typing import Any

from celery.schedules import crontab
from django.conf import settings

from pool import registry

FIRST_MINUTE, MINUTES_BETWEEN = 10, 2


def schedule() -> dict[str, dict[str, Any]]:
    """Daily jobs at their time, frequent ones between, and every hour whatever a standstill left undone."""
    entries: dict[str, dict[str, Any]] = {
        "Every hour at minute 40: the daily jobs of days that were missed": {
            "task": "pool.tasks.run_due_jobs",
            "schedule": crontab(minute="40"),
        },
        "Every minute: ring again for promised work that nobody has done": {
            "task": "pool.tasks.sweep_outbox",
            "schedule": 60.0,
        },
    }
    after_midnight = FIRST_MINUTE
    for job in registry.jobs:
        if job.daily or job.at:
            hour, minute = job.at or divmod(after_midnight, 60)
            after_midnight += 0 if job.at else MINUTES_BETWEEN
            entries[f"Every day at {hour:02}:{minute:02}: {job.name}, {job.label}"] = {
                "task": "pool.tasks.run_job",
                "schedule": crontab(hour=str(hour), minute=str(minute)),
                "args": [job.name],
            }
        if job.every:
            entries[f"Every {job.every} seconds: {job.name}, {job.label}"] = {
                "task": "pool.tasks.run_often",
                "schedule": float(job.every),
                "args": [job.name],
            }
    return _hurried(entries) if settings.BEAT_HURRY_SECONDS else entries


def _hurried(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same entries without waiting for the night: for the test that runs them through a real beat."""
    return {name: entry | {"schedule": float(settings.BEAT_HURRY_SECONDS)} for name, entry in entries.items()}
