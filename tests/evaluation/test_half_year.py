"""The half-year's statistics: figures by plain SQL, tied to the ledger, on any day alike."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from evaluation.periods import HalfYear
from evaluation.selectors import half_year, money
from evaluation.tables import conduct_tables
from pool import scope
from pool.errors import Refused
from pool.ledger import services as ledger
from tests.evaluation.plain_sql import (
    HALF_YEAR,
    balances_by_sql,
    half_year_by_sql,
    late_by_sql,
    suspended_days_by_sql,
)
from tests.evaluation.world import FIRST, LAST, NEXT_FIRST, NEXT_LAST, World, approver, paid, statistics
from tests.factories.loans import determine, entered_loan
from tests.factories.people import bank_team
from tests.factories.recovery import all_received, decided_clawback, project, received_clawback


def in_figures(found: dict[str, Any]) -> dict[str, dict[str, tuple[int, str]]]:
    """The figures in the shape of the SQL: banks with zeros left out."""
    return {
        name: {
            bank["code"]: (bank[name]["count"], bank[name]["amount"]) for bank in found["banks"] if bank[name]["count"]
        }
        for name in HALF_YEAR
    }


def test_every_figure_is_that_of_plain_sql_and_ties_to_the_ledger(the_world: World) -> None:
    with scope.everything():
        for first, last in ((FIRST, LAST), (NEXT_FIRST, NEXT_LAST), (date(2025, 1, 21), date(2025, 2, 10))):
            found = half_year.figures(first, last)
            assert half_year.breaks(found) == []
            assert in_figures(found) == half_year_by_sql(first, last)
            told = balances_by_sql(last)
            assert Decimal(found["closing"]["cash"]) == Decimal(told.get("cash", "0"))
            assert Decimal(found["closing"]["paid"]) == Decimal(told.get("compensation", "0"))
            assert Decimal(found["closing"]["returned"]) == -Decimal(told.get("returns", "0"))
    earlier = half_year_figures(FIRST, LAST)
    assert Decimal(earlier["totals"]["paid"]["amount"]) == paid(the_world) == Decimal("1481481.48")
    assert earlier["totals"]["claimed"]["count"] == 5 and earlier["totals"]["refused"]["count"] == 1
    assert earlier["totals"]["pending"] == {"count": 1, "amount": "888888.88"}
    later = half_year_figures(NEXT_FIRST, NEXT_LAST)
    assert later["totals"]["returned"] == {"count": 1, "amount": "133333.33"}
    assert later["totals"]["owed"] == {"count": 1, "amount": "40000.00"}
    assert later["totals"]["refunded"] == {"count": 1, "amount": "493827.16"}
    assert [row["loss"] for row in later["write_offs"]] == ["600000.00"]
    assert later["write_offs"][0]["compensated"] == "493827.16"


def half_year_figures(first: date, last: date) -> dict[str, Any]:
    with scope.everything():
        return half_year.figures(first, last)


def test_what_comes_later_changes_no_earlier_half_year(the_world: World) -> None:
    then = half_year_figures(FIRST, LAST)
    all_received(the_world.projects[0], date(2025, 7, 2))
    assert half_year_figures(FIRST, LAST) == then
    assert half_year_figures(NEXT_FIRST, NEXT_LAST)["totals"]["owed"] == {"count": 1, "amount": "40000.00"}


def test_the_closing_balance_of_one_half_year_is_the_opening_of_the_next(the_world: World) -> None:
    assert half_year_figures(FIRST, LAST)["closing"] == half_year_figures(NEXT_FIRST, NEXT_LAST)["opening"]


def test_money_that_no_record_of_business_explains_is_a_break(db: None) -> None:
    team, clerk, second = bank_team("甲行"), statistics(), approver()
    item = ledger.Item(uuid4(), team.pk, Decimal("1.00"))
    on = date(2024, 12, 2)
    with scope.everything():
        ledger.appropriate(key="a", amount=Decimal("5.00"), on=on, prepared_by=clerk, approved_by=second)
        ledger.reserve(key="r", items=[item], on=on, prepared_by=clerk)
        assert half_year.breaks(half_year.figures(FIRST, LAST)) == []
        ledger.post_payment(key="p", items=[item], on=on, prepared_by=clerk, approved_by=second)
        found = half_year.breaks(half_year.figures(FIRST, LAST))
    assert found == [
        "甲行：支付补偿按业务记录为 0.00 元，资金账为 1.00 元",
        "合计：支付补偿按业务记录为 0.00 元，资金账为 1.00 元",
    ]


def test_interest_fees_and_unexplained_money_are_part_of_the_cash(db: None) -> None:
    clerk, second, on = statistics(), approver(), date(2024, 12, 2)
    with scope.everything():
        ledger.appropriate(key="a", amount=Decimal("5.00"), on=on, prepared_by=clerk, approved_by=second)
        ledger.earn_interest(key="i", amount=Decimal("0.25"), on=on, prepared_by=clerk)
        ledger.pay_fee(key="f", amount=Decimal("0.10"), on=on, prepared_by=clerk)
        ledger.receive_unexplained(key="u", amount=Decimal("0.03"), on=LAST + timedelta(days=1), prepared_by=clerk)
        found = half_year.figures(FIRST, LAST)
        assert half_year.breaks(found) == [] == half_year.breaks(half_year.figures(NEXT_FIRST, NEXT_LAST))
    assert [found["closing"][name] for name in ("cash", "interest", "fees", "suspense")] == [
        "5.15", "0.25", "0.10", "0.00",
    ]  # fmt: skip
    broken = {**found, "closing": {**found["closing"], "cash": "5.14"}}
    assert len(half_year.breaks(broken)) == 2


def test_every_figure_of_the_ledger_has_a_word() -> None:
    assert set(money.WORDS) == {*money.NAMES.values(), "available", "outstanding"}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2024H1", date(2024, 1, 1), date(2024, 6, 30)), (" 2024h2", date(2024, 7, 1), date(2024, 12, 31))],
)
def test_a_half_year_is_read_as_it_is_written(text: str, first: date, last: date) -> None:
    half = HalfYear.parse(text)
    assert (half.starts_on, half.ends_on, str(half)) == (first, last, text.strip().upper())


@pytest.mark.parametrize("text", ["2024", "2024H3", "H1", "24H1", "2024H1x", "0000H1", "２０２４H1", ""])
def test_anything_else_is_no_half_year(text: str) -> None:
    with pytest.raises(Refused):
        HalfYear.parse(text)


@pytest.mark.parametrize(
    ("on", "period"),
    [("2025-01-01", "2024H2"), ("2024-12-31", "2024H1"), ("2024-07-01", "2024H1"), ("2024-06-30", "2023H2")],
)
def test_the_half_year_before_a_day_is_the_last_that_was_over(on: str, period: str) -> None:
    assert str(HalfYear.before(date.fromisoformat(on))) == period


@pytest.mark.django_db
def test_what_was_taken_back_stands_with_its_bank_and_ties_to_the_ledger():
    one = project()
    on = one.claim.paid_on + timedelta(days=10)
    row = decided_clawback(one, on, rate="3.65")
    received_clawback(row, "200400.00", on)
    with scope.everything():
        said = half_year.figures(on.replace(month=1, day=1), on)
        again = half_year.figures(on + timedelta(days=1), on + timedelta(days=2))
    (mine,) = [bank for bank in said["banks"] if bank["code"] == one.team.bank.code]
    assert mine["clawed_back"] == {"count": 1, "amount": "200000.00"} == said["totals"]["clawed_back"]
    assert (mine["ledger"]["clawed_back"], said["flows"]["clawed_back"]) == ("200000.00", "200000.00")
    assert half_year.breaks(said) == []
    assert again["totals"]["clawed_back"]["count"] == 0
    mine["clawed_back"]["amount"] = "199999.99"
    assert any("违规追回" in problem for problem in half_year.breaks(said))


def test_suspensions_and_late_work_are_those_of_plain_sql(the_world: World) -> None:
    """Of three periods, the last one long after anybody did anything; a loan entered late is added first."""
    team = bank_team("迟录银行")
    late = entered_loan(
        team, date(2025, 5, 6), disbursed_on="2024-11-08", matures_on="2025-11-08", principal="900000.00"
    )
    determine(team, late, date(2025, 5, 20), "900000.00")
    with scope.everything():
        assert late.entered_late
        seen: set[str] = set()
        for first, last in ((FIRST, LAST), (NEXT_FIRST, NEXT_LAST), (date(2025, 7, 1), date(2025, 12, 31))):
            found = half_year.figures(first, last)
            days = {bank["code"]: bank["suspended_days"] for bank in found["banks"] if bank["suspended_days"]}
            assert days == suspended_days_by_sql(first, last)
            told = {
                (line["code"], line["duty"]): [line["late"], line["late_days"], line["open"], line["open_days"]]
                for line in found["late"]
            }
            assert told == late_by_sql(first, last)
            seen |= {name for line in found["late"] for name in ("late", "open") if line[name]}
        assert seen == {"late", "open"}, "something was late, something is not done"
        whole = half_year.figures(NEXT_FIRST, NEXT_LAST)["suspensions"]
    (mine,) = [stay for stay in whole if stay["code"] == team.bank.code]
    assert (mine["began_on"], mine["began_by"], mine["ended_on"], mine["days"]) == (
        "2025-05-20",
        "determined",
        None,
        42,
    )


def test_an_older_report_has_no_tables_of_conduct() -> None:
    assert conduct_tables({"banks": []}) == []
