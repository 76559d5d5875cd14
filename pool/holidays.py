"""A year's notice of the State Council as a table: what it says of each day, and whether that can be right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from pool.workdays import ONE_DAY, Calendar, public_holidays

GRANTED = {"元旦": 1, "春节": 4, "清明节": 1, "劳动节": 2, "端午节": 1, "中秋节": 1, "国庆节": 3}
"""The festivals as every notice names them, and how many days off each grants (全国年节及纪念日放假办法)."""
NEW_YEAR = "元旦"
BEFORE_NEW_YEAR = timedelta(days=7)
"""The days off of New Year, and what is worked for them, may begin so long before the year."""
LONGEST = 9
"""Days off in a row; no notice had more."""
FARTHEST = timedelta(days=16)
"""A weekend day is worked for a holiday within so many days."""
ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Line:
    """One holiday: its days off, and the weekend days that are worked for it."""

    name: str
    first: date
    last: date
    works: tuple[date, ...] = ()

    def days(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += ONE_DAY

    def as_json(self) -> dict[str, Any]:
        works = [day.isoformat() for day in self.works]
        return {"name": self.name, "first": self.first.isoformat(), "last": self.last.isoformat(), "works": works}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Line":
        works = tuple(date.fromisoformat(day) for day in said["works"])
        return cls(said["name"], date.fromisoformat(said["first"]), date.fromisoformat(said["last"]), works)


@dataclass(frozen=True)
class Doubt:
    """What cannot be so (an error), or is unusual and wants a reason (a warning). `name` tells the line."""

    severity: str
    code: str
    text: str
    name: str = ""


def doubts(year: int, lines: Sequence[Line]) -> list[Doubt]:
    """All that is wrong with the table, or unusual; a table without errors counts for the whole year."""
    wrong = [*_of_lines(year, lines), *_twice(lines)]
    return wrong or [*_missing(year, lines), *_unusual(year, lines)]


def _wrong(code: str, text: str, name: str = "") -> Doubt:
    return Doubt(ERROR, code, text, name)


def _of_lines(year: int, lines: Iterable[Line]) -> Iterator[Doubt]:
    for line in lines:
        if line.last < line.first:
            yield _wrong("order", _("放假止日早于放假起日，请核对。"), line.name)
            continue
        earliest = date(year, 1, 1) - (BEFORE_NEW_YEAR if NEW_YEAR in line.name else timedelta(0))
        outside = [day for day in (*line.days(), *line.works) if not earliest <= day <= date(year, 12, 31)]
        if outside:
            words = {"day": outside[0], "year": year}
            yield _wrong("other_year", _("%(day)s 不在 %(year)s 年内，请核对年份。") % words, line.name)
        for day in line.works:
            if day.weekday() < 5:
                text = _("%(day)s 不是周末，本来就是工作日，请核对调休上班日。") % {"day": day}
                yield _wrong("worked_weekday", text, line.name)


def _twice(lines: Iterable[Line]) -> Iterator[Doubt]:
    seen: dict[date, str] = {}
    for line in lines:
        for day in (*line.days(), *line.works):
            if day in seen:
                words = {"day": day, "other": seen[day]}
                yield _wrong("twice", _("%(day)s 在“%(other)s”一行已经出现，同一天只能写一次。") % words, line.name)
            seen[day] = line.name


def _missing(year: int, lines: Sequence[Line]) -> Iterator[Doubt]:
    """Every festival has its line, every statutory day is off."""
    named = "".join(line.name for line in lines)
    for festival in GRANTED:
        if festival not in named:
            yield _wrong("festival", _("缺少“%(name)s”，请对照通知补全。") % {"name": festival}, festival)
    off = {day for line in lines for day in line.days()}
    for day in sorted(public_holidays(year)):
        if day not in off:
            yield _wrong("statutory", _("法定节假日 %(day)s 不在放假日期之内，请核对。") % {"day": day})


def _unusual(year: int, lines: Sequence[Line]) -> Iterator[Doubt]:
    for line in lines:
        count = (line.last - line.first).days + 1
        if count > LONGEST:
            yield Doubt(WARNING, "long", _("连续放假 %(count)s 天，多于历年。") % {"count": count}, line.name)
        for day in line.works:
            if not line.first - FARTHEST <= day <= line.last + FARTHEST:
                text = _("调休上班日 %(day)s 离假期较远。") % {"day": day}
                yield Doubt(WARNING, "far", text, line.name)
    weekdays = sum(day.weekday() < 5 for line in lines for day in line.days())
    works = sum(len(line.works) for line in lines)
    granted = sum(GRANTED.values())
    if weekdays - works != granted:
        words = {"weekdays": weekdays, "works": works, "net": weekdays - works, "granted": granted}
        text = _(
            "放假涉及工作日 %(weekdays)s 天、调休上班 %(works)s 天，净放假 %(net)s 天，法定为 %(granted)s 天，请核对。"
        )
        yield Doubt(WARNING, "balance", text % words)


def exceptions(lines: Iterable[Line]) -> dict[date, tuple[bool, str]]:
    """The days that depart from the plain week: whether they are worked, and the holiday they belong to."""
    found: dict[date, tuple[bool, str]] = {}
    for line in lines:
        found |= {day: (False, line.name) for day in line.days() if day.weekday() < 5}
        found |= dict.fromkeys(line.works, (True, line.name))
    return found


def restored(calendar: Calendar, year: int, kept: Iterable[date]) -> list[date]:
    """Days of the year that depart from the plain week by an earlier notice and no longer do."""
    kept, day, found = set(kept), date(year, 1, 1), []
    while day.year == year:
        if day not in kept and calendar.is_workday(day) != (day.weekday() < 5):
            found.append(day)
        day += ONE_DAY
    return found
