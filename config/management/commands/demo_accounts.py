"""`manage.py demo_accounts`: who may sign in to the demo, and with which password."""

from typing import Any
from unicodedata import east_asian_width

from django.core.management.base import BaseCommand, CommandError

from pool import clock, registry


class Command(BaseCommand):
    help = "Print the demo's accounts; only where the clock may be moved."

    def handle(self, *args: Any, **options: Any) -> None:
        if not clock.movable():
            raise CommandError("There are no demo accounts here.")
        accounts = list(registry.demo_accounts)
        if not accounts:
            raise CommandError("The demo's accounts are not registered.")
        rows = [(one.username, str(one.role), one.institution, str(one.note)) for one in accounts]
        widths = [max(_width(row[place]) for row in rows) + 2 for place in range(3)]
        for row in rows:
            cells = [word + " " * (width - _width(word)) for word, width in zip(row, widths, strict=False)]
            self.stdout.write("  " + "".join(cells) + row[3])
        self.stdout.write(f"\n  password of all: {accounts[0].password}")


def _width(word: str) -> int:
    """Columns on a terminal; a Chinese character takes two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in word)
