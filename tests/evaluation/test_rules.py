"""Grades follow ranks, violations and declines, with their exceptions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules import BankYear, evaluate, ranks
from pool.rulebook import load

BOOK = load("shenzhen/2024")


def bank(
    number: int, amount: int, last: int | None, people: int = 10, before: int | None = 10, bad: int = 0
) -> BankYear:
    last_amount = None if last is None else Decimal(last)
    return BankYear(f"b{number:02}", Decimal(amount), people, last_amount, None if last is None else before, bad)


def grades(*banks: BankYear) -> dict[str, str]:
    return {item.bank: item.grade for item in evaluate(BOOK, banks)}


def test_of_ten_banks_growth_rank_one_is_excellent_and_two_and_three_are_good() -> None:
    told = grades(*(bank(i, 2000 - i, 1000) for i in range(1, 11)))
    assert [told[f"b{i:02}"] for i in range(1, 11)] == ["excellent", "good", "good"] + ["qualified"] * 7


def test_of_forty_three_banks_six_are_excellent_and_six_more_are_good() -> None:
    told = list(grades(*(bank(i, 90000 - i, 1000) for i in range(1, 44))).values())
    assert (told.count("excellent"), told.count("good"), told.count("qualified")) == (6, 6, 31)


def test_fast_growth_outside_the_first_sixty_percent_of_both_lists_is_only_qualified() -> None:
    small = bank(1, 10, 1, people=1, before=1)
    told = grades(small, *(bank(i, 5000, 4990, people=50, before=50) for i in range(2, 11)))
    assert told["b01"] == "qualified"


def test_the_number_of_borrowers_is_enough_to_be_in_the_first_sixty_percent() -> None:
    small = bank(1, 10, 1, people=900, before=1)
    told = grades(small, *(bank(i, 5000, 4990, people=50, before=50) for i in range(2, 11)))
    assert told["b01"] == "excellent"


def test_a_violation_is_unqualified_whatever_the_ranks() -> None:
    told = grades(bank(1, 9000, 1, bad=1), *(bank(i, 5000, 4990) for i in range(2, 11)))
    assert told["b01"] == "unqualified"


def test_amount_and_number_must_both_fall() -> None:
    others = [bank(i, 5000, 4990, people=50, before=50) for i in range(4, 11)]
    told = grades(
        bank(1, 9, 10, people=9, before=10),
        bank(2, 9, 10, people=10, before=10),
        bank(3, 10, 10, people=9, before=10),
        *others,
    )
    assert (told["b01"], told["b02"], told["b03"]) == ("unqualified", "qualified", "qualified")


def test_nobody_is_unqualified_when_all_with_a_year_before_declined() -> None:
    told = grades(bank(1, 9, 10, people=9), bank(2, 8, 10, people=9), bank(3, 50, None))
    assert "unqualified" not in told.values()


def test_a_bank_without_a_year_before_has_no_growth_and_does_not_count_in_that_list() -> None:
    told = evaluate(BOOK, [bank(1, 100, None), bank(2, 90, 0), *(bank(i, 50 + i, 50) for i in range(3, 10))])
    assert [item.growth_rank for item in told[:2]] == [None, None]
    assert told[-1].growth_rank == 1 and told[-1].grade == "excellent"


def test_of_no_banks_there_are_no_grades() -> None:
    assert evaluate(BOOK, []) == []


@given(st.lists(st.integers(0, 5), max_size=12))
def test_a_rank_is_one_more_than_the_number_ahead(values: list[int]) -> None:
    given_values = {str(i): Fraction(value, 7) for i, value in enumerate(values)}
    told = ranks(given_values)
    for name, value in given_values.items():
        assert told[name] == 1 + sum(other > value for other in given_values.values())


def test_growth_is_compared_exactly() -> None:
    told = evaluate(BOOK, [bank(1, 4, 3), bank(2, 13333333333333334, 10000000000000000), bank(3, 8, 6)])
    assert [item.growth_rank for item in told] == [2, 1, 2]
