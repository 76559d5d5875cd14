"""Trial calculation 试算: JSON Lines in, JSON Lines out, same order, streamed."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.approval_register import approval_numbered
from evaluation.trial import KINDS
from evaluation.trial.lines import stream
from pool.articles import edition
from pool.rulebook import LANGUAGES
from pool.selectors import refs


class Command(BaseCommand):
    help = "One JSON case a line from FILE or standard input, one JSON answer a line on standard output."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("file", nargs="?", default="-", help="a file of JSON Lines; - is standard input")
        parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="of the messages")

    def handle(self, *args: Any, **options: Any) -> None:
        known, book = refs(), edition()
        # Half a surrogate pair, which is no letter, is written as JSON escapes it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        with self._lines(options["file"]) as lines:
            try:
                stream(options["kind"], lines, sys.stdout, known, book, options["language"], approval_numbered)
                sys.stdout.flush()
            except BrokenPipeError:
                # Whoever read the answers has seen enough; nothing is left to say at exit either.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    @staticmethod
    def _lines(name: str) -> Any:
        """A byte that is no text makes its own line malformed and is no reason to stop."""
        try:
            source = sys.stdin.fileno() if name == "-" else name
            return open(source, encoding="utf-8-sig", errors="replace", newline="\n", closefd=name != "-")
        except OSError as problem:
            raise CommandError(f"{name}: {problem.strerror}") from problem
