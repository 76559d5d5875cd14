"""The catalogue of indicators, read once from `indicators.yaml`."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("indicators.yaml")


@dataclass(frozen=True)
class Words:
    zh: str
    en: str

    def say(self, language: str) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Indicator:
    """One indicator. `unit`: money (yuan), int, percent (a fraction), rate (per cent a year), points of percentage.
    `goal` is `at_least` or `at_most` with its `bound`, or empty where the notice asks for no figure."""

    slug: str
    group: str
    unit: str
    name: Words
    how: Words
    notice: Words
    point: str
    goal: str
    bound: Decimal | None

    def is_met(self, value: Decimal | int | None) -> bool | None:
        """None where there is no goal, or nothing to hold against it."""
        if value is None or self.bound is None:
            return None
        return value >= self.bound if self.goal == "at_least" else value <= self.bound


@dataclass(frozen=True)
class Terms:
    """What the notices mean by inclusive, manufacturing and medium-term."""

    inclusive_line: Decimal
    inclusive_sizes: tuple[str, ...]
    manufacturing: str
    medium_term_months: int


@dataclass(frozen=True)
class Catalogue:
    terms: Terms
    groups: dict[str, Words]
    indicators: dict[str, Indicator]
    values: dict[str, dict[str, Words]]
    """Split → value → its name."""

    def of(self, group: str) -> list[Indicator]:
        return [one for one in self.indicators.values() if one.group == group]


@cache
def catalogue() -> Catalogue:
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    terms = raw["terms"]
    return Catalogue(
        Terms(
            Decimal(terms["inclusive_line"]),
            tuple(terms["inclusive_sizes"]),
            terms["manufacturing"],
            int(terms["medium_term_months"]),
        ),
        _words(raw["groups"]),
        {slug: _indicator(slug, fields, raw["notices"]) for slug, fields in raw["indicators"].items()},
        {"size": _words(raw["sizes"]), "section": _words(raw["sections"])},
    )


def _words(raw: dict[str, dict[str, str]]) -> dict[str, Words]:
    return {slug: Words(words["zh"], words["en"]) for slug, words in raw.items()}


def _indicator(slug: str, fields: dict[str, Any], notices: dict[str, dict[str, str]]) -> Indicator:
    notice = notices[fields["notice"]]
    number = f"（{notice['number']}）" if notice["number"] else ""
    return Indicator(
        slug=slug,
        group=fields["group"],
        unit=fields["unit"],
        name=Words(fields["zh"], fields["en"]),
        how=Words(fields["how"], fields["how_en"]),
        notice=Words(f"《{notice['title']}》{number}", f"{notice['title_en']} {notice['number']}".strip()),
        point=str(fields["point"]),
        goal=fields.get("goal", ""),
        bound=Decimal(fields["value"]) if "value" in fields else None,
    )
