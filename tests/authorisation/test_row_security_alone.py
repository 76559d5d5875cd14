"""The second wall by itself: every address again, asked by people whom the application takes for the first bank's own.

Each filter and permission of the application goes by `User.institution`, so that lie takes all of them away at once;
what PostgreSQL is told stays the truth. Nothing of the first bank's may be answered.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from banks.base import BankOwnedQuerySet
from pool import clock, scope
from pool.models import BANK_ROLES, User
from pool.services import tokens
from tests.authorisation.addresses import Address, addresses
from tests.authorisation.expectations import METHODS, Case, cases_of
from tests.authorisation.objects import World, build
from tests.authorisation.sparing import signed_in
from tests.factories.people import TODAY
from tests.plugins.connecting import one_connection, rolled_back
from tests.plugins.papers import undrawn

GIVEN = {200, 201, 202, 204, 301, 302, 303, 400, 409, 422}
HIDDEN = {403, 404, 405}
OF_NO_BANK = {
    "bank": "the register of banks is public; of its page only the rows are looked at",
    "makers_token": "a token is its person's, looked up by the person",
    "makers_filter": "a filter is its person's, looked up by the person",
    "makers_session": "a session is its person's, looked up by the person",
}
THERE_TO_LIST = ("loan", "checked_upload", "submitted_claim", "open_packet", "due_return", "applied_write_off")
"""What the first bank has before the lists are asked for."""
TELLING = {"loan_number", "number", "borrower_name", "iou_number"}
"""Fields whose text names a row, beside its key."""
PUBLIC = "publicity:"
"""What is published stands open to everybody; the service behind it chooses the columns."""
ALL = [address for address in addresses() if not address.name.startswith(PUBLIC)]
WITH_OBJECT = [address for address in ALL if any(case.object for case in cases_of(address.name))]
LISTS = [address for address in ALL if any(not case.object and "GET" in case.may for case in cases_of(address.name))]


class Misled:
    """Two banks, and three people of the second whom the application believes to be the first's."""

    def __init__(self) -> None:
        self.world = World()
        self.truth: dict[Any, UUID] = {}
        self.clients: dict[str, Client] = {}
        self.tokens: dict[str, str] = {}
        self.known: tuple[int, set[str]] = (-1, set())
        for role, person in self.world.other.people().items():
            self.truth[person.pk] = self.world.other.pk
            self._take_token(role, person)
            User.objects.filter(pk=person.pk).update(institution=self.world.team.pk)
            self.clients[role] = signed_in(User.objects.get(pk=person.pk))

    def _take_token(self, role: str, person: User) -> None:
        scopes = [one.name for one in tokens.scopes_for(person)]
        if scopes:
            with scope.bank_scope(self.world.other.pk):
                token = tokens.issue(user=person, name="试用", scopes=scopes, by=person, on=TODAY)[0]
            self.tokens[role] = f"Bearer {token}"

    def scope_for(self, user: Any) -> AbstractContextManager[None]:
        return scope.bank_scope(self.truth[user.pk]) if user.pk in self.truth else scope.everything()

    def become(self, user: Any) -> None:
        scope._say(scope.BANK, self.truth[user.pk])

    def ask(self, role: str, method: str, url: str, case: Case) -> HttpResponse:
        data = {"form_key": str(uuid4()), "version": "1", **case.data} if method == "POST" else {}
        by_token = case.name.startswith("api:") and role in self.tokens
        headers = {"Authorization": self.tokens[role]} if by_token else {}
        with transaction.atomic():
            response = getattr(self.clients[role], method.lower())(url, data, headers=headers)
            response.said = text_of(response)
            transaction.set_rollback(True)
        return response

    def secrets(self) -> set[str]:
        """What tells a row of the first bank: its key, its number, its name. Only a builder makes rows that stay."""
        built = len(self.world.built)
        if self.known[0] != built:
            with scope.everything():
                self.known = built, {word for rows in self._rows() for row in rows for word in _telling(row)}
        return self.known[1]

    def _rows(self) -> Iterator[Any]:
        for model in apps.get_models():
            names = {field.name for field in model._meta.concrete_fields}
            if model._meta.managed and "bank" in names:
                yield model._base_manager.filter(bank=self.world.team.pk)


def _telling(row: Any) -> Iterator[str]:
    if isinstance(row.pk, UUID):
        yield str(row.pk)
    for name in TELLING:
        word = getattr(row, name, None)
        if isinstance(word, str) and len(word) > 5:
            yield word


def text_of(response: HttpResponse) -> str:
    """The answer as text, workbooks unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"".join(packed.read(name) for name in packed.namelist())
    return body.decode("utf-8", errors="replace") + response.headers.get("Location", "")


@contextmanager
def deceived() -> Iterator[Misled]:
    with one_connection(), undrawn(), pytest.MonkeyPatch.context() as patch:
        for _ in rolled_back():
            clock.set_day(TODAY)
            misled = Misled()
            patch.setattr(BankOwnedQuerySet, "visible_to", lambda self, user: self.all())
            patch.setattr(scope, "scope_for", misled.scope_for)
            patch.setattr(scope, "become", misled.become)
            yield misled


@pytest.fixture(scope="module")
def misled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Misled]:
    with django_db_blocker.unblock(), deceived() as found:
        yield found


def leaks(misled: Misled, address: Address, case: Case) -> list[str]:
    """What this address gives away, to whom."""
    parts = case.args | (build(case.object, misled.world) if case.object else {})
    wanted = {name: parts.get(name, address.invented()[name]) for name, _kind in address.parts}
    url = reverse(address.name, kwargs=wanted)
    secrets = misled.secrets() - {str(part) for part in wanted.values()}
    must_hide = bool(case.object) and not case.shared and case.object not in OF_NO_BANK
    found = []
    for method in METHODS if case.object else ("GET",):
        for role in sorted(BANK_ROLES):
            answer = misled.ask(role, method, url, case)
            said = [word for word in secrets if word in answer.said]
            if said:
                found.append(f"{method} {address.name} as {role}: {answer.status_code}, says {said[:3]}")
            elif answer.status_code >= 500 or (must_hide and answer.status_code not in HIDDEN):
                found.append(f"{method} {address.name} [{case.object}] as {role}: {answer.status_code}")
    return found


@pytest.mark.parametrize("address", WITH_OBJECT, ids=lambda address: address.name)
def test_no_row_of_the_first_bank_is_answered(
    address: Address, misled: Misled, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        found = [line for case in cases_of(address.name) if case.object for line in leaks(misled, address, case)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("address", LISTS, ids=lambda address: address.name)
def test_no_list_names_a_row_of_the_first_bank(
    address: Address, misled: Misled, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        for name in THERE_TO_LIST:
            build(name, misled.world)
        found = [line for case in cases_of(address.name) if not case.object for line in leaks(misled, address, case)]
    assert not found, "\n" + "\n".join(found)
