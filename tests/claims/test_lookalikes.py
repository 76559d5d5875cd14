"""疑似重复: the same borrower at another bank, shown to the manager with the evidence and to no bank in any way."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import lookalikes
from claims.models import Claim
from loans.models import Loan
from pool import scope
from pool.models import Role, User
from pool.services import tokens
from tests.claims.conftest import Stage
from tests.claims.test_admin import client_of
from tests.factories import claims as make
from tests.factories.loans import entered_loan
from tests.factories.people import BankTeam, person
from tests.factories.words import credit_code
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
CODE = credit_code(77_001)
MADE_ON = date(2024, 11, 8)


@built_once
def other(stage: Stage) -> BankTeam:
    return make.good_team("隔壁银行")


def claim_of(stage: Stage, **given: Any) -> Claim:
    return make.submitted_claim(stage.team, credit_code=CODE, **given)


def beside(team: BankTeam, **given: Any) -> Loan:
    """A loan of the same borrower at another bank."""
    return entered_loan(team, make.ENTERED_ON, credit_code=CODE, **given)


def titles(claim: Claim, by: User) -> dict[str, lookalikes.Likeness]:
    with scope.everything():
        return {one.title: one for one in lookalikes.of_claim(claim, by)}


def test_a_borrower_known_nowhere_else_has_nothing(stage: Stage, other: BankTeam) -> None:
    claim = claim_of(stage)
    entered_loan(other, make.ENTERED_ON)
    assert titles(claim, stage.desk.reviewer) == {}
    page = client_of(stage.desk.reviewer).get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert "未发现疑似重复" in page


@pytest.mark.parametrize(("days", "same"), [(0, True), (7, True), (-7, True), (8, False), (-8, False)])
def test_the_same_sum_within_a_few_days(stage: Stage, other: BankTeam, days: int, same: bool) -> None:
    claim = claim_of(stage)
    loan = beside(other, disbursed_on=MADE_ON + timedelta(days=days), matures_on=MADE_ON + timedelta(days=365))
    found = titles(claim, stage.desk.reviewer).get("同额同期贷款")
    assert (found is not None) is same
    if found:
        assert ([one.loan for one in found.loans], found.article) == ([loan], "28")


def test_a_fen_more_is_another_loan(stage: Stage, other: BankTeam) -> None:
    claim = claim_of(stage)
    beside(other, principal="3000000.01", credit_line="3000000.01")
    assert "同额同期贷款" not in titles(claim, stage.desk.reviewer)


@pytest.mark.parametrize(("there", "over"), [("27000000.00", False), ("27000000.01", True)])
def test_all_banks_together_over_the_limit_of_article_4(stage: Stage, other: BankTeam, there: str, over: bool) -> None:
    claim = claim_of(stage)
    beside(other, principal=there, credit_line=there, disbursed_on="2024-10-08")
    found = titles(claim, stage.desk.reviewer).get("全库余额超过上限")
    assert (found is not None) is over
    if found:
        assert ("30,000,000.01" in found.message, found.article) == (True, "4")


def test_what_was_due_by_then_does_not_count(stage: Stage, other: BankTeam) -> None:
    claim = claim_of(stage)
    beside(other, principal="29000000.00", credit_line="29000000.00", disbursed_on="2024-10-08", matures_on=MADE_ON)
    assert titles(claim, stage.desk.reviewer) == {}


@pytest.mark.parametrize(("there", "less"), [("1000000.00", False), ("1000000.01", True)])
def test_more_is_known_than_was_declared(stage: Stage, other: BankTeam, there: str, less: bool) -> None:
    claim = claim_of(stage)
    beside(other, principal=there, disbursed_on="2024-10-08")
    assert ("其他贷款余额少报" in titles(claim, stage.desk.reviewer)) is less


def test_claimed_and_compensated_elsewhere(stage: Stage, other: BankTeam) -> None:
    given = {"credit_code": CODE, "disbursed_on": "2024-10-09", "principal": "500000.00", "balance": "100000.00"}
    claimed = make.submitted_claim(other, **given)
    make.drafted_claim(other, **given)
    claim = claim_of(stage)
    found = titles(claim, stage.desk.reviewer)["其他补偿申请"]
    assert [one.claim for one in found.loans] == [claimed]
    assert "已获补偿 0 笔" in found.message
    paid = make.paid_claim(other, stage.desk, **given)
    found = titles(claim, stage.desk.reviewer)["其他补偿申请"]
    assert {one.claim for one in found.loans} == {claimed, paid}
    assert "已获补偿 1 笔" in found.message and "40,000.00" in found.message


@pytest.mark.parametrize("role", sorted(Role.values))
def test_only_the_manager_and_the_auditor_are_told(stage: Stage, other: BankTeam, role: str) -> None:
    claim = claim_of(stage)
    beside(other)
    by = person(role, stage.team.pk if role.startswith("bank_") else None)
    allowed = {Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER, Role.MANAGER_STATISTICS, Role.AUDITOR}
    assert bool(titles(claim, by)) is (role in allowed)


def test_no_bank_learns_of_it_by_page_search_or_interface(stage: Stage, other: BankTeam) -> None:
    claim, loan = claim_of(stage), beside(other)
    seen = client_of(stage.desk.reviewer).get(reverse("admin:claims_claim_change", args=[claim.pk]))
    assert loan.loan_number in seen.content.decode() and other.bank.short_name in seen.content.decode()
    for by in (stage.team.maker, stage.team.checker):
        with scope.bank_scope(stage.team.pk):
            secret, _row = tokens.issue(
                user=by, name="核对", scopes=["claims:read", "loans:read"], by=by, on=make.SUBMITTED_ON
            )
            assert lookalikes._kin(claim.loan) == []
        client = client_of(by)
        asked = [
            client.get(reverse("claims:detail", args=[claim.pk])),
            client.get(reverse("loans:detail", args=[claim.loan_id])),
            client.get(reverse("claims:index"), {"q": CODE}),
            client.get(reverse("search"), {"q": CODE}),
            client.get("/api/v1/claims/", headers={"authorization": f"Bearer {secret}"}),
            client.get("/api/v1/loans/", headers={"authorization": f"Bearer {secret}"}),
        ]
        for answer in asked:
            told = answer.content.decode()
            assert answer.status_code == 200, answer.request["PATH_INFO"]
            assert loan.loan_number not in told and other.bank.short_name not in told
        assert client.get(reverse("admin:claims_claim_change", args=[claim.pk])).status_code == 302


def test_the_comparison_takes_two_questions_and_an_index(stage: Stage, other: BankTeam) -> None:
    claim = claim_of(stage)
    for number in range(3):
        beside(other, disbursed_on=MADE_ON - timedelta(days=number))
    with scope.everything():
        claim = Claim.objects.select_related("loan", "determination").get(pk=claim.pk)
        with CaptureQueriesContext(connection) as asked:
            found = lookalikes.of_claim(claim, stage.desk.reviewer)
        assert [len(one.loans) for one in found] == [3, 3]
        assert len(asked) == 2
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'loan_by_borrower'")
            ((definition,),) = cursor.fetchall()
    # Three rows tell the planner nothing; what counts is that the question begins where an index does.
    assert "(borrower_id" in definition
    assert '"borrower_id" = ' in asked.captured_queries[0]["sql"]


def test_the_page_asks_no_more_for_many_of_them(stage: Stage, other: BankTeam) -> None:
    claim = claim_of(stage)
    beside(other)
    client, address = client_of(stage.desk.reviewer), reverse("admin:claims_claim_change", args=[claim.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(5):
        beside(other, disbursed_on=MADE_ON - timedelta(days=number))
    with CaptureQueriesContext(connection) as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few)
    assert len(many) < 130
