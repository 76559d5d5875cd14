"""`manage.py verify [--all]`: each invariant with its answer; exit status 1 if any is broken."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from pool import registry, scope
from pool.services import sealing

SHOWN = 20


class Command(BaseCommand):
    help = "Check every invariant; --all includes the slow ones (the hash of every stored file)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", dest="everything")
        parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            broken = sum(
                not self._holds(item) for item in registry.invariants if options["everything"] or not item.slow
            )
            with scope.everything():
                waiting = sealing.waiting()
            self.stdout.write(_("审计链尚未封存的记录：%(count)s 条") % {"count": waiting})
        if broken:
            sys.exit(1)

    def _holds(self, invariant: registry.Invariant) -> bool:
        with scope.everything():
            problems = list(invariant.fn())
        word = _("成立") if not problems else _("不成立（%(count)s 处）") % {"count": len(problems)}
        self.stdout.write(f"{invariant.code:<4} {invariant.label}: {word}")
        for problem in problems[:SHOWN]:
            self.stdout.write(f"     - {problem}")
        return not problems
