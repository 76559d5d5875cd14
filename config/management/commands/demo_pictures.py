"""`manage.py demo_pictures URL`: the two pictures of the READMEs, or with --walk one of every page of every role."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from playwright.sync_api import Browser, Page, sync_playwright

from claims.models import Claim
from config.demo.accounts import SHOWN_BANK
from config.dev import chromium
from config.management.commands.demo_check import pages_named_on
from pool import registry, scope

IMAGES = Path("docs/images")
README_WINDOW = {"width": 1440, "height": 1000}
TALL = 900
FIRST_ROW = "main table tbody tr:first-child a[href^='/']"


class Command(BaseCommand):
    help = "Photograph the running demo. Needs the browser that the tests use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")
        parser.add_argument("--walk", metavar="FOLDER", help="every page of every role, instead of the READMEs' two")
        parser.add_argument("--width", type=int, default=README_WINDOW["width"])
        parser.add_argument("--only", default="", help="with --walk: accounts whose name begins so")

    def handle(self, *args: Any, **options: Any) -> None:
        portal = options["url"].rstrip("/")
        program = chromium.program()
        if program is None:
            raise CommandError("there is no Chromium here: python3 dev.py setup installs it")
        loan = _followed_loan()
        with sync_playwright() as player:
            browser = player.chromium.launch(executable_path=program, args=chromium.QUIET)
            if options["walk"]:
                self._walk(browser, portal, Path(options["walk"]), options["width"], options["only"])
            else:
                self._for_the_readmes(browser, portal, loan)
            browser.close()

    def _for_the_readmes(self, browser: Browser, portal: str, loan: str) -> None:
        folder = Path(settings.BASE_DIR) / IMAGES
        folder.mkdir(parents=True, exist_ok=True)
        page = _signed_in(browser, portal, f"{SHOWN_BANK.lower()}-maker", README_WINDOW["width"])
        page.screenshot(path=folder / "home-bank.png")
        page.goto(f"{portal}{loan}")
        page.screenshot(path=folder / "loan.png")
        self.stdout.write(f"two pictures in {folder}")

    def _walk(self, browser: Browser, portal: str, folder: Path, width: int, only: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for account in registry.demo_accounts:
            if not account.username.startswith(only):
                continue
            page = _signed_in(browser, portal, account.username, width)
            for number, path in enumerate(_pages(page, portal)):
                page.goto(portal + path)
                page.screenshot(path=folder / f"{account.username}-{number:02d}{_slug(path)}.png", full_page=True)
                if _is_too_wide(page):
                    self.stdout.write(f"wider than the window: {account.username} {path}")
            page.context.close()


def _signed_in(browser: Browser, portal: str, username: str, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": TALL}, locale="zh-CN").new_page()
    page.goto(f"{portal}/login/")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(registry.demo_accounts.get(username).password)  # type: ignore[union-attr]
    page.locator("form button[type=submit]").last.click()
    page.wait_for_load_state()
    return page


def _pages(page: Page, portal: str) -> Iterator[str]:
    """The first page, what it names, and one row of each list of it."""
    named = ["/", *(path for path in pages_named_on(page.content()) if path != "/")]
    seen = set(named)
    yield from named
    for path in named:
        page.goto(portal + path)
        rows = page.locator(FIRST_ROW)
        for link in [rows.nth(place).get_attribute("href") for place in range(min(rows.count(), 2))]:
            if link and link not in seen and "/files/" not in link:
                seen.add(link)
                yield link


def _is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))


def _slug(path: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "x", path.split("?")[0]).strip("/").replace("/", "_").join(["-", ""])


def _followed_loan() -> str:
    """A loan of the shown bank that was compensated."""
    with scope.everything():
        rows = Claim.objects.filter(bank__code=SHOWN_BANK, state=Claim.State.PAID).select_related("loan")
        return rows.order_by("number")[0].loan.get_absolute_url()
