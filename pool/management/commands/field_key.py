"""`manage.py field_key [--renew]`: which keys wrote the encrypted fields; encrypt anew what older keys wrote."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pool.services import field_keys


class Command(BaseCommand):
    help = "Tell which field keys wrote what; with --renew, encrypt with the newest key what older ones wrote."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--renew", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["renew"]:
            for place, count in field_keys.renew().items():
                self.stdout.write(f"renewed {count:>8}  {place}")
        for place, count in field_keys.written_by().items():
            for name, rows in count.items():
                self.stdout.write(f"{name} wrote {rows:>8}  {place}")
