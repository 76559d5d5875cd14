"""Holds the interface's shape against `docs/api_v1.yaml`, or writes it down anew."""

from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from pool.api.shape import flat, shape

FILE = settings.BASE_DIR / "docs" / "api_v1.yaml"
HEAD = "# The shape of /api/v1/ as it is promised (docs/api.md), written by `dev.py manage api_shape --write`.\n"


class Command(BaseCommand):
    help = "Tells what of the interface has changed since it was written down."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write it down as it is now")

    def handle(self, *args: Any, **options: Any) -> None:
        now = shape()
        if options["write"]:
            FILE.write_text(HEAD + yaml.safe_dump(now, allow_unicode=True, width=200), encoding="utf-8")
            return
        gone, new = changes(now)
        self.stdout.write("\n".join([*(f"- {line}" for line in gone), *(f"+ {line}" for line in new)]))


def changes(now: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What was promised and is no more, and what is new."""
    promised = set(flat(yaml.safe_load(FILE.read_text(encoding="utf-8"))))
    found = set(flat(now))
    return sorted(promised - found), sorted(found - promised)
