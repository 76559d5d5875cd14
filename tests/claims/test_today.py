"""The first page of a bank's people: the line of article 17 now and after what is on its way, and the money."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from claims.selectors import queue_of
from claims.views.today import standing_panel
from pool import clock, scope
from recovery.selectors import money_of
from tests.factories import claims as make
from tests.factories.loans import entered_loan
from tests.factories.people import person

pytestmark = pytest.mark.django_db
TODAY = date(2025, 1, 16)


@pytest.fixture(autouse=True)
def _day() -> None:
    clock.set_day(TODAY)


def test_what_waits_for_the_checker_shows_where_the_share_will_be() -> None:
    team = make.good_team(volume="100000000.00")
    loan = make.npl_loan(team, "2000000.00")
    with scope.bank_scope(team.pk):
        before = standing_panel(team.maker, TODAY)
    assert before is not None and before["after"] is None
    make.prepared_ending(team, loan, TODAY)
    with scope.bank_scope(team.pk):
        panel = standing_panel(team.maker, TODAY)
    assert panel is not None
    assert panel["queue"].better == Decimal("2000000.00")
    assert panel["after"].reckoned.npl == panel["meter"].reckoned.npl - Decimal("2000000.00")


def test_a_claim_on_file_does_not_move_the_share_and_is_told_apart() -> None:
    team = make.good_team()
    make.submitted_claim(team)
    with scope.bank_scope(team.pk):
        queue = queue_of(team.pk)
        assert (queue.claims, queue.claimed_npl) == (1, Decimal("2500000.00"))
        assert not queue.moves


def test_the_money_of_a_bank_is_what_the_ledger_holds_of_it_and_nobody_elses() -> None:
    team, other = make.good_team(), make.good_team()
    claim = make.paid_claim(team, make.Desk())
    with scope.bank_scope(team.pk):
        money = money_of(team.pk)
    assert (money.paid, money.returned, money.net) == (claim.amount, Decimal(0), claim.amount)
    with scope.bank_scope(other.pk):
        assert money_of(team.pk).paid == 0
        assert money_of(other.pk).net == 0


def test_the_page_says_in_plain_words_what_is_due_first() -> None:
    team = make.good_team()
    entered_loan(team)
    client = Client()
    client.force_login(team.maker)
    text = client.get("/").content.decode()
    assert "还剩 4 个工作日，1月22日止" in text
    assert "第十九条第(一)项" in text
    assert "不良占比" in text and "补偿资金" in text


def test_a_public_body_has_no_meter_of_its_own() -> None:
    assert standing_panel(person("authority"), TODAY) is None
