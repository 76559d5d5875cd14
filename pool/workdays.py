"""The working-day calendar: the State Council's yearly notices, and statutory holidays for years not yet announced.

A calendar is frozen: build a new one when a notice is entered. Every answer can say whether it rests on a year whose
notice is not loaded (`provisional_between`).
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
import holidays

FIRST = date(1990, 1, 1)
LAST = date(2100, 12, 31)
ONE_DAY = timedelta(days=1)
_OFFSET = FIRST.toordinal()


class OutsideCalendar(ValueError):
    """A date beyond the years the calendar covers."""


@lru_cache(maxsize=1)
def announced_years() -> frozenset[int]:
    """The years whose notices come with the installed tables."""
    return frozenset({day.year for day in chinese_calendar.holidays})


@lru_cache(maxsize=1)
def official_exceptions() -> Mapping[date, bool]:
    """Days on which an announced notice departs from the plain week: True is a working day, False a rest day."""
    exceptions: dict[date, bool] = {}
    for year in sorted(announced_years()):
        day = date(year, 1, 1)
        while day.year == year:
            works = bool(chinese_calendar.is_workday(day))
            if works != (day.weekday() < 5):
                exceptions[day] = works
            day += ONE_DAY
    return exceptions


def statutory_days(years: Iterable[int]) -> frozenset[date]:
    """The statutory holidays of `years`, with the days off in lieu that the statute itself grants."""
    wanted = sorted(set(years))
    return frozenset(holidays.country_holidays("CN", years=wanted)) if wanted else frozenset()


@lru_cache(maxsize=16)
def public_holidays(year: int) -> frozenset[date]:
    """The holidays themselves, without the days off in lieu."""
    named = holidays.country_holidays("CN", years=[year], observed=False, language="zh_CN")
    return frozenset(day for day, name in named.items() if not name.startswith("休息日"))


@dataclass(frozen=True, eq=False, slots=True)
class Calendar:
    """Immutable answers about working days; compare by identity, tell apart by `version`."""

    announced: frozenset[int]
    version: str
    _works: bytes = field(repr=False)
    _before: array[int] = field(repr=False)
    _workdays: tuple[date, ...] = field(repr=False)

    @classmethod
    def build(
        cls,
        overrides: Mapping[date, bool] | None = None,
        announced: Iterable[int] = (),
        *,
        base: bool = True,
    ) -> Calendar:
        """The official tables (unless `base` is off), then `overrides`, which win; `announced` adds known years."""
        known = frozenset(announced) | (announced_years() if base else frozenset())
        exceptions: dict[date, bool] = dict(official_exceptions()) if base else {}
        exceptions.update(overrides or {})
        statutory = statutory_days(year for year in range(FIRST.year, LAST.year + 1) if year not in known)
        works = bytearray()
        before = array("i")
        workdays: list[date] = []
        for ordinal in range(_OFFSET, LAST.toordinal() + 1):
            day = date.fromordinal(ordinal)
            is_work = exceptions.get(day)
            if is_work is None:
                is_work = day.weekday() < 5 and day not in statutory
            before.append(len(workdays))
            works.append(is_work)
            if is_work:
                workdays.append(day)
        digest = hashlib.sha256(bytes(works) + repr(sorted(known)).encode()).hexdigest()[:16]
        return cls(known, digest, bytes(works), before, tuple(workdays))

    def _at(self, day: date) -> int:
        index = day.toordinal() - _OFFSET
        if not 0 <= index < len(self._works):
            raise OutsideCalendar(day.isoformat())
        return index

    def is_workday(self, day: date) -> bool:
        return bool(self._works[self._at(day)])

    def on_or_after(self, day: date) -> date:
        """`day` itself if it is a working day, else the next one."""
        return self._workday(self._before[self._at(day)])

    def next_workday(self, day: date) -> date:
        """The first working day after `day`."""
        return self.add_workdays(day, 1)

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it if negative); `day` itself is not counted."""
        if count == 0:
            return day
        index = self._at(day)
        before = self._before[index]
        if count > 0:
            return self._workday(before + self._works[index] + count - 1)
        return self._workday(before + count)

    def nth_workday_of_quarter(self, day: date, number: int) -> date:
        """The `number`-th working day of the quarter that holds `day`."""
        first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        return self._workday(self._before[self._at(first)] + number - 1)

    def workdays_between(self, after: date, until: date) -> int:
        """Working days later than `after`, up to and including `until`."""
        start, end = self._at(after), self._at(until)
        return (self._before[end] + self._works[end]) - (self._before[start] + self._works[start])

    def remaining(self, today: date, closes_on: date) -> int:
        """Working days left until the end of `closes_on`, today not counted; never negative."""
        return max(0, self.workdays_between(today, closes_on))

    def rest_days(self, first: date, last: date) -> tuple[date, ...]:
        """Rest days from `first` to `last`, both included."""
        if last < first:
            return ()
        start, end = self._at(first), self._at(last)
        return tuple(date.fromordinal(_OFFSET + i) for i in range(start, end + 1) if not self._works[i])

    def provisional_between(self, first: date, last: date) -> bool:
        """Whether any day from `first` to `last` lies in a year whose notice is not loaded."""
        if first.year == last.year:
            return first.year not in self.announced
        return any(year not in self.announced for year in range(first.year, last.year + 1))

    def _workday(self, position: int) -> date:
        if not 0 <= position < len(self._workdays):
            raise OutsideCalendar("beyond the calendar")
        return self._workdays[position]


@lru_cache(maxsize=1)
def official_calendar() -> Calendar:
    """The calendar of the installed tables, without anything entered by hand."""
    return Calendar.build()
