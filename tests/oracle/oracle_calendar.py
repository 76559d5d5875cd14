"""Working days, written from the text, not from the rules' code.

The State Council's yearly notices are typed in below, row by row; nothing is taken from a library. A year without a
notice has the holidays of 全国年节及纪念日放假办法 (revised 2024-11-10), and its days are provisional (reading 1).
Slow on purpose: days are walked one at a time.
"""

from __future__ import annotations

from datetime import date, timedelta

ONE_DAY = timedelta(days=1)

# Year: days off (first..last), and weekend days that are worked.
NOTICES = {
    2019: (
        "01-01..01-01 02-04..02-10 04-05..04-07 05-01..05-04 06-07..06-09 09-13..09-15 10-01..10-07",
        "02-02 02-03 04-28 05-05 09-29 10-12",
    ),
    # 春节 was prolonged to 02-02 by 国办发明电〔2020〕1号, and 02-01 was then not worked.
    2020: (
        "01-01..01-01 01-24..02-02 04-04..04-06 05-01..05-05 06-25..06-27 10-01..10-08",
        "01-19 04-26 05-09 06-28 09-27 10-10",
    ),
    2021: (
        "01-01..01-03 02-11..02-17 04-03..04-05 05-01..05-05 06-12..06-14 09-19..09-21 10-01..10-07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    2022: (
        "01-01..01-03 01-31..02-06 04-03..04-05 04-30..05-04 06-03..06-05 09-10..09-12 10-01..10-07",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    2023: (
        "01-01..01-02 01-21..01-27 04-05..04-05 04-29..05-03 06-22..06-24 09-29..10-06",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    2024: (
        "01-01..01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-10..06-10 09-15..09-17 10-01..10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01..01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}

# For the years without a notice: 正月初一, 清明, 端午, 中秋.
MOVING_FEASTS = {
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
    2029: ("02-13", "04-04", "06-16", "09-22"),
    2030: ("02-03", "04-05", "06-05", "09-12"),
}
FIRST_DAY = date(2019, 1, 1)
LAST_DAY = date(2030, 12, 31)


def _day(year: int, text: str) -> date:
    month, day = text.split("-")
    return date(year, int(month), int(day))


def _noticed(year: int) -> tuple[set[date], set[date]]:
    off_text, worked_text = NOTICES[year]
    off: set[date] = set()
    for span in off_text.split():
        first, last = span.split("..")
        day = _day(year, first)
        while day <= _day(year, last):
            off.add(day)
            day += ONE_DAY
    return off, {_day(year, text) for text in worked_text.split()}


def _statutory(year: int) -> set[date]:
    """元旦 1 day, 春节 its eve and 3, 清明 1, 劳动节 2, 端午 1, 中秋 1, 国庆 3; one on a weekend is made up for."""
    spring, tomb, boat, moon = (_day(year, text) for text in MOVING_FEASTS[year])
    feasts = [date(year, 1, 1)]
    feasts += [spring - ONE_DAY, spring, spring + ONE_DAY, spring + 2 * ONE_DAY]
    feasts += [tomb, date(year, 5, 1), date(year, 5, 2), boat, moon]
    feasts += [date(year, 10, 1), date(year, 10, 2), date(year, 10, 3)]
    off = set(feasts)
    for feast in sorted(feasts):
        if feast.weekday() >= 5:
            instead = feast
            while instead.weekday() >= 5 or instead in off:
                instead += ONE_DAY
            off.add(instead)
    return off


OFF: set[date] = set()
WORKED: set[date] = set()
for _year in NOTICES:
    _off, _worked = _noticed(_year)
    OFF |= _off
    WORKED |= _worked
for _year in MOVING_FEASTS:
    OFF |= _statutory(_year)


def is_working_day(day: date) -> bool:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise LookupError(f"no calendar for {day}")
    if day in WORKED:
        return True
    return day.weekday() < 5 and day not in OFF


def is_provisional(day: date) -> bool:
    return day.year not in NOTICES


def working_days_after(day: date, count: int) -> tuple[date, bool]:
    """The count-th working day after a day, which is itself not counted; and whether a provisional day was passed."""
    provisional = False
    while count:
        day += ONE_DAY
        provisional = provisional or is_provisional(day)
        if is_working_day(day):
            count -= 1
    return day, provisional


def working_days_before(day: date, count: int) -> tuple[date, bool]:
    provisional = False
    while count:
        day -= ONE_DAY
        provisional = provisional or is_provisional(day)
        if is_working_day(day):
            count -= 1
    return day, provisional


def next_working_day_from(day: date) -> tuple[date, bool]:
    """The day itself if it is worked, otherwise the next one that is (民法典 203)."""
    provisional = is_provisional(day)
    while not is_working_day(day):
        day += ONE_DAY
        provisional = provisional or is_provisional(day)
    return day, provisional


def last_day_of_month(year: int, month: int) -> int:
    day = date(year, month, 28)
    while (day + ONE_DAY).month == month:
        day += ONE_DAY
    return day.day


def months_after(day: date, count: int) -> date:
    """The same day number, or the month's last day (民法典 202)."""
    year, month = day.year, day.month
    for _ in range(count):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    return date(year, month, min(day.day, last_day_of_month(year, month)))


def quarter_start(day: date) -> date:
    return date(day.year, {1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 4, 7: 7, 8: 7, 9: 7, 10: 10, 11: 10, 12: 10}[day.month], 1)
