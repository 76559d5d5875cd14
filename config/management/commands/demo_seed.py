"""`manage.py demo_seed`: an empty, migrated database becomes the demo. A second time does nothing."""

import logging
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import seed, world
from config.demo.spreadsheets import write_examples
from pool import clock


class Command(BaseCommand):
    help = "Make the demo: banks, people, loans and lives, through the services. Does nothing where it is made already."

    def handle(self, *args: Any, **options: Any) -> None:
        if not clock.movable():
            raise CommandError("Only where the clock may be moved (CLOCK_MAY_MOVE) can a demo be made.")
        try:
            there = seed.is_seeded()
        except seed.HalfMade as fault:
            raise CommandError(f"This database is no empty one: {fault}. Remove var/demo and begin anew.") from fault
        if there:
            return
        logging.getLogger("pool.outbox").setLevel(logging.ERROR)
        began = time.monotonic()
        seed.seed(world.FULL, self._say)
        examples = Path(settings.VAR_DIR) / "demo" / "examples"
        write_examples(examples)
        self._say(f"made in {time.monotonic() - began:.0f} s; spreadsheets to try are in {examples}")

    def _say(self, words: str) -> None:
        self.stderr.write(f"demo: {words}")
