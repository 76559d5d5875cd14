"""When a table of reference data ought to be brought up to date: parameters of the scheme, not of the law."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pool.articles import SCHEME
from pool.models import ReferenceCoverage
from pool.rules import add_months
from pool.workdays import Calendar

FILE = Path(__file__).parent / "data" / "reference_windows.yaml"
Kind = ReferenceCoverage.Kind
ONE_DAY = timedelta(days=1)


@cache
def windows() -> dict[str, dict[str, int]]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    own: dict[str, dict[str, int]] = found[SCHEME]
    return own


def publication(month: date, calendar: Calendar) -> date:
    """The day of this month on which the loan prime rate is published."""
    return calendar.on_or_after(month.replace(day=windows()[Kind.LPR]["published_day"]))


def furthest(kind: str, on: date, calendar: Calendar) -> date:
    """Through which day a table may be known on that day: a rate holds until the next is published."""
    return _next_publication(on, calendar) - ONE_DAY if kind == Kind.LPR else on


def _next_publication(on: date, calendar: Calendar) -> date:
    this = publication(on, calendar)
    return this if this > on else publication(add_months(on.replace(day=1), 1), calendar)


def overdue(kind: str, through: date | None, on: date, calendar: Calendar) -> date | None:
    """The day by which the table ought to have reached further; none while it is up to date."""
    own = windows()[kind]
    if kind == Kind.LPR:
        last = publication(on, calendar)
        if last > on:
            last = publication(add_months(on.replace(day=1), -1), calendar)
        due = calendar.add_workdays(last, own["overdue_after"])
        return due if on > due and (through is None or through < last) else None
    if through is None:
        return on
    due = calendar.add_workdays(through, own["overdue_after"]) if "overdue_after" in own else add_months(
        through, own["months"]
    )  # fmt: skip
    return due if on > due else None
