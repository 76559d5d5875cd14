"""The admin reads and acts through services only; a token of the API wears its person's scope."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView, Response

from pool import clock, numbering, scope, storage
from pool.admin_kit import ReadOnlyAdmin
from pool.errors import NotPermitted, Refused
from pool.models import ADMIN_ROLES, ApiToken, AuditEvent, JobRun, OutboxTask, Role, StoredFile, User
from pool.services import people, tokens
from tests.pool.people import bank, person

pytestmark = pytest.mark.django_db
TODAY = date(2025, 1, 16)


@pytest.fixture(autouse=True)
def _day() -> None:
    clock.set_day(TODAY)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def own(user: User, name: str, *args: object) -> object:
    return signed_in(user).get(reverse(f"admin:{name}", args=args))


def test_every_model_in_the_admin_is_read_only() -> None:
    registered = [item for item in admin.site._registry.values() if item.opts.app_label in {"pool", "ledger"}]
    assert len(registered) > 20
    for item in registered:
        assert isinstance(item, ReadOnlyAdmin)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_enter_the_admin(role: Role) -> None:
    answer = own(person(role), "index")
    if role in ADMIN_ROLES:
        assert answer.status_code == 200
    else:
        assert signed_in(person(role)).get("/admin/", follow=True).status_code == 403


def test_a_visitor_signs_in_at_the_portals_door() -> None:
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/login/?next=")


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
def test_every_list_answers_or_is_refused_for_each_role(role: str) -> None:
    user = person(role)
    client = signed_in(user)
    for model, item in admin.site._registry.items():
        if model._meta.app_label not in {"pool", "ledger"}:
            continue
        answer = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        assert answer.status_code == (200 if role in item.readers else 403), model


def test_nothing_can_be_added_changed_or_deleted_there() -> None:
    administrator, other = person(Role.SYSTEM_ADMIN), person()
    client = signed_in(administrator)
    assert client.get("/admin/pool/user/add/").status_code == 403
    change = reverse("admin:pool_user_change", args=[other.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {"display_name": "改名"}).status_code == 403
    assert client.post(reverse("admin:pool_user_delete", args=[other.pk])).status_code == 403
    assert User.objects.get(pk=other.pk).display_name == other.display_name


def test_an_account_is_switched_off_by_a_button_with_a_reason_once() -> None:
    administrator, other = person(Role.SYSTEM_ADMIN), person(phone="13800138000")
    client = signed_in(administrator)
    page = client.get(reverse("admin:pool_user_change", args=[other.pk])).content.decode()
    assert "138****8000" in page
    assert "13800138000" not in page
    url = reverse("admin:pool_user_act", args=[other.pk, "disable"])
    assert "理由" in client.get(url).content.decode()
    form = {"reason": "离职", "version": "1", "form_key": str(uuid4())}
    assert client.post(url, {**form, "reason": ""}).status_code == 422
    assert client.post(url, form).status_code == 302
    assert client.post(url, {**form, "form_key": str(uuid4())}).status_code == 403
    assert not User.objects.get(pk=other.pk).is_active
    with scope.everything():
        told = dict(AuditEvent.objects.values_list("action", "reason"))
    assert told == {"people.set_active": "离职", "people.end_access": ""}


def test_a_stale_version_is_told_in_the_admin_too() -> None:
    administrator, other = person(Role.SYSTEM_ADMIN), person()
    url = reverse("admin:pool_user_act", args=[other.pk, "disable"])
    answer = signed_in(administrator).post(url, {"reason": "x", "version": "9", "form_key": str(uuid4())})
    assert "已被他人更新" in answer.content.decode()
    assert User.objects.get(pk=other.pk).is_active


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECURITY_ADMIN])
def test_who_may_look_at_accounts_may_not_switch_them(role: Role) -> None:
    other = person()
    url = reverse("admin:pool_user_act", args=[other.pk, "disable"])
    answer = signed_in(person(role)).post(url, {"reason": "x", "version": "1", "form_key": str(uuid4())})
    assert answer.status_code == 403
    assert User.objects.get(pk=other.pk).is_active


def test_the_form_to_run_a_job_is_for_the_system_administrator() -> None:
    """What a run does and tells is proven in `tests/jobs/test_by_hand.py`."""
    assert "手工运行" in signed_in(person(Role.SYSTEM_ADMIN)).get("/admin/pool/jobrun/").content.decode()
    auditor = signed_in(person(Role.AUDITOR))
    assert "手工运行" not in auditor.get("/admin/pool/jobrun/").content.decode()
    auditor.post("/admin/pool/jobrun/run/", {"job": "audit.seal", "on": "2025-01-17"})
    assert not OutboxTask.objects.exists()
    assert not JobRun.objects.exists()


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_bank_person_is_not_made_by_the_system_administrator() -> None:
    administrator = person(Role.SYSTEM_ADMIN)
    given = {"display_name": "甲", "password": "correct-horse-9", "by": administrator, "on": TODAY}
    with scope.everything():
        with pytest.raises(NotPermitted):
            people.create_account(username="x", role=Role.BANK_MAKER, institution=bank(), **given)
        with pytest.raises(Refused) as refused:
            people.create_account(username="x", role=Role.REGULATOR, **{**given, "password": "short"})
        assert refused.value.code == "password_weak"
        user = people.create_account(username="x", role=Role.REGULATOR, **given)
        assert user.must_change_password
        with pytest.raises(Refused, match="已被使用"):
            people.create_account(username="x", role=Role.REGULATOR, **given)


def test_nobody_switches_off_the_own_account() -> None:
    administrator = person(Role.SYSTEM_ADMIN)
    with pytest.raises(NotPermitted, match="自己"):
        people.set_active(user_id=administrator.pk, active=False, by=administrator, on=TODAY, version=1, reason="x")


# --- tokens -----------------------------------------------------------------------------------------------------------


class Files(APIView):
    def get(self, request: object) -> Response:
        return Response([file.name for file in StoredFile.objects.order_by("name")])

    def post(self, request: object) -> Response:
        numbering.next_number("api", 2025)
        raise Refused("no", "不行", "17", "amount")


def ask(token: str, method: str = "get") -> Response:
    request = getattr(APIRequestFactory(), method)("/", HTTP_AUTHORIZATION=f"Bearer {token}")
    with scope.public():
        return Files.as_view()(request)


def test_a_token_sees_what_its_person_sees() -> None:
    maker = person(Role.BANK_MAKER)
    with scope.everything():
        storage.keep(b"1", name="mine", purpose="t", by=None, bank=maker.institution)
        storage.keep(b"2", name="other", purpose="t", by=None, bank=bank())
        token, _ = tokens.issue(user=maker, name="接口", scopes=["loans:read"], by=maker, on=TODAY)
    assert ask(token).data == ["mine"]
    assert not ApiToken.objects.filter(token_hash=token).exists()


def test_a_token_that_is_wrong_revoked_expired_or_of_a_leaver_is_refused() -> None:
    maker = person(Role.BANK_MAKER)
    with scope.everything():
        token, row = tokens.issue(user=maker, name="接口", scopes=["loans:read"], by=maker, on=TODAY)
    assert ask("nonsense").status_code == 401
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ask(token).status_code == 401
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() + timedelta(days=1))
    assert ask(token).status_code == 200
    User.objects.filter(pk=maker.pk).update(is_active=False)
    assert ask(token).status_code == 401
    User.objects.filter(pk=maker.pk).update(is_active=True)
    with scope.everything():
        tokens.revoke(token_id=row.pk, by=maker, on=TODAY)
    assert ask(token).status_code == 401


def test_a_token_is_issued_to_oneself_only() -> None:
    with pytest.raises(NotPermitted):
        tokens.issue(user=person(), name="x", scopes=[], by=person(), on=TODAY)


def test_a_refusal_answers_as_json_with_its_article_and_is_rolled_back() -> None:
    maker = person(Role.BANK_MAKER)
    with scope.everything():
        token, _ = tokens.issue(user=maker, name="接口", scopes=["loans:read"], by=maker, on=TODAY)
    answer = ask(token, "post")
    assert answer.status_code == 409
    assert answer.data == {"code": "no", "detail": "不行", "article": "17", "field": "amount"}
    assert numbering.next_number("api", 2025) == 1
