"""Periods: months clip, rest days give way, clocks stand still, and every period can be explained."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.periods import review_window
from loans.rules import claim_window, entry_window
from pool.money import allocate, fen, parse_amount, share
from pool.refs import default_refs
from pool.rulebook import load
from pool.rules import Pause, add_months, explain, lpr_of_the_period, quarter_end, quarter_name, whole_months
from pool.workdays import ONE_DAY

BOOK = load("shenzhen/2024")
CALENDAR = default_refs().calendar
DAYS = st.dates(date(2020, 1, 1), date(2029, 12, 31))


@given(DAYS, st.integers(0, 120))
def test_months_end_on_the_same_day_number_or_the_last_day_of_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + ONE_DAY).day == 1)


@given(DAYS, st.integers(1, 4000))
def test_whole_months_are_the_most_that_fit(day: date, days: int) -> None:
    end = day + timedelta(days=days)
    months = whole_months(day, end)
    assert add_months(day, months) <= end < add_months(day, months + 1)


def test_a_leap_day_loan_that_matures_at_the_end_of_february_has_sixty_months() -> None:
    assert whole_months(date(2024, 2, 29), date(2029, 2, 28)) == 60
    assert lpr_of_the_period(BOOK, default_refs().lpr, date(2024, 2, 29), date(2029, 2, 28)).tenor == "five_year"


def test_quarters_have_names_and_ends() -> None:
    assert quarter_name(date(2024, 12, 31)) == "2024Q4"
    assert quarter_end(date(2024, 11, 1)) == date(2024, 12, 31)


def test_a_period_that_ends_in_a_holiday_names_the_days_it_skipped() -> None:
    told = explain(claim_window(BOOK, CALENDAR, date(2024, 7, 1)), BOOK, CALENDAR)
    assert told.closes_on == date(2024, 10, 8)
    assert told.skipped == tuple(date(2024, 10, day) for day in range(1, 8))
    assert (told.article, told.unit, told.count) == ("19(2)", "month", 3)


def test_a_period_moved_by_the_transition_names_its_floor_and_reading() -> None:
    told = explain(claim_window(BOOK, CALENDAR, date(2023, 9, 5)), BOOK, CALENDAR)
    assert told.floor == "claim_floor" and 20 in told.readings and told.closes_on == date(2024, 7, 1)


def test_an_entry_window_in_an_unannounced_year_is_provisional() -> None:
    assert not entry_window(BOOK, CALENDAR, date(2026, 9, 30)).provisional
    assert entry_window(BOOK, CALENDAR, date(2026, 10, 1)).provisional


def test_a_clock_that_stood_still_ends_later_by_the_days_it_stood() -> None:
    start = date(2024, 10, 8)
    plain = review_window(BOOK, CALENDAR, start)
    paused = review_window(BOOK, CALENDAR, start, [Pause(date(2024, 10, 20), date(2024, 10, 24))])
    assert plain.closes_on == date(2024, 11, 7)
    assert paused.closes_on == date(2024, 11, 11) and paused.paused_days == 4


def test_a_pause_after_the_period_ran_out_changes_nothing() -> None:
    start = date(2024, 10, 8)
    late = review_window(BOOK, CALENDAR, start, [Pause(date(2024, 11, 8), date(2024, 12, 8))])
    assert late.closes_on == date(2024, 11, 7)


def test_a_pause_on_the_rest_day_before_the_end_never_lets_the_period_end_while_it_stands() -> None:
    start = date(2024, 10, 10)
    window = review_window(BOOK, CALENDAR, start, [Pause(date(2024, 11, 10), date(2024, 11, 20))])
    assert window.closes_on >= date(2024, 11, 20)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=4))
def test_overlapping_pauses_count_each_day_once(pauses: list[tuple[int, int]]) -> None:
    start = date(2024, 3, 1)
    stood = [Pause(start + timedelta(days=first), start + timedelta(days=first + length)) for first, length in pauses]
    window = review_window(BOOK, CALENDAR, start, stood)
    days_stood = {
        pause.stopped_on + timedelta(days=i)
        for pause in stood
        for i in range((pause.resumed_on - pause.stopped_on).days)
    }
    assert window.paused_days <= len(days_stood) + sum(length > 0 for _, length in pauses) * 3
    assert window.closes_on >= review_window(BOOK, CALENDAR, start).closes_on


@pytest.mark.parametrize(
    "text", ["-1.00", "1.001", "1,000.00", "1e3", " 1", "", "1.", ".5", "NaN", "+1", "１", "1234567890123456789"]
)
def test_what_is_no_plain_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_amount(text)


@pytest.mark.parametrize("value", [1, 1.0, None, True, Decimal("1.00")])
def test_only_text_is_read_as_an_amount(value: object) -> None:
    with pytest.raises(ValueError):
        parse_amount(value)


def test_amounts_are_kept_with_two_places() -> None:
    assert [str(parse_amount(text)) for text in ("5", "5.5", "5.50", "0", "007.10")] == [
        "5.00", "5.50", "5.50", "0.00", "7.10",
    ]  # fmt: skip


def test_half_a_fen_is_rounded_up() -> None:
    assert str(fen(Decimal("0.005"))) == "0.01"
    assert str(share(Decimal("1234567.89"), Decimal("0.40"))) == "493827.16"


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=9).filter(any))
def test_a_package_price_is_shared_to_the_last_fen(price: int, weights: list[int]) -> None:
    amount = Decimal(price) / 100
    parts = allocate(amount, [Decimal(weight) / 100 for weight in weights])
    assert sum(parts) == amount
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * 100 * whole - price * weight) < whole
