"""Generated years of many banks: ties, ties across a line, lines hit exactly, newcomers, violations; by plain SQL."""

import random
from decimal import Decimal
from typing import Any

import pytest

from evaluation.rules import BankYear, Grade, evaluate
from evaluation.tables.explaining import explained
from pool.rulebook import load
from tests.evaluation.plain_sql import ranking_by_sql

EDITION = "shenzhen/2024"
BOOK = load(EDITION)


def bank(number: int, amount: int, before: int | None, firms: int = 10, last: int = 10, bad: int = 0) -> BankYear:
    known = None if before is None else Decimal(before)
    return BankYear(f"{number:02}", Decimal(amount), firms, known, None if before is None else last, bad)


def as_sql_says(banks: list[BankYear]) -> list[Grade]:
    """Ranks and grades agree bank by bank; what the rule says is given back."""
    told = evaluate(BOOK, banks)
    given: list[dict[str, Any]] = [
        {
            "id": one.bank, "short_name": one.bank, "amount": str(one.amount), "firms": one.borrowers,
            "amount_before": str(one.last_amount or 0), "firms_before": one.last_borrowers or 0,
            "breaches": one.violations,
        }
        for one in banks
    ]  # fmt: skip
    asked = {row[0]: row[3:] for row in ranking_by_sql(given)}
    assert asked == {one.bank: (one.amount_rank, one.borrowers_rank, one.growth_rank, one.grade) for one in told}
    return told


def growing(growths: list[int]) -> list[BankYear]:
    """Banks that grew by so many per cent, all with the same number of borrowers: everyone leads in one list."""
    return [bank(place, 1000 * (100 + growth), 100000) for place, growth in enumerate(growths, 1)]


@pytest.mark.django_db
def test_of_forty_three_banks_a_tie_across_each_line_belongs_to_the_better_grade() -> None:
    # 15 % of 43 → rank 6, 30 % → rank 12: three banks tied at 6, two at 12, so that nobody is 7, 8 or 13.
    growths = [90, 80, 70, 60, 50, 40, 40, 40, 35, 34, 33, 32, 32, *range(30, 0, -1)]
    assert len(growths) == 43
    told = as_sql_says(growing(growths))
    assert [one.growth_rank for one in told[4:14]] == [5, 6, 6, 6, 9, 10, 11, 12, 12, 14]
    assert [one.grade for one in told[4:14]] == [*["excellent"] * 4, *["good"] * 5, "qualified"]


@pytest.mark.django_db
def test_a_tie_that_begins_behind_a_line_stays_behind_it() -> None:
    growths = [90, 80, 70, 60, 50, 45, 40, 40, 40, 35, 34, 33, 31, 31, *range(29, 0, -1)]
    told = as_sql_says(growing(growths))
    assert [one.grade for one in told[5:9]] == ["excellent", "good", "good", "good"]
    assert [(one.growth_rank, one.grade) for one in told[11:15]] == [
        (12, "good"), (13, "qualified"), (13, "qualified"), (15, "qualified"),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("count", "excellent", "good"), [(20, 3, 6), (40, 6, 12), (6, 0, 1), (7, 1, 2), (1, 0, 0)])
def test_a_line_that_is_hit_exactly_counts(count: int, excellent: int, good: int) -> None:
    told = as_sql_says(growing(list(range(count, 0, -1))))
    grades = [one.grade for one in told]
    assert (grades.count("excellent"), grades.count("good")) == (excellent, good - excellent)


@pytest.mark.django_db
def test_the_first_sixty_per_cent_may_be_reached_by_either_list_and_by_a_tie() -> None:
    """43 banks: rank 25 is in, 26 is out; two tied at 25 are both in."""
    banks = [bank(place, 100000 - place, 50000, firms=100 - place, last=1) for place in range(1, 44)]
    banks[25] = bank(26, 100000 - 25, 10, firms=1, last=1)
    told = as_sql_says(banks)
    assert (told[24].amount_rank, told[25].amount_rank, told[25].grade) == (25, 25, "excellent")
    banks[25] = bank(26, 100000 - 26, 10, firms=1, last=1)
    told = as_sql_says(banks)
    assert (told[25].amount_rank, told[25].borrowers_rank, told[25].grade) == (26, 43, "qualified")


@pytest.mark.django_db
def test_two_hundred_random_years_are_graded_as_plain_sql_grades_them() -> None:
    dice, seen = random.Random(20250228), set()
    for _ in range(200):
        few = dice.choice((3, 8, 200))
        banks = [
            bank(
                number,
                dice.randrange(few) * 100,
                dice.choice((None, 0, dice.randrange(few) * 100)),
                firms=dice.randrange(few),
                last=dice.randrange(few),
                bad=int(dice.random() < 0.05),
            )
            for number in range(dice.choice((1, 2, 7, 20, 40, 43)))
        ]
        told = as_sql_says(banks)
        seen |= {(one.grade, one.finding.code) for one in told}
        assert all(explained(one.finding.as_json(), EDITION) for one in told)
    assert len({code for _grade, code in seen}) == 5, "every way to a grade was met"


def why(told: list[Grade], place: int) -> str:
    return explained(told[place].finding.as_json(), EDITION)


def test_the_reason_says_how_near_the_line_a_bank_came() -> None:
    told = evaluate(BOOK, growing(list(range(43, 0, -1))))
    assert "增速第7名，共43家，位于前16.3%" in why(told, 6) and "未进入增速前15%，为良好，不是优秀" in why(told, 6)
    assert "位于前14.0%" in why(told, 5) and "不是优秀" not in why(told, 5)
    assert "未进入增速前30%，不能评为优秀、良好" in why(told, 12)
    small = evaluate(BOOK, [bank(1, 10, 1, firms=1, last=1), *(bank(i, 5000, 4990, firms=50) for i in range(2, 11))])
    assert "放款额和企业数都未进入前60%" in why(small, 0)
    new = evaluate(BOOK, [bank(1, 10, None)])
    assert "上年没有放款，没有增速排名；不能评为优秀、良好。" in why(new, 0)
