"""`manage.py demo_check URL`: sign in as each role and ask for every page its menu and to-do list name."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pool import registry

OPEN_PAGES = ["/login/", "/publicity/", "/trial/assess/", "/reports/check/", "/api/v1/docs/", "/healthz/"]
LINK = re.compile(r"<(?:nav|main).*?</(?:nav|main)>", re.DOTALL)
HREF = re.compile(r'href="(/[^"#]*)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SKIPPED = re.compile(r"^/(static|i18n|logout|files|admin/jsi18n)")
PATIENCE = 60


class Visitor:
    """A person with cookies of their own."""

    def __init__(self, portal: str) -> None:
        self.portal = portal
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def ask(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str]:
        """The status and the page, redirections followed."""
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(self.portal + path, body, {"Referer": self.portal + path})
        try:
            with self.opener.open(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as problem:
            return problem.code, ""

    def sign_in(self, username: str, password: str) -> str:
        """The page after signing in."""
        token = TOKEN.search(self.ask("/login/")[1])
        given = {"username": username, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
        status, page = self.ask("/login/", given)
        if status != 200 or TOKEN.search(page) is None or 'name="password"' in page:
            raise CommandError(f"{username} cannot sign in ({status})")
        return page


class Command(BaseCommand):
    help = "Ask the running demo for the pages of every role; exit 1 if one of them fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")

    def handle(self, *args: Any, **options: Any) -> None:
        portal = options["url"].rstrip("/")
        bad, asked = [], 0
        visitor = Visitor(portal)
        for path in OPEN_PAGES:
            asked += 1
            bad += self._judge("visitor", path, visitor.ask(path)[0])
        for account in registry.demo_accounts:
            person = Visitor(portal)
            home = person.sign_in(account.username, account.password)
            for path in pages_named_on(home):
                asked += 1
                bad += self._judge(account.username, path, person.ask(path)[0])
        if bad:
            raise CommandError("\n".join(["these pages do not answer:", *bad]))
        self.stdout.write(f"{asked} pages answer")

    def _judge(self, who: str, path: str, status: int) -> list[str]:
        return [] if status < 400 else [f"  {status}  {path}  ({who})"]


def pages_named_on(home: str) -> list[str]:
    """The addresses of the menu and of what waits, each once."""
    parts = "".join(LINK.findall(home))
    return sorted({path for path in HREF.findall(parts) if not SKIPPED.match(path)})
