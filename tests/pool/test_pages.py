"""The kit's own pages, asked as each role."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pool import clock, registry, scope, storage
from pool.citations import chinese_number
from pool.ledger import appropriations as service
from pool.ledger import services as ledger
from pool.ledger.models import Appropriation
from pool.models import AccessLog, ApiToken, AuditEvent, LprRate, Role, StoredFile, User
from pool.registry import FileGuard, Search, Todo, TodoSource
from pool.services.notices import notify
from pool.views.references import complete_through
from tests.pool.people import PASSWORD, bank, person

pytestmark = pytest.mark.django_db
NUMERALS = [chinese_number(number) for number in range(1, 35)]
TODAY = date(2025, 1, 16)


@pytest.fixture(autouse=True)
def _day() -> None:
    clock.set_day(TODAY)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_home_page_with_its_own_links(role: Role) -> None:
    page = signed_in(person(role)).get("/")
    assert page.status_code == 200
    text = page.content.decode()
    # An entry window that closes soon waits for every maker.
    assert ("没有需要您办理的事项" in text) == (role != Role.BANK_MAKER)
    assert ("管理后台" in text) == (role.party in {"manager", "audit", "system"})
    assert "2025-01-16" in text


@pytest.mark.parametrize("name", ["home", "notices", "appropriations", "reference", "password_change"])
def test_a_visitor_is_sent_to_the_sign_in_page(name: str) -> None:
    answer = Client().get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


def test_what_waits_is_shown_with_day_article_and_who_is_waited_for() -> None:
    user = person(Role.MANAGER_REVIEWER)
    found = Todo("初审 SZ-1", "三份材料", "/x/", date(2025, 1, 22), "20(1)", "高新投初审")
    late = Todo("已过期限", due=date(2025, 1, 15), waiting_for="银行", mine=False)
    registry.todos.register(TodoSource("test", lambda who, on: [found, late] if who == user else []))
    try:
        text = signed_in(user).get("/").content.decode()
    finally:
        del registry.todos.items["test"]
    assert "初审 SZ-1" in text
    assert "2025-01-22" in text
    assert "4" in text.split("2025-01-22")[2][:60]
    assert "第二十条第(一)项" in text
    assert "等待他人办理" in text


def test_the_sign_in_page_leads_to_the_publicity(db, client):
    """No account is needed to read what is publicly posted (20(2))."""
    assert f'href="{reverse("publicity:index")}"' in client.get("/login/").content.decode()


def test_signing_in_and_out_is_logged() -> None:
    user, client = person(), Client()
    wrong = client.post("/login/", {"username": user.username, "password": "nonsense"})
    assert wrong.status_code == 200
    assert "用户名或密码不正确" in wrong.content.decode()
    right = client.post("/login/", {"username": user.username, "password": PASSWORD})
    assert right["Location"] == "/"
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    kinds = list(AccessLog.objects.filter(username=user.username).order_by("id").values_list("kind", flat=True))
    assert kinds == ["sign_in_failed", "sign_in", "sign_out"]


def test_too_many_wrong_passwords_lock_the_account_for_a_while() -> None:
    user, client = person(), Client()
    for _number in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post("/login/", {"username": user.username, "password": "nonsense"})
    assert answer.status_code == 429
    assert "暂时锁定" in answer.content.decode()
    assert client.post("/login/", {"username": user.username, "password": PASSWORD}).status_code == 429


def test_an_idle_session_ends() -> None:
    client = signed_in(person())
    assert client.get("/").status_code == 200
    session = client.session
    session["last_seen"] = session["last_seen"] - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    answer = client.get("/notices/")
    assert answer["Location"] == "/login/?next=%2Fnotices%2F"
    assert client.get("/").status_code == 302


def test_a_first_password_must_be_changed_before_anything_else() -> None:
    user = person(must_change_password=True)
    client = signed_in(user)
    assert client.get("/")["Location"] == "/password/"
    new = {"old_password": PASSWORD, "new_password1": "another-horse-7", "new_password2": "another-horse-7"}
    assert client.post("/password/", {**new, "new_password1": "short"}).status_code == 200
    assert client.post("/password/", new)["Location"] == "/"
    assert client.get("/").status_code == 200
    assert User.objects.get(pk=user.pk).check_password("another-horse-7")


def test_a_switched_off_person_is_signed_out() -> None:
    user = person()
    client = signed_in(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/").status_code == 302


def test_the_page_is_offered_in_english() -> None:
    client = signed_in(person())
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert '<html lang="en">' in client.get("/").content.decode()


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded() -> object:
    registry.file_guards.register(FileGuard("test", lambda user, file: user.role != Role.REGULATOR))
    yield
    del registry.file_guards.items["test"]


def kept(purpose: str = "test", owner: object = None) -> StoredFile:
    with scope.everything():
        return storage.keep(b"%PDF-1.7 \xe4", name="证明 1.pdf", purpose=purpose, by=None, bank=owner)


def test_a_file_goes_to_whom_its_guard_lets_it_and_the_log_says_so(guarded: object) -> None:
    file = kept()
    user = person(Role.AUDITOR)
    answer = signed_in(user).get(reverse("file", args=[file.pk]))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 \xe4"
    assert "filename*=utf-8''%E8%AF%81%E6%98%8E%201.pdf" in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AccessLog.objects.filter(kind="download", subject_id=str(file.pk), user=user).count() == 1


def test_refused_missing_and_unguarded_files_answer_alike(guarded: object) -> None:
    client = signed_in(person(Role.REGULATOR))
    answers = [client.get(reverse("file", args=[pk])) for pk in (kept().pk, kept("nobody guards this").pk, uuid4())]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content.replace(answer["X-Request-Id"].encode(), b"") for answer in answers}) == 1
    assert AccessLog.objects.filter(kind="denied").count() == 3


def test_a_bank_does_not_get_the_file_of_another_even_if_the_guard_forgot(guarded: object) -> None:
    maker = person(Role.BANK_MAKER)
    assert signed_in(maker).get(reverse("file", args=[kept(owner=bank()).pk])).status_code == 404
    assert signed_in(maker).get(reverse("file", args=[kept(owner=maker.institution).pk])).status_code == 200


# --- clock ------------------------------------------------------------------------------------------------------------


def test_the_demo_moves_a_day_forward_and_runs_its_jobs_once() -> None:
    client = signed_in(person(Role.BANK_MAKER))
    assert "推进一天" in client.get("/").content.decode()
    assert client.post("/clock/", {"to": "2025-01-17"})["Location"] == "/"
    assert clock.today() == date(2025, 1, 17)
    answer = client.post("/clock/", {"to": "2025-01-10"}, follow=True)
    assert "只能向前" in answer.content.decode()
    assert clock.today() == date(2025, 1, 17)


def test_a_real_installation_has_no_such_control(settings: object) -> None:
    settings.CLOCK_MAY_MOVE = False
    client = signed_in(person(Role.SYSTEM_ADMIN))
    assert "推进一天" not in client.get("/").content.decode()
    client.post("/clock/", {"to": "2025-01-17"})
    assert clock.today() == TODAY


# --- notices ----------------------------------------------------------------------------------------------------------


def test_a_notice_reaches_its_role_at_its_bank_and_nobody_else() -> None:
    maker = person(Role.BANK_MAKER)
    with scope.everything():
        notify(key="a", title="本行事项", on=TODAY, role=Role.BANK_MAKER, bank=maker.institution, due=date(2025, 1, 22))
        notify(key="a", title="又一次", on=TODAY, role=Role.BANK_MAKER, bank=maker.institution)
    assert "本行事项" in signed_in(maker).get("/notices/").content.decode()
    assert "又一次" not in signed_in(maker).get("/notices/").content.decode()
    for other in (person(Role.BANK_MAKER), person(Role.BANK_CHECKER, institution=maker.institution), person()):
        assert "本行事项" not in signed_in(other).get("/notices/").content.decode()


def test_notices_are_marked_read_by_each_person_alone() -> None:
    one, other = person(), person()
    with scope.everything():
        notify(key="a", title="全体初审", on=TODAY, role=Role.MANAGER_REVIEWER)
    signed_in(one).post("/notices/read/", {"form_key": str(uuid4())})
    assert "未读" not in signed_in(one).get("/notices/").content.decode()
    assert "未读" in signed_in(other).get("/notices/").content.decode()


# --- tokens and search ------------------------------------------------------------------------------------------------


PATH = "/account/tokens/"


def test_a_token_is_shown_once_and_can_be_revoked() -> None:
    user = person(Role.BANK_MAKER)
    client = signed_in(user)
    asked = {"name": "核心系统", "scopes": ["loans:read"], "days": 30}
    assert client.post(PATH, {**asked, "scopes": ["reports:read"], "form_key": str(uuid4())}).status_code == 422
    page = client.post(PATH, {**asked, "form_key": str(uuid4())}).content.decode()
    row = ApiToken.objects.get()
    assert row.scopes == ["loans:read"]
    assert timedelta(days=29) < row.expires_at - timezone.now() < timedelta(days=31)
    assert row.prefix in page
    assert "只显示这一次" in page
    assert "只显示这一次" not in client.get(PATH).content.decode()
    revoke = reverse("revoke_token", args=[row.pk])
    assert signed_in(person()).post(revoke, {"form_key": str(uuid4())}).status_code == 404
    assert client.post(revoke, {"form_key": str(uuid4())}).status_code == 302
    assert "已撤销" in client.get(PATH).content.decode()


def test_the_search_page_shows_what_each_room_finds() -> None:
    registry.search.register(
        Search("test", "测试", lambda user, words: [("甲", words, "/x/")] if words == "一" else [])
    )
    client = signed_in(person())
    try:
        assert 'href="/x/"' in client.get("/search/", {"q": "一"}).content.decode()
        assert "没有找到" in client.get("/search/", {"q": "二"}).content.decode()
    finally:
        del registry.search.items["test"]


# --- rulebook and reference -------------------------------------------------------------------------------------------


def test_the_rulebook_shows_every_article_to_anyone_and_can_be_searched() -> None:
    text = Client().get("/rulebook/").content.decode()
    for number in range(1, 35):
        assert f'id="art-{number}"' in text
    assert "我方理解" in text
    found = Client().get("/rulebook/", {"q": "公示"}).content.decode()
    assert 'id="art-20"' in found
    assert 'id="art-3"' not in found
    assert "没有符合条件的条文" in Client().get("/rulebook/", {"q": "不存在的词"}).content.decode()


def test_an_article_has_its_own_page() -> None:
    text = Client().get("/rulebook/16/").content.decode()
    assert "compensation_tiers" in text
    assert Client().get("/rulebook/35/").status_code == 404


def test_the_index_says_through_which_day_each_table_is_complete() -> None:
    """The notices that came with the installation end with 2026; nobody has confirmed exchange rates."""
    shown = dict(complete_through(date(2025, 1, 16)))
    assert (shown["节假日安排"], shown["贷款市场报价利率"]) == (date(2026, 12, 31), date(2025, 10, 31))
    assert "暂定" in str(shown["汇率"])
    assert "暂定" in str(dict(complete_through(date(2027, 1, 4)))["节假日安排"])
    page = signed_in(person(Role.AUDITOR)).get("/reference/").content.decode()
    assert "已完整至" in page
    assert "2025-10-31" in page


def test_reference_rows_are_entered_by_one_and_confirmed_by_another() -> None:
    one, other = person(Role.MANAGER_STATISTICS), person(Role.MANAGER_REVIEWER)
    row = {"published_on": "2025-11-20", "one_year": "2.90", "five_year": "3.40", "source": "公告"}
    client = signed_in(one)
    assert client.post("/reference/lpr/", {**row, "form_key": str(uuid4())}).status_code == 302
    entered = LprRate.objects.get()
    url = reverse("confirm_reference", args=["lpr", entered.pk])
    assert client.post(url, {"form_key": str(uuid4())}).status_code == 403
    assert "确认贷款市场报价利率" in signed_in(other).get("/").content.decode()
    assert signed_in(other).post(url, {"form_key": str(uuid4())}).status_code == 302
    entered.refresh_from_db()
    assert entered.confirmed_by == other
    assert signed_in(person(Role.BANK_MAKER)).get("/reference/lpr/").status_code == 403
    assert signed_in(person(Role.REGULATOR)).get("/reference/lpr/").status_code == 200
    tried = signed_in(person(Role.REGULATOR)).post("/reference/lpr/", {**row, "form_key": str(uuid4())})
    assert tried.status_code == 403
    assert signed_in(one).get("/reference/nothing/").status_code == 404


# --- appropriations ---------------------------------------------------------------------------------------------------


def test_budget_money_is_in_the_ledger_when_the_second_person_confirms() -> None:
    clerk, approver = person(Role.FINANCE_CLERK), person(Role.FINANCE_APPROVER)
    client, key = signed_in(clerk), str(uuid4())
    form = {"amount": "5000000.00", "document": "深财〔2025〕1号", "received_on": "2025-01-15", "form_key": key}
    first = client.post("/appropriations/new/", form)
    assert first["Location"] == "/appropriations/"
    assert client.post("/appropriations/new/", form)["Location"] == "/appropriations/"
    row = Appropriation.objects.get()
    assert row.number == "BK2025-0001"
    confirm = reverse("confirm_appropriation", args=[row.pk])
    assert "复核财政拨款 BK2025-0001" in signed_in(approver).get("/").content.decode()
    assert client.post(confirm, {"version": "1", "form_key": str(uuid4())}).status_code == 403
    stale = signed_in(approver).post(confirm, {"version": "7", "form_key": str(uuid4())})
    assert stale.status_code == 409
    assert "已经过时" in stale.content.decode()
    assert signed_in(approver).post(confirm, {"version": "1", "form_key": str(uuid4())}).status_code == 302
    with scope.everything():
        assert ledger.available() == Decimal("5000000.00")
    page = signed_in(person(Role.SUPERVISOR)).get(reverse("appropriation", args=[row.pk])).content.decode()
    assert "5,000,000.00" in page
    assert "已入账" in page
    with scope.everything():
        actions = [event.action for event in AuditEvent.objects.order_by("id")]
    assert actions == ["appropriation.enter", "appropriation.confirm"]


def test_a_mistake_in_the_form_is_told_beside_the_field() -> None:
    client = signed_in(person(Role.FINANCE_CLERK))
    form = {"amount": "1.00", "document": "文", "received_on": "2025-01-17", "form_key": str(uuid4())}
    answer = client.post("/appropriations/new/", form)
    assert answer.status_code == 422
    assert "到账日期不能晚于今天" in answer.content.decode()
    assert not Appropriation.objects.exists()
    assert client.post("/appropriations/new/", {**form, "received_on": "2025-01-16"}).status_code == 302


def test_a_withdrawn_appropriation_is_not_posted() -> None:
    clerk, approver = person(Role.FINANCE_CLERK), person(Role.FINANCE_APPROVER)
    with scope.everything():
        row = service.enter(amount=Decimal("1.00"), document="x", received_on=TODAY, by=clerk, on=TODAY)
    url = reverse("withdraw_appropriation", args=[row.pk])
    said = {"version": "1", "reason": "录错", "form_key": str(uuid4())}
    assert signed_in(clerk).post(url, said).status_code == 302
    confirm = reverse("confirm_appropriation", args=[row.pk])
    assert signed_in(approver).post(confirm, {"version": "2", "form_key": str(uuid4())}).status_code == 409


@pytest.mark.parametrize("role", [Role.BANK_MAKER, Role.REGULATOR, Role.MANAGER_REVIEWER, Role.SYSTEM_ADMIN])
def test_the_pools_money_is_not_everybodys_business(role: Role) -> None:
    assert signed_in(person(role)).get("/appropriations/").status_code == 403


def test_the_official_wording_is_shown_once_it_is_loaded(tmp_path: Path) -> None:
    lines = ["通知", "第一章", *[f"　　第{word}条　正文{number}。" for number, word in enumerate(NUMERALS, 1)]]
    (tmp_path / "text.txt").write_text("\n".join(lines), encoding="utf-8")
    call_command("load_official_text", str(tmp_path / "text.txt"), verbosity=0)
    text = Client().get("/rulebook/16/").content.decode()
    assert "正式文本" in text
    assert "正文16。" in text
