"""Sessions: their key, their two ends by time, their end by oneself, by the keeper, by a change."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from pool import clock, scope
from pool.models import OpenSession, Role, User
from pool.services import people, sessions
from tests.pool.people import PASSWORD, person

pytestmark = pytest.mark.django_db
TODAY = date(2025, 1, 16)


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    clock.set_day(TODAY)
    with scope.everything():
        yield


def window(user: User) -> Client:
    client = Client(headers={"user-agent": "Firefox/140"})
    client.force_login(user)
    assert client.get("/notices/").status_code == 200
    return client


def is_in(client: Client) -> bool:
    return client.get("/notices/").status_code == 200


def post(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"form_key": str(uuid4()), "version": "1"} | fields)


def test_signing_in_gives_a_new_key() -> None:
    user, client = person(), Client()
    client.get("/login/")
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    client.post("/login/", {"username": user.username, "password": PASSWORD})
    assert client.session.session_key != session.session_key
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    assert not is_in(old)


def test_however_busy_a_session_ends_after_its_longest_time() -> None:
    client = window(person())
    almost = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    row = OpenSession.objects.get()
    OpenSession.objects.update(started_at=row.started_at - almost + timedelta(minutes=5))
    assert is_in(client)
    OpenSession.objects.update(started_at=row.started_at - almost - timedelta(minutes=1))
    assert not is_in(client)
    assert OpenSession.objects.get().why == OpenSession.Why.TOO_LONG
    assert 8 * 3600 <= settings.SESSION_COOKIE_AGE <= 12 * 3600 and settings.SESSION_IDLE_SECONDS == 900


def test_one_sees_ones_own_sessions_and_ends_them() -> None:
    user = person()
    here, there, third = window(user), window(user), window(user)
    text = here.get("/account/sessions/").content.decode()
    assert text.count("登录中") == 2 and "本次登录" in text and "Firefox/140" in text
    entry = there.session["entry"]
    assert post(here, f"/account/sessions/{entry}/end/").status_code == 302
    assert not is_in(there) and is_in(third)
    assert post(here, "/account/sessions/others/end/").status_code == 302
    assert not is_in(third) and is_in(here)


def test_another_s_session_is_not_there() -> None:
    mine, other = window(person()), window(person())
    assert post(mine, f"/account/sessions/{other.session['entry']}/end/").status_code == 404
    assert is_in(other)


def test_the_security_administrator_ends_a_person_s_sessions() -> None:
    user, keeper = person(), person(Role.SECURITY_ADMIN)
    client, admin = window(user), window(keeper)
    assert (
        post(window(person(Role.SYSTEM_ADMIN)), f"/admin/pool/user/{user.pk}/act/end_sessions/", reason="x").status_code
        == 403
    )
    assert post(admin, f"/admin/pool/user/{user.pk}/act/end_sessions/", reason="账户疑似被盗用").status_code == 302
    answer = client.get("/notices/", follow=True)
    assert "安全管理员已结束您的登录会话" in answer.content.decode()


@pytest.mark.parametrize("change", ["password", "role", "left"])
def test_a_change_of_the_account_ends_its_sessions(change: str) -> None:
    user, admin = person(Role.MANAGER_REVIEWER), person(Role.SYSTEM_ADMIN)
    client = window(user)
    if change == "password":
        people.change_password(user_id=user.pk, password="another long word 2025", by=admin, on=TODAY)
    elif change == "role":
        User.objects.filter(pk=user.pk).update(role=Role.MANAGER_APPROVER)
    else:
        people.set_active(user_id=user.pk, active=False, by=admin, on=TODAY, version=1, reason="离职")
        assert not is_in(client)
        user.refresh_from_db()
        people.set_active(user_id=user.pk, active=True, by=admin, on=TODAY, version=user.version, reason="误停")
    assert not is_in(client)


def test_ones_own_new_password_keeps_the_window_at_hand_only() -> None:
    user = person()
    here, there = window(user), window(user)
    new = "another long word 2025"
    assert (
        here.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}).status_code
        == 302
    )
    assert is_in(here) and not is_in(there)


def test_signing_out_ends_the_row() -> None:
    client = window(person())
    client.post("/logout/")
    assert OpenSession.objects.get().why == OpenSession.Why.SIGN_OUT
    assert not sessions.live(OpenSession.objects.get().user).exists()
