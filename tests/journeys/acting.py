"""A person at a browser window: what they open, press, fill in and read. A journey reads as a promise to them."""

import io
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b32decode
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.test import Client
from django_otp.oath import TOTP
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, Response, expect

from config.dev.places import VAR
from pool.models import User
from tests.factories.people import PASSWORD

PICTURES = VAR / "test" / "journeys"
PATIENCE_MS = 20_000
WITH_PICTURES = bool(os.environ.get("JOURNEY_PICTURES"))
BROKEN = 500
REFUSED = 400


class Album:
    """The pictures of one journey, numbered as they were taken; none unless somebody wants to look at them."""

    def __init__(self, journey: str) -> None:
        self.journey = journey
        self.taken = 0
        PICTURES.mkdir(parents=True, exist_ok=True)

    def keep(self, person: "Person") -> None:
        if not WITH_PICTURES:
            return
        self.taken += 1
        person.window.screenshot(path=PICTURES / f"{self.journey}-{self.taken}.png", full_page=True)


class Person:
    """One person of the portal, or anybody from the street."""

    def __init__(self, window: Page) -> None:
        self.window = window
        window.set_default_timeout(PATIENCE_MS)

    def sign_in(self, user: User) -> "Person":
        """By name and password, as everybody begins the day."""
        self.go("/login/")
        self.window.locator("[name=username]").fill(user.username)
        self.window.locator("[name=password]").fill(PASSWORD)
        self.press("登录")
        self.does_not_see("用户名或密码不正确")
        return self

    def is_signed_in(self, user: User, portal: str) -> "Person":
        """Their session is open already: the door itself has journeys of its own."""
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.window.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": portal}])
        return self

    def proves_who_they_are(self) -> None:
        """Answers the page that asks for the password once more; what was sent goes on from there."""
        self.fill("登录密码", PASSWORD)
        self.press("确认并继续")

    def code_on_the_telephone(self) -> str:
        """What a code app shows that was given the key of the page."""
        key = str(self.window.locator("form code").text_content()).replace(" ", "")
        counter = TOTP(b32decode(key))
        counter.time = time.time()
        return f"{counter.token():06d}"

    def go(self, path: str) -> None:
        self._arrived(self.window.goto(path))

    def press(self, words: str) -> None:
        """The one button or link of these words in the page's body; it leads to another page."""
        body = self.window.get_by_role("main")
        there = body.get_by_role("button", name=words, exact=True)
        self._and_arrive(there.or_(body.get_by_role("link", name=words, exact=True)).click)

    def presses_button(self, words: str) -> None:
        """Where a link of the page says the same."""
        button = self.window.get_by_role("main").get_by_role("button", name=words, exact=True)
        self._and_arrive(button.click)

    def confirm(self, words: str, reason: str | None = None) -> None:
        """Open the button that asks once more, and say yes."""
        summary = self.window.locator("summary").filter(has_text=re.compile(rf"^\s*{re.escape(words)}\s*$"))
        box = self.window.locator("details[data-confirm]").filter(has=summary)
        box.locator("summary").click()
        if reason is not None:
            box.locator("textarea[name=reason]").fill(reason)
        self._and_arrive(box.locator("button[type=submit]").click)

    def acts(self, words: str, choice: str, reason: str = "") -> None:
        """An act of the review page in the admin: choose, give the reason (or leave the drafted one), send."""
        form = self._act(words)
        form.get_by_label(choice, exact=True).check()
        if reason:
            form.locator("textarea[name=reason]").fill(reason)
        self._and_arrive(form.locator("input[type=submit]").click)

    def fill(self, label: str, value: object) -> None:
        self.field(label).fill(str(value))

    def choose(self, label: str, choice: str = "") -> None:
        """An entry of a list, or (without one) a button of a group."""
        if choice:
            self.field(label).select_option(label=choice)
        else:
            self.field(label).check()

    def upload(self, label: str, content: bytes, name: str, button: str = "") -> None:
        """Choose a file and send its form, by its first button or the one that says so."""
        field = self.field(label)
        field.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
        form = self.window.locator("form").filter(has=field)
        buttons = form.locator("button[type=submit], button:not([type])")
        self._and_arrive((buttons.filter(has_text=button) if button else buttons.first).click)

    def attach(self, label: str, content: bytes, name: str) -> None:
        """Choose a file among other fields; the form is sent by its button."""
        self.field(label).set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})

    def sees(self, *words: str) -> None:
        for each in words:
            expect(self.window.get_by_text(each).filter(visible=True).first).to_be_visible(timeout=PATIENCE_MS)

    def does_not_see(self, *words: str) -> None:
        for each in words:
            expect(self.window.get_by_text(each).filter(visible=True)).to_have_count(0, timeout=PATIENCE_MS)

    def cannot_press(self, words: str) -> None:
        button = self.window.get_by_role("button", name=words, exact=True)
        expect(button.or_(self.window.locator("summary.button").filter(has_text=words))).to_have_count(0)

    def opens(self, words: str) -> None:
        """Unfold what stands under these words."""
        self.window.locator("summary").filter(has_text=words).first.click()

    def opens_the_first_row(self) -> None:
        """What the first row of the page's list leads to; its head may hold links that sort."""
        self._and_arrive(self.window.locator("main table tbody a").first.click)

    def reads_pdf(self, words: str) -> str:
        """The text of the document behind the link that says so."""
        return words_of_pdf(self.downloads(words))

    def downloads(self, words: str) -> bytes:
        """The file behind the link that says so."""
        link = self.window.get_by_role("link").filter(has_text=words).first
        answer = self.window.context.request.get(str(link.get_attribute("href")))
        assert answer.ok, (answer.status, answer.url)
        return bytes(answer.body())

    def issues_token(self, purpose: str, *scopes: str) -> "Program":
        """A token for a program of one's own, shown this once."""
        self.go("/account/tokens/")
        self.fill("用途", purpose)
        for each in scopes:
            self.choose(each)
        self.press("签发")
        self.sees("令牌只显示这一次")
        token = self.window.get_by_role("main").locator("p > code").inner_text()
        return Program(urljoin(self.window.url, "/api/v1/"), token)

    def field(self, label: str) -> Locator:
        return self.window.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s*选填)?\s*$"))

    @property
    def address(self) -> str:
        """Where the person is now, to come back or for a colleague to open."""
        return urlsplit(self.window.url).path

    def may_act(self, words: str) -> bool:
        """Whether the review page offers this act to this person now."""
        return self._act(words).count() > 0

    def _act(self, words: str) -> Locator:
        button = self.window.locator(f'input[type=submit][value="{words}"]')
        return self.window.locator("details.review-act form").filter(has=button)

    def _and_arrive(self, act: Callable[[], Any]) -> None:
        with self.window.expect_navigation(timeout=PATIENCE_MS) as way:
            act()
        self._arrived(way.value)

    def _arrived(self, answer: Response | None) -> None:
        status = answer.status if answer is not None else 200
        if status >= REFUSED:
            words = self.window.locator("body").inner_text()
            raise AssertionError(f"{self.address} answered {status}:\n{words[:3000]}")


@dataclass(frozen=True)
class Program:
    """A program that asks the interface with a person's token, and has no other key."""

    door: str
    token: str

    def asks(self, address: str, status: int = 200) -> Any:
        request = urllib.request.Request(self.door + address, headers={"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_MS / 1000) as answer:
                told, said = answer.status, answer.read()
        except urllib.error.HTTPError as no:
            told, said = no.code, no.read()
        assert told == status, (address, told, said[:1000])
        return json.loads(said)


def figures_of_xlsx(content: bytes, sheet: str, row: str) -> dict[str, Decimal]:
    """Heading → figure of the one row that begins with this word."""
    rows = [[cell.value for cell in line] for line in load_workbook(io.BytesIO(content))[sheet].iter_rows()]
    [found] = [line for line in rows if line[0] == row]
    head = next(line for line in rows if line[0] and line[1])
    return {
        str(name): Decimal(str(value))
        for name, value in zip(head, found, strict=True)
        if isinstance(value, int | float | Decimal)
    }


def words_of_pdf(content: bytes) -> str:
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return run.stdout.decode()
