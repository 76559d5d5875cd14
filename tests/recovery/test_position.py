"""资金头寸: what stands, what is on its way, the months ahead; every figure is the sum of its cases (7.2, 10.3(3))."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from pool import clock, scope
from pool.ledger import services as ledger
from pool.models import Role, User
from recovery import position
from tests.factories import claims as make
from tests.factories.people import person
from tests.factories.recovery import project, reported

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def now() -> position.Position:
    with scope.everything():
        return position.position(clock.today())


def figure(key: str) -> position.Figure:
    return next(one for one in now().figures if one.kind.key == key)


def test_a_plan_that_waits_for_papers_is_reserved_and_leaves_by_its_periods():
    team, desk = make.good_team(), make.Desk()
    claim = make.cleared_claim(team, desk)
    cleared = figure("cleared")
    assert (cleared.count, cleared.amount) == (1, claim.amount)
    make.money("1000000.00", desk)
    make.issued_plan([claim], desk)
    found = now()
    assert figure("cleared").count == 0
    assert (figure("reserved").count, figure("reserved").amount) == (1, claim.amount)
    assert (found.cash, found.reserved) == (Decimal("1000000.00"), claim.amount)
    assert found.available == found.cash - claim.amount
    assert found.room == Decimal("5000000000.00") - claim.amount
    assert sum((one.out for one in found.months), Decimal(0)) == claim.amount
    assert found.months[-1].cash == found.cash - claim.amount


def test_a_return_comes_in_in_the_month_of_its_last_day():
    paid = project()
    on = clock.today()
    reported(paid.team, paid.loan, "100000.00", received_on=on, on=on)
    (advice,) = paid.returns()
    found = now()
    assert figure("returns").amount == Decimal("40000.00")
    month = next(one for one in found.months if one.first == advice.due_on.replace(day=1))
    assert (month.into, sum((one.into for one in found.months), Decimal(0))) == (advice.amount, advice.amount)
    clock.set_day(advice.due_on + timedelta(days=40))
    overdue = now().months[0]
    assert overdue.into == advice.amount


def test_six_months_follow_one_another_over_the_year_s_end():
    assert [one.isoformat()[:7] for one in position._firsts(date(2024, 11, 30))] == [
        "2024-11", "2024-12", "2025-01", "2025-02", "2025-03", "2025-04",
    ]  # fmt: skip


def test_money_held_for_others_is_put_aside():
    clerk = person(Role.FINANCE_CLERK)
    with scope.everything():
        ledger.receive_unexplained(key="x", amount=Decimal("5.00"), on=clock.today(), prepared_by=clerk)
    found = now()
    assert (found.cash, found.suspense, found.months[0].cash) == (Decimal("5.00"), Decimal("5.00"), Decimal(0))
    assert found.available == 0 and ledger.available() == 0


def test_every_figure_opens_to_cases_that_add_up_and_no_bank_sees_it(django_assert_max_num_queries):
    paid = project()
    on = clock.today()
    reported(paid.team, paid.loan, "100000.00", received_on=on, on=on)
    (advice,) = paid.returns()
    finance = signed_in(paid.desk.finance_approver)
    with django_assert_max_num_queries(60):
        page = finance.get(reverse("recovery:position")).content.decode()
    assert "40,000.00" in page
    for one in now().figures:
        assert one.url in page
        opened = finance.get(one.url).content.decode()
        assert f"共 {one.count} 笔" in opened
        assert (advice.number in opened) is (one.kind.key == "returns")
    assert finance.get(reverse("recovery:position_cases", args=["nothing"])).status_code == 404
    book = load_workbook(io.BytesIO(finance.get(reverse("recovery:position_workbook")).content))
    assert book.sheetnames == ["资金头寸", "在途款项", "按月预测"]
    for user in (paid.team.maker, paid.team.checker):
        assert signed_in(user).get(reverse("recovery:position")).status_code == 403
