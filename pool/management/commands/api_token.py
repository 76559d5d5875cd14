"""Issue an API token to a person; it is printed once and kept as a hash."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pool import clock, registry, scope
from pool.errors import Refused
from pool.models import User
from pool.services import tokens


class Command(BaseCommand):
    help = "api_token USERNAME --scope loans:read [--scope …] [--days 90]: prints the token, once"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="api_token")
        parser.add_argument("--scope", action="append", choices=sorted(registry.api_scopes.items), required=True)
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, **options: Any) -> None:
        with scope.everything():
            user = User.objects.filter(username=options["username"], is_active=True).first()
            if user is None:
                raise CommandError(f"no active user {options['username']}")
            try:
                token, _row = tokens.issue(
                    user=user, name=options["name"], scopes=options["scope"], by=user, on=clock.today(),
                    life=timedelta(days=options["days"]),
                )  # fmt: skip
            except Refused as no:
                raise CommandError(str(no)) from no
        self.stdout.write(token)
