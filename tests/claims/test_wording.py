"""The register of canned wording: first from the release, then kept by two of the manager's people."""

from datetime import date
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from claims import phrases, services, todos
from claims.models import CannedPhrase
from pool import scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import AuditEvent, Role, User
from tests.factories.people import TODAY, person

pytestmark = pytest.mark.django_db
WORDS = "请说明借款人与收款方是否为关联企业，并补充股权结构说明。"


@pytest.fixture
def two() -> tuple[User, User]:
    return person(Role.MANAGER_REVIEWER), person(Role.MANAGER_STATISTICS)


def proposed(by: User, words: str = WORDS, **given: Any) -> CannedPhrase:
    facts = {"kind": "question", "provision": "permitted_use", "opinion": "", "evidence": ["disbursement_voucher"]}
    with scope.everything():
        return services.propose_phrase(**(facts | given), words=words, by=by, on=TODAY)


def confirmed(row: CannedPhrase, by: User, on: date = TODAY) -> CannedPhrase:
    with scope.everything():
        return services.confirm_phrase(phrase_id=row.pk, by=by, on=on, version=row.version)


def offered() -> list[str]:
    with scope.everything():
        return [one.words for one in phrases.questions()]


def test_a_wording_is_offered_once_another_has_confirmed_it(two: tuple[User, User]) -> None:
    one, other = two
    before = offered()
    row = proposed(one)
    assert offered() == before
    with scope.everything():
        [waiting] = todos.wording(other, TODAY)
        assert waiting.mine and waiting.detail == WORDS and not next(iter(todos.wording(one, TODAY))).mine
    with pytest.raises(SamePerson):
        confirmed(row, one)
    confirmed(row, other)
    assert offered() == [*before, WORDS]
    with scope.everything():
        actions = set(AuditEvent.objects.filter(subject_id=str(row.pk)).values_list("action", flat=True))
    assert actions == {"claims.propose_phrase", "claims.confirm_phrase"}
    with pytest.raises(NotPermitted):
        proposed(person(Role.FINANCE_CLERK), "另一段文字")


def test_a_better_wording_takes_the_place_of_the_old_which_stays_in_the_register(two: tuple[User, User]) -> None:
    one, other = two
    with scope.everything():
        old = phrases.in_use().filter(kind="question")[2]
    row = proposed(one, replaces_id=old.pk, version=old.version, provision=old.provision)
    with pytest.raises(Refused, match="正待确认"):
        proposed(other, "再改写一次", replaces_id=old.pk, version=old.version)
    place = offered().index(old.words)
    confirmed(row, other)
    assert offered().index(WORDS) == place and old.words not in offered()
    with scope.everything():
        old.refresh_from_db()
        assert (old.dropped_by, old.drop_reason) == (other, "由改写的文字替换")
        with pytest.raises(Stale):
            services.drop_phrase(phrase_id=row.pk, by=one, on=TODAY, version=row.version, reason="过时")
        row.refresh_from_db()
        services.drop_phrase(phrase_id=row.pk, by=one, on=TODAY, version=row.version, reason="过时")
    assert WORDS not in offered()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"words": "余额超过3000万元"}, "words"), ({"words": " "}, "words"), ({"provision": "no_such"}, "provision"),
        ({"opinion": "refuse"}, "opinion"), ({"kind": "reason"}, "opinion"),
        ({"words": "借款合同缺页或签章不清，请补充完整、清晰的扫描件。"}, "words"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_wording(two: tuple[User, User], given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as no:
        proposed(two[0], **given)
    assert no.value.field == field


def test_the_database_keeps_wording_and_the_two_people(two: tuple[User, User]) -> None:
    row = proposed(two[0])
    rows = CannedPhrase.objects.filter(pk=row.pk)
    with scope.everything():
        with pytest.raises(Error), transaction.atomic():
            rows.update(words="改写")
        with pytest.raises(Error), transaction.atomic():
            rows.delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(confirmed_by=two[0], confirmed_on=TODAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(confirmed_on=TODAY)


def test_the_register_in_the_admin(two: tuple[User, User]) -> None:
    one, other = two
    client = Client()
    client.force_login(one)
    with scope.everything():
        old = phrases.in_use()[0]
    listed = client.get(reverse("admin:claims_cannedphrase_changelist")).content.decode()
    assert old.words in listed and "使用中" in listed
    address = reverse("admin:claims_cannedphrase_act", args=[old.pk, "rewrite"])
    key = client.get(address).content.decode().split('name="form_key" value="')[1].split('"')[0]
    answer = client.post(address, {"form_key": key, "version": old.version, "words": WORDS}, follow=True)
    assert "待另一名人员确认后启用" in answer.content.decode()
    with scope.everything():
        row = CannedPhrase.objects.get(words=WORDS)
    assert row.replaces_id == old.pk and "待确认" in client.get(row.get_absolute_url()).content.decode()
    assert client.get(reverse("admin:claims_cannedphrase_act", args=[row.pk, "confirm"])).status_code == 403
    client.force_login(other)
    assert client.get(reverse("admin:claims_cannedphrase_act", args=[row.pk, "confirm"])).status_code == 200
    new = client.get(reverse("admin:claims_cannedphrase_act", args=[row.pk, "add"])).content.decode()
    assert "常用理由必选" in new
