"""Which Chinese message has no English yet, is fuzzy, or breaks its placeholders. It changes nothing.

With --write the catalogue is brought up to date first: what is new is added without English, what is no longer
used goes. It stays sorted and names no lines of code, so that two people's additions merge."""

import os
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import makemessages

ELSEWHERE = ["var", ".venv", "static-root", "tests", "bench", "docs"]
HEADER = b"""msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
# Words of the spreadsheet itself: its headers, units and answers are Chinese in every language of the screen.
OF_THE_SPREADSHEET = frozenset(
    {"元", "千元", "万元", "百万元", "亿元", "是", "否", "无", "贷款金额（元）", "贷款金额（万元）", "营业收入（万元）"}
)
PLACEHOLDER = re.compile(r"%(?:\([^)]*\))?[-#0 +.\d]*[a-zA-Z%]")


class Command(makemessages.Command):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--write", action="store_true")
        parser.set_defaults(locale=["en"], ignore_patterns=ELSEWHERE, verbosity=0)

    def handle(self, *args: Any, **options: Any) -> None:
        self.write, self.faults = options.pop("write"), list[str]()
        os.chdir(settings.BASE_DIR)
        super().handle(*args, **options)
        if self.faults:
            raise CommandError("\n".join(sorted(set(self.faults))))

    def write_po_file(self, potfile: str, locale: str) -> None:
        """Django writes here; we compare, and write our own way."""
        file = Path(potfile).parent / locale / "LC_MESSAGES" / "django.po"
        catalog = read(file) if file.exists() else Catalog(locale=locale)
        # xgettext leaves the plural rule open, which Babel cannot read.
        made = (
            Path(potfile).read_bytes().replace(b"nplurals=INTEGER; plural=EXPRESSION", b"nplurals=2; plural=(n != 1)")
        )
        wanted = [message for message in read_po(BytesIO(made)) if message.id]
        if self.write:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text_of(brought_up(wanted, catalog)))
        for message in wanted:
            self.faults += faults_of(message, catalog)


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def text_of(catalog: Catalog) -> bytes:
    """The catalogue as it is kept: sorted, one line a message, no lines of code, nothing obsolete."""
    body = BytesIO()
    write_po(body, catalog, width=0, omit_header=True, sort_output=True, no_location=True, ignore_obsolete=True)
    return HEADER + body.getvalue()


def brought_up(wanted: list[Message], catalog: Catalog) -> Catalog:
    made = Catalog(locale=catalog.locale)
    for message in wanted:
        kept = catalog.get(message.id, message.context)
        if kept is None or isinstance(kept.string, tuple) != message.pluralizable:
            made.add(message.id, flags=message.flags, context=message.context)
        else:
            flags = message.flags | (kept.flags & {"fuzzy"})
            made.add(message.id, kept.string, flags=flags, context=message.context)
    return made


def faults_of(message: Message, catalog: Catalog) -> Iterator[str]:
    """What is wrong with the English of a message that the code uses."""
    kept = catalog.get(message.id, message.context)
    where = "{}:{}".format(*message.locations[0]) if message.locations else "?"
    text = message.id if isinstance(message.id, str) else message.id[0]
    english = () if kept is None else kept.string if isinstance(kept.string, tuple) else (kept.string,)
    if kept is None or not english or not all(english):
        yield f"{where}: no English: {text!r}"
        return
    if kept.fuzzy:
        yield f"{where}: fuzzy: {text!r}"
    yield from (f"{where}: {error}: {text!r}" for error in kept.check(catalog))
    for one in english:
        if message.python_format and sorted(PLACEHOLDER.findall(one)) != sorted(PLACEHOLDER.findall(text)):
            yield f"{where}: other placeholders: {text!r}"
        if set(CHINESE.findall(one)) - OF_THE_SPREADSHEET:
            yield f"{where}: Chinese in the English: {text!r}"
