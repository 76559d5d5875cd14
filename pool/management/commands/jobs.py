"""`manage.py jobs`: the registered jobs in their order, with their last run."""

from typing import Any

from django.core.management.base import BaseCommand

from pool import registry
from pool.models import JobRun


class Command(BaseCommand):
    help = "List the jobs in the order in which a day runs them."

    def handle(self, *args: Any, **options: Any) -> None:
        for job in registry.jobs:
            last = JobRun.objects.filter(job=job.name).order_by("-on").first()
            when = f"{last.slot} {last.result}" if last else "—"
            self.stdout.write(f"{job.order:>5}  {job.name:<36} {job.article:<8} {job.label}  {when}")
