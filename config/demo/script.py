"""The script of the demo: what happens on which day, in words, and who makes it happen."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One act: its day, its verb, its words."""

    day: datetime.date
    verb: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((self.day.isoformat(), self.verb, *self.words))


def lines(text: str) -> Iterator[Line]:
    """`2024-04-16 decided refuse`, one act a line; what follows # is a remark."""
    for raw in text.splitlines():
        words = raw.partition("#")[0].split()
        if words:
            yield Line(datetime.date.fromisoformat(words[0]), words[1], tuple(words[2:]))


@dataclass(frozen=True, slots=True)
class Story:
    """A loan that is followed: the facts it is made of, whose it is, and its life.

    `batch` names the notice and the plan it goes with, and what else it does with others, one word each.
    `arrives` is the day it is typed in by itself; without it, the loan comes with its bank's file of the quarter.
    """

    title: str
    facts: str
    bank: str
    disbursed_on: datetime.date
    lines: tuple[Line, ...]
    batch: str = ""
    arrives: datetime.date | None = None
    months: int = 12


def story(
    title: str, facts: str, bank: str, disbursed_on: str, script: str, *, batch: str = "", arrives: str = "",
    months: int = 12,
) -> Story:  # fmt: skip
    return Story(
        title,
        facts,
        bank,
        datetime.date.fromisoformat(disbursed_on),
        tuple(lines(script)),
        batch,
        datetime.date.fromisoformat(arrives) if arrives else None,
        months,
    )


def last_day(stories: Iterable[Story]) -> datetime.date:
    return max(line.day for one in stories for line in one.lines)
