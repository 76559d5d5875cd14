"""Which Chinese message has no English yet, is fuzzy, or breaks its placeholders. It changes nothing.

Translations are brought up to date with `python3 dev.py manage makemessages -l en --no-obsolete`."""

import os
from argparse import ArgumentParser
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import makemessages

ELSEWHERE = ["var", ".venv", "static-root", "tests", "bench", "docs"]


class Command(makemessages.Command):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(locale=["en"], ignore_patterns=ELSEWHERE, verbosity=0)

    def handle(self, *args: Any, **options: Any) -> None:
        self.faults: list[str] = []
        os.chdir(settings.BASE_DIR)
        super().handle(*args, **options)
        if self.faults:
            raise CommandError("\n".join(sorted(set(self.faults))))

    def write_po_file(self, potfile: str, locale: str) -> None:
        """Django writes here; we only compare."""
        kept = Path(potfile).parent / locale / "LC_MESSAGES" / "django.po"
        # xgettext leaves the plural rule open, which Babel cannot read.
        made = (
            Path(potfile).read_bytes().replace(b"nplurals=INTEGER; plural=EXPRESSION", b"nplurals=2; plural=(n != 1)")
        )
        wanted = read_po(BytesIO(made))
        catalog = Catalog(locale=locale)
        if kept.exists():
            with kept.open("rb") as file:
                catalog = read_po(file, locale=locale)
        for message in wanted:
            if message.id:
                self.faults += self._faults(message, catalog)

    def _faults(self, message: Message, catalog: Catalog) -> list[str]:
        kept = catalog.get(message.id, message.context)
        where = "{}:{}".format(*message.locations[0]) if message.locations else "?"
        text = message.id if isinstance(message.id, str) else message.id[0]
        if kept is None or not kept.string or (isinstance(kept.string, tuple) and not all(kept.string)):
            return [f"{where}: no English: {text!r}"]
        if kept.fuzzy:
            return [f"{where}: fuzzy: {text!r}"]
        return [f"{where}: {error}: {text!r}" for error in kept.check(catalog)]
