"""Every address, every role, GET and POST, an object that is there and one that is not: `README.md` tells the rules."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from pytest_django.plugin import DjangoDbBlocker

from pool import clock
from pool.models import BANK_ROLES
from tests.authorisation.addresses import Address, addresses
from tests.authorisation.expectations import METHODS, Case, cases_of, is_owed, listed
from tests.authorisation.objects import World, build
from tests.authorisation.sparing import signed_in
from tests.factories.people import TODAY
from tests.plugins.connecting import one_connection, rolled_back
from tests.plugins.papers import undrawn

ALL = addresses()
DONE = {200, 201, 202, 204, 301, 302, 303, 400, 409, 422}
AT_THE_DOOR = 401
"""Also what a redirect to the sign-in page is taken for."""
REFUSED = {AT_THE_DOOR, 403, 404}
DOORS = {"/login/", "/logout/", "/admin/login/"}
HOW_TO_LIST = """
{name} ({path}) is in the resolver but in no expectation file.
Add to tests/authorisation/{room}.yaml who may ask for it, for example:

{name}:
  object: loan            # a builder of tests/authorisation/objects.py, if the address has an object
  GET: [bank_maker]       # roles, or groups of groups.yaml
"""


@pytest.mark.parametrize("address", ALL, ids=lambda address: address.name)
def test_every_address_is_listed(address: Address) -> None:
    room = address.name.split(":", maxsplit=1)[0] if ":" in address.name else "pool"
    if is_owed(address.name):
        pytest.skip("its room has still to list it: tests/authorisation/not_yet.yaml")
    if not cases_of(address.name):
        pytest.fail(HOW_TO_LIST.format(name=address.name, path=address.path, room=room), pytrace=False)


def test_every_listed_name_is_an_address() -> None:
    known = {address.name for address in ALL}
    assert not [name for name in listed() if "*" not in name and name not in known]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for all addresses of a process, in one transaction that is rolled back."""
    with django_db_blocker.unblock(), one_connection(), undrawn():
        for _ in rolled_back():
            clock.set_day(TODAY)
            world = World()
            world.clients = {who: signed_in(user) for who, user in world.people.items()}
            yield world


@pytest.mark.parametrize("address", ALL, ids=lambda address: address.name)
def test_everybody_gets_what_is_listed_and_nothing_else(
    address: Address, world: World, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        wrong = [line for case in cases_of(address.name) for line in Trial(world, address, case).run()]
    assert not wrong, "\n" + "\n".join(wrong)


class Trial:
    """All requests of one case."""

    def __init__(self, world: World, address: Address, case: Case) -> None:
        self.world, self.address, self.case = world, address, case
        self.parts = case.args | (build(case.object, world) if case.object else {})
        self.wrong: list[str] = []

    def run(self) -> list[str]:
        there = self._url(self.parts)
        missing = self._url(self.address.invented() | self.case.args) if self._may_miss() else None
        for method in METHODS:
            if not self._is_closed(method, there):
                for who in self.world.people:
                    status = self._ask(who, method, there)
                    self._judge(who, method, status)
                    if missing and self._may_know(who, method):
                        self._judge_missing(who, method, status, self._ask(who, method, missing))
        return self.wrong

    def _is_closed(self, method: str, url: str) -> bool:
        """A method that nobody may use and that the address does not know is asked for once."""
        listed_here = method in self.case.may or method in self.case.perhaps
        return not listed_here and self._ask("auditor", method, url) == 405

    def _may_know(self, who: str, method: str) -> bool:
        return who.startswith("other_") or who in self.case.may.get(method, frozenset())

    def _may_miss(self) -> bool:
        return bool(self.case.object) and self.case.missing

    def _url(self, parts: dict[str, Any]) -> str:
        wanted = {name: parts.get(name, self.address.invented()[name]) for name, _kind in self.address.parts}
        try:
            return reverse(self.address.name, kwargs=wanted)
        except NoReverseMatch:
            return "/" + self.address.path

    def _ask(self, who: str, method: str, url: str) -> int:
        """One request; whatever it did is undone."""
        data = {"form_key": str(uuid4()), "version": "1", **self.case.data} if method == "POST" else {}
        client = self.world.clients[who]
        cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
        with transaction.atomic():
            response = client.get(url) if method == "GET" else client.post(url, data)
            transaction.set_rollback(True)
        client.cookies = cookies
        if url not in DOORS and response.headers.get("Location", "").split("?")[0] in DOORS:
            return AT_THE_DOOR
        return int(response.status_code)

    def _judge(self, who: str, method: str, status: int) -> None:
        allowed = self.case.may.get(method, frozenset())
        if status >= 500:
            self._note(who, method, status, "an answer that is no fault")
        elif who.removeprefix("other_") in self.case.perhaps.get(method, frozenset()):
            return
        elif who.startswith("other_"):
            self._judge_other(who, method, status, allowed)
        elif who == "anonymous" and who not in allowed:
            self._expect(who, method, status, REFUSED | ({405} if method not in self.case.may else set()))
        elif who in allowed:
            self._expect(who, method, status, DONE)
        else:
            self._expect(who, method, status, REFUSED | ({405} if method not in self.case.may else set()))

    def _judge_other(self, who: str, method: str, status: int, allowed: frozenset[str]) -> None:
        role = who.removeprefix("other_")
        past = {405} if method not in self.case.may else set()
        if self.case.object and not self.case.shared:
            self._expect(who, method, status, {404} | past | (set() if role in allowed else {403}))
        else:
            self._expect(who, method, status, DONE if role in allowed else REFUSED | past)

    def _judge_missing(self, who: str, method: str, there: int, missing: int) -> None:
        """What is missing is answered as what belongs to another bank."""
        allowed = self.case.may.get(method, frozenset())
        role = who.removeprefix("other_")
        if missing >= 500:
            self._note(who, method, missing, "an answer that is no fault (missing object)")
        elif role in allowed and missing != 404:
            self._note(who, method, missing, "404 (missing object)")
        elif role not in allowed and missing in DONE and who != "anonymous":
            self._note(who, method, missing, "a refusal (missing object)")
        elif who.startswith("other_") and role in BANK_ROLES and not self.case.shared and missing != there:
            self._note(who, method, missing, f"{there}, the answer for another bank's object (missing object)")

    def _expect(self, who: str, method: str, status: int, wanted: set[int]) -> None:
        if status not in wanted:
            self._note(who, method, status, " or ".join(map(str, sorted(wanted))))

    def _note(self, who: str, method: str, status: int, wanted: str) -> None:
        where = f" [{self.case.object}]" if self.case.object else ""
        self.wrong.append(f"{method} {self.address.name}{where} as {who}: {status}, expected {wanted}")
