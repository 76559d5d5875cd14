"""Known identity and telephone numbers, every page as every role: nowhere in the clear, nor in the log."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse
from pytest_django.plugin import DjangoDbBlocker

from config.logs import JsonLines
from pool import clock, scope
from pool.masking import mask_text
from pool.models import User
from tests.authorisation.addresses import addresses
from tests.authorisation.expectations import cases_of
from tests.authorisation.objects import World, build
from tests.authorisation.sparing import signed_in
from tests.factories.loans import entered_loan, owner_cells, received_upload
from tests.factories.people import TODAY
from tests.factories.words import id_number
from tests.plugins.connecting import one_connection, rolled_back

IDENTITY = id_number(777)
PHONE = "13987654321"
SECRETS = (IDENTITY.encode(), PHONE.encode())
ALLOWED = {
    "file": "the bank's own upload, handed back as it came, to those who may have it, with a row in the access log",
    "loans:upload_held": "the bank's own faulty rows, handed back to be mended, with a row in the access log",
    "loans:upload_marked": "the bank's own workbook with its results, handed back to be mended, with a row in the log",
}
"""The reviewed places. A page that is not here shows no number in the clear."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), one_connection():
        for _ in rolled_back():
            clock.set_day(TODAY)
            world = World()
            rows = owner_cells(owner_id_number=IDENTITY)
            with scope.everything():
                world.built["loan"] = {"pk": entered_loan(world.team, **rows).pk}
                upload = received_upload(world.team, [owner_cells(owner_id_number=IDENTITY), {**rows, "staff": "x"}])
                world.built["checked_upload"] = {"pk": upload.pk}
                world.built["loan_file"] = {"file_id": upload.file_id}
            for user in User.objects.all():
                user.phone = PHONE
                user.save(update_fields=["phone"])
            world.clients = {who: signed_in(user) for who, user in world.people.items()}
            yield world


def shown(response: Any) -> bytes:
    """Everything that leaves the house, unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):
        book = zipfile.ZipFile(io.BytesIO(body))
        body += b"".join(book.read(name) for name in book.namelist())
    return bytes(body) + str(dict(response.headers)).encode()


def test_no_page_shows_a_number_in_the_clear(world: World, django_db_blocker: DjangoDbBlocker) -> None:
    asked, found = 0, set()
    with django_db_blocker.unblock():
        for address in addresses():
            for case in cases_of(address.name):
                if not case.may.get("GET") and not case.perhaps.get("GET"):
                    continue
                parts = case.args | (build(case.object, world) if case.object else {})
                wanted = {name: parts.get(name, address.invented()[name]) for name, _kind in address.parts}
                try:
                    url = reverse(address.name, kwargs=wanted)
                except NoReverseMatch:
                    continue
                for who in sorted(case.may.get("GET", frozenset()) | case.perhaps.get("GET", frozenset())):
                    response = world.clients[who].get(url)
                    asked += response.status_code == 200
                    if any(secret in shown(response) for secret in SECRETS):
                        found.add(address.name)
    assert asked > 400
    assert found <= set(ALLOWED), found
    assert "file" in found, "the walk does not see a number where one is"


def test_the_log_masks_what_looks_like_one() -> None:
    record = logging.LogRecord("pool", logging.INFO, "x", 1, "申请人 %s 电话 %s", (IDENTITY, PHONE), None)
    record.body = {"owner": IDENTITY}
    line = JsonLines().format(record)
    assert IDENTITY not in line and PHONE not in line
    assert json.loads(line)["message"].startswith(f"申请人 {IDENTITY[:6]}")


@pytest.mark.parametrize(
    "harmless", ["91440300MA5F000001", "01a200e1-dd0c-7793-8bc4-139876543210", "1398765432", "SZ2024-0000001"]
)
def test_other_numbers_stay(harmless: str) -> None:
    assert mask_text(harmless) == harmless
