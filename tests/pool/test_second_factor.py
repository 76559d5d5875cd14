"""The second factor: set up, asked for, spent, lost and taken away by two people."""

import ast
import re
import time
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django_otp.oath import TOTP

from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson
from pool.models import AuditEvent, FactorReset, OpenSession, RecoveryCode, Role, SecondFactor, User
from pool.services import factors
from tests.pool.people import PASSWORD, person
from tests.structure import tree

pytestmark = pytest.mark.django_db
TODAY = date(2025, 1, 16)
KEY = {"form_key": "11111111-1111-4111-8111-111111111111"}


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    clock.set_day(TODAY)
    with scope.everything():
        yield


def code_of(factor: SecondFactor, later: int = 0) -> str:
    counter = TOTP(bytes.fromhex(factor.secret))
    counter.time = time.time() + 30 * later
    return f"{counter.token():06d}"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def enrolled(role: str = Role.MANAGER_REVIEWER) -> tuple[User, SecondFactor, list[str]]:
    user = person(role)
    codes = factors.enrol(user=user, code=code_of(factors.pending(user), -1), keep=None, by=user, on=TODAY)
    return user, SecondFactor.objects.get(user=user, confirmed=True), codes


def sign_in(user: User, **more: Any) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/login/", {"username": user.username, "password": PASSWORD, **more})


def test_enrolment_shows_a_picture_and_gives_ten_codes_once() -> None:
    user = person()
    client = signed_in(user)
    page = client.get("/account/second-factor/")
    text = page.content.decode()
    assert "<svg" in text and "<path" in text and "http://www.google" not in text
    assert "no-store" in page["Cache-Control"]
    waiting = SecondFactor.objects.get(user=user)
    assert not waiting.confirmed
    wrong = client.post("/account/second-factor/", KEY | {"code": "000000"})
    assert wrong.status_code == 422 and factors.factor_of(user) is None
    SecondFactor.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    right = client.post("/account/second-factor/", KEY | {"code": code_of(waiting)}).content.decode()
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", right)
    assert len(set(codes)) == 10
    assert not any(code in client.get("/account/second-factor/").content.decode() for code in codes)
    kept = "".join(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert len(kept) == 640 and not any(code.replace("-", "") in kept for code in codes)


def test_the_secret_is_encrypted_in_the_database() -> None:
    _user, factor, _codes = enrolled()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM pool_secondfactor WHERE id = %s", [factor.pk])
        assert factor.secret not in cursor.fetchone()[0]


def test_sign_in_asks_for_the_code_and_nobody_is_in_before() -> None:
    user, factor, _codes = enrolled()
    client, answer = sign_in(user)
    assert answer["Location"] == "/login/code/"
    assert client.get("/")["Location"].startswith("/login/")
    wrong = client.post("/login/code/", {"code": "123"})
    assert wrong.status_code == 422 and "动态口令不正确" in wrong.content.decode()
    SecondFactor.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    before = client.session.session_key
    assert client.post("/login/code/", {"code": code_of(factor)}).status_code == 302
    assert client.session.session_key != before
    assert client.get("/").status_code == 200


def test_a_code_serves_once() -> None:
    user, factor, _codes = enrolled()
    code = code_of(factor)
    assert factors.verify(user, code)
    assert not factors.verify(user, code)


def test_wrong_codes_make_the_next_one_wait() -> None:
    user, factor, _codes = enrolled()
    assert not factors.verify(user, "000000")
    assert not factors.verify(user, "000000")
    assert not factors.verify(user, code_of(factor))


def test_a_recovery_code_serves_once() -> None:
    user, _factor, codes = enrolled()
    assert factors.verify(user, codes[3].lower())
    assert factors.codes_left(user) == 9
    assert not factors.verify(user, codes[3])


def test_the_step_is_forgotten_after_five_minutes() -> None:
    user, _factor, _codes = enrolled()
    client, _answer = sign_in(user)
    session = client.session
    session["waiting_for_code"] = session["waiting_for_code"] | {"at": int(time.time()) - 301}
    session.save()
    assert client.get("/login/code/")["Location"] == "/login/"


@pytest.mark.parametrize("role", [Role.FINANCE_APPROVER, Role.BANK_MAKER])
def test_a_role_that_must_have_one_sets_it_up_before_all_else(settings: Any, role: str) -> None:
    settings.SECOND_FACTOR_ROLES = [Role.FINANCE_APPROVER]
    client = signed_in(person(role, institution=uuid4() if role == Role.BANK_MAKER else None))
    answer = client.get("/notices/")
    if role == Role.FINANCE_APPROVER:
        assert answer["Location"] == "/account/second-factor/"
        assert client.get("/account/second-factor/").status_code == 200
    else:
        assert answer.status_code == 200


def test_who_must_have_one_cannot_drop_it(settings: Any) -> None:
    user, _factor, _codes = enrolled()
    settings.SECOND_FACTOR_ROLES = [user.role]
    with pytest.raises(NotPermitted):
        factors.drop(user=user, by=user, on=TODAY)
    settings.SECOND_FACTOR_ROLES = []
    factors.drop(user=user, by=user, on=TODAY)
    assert factors.factor_of(user) is None and factors.codes_left(user) == 0


def test_the_production_default_names_all_who_move_money_or_decide() -> None:
    text = (tree.ROOT / "config" / "settings.py").read_text()
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    found = next(call for call in calls if call.args and getattr(call.args[0], "value", "") == "SECOND_FACTOR_ROLES")
    named = {part.value for part in ast.walk(found) if isinstance(part, ast.Constant)}
    assert {
        Role.BANK_CHECKER, Role.MANAGER_APPROVER, Role.MANAGER_REVIEWER, Role.FINANCE_CLERK, Role.FINANCE_APPROVER,
        Role.AUTHORITY, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN,
    } <= named  # fmt: skip


def test_a_reset_takes_two_people() -> None:
    user, _factor, _codes = enrolled()
    keeper, other = person(Role.SECURITY_ADMIN), person(Role.SYSTEM_ADMIN)
    opened = OpenSession.objects.create(user=user)
    with pytest.raises(NotPermitted):
        factors.propose_reset(user_id=user.pk, by=other, on=TODAY, reason="手机遗失")
    row = factors.propose_reset(user_id=user.pk, by=keeper, on=TODAY, reason="手机遗失")
    with pytest.raises(Refused, match="已有一项重置"):
        factors.propose_reset(user_id=user.pk, by=person(Role.SECURITY_ADMIN), on=TODAY, reason="手机遗失")
    for wrong in (keeper, user):
        with pytest.raises(SamePerson):
            factors.decide_reset(reset_id=row.pk, agree=True, by=wrong, on=TODAY)
    with pytest.raises(NotPermitted):
        factors.decide_reset(reset_id=row.pk, agree=True, by=person(Role.AUDITOR), on=TODAY)
    assert factors.factor_of(user) is not None
    factors.decide_reset(reset_id=row.pk, agree=True, by=other, on=TODAY)
    assert factors.factor_of(user) is None and factors.codes_left(user) == 0
    opened.refresh_from_db()
    assert opened.ended_at is not None
    with pytest.raises(Refused, match="已经办结"):
        factors.decide_reset(reset_id=row.pk, agree=True, by=other, on=TODAY)
    actions = list(AuditEvent.objects.filter(subject_id=str(row.pk)).order_by("id").values_list("action", flat=True))
    assert actions == ["factors.propose_reset", "factors.reset"]


def test_the_reset_is_done_by_buttons_in_the_admin() -> None:
    user, _factor, _codes = enrolled()
    keeper, other = signed_in(person(Role.SECURITY_ADMIN)), signed_in(person(Role.SYSTEM_ADMIN))
    act = f"/admin/pool/user/{user.pk}/act/propose_reset/"
    assert other.get(act).status_code == 403
    assert keeper.post(act, KEY | {"version": "1", "reason": "手机遗失"}).status_code == 302
    row = FactorReset.objects.get()
    confirm = f"/admin/pool/factorreset/{row.pk}/act/confirm/"
    assert keeper.get(confirm).status_code == 403
    assert other.post(confirm, KEY | {"version": "0", "reason": "已核对身份"}).status_code == 302
    assert factors.factor_of(user) is None


def test_the_database_itself_wants_two_people() -> None:
    user, _factor, _codes = enrolled()
    keeper = person(Role.SECURITY_ADMIN)
    row = factors.propose_reset(user_id=user.pk, by=keeper, on=TODAY, reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.filter(pk=row.pk).update(decided_by=keeper)
