"""`manage.py rulebook`: article → provision → rule → examples, as Markdown."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pool import articles
from pool.citations import chinese_number


class Command(BaseCommand):
    help = "Print each article with its provisions, the rules that execute them and their examples."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--language", choices=["zh", "en"], default="zh")
        parser.add_argument("--article", type=int, help="one article only")

    def handle(self, *args: Any, **options: Any) -> None:
        book = articles.edition()
        self.stdout.write(f"# {book.title.said(options['language'])} ({book.number})\n\n`{book.key}` {book.hash}\n")
        for line in articles.lines(book, options["language"], {}):
            if options["article"] in (None, line["number"]):
                self.stdout.write(self._article(line))

    def _article(self, line: dict[str, Any]) -> str:
        out = [f"\n## 第{chinese_number(line['number'])}条 {line['title']}\n", line["gist"]]
        if line["narrative"]:
            out.append("\n(narrative)")
        for item in line["provisions"]:
            value = item["value"] or item["formula"] or "—"
            out.append(f"\n- **{item['citation']} {item['title']}** `{item['slug']}` = {value}")
            out += [f"  - reading {reading['number']}: {reading['text']}" for reading in item["readings"]]
            out += [f"  - rule `{rule['path']}`: {rule['summary']}" for rule in item["rules"]]
            out += [f"  - example ({example['where']}): {example['title']}" for example in item["examples"]]
        return "\n".join(out)
