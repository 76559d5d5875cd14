"""Before money moves or data leaves, who asks proves once more who they are; what was filled in is not lost."""

import inspect
import time
from datetime import date
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django_otp.oath import TOTP

from banks import services as banks
from banks.models import PayeeAccount
from claims import services as claims
from claims.services import review
from pool import clock, scope
from pool.caller import Caller, set_caller
from pool.models import ApiToken, Role, SecondFactor, User
from pool.services import factors, tokens
from pool.sure import NotSure, be_sure
from tests.factories.people import PASSWORD, TODAY, BankTeam, bank_team, person

pytestmark = pytest.mark.django_db
FIELDS = {"account_name": "第一银行 & 专户<b>", "account_number": "6222021234567890", "opening_bank": "深圳分行"}


@pytest.fixture(autouse=True)
def _day() -> None:
    clock.set_day(TODAY)


@pytest.fixture
def team(settings: Any) -> BankTeam:
    settings.SURE_MINUTES = 10
    return bank_team("第一银行")


def late(user: User) -> Client:
    """Signed in a while ago."""
    client = Client()
    client.force_login(user)
    client.get("/")
    session = client.session
    session["sure_at"] = int(time.time()) - 601
    session.save()
    return client


def entered() -> int:
    with scope.everything():
        return int(PayeeAccount.objects.count())


def hidden(page: str) -> dict[str, str]:
    """What the page carries, as a browser reads it."""
    found: dict[str, str] = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            given = dict(attrs)
            if tag == "input" and given.get("type") == "hidden":
                found[given["name"]] = given["value"]

    Reader().feed(page.partition('class="form card"')[2])
    found.pop("csrfmiddlewaretoken", None)
    return found


def test_the_filled_form_survives_and_is_done_once(team: BankTeam) -> None:
    client, url = late(team.maker), f"/banks/{team.pk}/payee/"
    sent = FIELDS | {"form_key": str(uuid4()), "version": "1"}
    page = client.post(url, sent)
    text = page.content.decode()
    assert page.status_code == 200 and "再次确认身份" in text and entered() == 0
    assert hidden(text) == sent | {"sure": "yes"}
    wrong = client.post(url, hidden(text) | {"sure_password": "nonsense"})
    assert wrong.status_code == 422 and "密码不正确" in wrong.content.decode() and entered() == 0
    again = hidden(wrong.content.decode())
    assert again == sent | {"sure": "yes"}
    done = client.post(url, again | {"sure_password": PASSWORD})
    assert done.status_code == 302 and entered() == 1
    with scope.everything():
        assert PayeeAccount.objects.get().account_name == FIELDS["account_name"]
    assert client.post(url, again | {"sure_password": PASSWORD})["Location"] == done["Location"]
    assert entered() == 1


def test_within_the_window_nothing_is_asked(team: BankTeam) -> None:
    client = late(team.maker)
    session = client.session
    session["sure_at"] = int(time.time()) - 590
    session.save()
    assert client.post(f"/banks/{team.pk}/payee/", FIELDS | {"form_key": str(uuid4())}).status_code == 302


def test_a_refusal_comes_before_the_question(team: BankTeam) -> None:
    checker = late(team.checker)
    answer = checker.post(f"/banks/{team.pk}/payee/", FIELDS | {"form_key": str(uuid4())})
    assert answer.status_code == 403 and "再次确认身份" not in answer.content.decode()


def test_a_download_goes_on_after_the_proof(team: BankTeam) -> None:
    client = late(person(Role.MANAGER_STATISTICS))
    ask = client.get("/lists/loans/export/?state=entered")
    assert ask["Location"] == "/account/sure/?next=%2Flists%2Floans%2Fexport%2F%3Fstate%3Dentered"
    page = client.get(ask["Location"]).content.decode()
    assert hidden(page)["next"] == "/lists/loans/export/?state=entered"
    onward = client.post("/account/sure/", hidden(page) | {"sure_password": PASSWORD})
    assert onward["Location"] == "/lists/loans/export/?state=entered"
    assert client.get(onward["Location"])["Content-Type"].endswith("sheet")


def test_it_leads_nowhere_else(team: BankTeam) -> None:
    client = late(team.maker)
    answer = client.post(
        "/account/sure/", {"sure": "yes", "next": "https://elsewhere.example/", "sure_password": PASSWORD}
    )
    assert answer["Location"] == "/"


def test_the_code_is_asked_for_too(team: BankTeam) -> None:
    user = team.maker
    secret = factors.pending(user)

    def code(place: int) -> str:
        counter = TOTP(bytes.fromhex(secret.secret))
        counter.time = time.time() + place * 30
        return f"{counter.token():06d}"

    with scope.bank_scope(team.pk):
        factors.enrol(user=user, code=code(-1), keep=None, by=user, on=TODAY)
    client, url = late(user), f"/banks/{team.pk}/payee/"
    sent = FIELDS | {"form_key": str(uuid4()), "sure": "yes", "sure_password": PASSWORD}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, sent | {"sure_code": "000000"}).status_code == 422
    SecondFactor.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert client.post(url, sent | {"sure_code": code(0)}).status_code == 302


def test_guessing_the_password_locks_it(team: BankTeam, settings: Any) -> None:
    client, sent = late(team.maker), {"sure": "yes", "form_key": str(uuid4())}
    answers = [
        client.post(f"/banks/{team.pk}/payee/", sent | {"sure_password": f"nonsense {number}"}).status_code
        for number in range(settings.AXES_FAILURE_LIMIT)
    ]
    assert answers[-1] == 429
    assert client.post(f"/banks/{team.pk}/payee/", sent | {"sure_password": PASSWORD}).status_code == 429
    assert entered() == 0


@pytest.mark.parametrize(
    "act",
    [
        review.decide,
        review.decide_re_examination,
        claims.issue_plan,
        claims.approve_payment,
        claims.confirm_payment,
        claims.confirm_refund,
        claims.decide_upgrade,
        banks.enter_payee,
        banks.confirm_payee,
        tokens.issue,
        factors.propose_reset,
        factors.decide_reset,
        factors.drop,
        factors.new_codes,
    ],
    ids=lambda act: act.__name__,
)
def test_the_service_itself_asks_so_that_no_way_to_it_differs(act: Any) -> None:
    source = inspect.getsource(inspect.unwrap(act))
    if "_open_decision(" in source:
        source += inspect.getsource(review._open_decision)
    assert "    be_sure()\n" in source


def test_a_token_is_issued_only_to_who_is_sure(team: BankTeam) -> None:
    set_caller(Caller(sure=False))
    try:
        with pytest.raises(NotSure), scope.bank_scope(team.pk):
            tokens.issue(user=team.maker, name="x", scopes=["loans:read"], by=team.maker, on=date(2025, 1, 16))
    finally:
        set_caller(None)
    assert not ApiToken.objects.exists()


def test_work_that_no_browser_asked_for_is_not_asked() -> None:
    set_caller(None)
    be_sure()
