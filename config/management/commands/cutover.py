"""`manage.py cutover templates|stage|report|sign|apply`: the past of a pool kept elsewhere (docs/cutover.md)."""

import getpass
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.cutover import applying, gates, report, staging
from config.cutover.sheets import write_templates
from config.models import Cutover
from pool import clock, scope
from pool.errors import Refused

SHOWN = 20


def _secret(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


class Command(BaseCommand):
    help = "Take over loans, determinations, compensations, returns and the opening ledger from spreadsheets."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        for name in ("templates", "stage"):
            acts.add_parser(name).add_argument("folder", type=Path)
        acts.add_parser("report").add_argument("file", type=Path)
        signing = acts.add_parser("sign")
        signing.add_argument("--username", required=True)
        signing.add_argument("--digest", required=True, help="the check value on the report that is signed")
        acts.add_parser("apply").add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except Refused as no:
            raise CommandError(f"{no.message} [{no.article}]" if no.article else str(no.message)) from no

    def _templates(self, options: dict[str, Any]) -> None:
        for path in write_templates(options["folder"]):
            self.stdout.write(str(path))

    def _stage(self, options: dict[str, Any]) -> None:
        self._tell(staging.stage(folder=options["folder"]))

    def _report(self, options: dict[str, Any]) -> None:
        with scope.everything():
            cutover = self._current()
            report.write(cutover, options["file"])
            self._tell(cutover)

    def _sign(self, options: dict[str, Any]) -> None:
        """Password and code: typed in, or two lines of standard input where there is no terminal."""
        person = gates.prove(options["username"], _secret("Password: "), _secret("Code, if one is bound: "))
        with scope.everything():
            cutover = self._current()
        signed = gates.sign(cutover_id=cutover.pk, by=person, on=clock.today(), seen=options["digest"])
        self.stdout.write(f"{signed.number}: {signed.get_state_display()}")

    def _apply(self, options: dict[str, Any]) -> None:
        with scope.everything():
            cutover = self._current()
        done = applying.apply(cutover.pk, say=self.stdout.write, dry_run=options["dry_run"])
        self.stdout.write(f"{done.number}: {done.get_state_display()}")

    def _current(self) -> Cutover:
        found = Cutover.objects.exclude(state=Cutover.State.WITHDRAWN).order_by("-number").first()
        if found is None:
            raise CommandError("Nothing is staged: manage.py cutover stage FOLDER")
        return found

    def _tell(self, cutover: Cutover) -> None:
        with scope.everything():
            wrong = list(report.problems_of(cutover))[:SHOWN]
        self.stdout.write(f"{cutover.number}: {cutover.get_state_display()}, {cutover.digest}")
        for name, file in cutover.files.items():
            self.stdout.write(f"  {name}: {file['rows']} rows of {file['name']}")
        self.stdout.write(f"  errors {cutover.errors}, differences {cutover.differences}")
        for sheet, problem in wrong:
            self.stdout.write(f"  {sheet} {problem.cell}: {problem.message} {problem.mend} [{problem.article}]")
