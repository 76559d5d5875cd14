"""`manage.py load_official_text FILE`: the published wording, article by article, for display beside our gist."""

import hashlib
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from pool import articles
from pool.citations import chinese_number
from pool.models import OfficialText

HEADING = re.compile(r"^第([〇零一二三四五六七八九十百]+)条[\s　]*(.*)$")
CHAPTER = re.compile(r"^第[一二三四五六七八九十百]+章([\s　]|$)")


def paragraphs_by_article(text: str, last: int) -> dict[int, str]:
    """The paragraphs of 第X条 to the next one; chapters fall between, and the text ends after the last article."""
    numbers = {chinese_number(number): number for number in range(1, last + 1)}
    found: dict[int, list[str]] = {}
    current = 0
    for raw in text.splitlines():
        line = raw.strip().lstrip("\ufeff")
        heading = HEADING.match(line)
        number = numbers.get(heading[1], 0) if heading else 0
        if heading and number == current + 1:
            current = number
            found[current] = [f"第{heading[1]}条　{heading[2]}".rstrip("　")]
        elif CHAPTER.match(line) or not line:
            if not line and current == last:
                break
        elif current:
            found[current].append(line)
    return {number: "\n".join(lines) for number, lines in found.items()}


class Command(BaseCommand):
    help = "Load the official wording of the newest edition from a text file (UTF-8 or GB 18030)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="where it was published; default: the document's number")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        book = articles.edition()
        raw = options["file"].read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
        found = paragraphs_by_article(text, max(book.articles))
        missing = sorted(set(book.articles) - set(found))
        if missing:
            raise CommandError(f"{options['file']}: articles {missing} were not found; nothing was loaded")
        for number, wording in found.items():
            OfficialText.objects.update_or_create(
                edition=book.key,
                article=number,
                defaults={
                    "text": wording,
                    "source": options["source"] or book.number,
                    "sha256": hashlib.sha256(raw).hexdigest(),
                },
            )
        self.stdout.write(f"{len(found)} articles of {book.key} loaded")
