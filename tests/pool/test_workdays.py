"""The calendar: announced years decide, years without a notice are provisional, overrides win."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pool.workdays import Calendar, OutsideCalendar, official_calendar

DAYS = st.dates(date(2004, 2, 1), date(2030, 11, 30))


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return official_calendar()


def test_moved_weekends_are_working_days_and_holidays_are_not(calendar: Calendar) -> None:
    assert calendar.is_workday(date(2024, 9, 29)) and calendar.is_workday(date(2024, 10, 12))
    assert not calendar.is_workday(date(2024, 10, 1)) and not calendar.is_workday(date(2024, 10, 13))


def test_a_year_without_its_notice_rests_on_the_statutory_days_and_says_so(calendar: Calendar) -> None:
    assert not calendar.is_workday(date(2027, 1, 1)) and not calendar.is_workday(date(2027, 10, 1))
    assert calendar.provisional_between(date(2026, 12, 31), date(2027, 1, 1))
    assert not calendar.provisional_between(date(2004, 1, 1), date(2026, 12, 31))


def test_a_notice_entered_by_hand_settles_its_year_and_changes_the_version(calendar: Calendar) -> None:
    announced = Calendar.build({date(2027, 1, 3): True, date(2027, 1, 4): False}, [2027])
    assert announced.is_workday(date(2027, 1, 3)) and not announced.is_workday(date(2027, 1, 4))
    assert not announced.provisional_between(date(2027, 1, 1), date(2027, 12, 31))
    assert announced.version != calendar.version == Calendar.build().version


def test_an_override_wins_over_the_official_table() -> None:
    moved = Calendar.build({date(2024, 10, 8): False})
    assert moved.on_or_after(date(2024, 10, 1)) == date(2024, 10, 9)


@given(DAYS, st.integers(1, 40))
def test_counting_working_days_is_walking_day_by_day(start: date, count: int) -> None:
    calendar = official_calendar()
    ahead, back = start, start
    left = count
    while left:
        ahead += timedelta(days=1)
        left -= calendar.is_workday(ahead)
    left = count
    while left:
        back -= timedelta(days=1)
        left -= calendar.is_workday(back)
    assert calendar.add_workdays(start, count) == ahead
    assert calendar.add_workdays(start, -count) == back
    assert calendar.workdays_between(start, ahead) == count == calendar.remaining(start, ahead)


@given(DAYS)
def test_the_next_working_day_is_the_first_that_is_not_a_rest_day(day: date) -> None:
    calendar = official_calendar()
    rolled = calendar.on_or_after(day)
    assert calendar.is_workday(rolled)
    assert calendar.rest_days(day, rolled - timedelta(days=1)) == tuple(
        day + timedelta(days=i) for i in range((rolled - day).days)
    )


def test_the_demo_day_has_four_working_days_left_in_the_window(calendar: Calendar) -> None:
    closes_on = calendar.nth_workday_of_quarter(date(2025, 1, 16), 15)
    assert closes_on == date(2025, 1, 22)
    assert calendar.remaining(date(2025, 1, 16), closes_on) == 4


def test_a_day_beyond_the_calendar_is_refused_aloud(calendar: Calendar) -> None:
    with pytest.raises(OutsideCalendar):
        calendar.is_workday(date(2101, 1, 1))
    with pytest.raises(OutsideCalendar):
        calendar.add_workdays(date(1990, 1, 2), -5)
