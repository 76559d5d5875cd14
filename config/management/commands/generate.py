"""`manage.py generate`: an empty, migrated database becomes a whole pool with seven years behind it."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.scale.fill import fill
from pool.errors import Refused

WHOLE = 3_000_000


class Command(BaseCommand):
    help = "Fill an empty database with a pool of --loans loans, the same for the same --seed. Never beside other data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loans", type=int, default=WHOLE)
        parser.add_argument("--seed", type=int, default=2024)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["loans"] < 1:
            raise CommandError("--loans: at least one.")
        began = time.monotonic()

        def say(words: str) -> None:
            self.stderr.write(f"generate: {time.monotonic() - began:6.1f} s  {words}")

        try:
            fill(loans=options["loans"], seed=options["seed"], say=say)
        except Refused as no:
            raise CommandError(str(no.message)) from no
        say(f"{options['loans']:,} loans")
