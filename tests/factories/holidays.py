"""A notice for 2027 as the State Council might write it; the statute's days are right, the bridges are made up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pool import scope
from pool.holidays import Line
from pool.models import HolidayNotice, Role, User
from pool.services import holidays
from tests.factories.people import person

YEAR, PUBLISHED = 2027, date(2026, 11, 12)
LINES = (
    Line("元旦", date(2027, 1, 1), date(2027, 1, 3)),
    Line("春节", date(2027, 2, 5), date(2027, 2, 11), (date(2027, 1, 31), date(2027, 2, 14))),
    Line("清明节", date(2027, 4, 3), date(2027, 4, 5)),
    Line("劳动节", date(2027, 5, 1), date(2027, 5, 5), (date(2027, 4, 25),)),
    Line("端午节", date(2027, 6, 9), date(2027, 6, 9)),
    Line("中秋节", date(2027, 9, 15), date(2027, 9, 15)),
    Line("国庆节", date(2027, 10, 1), date(2027, 10, 7), (date(2027, 10, 9),)),
)
FACTS = {"number": "国办发明电〔2026〕9号", "title": "关于2027年部分节假日安排的通知", "published_on": PUBLISHED}


def changed(which: str, **given: Any) -> list[Line]:
    """The same table with one line otherwise."""
    return [replace(line, **given) if line.name == which else line for line in LINES]


def entered_notice(by: User | None = None, on: date = PUBLISHED, lines: Sequence[Line] = LINES) -> HolidayNotice:
    with scope.everything():
        return holidays.enter(
            year=YEAR, **FACTS, lines=lines, by=by or person(Role.MANAGER_STATISTICS), on=on
        )  # fmt: skip


def submitted_notice(by: User | None = None, on: date = PUBLISHED, lines: Sequence[Line] = LINES) -> HolidayNotice:
    notice = entered_notice(by, on, lines)
    with scope.everything():
        seen = holidays.preview(notice, on).digest
        return holidays.submit(notice_id=notice.pk, by=notice.made_by, on=on, version=notice.version, seen=seen)


def confirmed_notice(by: User | None = None, on: date = PUBLISHED, lines: Sequence[Line] = LINES) -> HolidayNotice:
    notice = submitted_notice(None, on, lines)
    with scope.everything():
        seen = holidays.preview(notice, on).digest
        return holidays.confirm(
            notice_id=notice.pk, by=by or person(Role.MANAGER_APPROVER), on=on, version=notice.version, seen=seen
        )
