"""`manage.py job NAME [--on DATE]`: run one job by hand for a day; a second time gives the stored result."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pool import clock, jobs
from pool.errors import Refused


class Command(BaseCommand):
    help = "Run a job for a day (default: the business date)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--on", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = jobs.run_job(options["name"], options["on"] or clock.today())
        except Refused as no:
            raise CommandError(str(no)) from no
        answer = {"job": run.job, "slot": run.slot, "repeated": run.repeated, "result": run.result}
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
