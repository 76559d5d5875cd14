"""`manage.py generate`: an empty, migrated database becomes a whole pool with seven years behind it."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.cutover.past import Past
from config.scale.fill import fill
from pool import scope
from pool.errors import Refused

WHOLE = 3_000_000


class Command(BaseCommand):
    help = "Fill an empty database with a pool of --loans loans, the same for the same --seed. Never beside other data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loans", type=int, default=WHOLE)
        parser.add_argument("--seed", type=int, default=2024)
        parser.add_argument("--past", type=Path, help="write what is there as a cut-over's sheets, and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["past"]:
            with scope.everything():
                Past(options["past"]).write()
            return
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
