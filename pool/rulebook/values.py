"""The closed tables of methods and units: how the value of a provision is written, and what it is measured in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pool.rulebook.edition import Range
from pool.rulebook.findings import OUTCOMES

UNITS = frozenset(
    {
        "working_day", "calendar_day", "month", "year", "quarter", "yuan", "percent", "percentage_point",
        "ratio", "days_per_year", "bank", "word", "date", "condition", "table",
    }
)  # fmt: skip
#: Units in which a case can lie just under, exactly on, or just over the bound.
MEASURED = frozenset({"working_day", "calendar_day", "month", "year", "yuan", "percent", "percentage_point", "ratio"})

_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)


class BadValue(ValueError):
    """A value its method cannot read."""


class Tier(NamedTuple):
    up_to: Decimal
    ratio: Decimal


class Stage(NamedTuple):
    """One stretch of time and what it means for a case dated in it."""

    period: Range
    outcome: str


class Floor(NamedTuple):
    """Periods begun within `period` that would end before `ended_before` (None: any) do not end before `not_before`."""

    period: Range
    ended_before: date | None
    not_before: date


def _decimal(value: object) -> Decimal:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise BadValue("not a decimal written as a quoted string")
    return Decimal(value)


def _count(value: object) -> int:
    if type(value) is not int or value < 1:
        raise BadValue("not a positive whole number")
    return value


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(word, str) and word for word in value):
        raise BadValue("not a list of words")
    if len(set(value)) != len(value):
        raise BadValue("a word stands twice")
    return tuple(value)


def _mapping(value: object, allowed: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadValue("not a mapping")
    unknown = sorted(set(value) - allowed)
    if unknown:
        raise BadValue(f"unknown key {unknown[0]}")
    return value


def as_range(value: object) -> Range:
    body = _mapping(value, {"from", "to"})
    first, last = body.get("from"), body.get("to")
    for end in (first, last):
        if end is not None and type(end) is not date:
            raise BadValue("not a date")
    if first and last and last < first:
        raise BadValue("ends before it begins")
    return Range(first, last)


def _tiers(value: object) -> tuple[Tier, ...]:
    if not isinstance(value, list) or not value:
        raise BadValue("no tiers")
    tiers: list[Tier] = []
    for item in value:
        body = _mapping(item, {"up_to", "ratio"})
        tier = Tier(_decimal(body.get("up_to")), _decimal(body.get("ratio")))
        if tiers and tier.up_to <= tiers[-1].up_to:
            raise BadValue(f"tiers overlap at {tier.up_to}")
        if tier.ratio > 1:
            raise BadValue(f"ratio {tier.ratio} over 1")
        tiers.append(tier)
    return tuple(tiers)


def _stages(value: object) -> tuple[Stage, ...]:
    if not isinstance(value, list) or not value:
        raise BadValue("no stages")
    stages: list[Stage] = []
    for item in value:
        body = dict(_mapping(item, {"from", "to", "outcome"}))
        outcome = body.pop("outcome", None)
        if outcome not in OUTCOMES:
            raise BadValue(f"unknown outcome {outcome}")
        period = as_range(body)
        if stages:
            before = stages[-1].period.last
            if before is None or period.first is None or period.first <= before:
                raise BadValue("stages overlap or are out of order")
            if (period.first - before).days != 1:
                raise BadValue("a day lies between two stages")
        stages.append(Stage(period, outcome))
    return tuple(stages)


def _floor(value: object) -> Floor:
    body = dict(_mapping(value, {"from", "to", "ended_before", "not_before"}))
    ended, not_before = body.pop("ended_before", None), body.pop("not_before", None)
    if type(not_before) is not date or (ended is not None and type(ended) is not date):
        raise BadValue("not a date")
    return Floor(as_range(body), ended, not_before)


def _date(value: object) -> date:
    if type(value) is not date:
        raise BadValue("not a date")
    return value


def _none(value: object) -> None:
    if value is not None:
        raise BadValue("a condition has no value")


def _name(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise BadValue("not a name")
    return value


def _shares(value: object) -> Mapping[str, Decimal]:
    if not isinstance(value, dict) or not value:
        raise BadValue("not a mapping")
    return {str(name): _decimal(number) for name, number in value.items()}


def _year_day(value: object) -> str:
    if value == "end-of-february":
        return "end-of-february"
    raise BadValue("unknown day of the year")


METHODS: Mapping[str, Callable[[object], Any]] = {
    "period": _count,
    "count": _count,
    "amount": _decimal,
    "tiered": _tiers,
    "one_of": _words,
    "none_of": _words,
    "in_order": _words,
    "all_of": _words,
    "staged": _stages,
    "floor": _floor,
    "last_day": _date,
    "year_day": _year_day,
    "condition": _none,
    "formula": _name,
    "standard": _words,
    "shares": _shares,
}
