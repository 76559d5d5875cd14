"""A password given by another opens the portal for a few days only; then a new one is asked for."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from banks import services as banks
from pool import clock, scope
from pool.errors import NotPermitted, Refused, Stale
from pool.models import AuditEvent, OpenSession, Role, User
from pool.services import people
from tests.factories.people import TODAY, BankTeam, bank_team, person

pytestmark = pytest.mark.django_db
FIRST, OTHER = "first-word-of-2025!", "another-word-of-2025!"
OVER = "初始密码自发放起 7 天内未修改，已经失效"


@pytest.fixture
def newcomer() -> User:
    clock.set_day(TODAY)
    with scope.everything():
        return people.create_account(
            username="newcomer", display_name="新人", role=Role.AUDITOR, password=FIRST, by=person(Role.SYSTEM_ADMIN),
            on=TODAY,
        )  # fmt: skip


def given_ago(user: User, **ago: int) -> None:
    User.objects.filter(pk=user.pk).update(password_given_at=timezone.now() - timedelta(**ago))


def sign_in(username: str, password: str) -> Any:
    return Client().post(reverse("login"), {"username": username, "password": password})


def test_within_its_days_it_opens_the_page_that_changes_it(newcomer: User) -> None:
    given_ago(newcomer, days=6, hours=23)
    assert sign_in("newcomer", FIRST).status_code == 302


def test_after_them_it_opens_nothing_and_says_what_to_do(newcomer: User) -> None:
    given_ago(newcomer, days=7, minutes=1)
    answer = sign_in("newcomer", FIRST)
    assert answer.status_code == 200
    assert OVER in answer.content.decode() and "重新发放" in answer.content.decode()
    assert not OpenSession.objects.filter(user=newcomer).exists()


def test_who_does_not_know_it_is_not_told(newcomer: User) -> None:
    given_ago(newcomer, days=30)
    assert OVER not in sign_in("newcomer", "something-else-2025").content.decode()


def test_a_password_of_one_s_own_does_not_end(newcomer: User) -> None:
    given_ago(newcomer, days=30)
    with scope.everything():
        people.change_password(user_id=newcomer.pk, password=OTHER, by=newcomer, on=TODAY)
    newcomer.refresh_from_db()
    assert newcomer.password_given_at is None
    assert sign_in("newcomer", OTHER).status_code == 302


def test_the_setting_says_how_long(newcomer: User, settings: Any) -> None:
    given_ago(newcomer, days=30)
    settings.FIRST_PASSWORD_DAYS = 0
    assert sign_in("newcomer", FIRST).status_code == 302


@pytest.fixture
def team() -> BankTeam:
    clock.set_day(TODAY)
    return bank_team()


def give(team: BankTeam, of: User, by: User, password: str = OTHER, version: int | None = None) -> Any:
    with scope.bank_scope(team.pk):
        seen = of.membership.version if version is None else version
        return banks.give_password(membership_id=of.membership.pk, password=password, by=by, on=TODAY, version=seen)


def test_the_bank_s_administrator_gives_a_new_one(team: BankTeam) -> None:
    User.objects.filter(pk=team.maker.pk).update(must_change_password=True)
    given_ago(team.maker, days=30)
    give(team, team.maker, team.admin)
    maker = User.objects.get(pk=team.maker.pk)
    assert maker.must_change_password and not people.first_password_is_over(maker)
    assert sign_in(maker.username, OTHER).status_code == 302
    with scope.everything():
        assert AuditEvent.objects.filter(action="people.change_password", subject_id=str(maker.pk)).exists()


def test_nobody_else_does_and_nobody_their_own(team: BankTeam) -> None:
    with pytest.raises(NotPermitted):
        give(team, team.maker, team.checker)
    with pytest.raises(Refused):
        give(team, team.admin, team.admin)
    with pytest.raises(Stale):
        give(team, team.maker, team.admin, version=99)
    with pytest.raises(Refused) as weak:
        give(team, team.maker, team.admin, password="1234567890")
    assert weak.value.code == "password_weak"


def test_the_page_names_who_is_locked_out(team: BankTeam) -> None:
    User.objects.filter(pk=team.maker.pk).update(must_change_password=True)
    given_ago(team.maker, days=30)
    client = Client()
    client.force_login(team.admin)
    page = client.get(reverse("banks:members", args=[team.pk])).content.decode()
    assert "初始密码已失效" in page and reverse("banks:member_password", args=[team.maker.membership.pk]) in page
