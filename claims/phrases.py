"""常用询问 and 常用理由: wording that the reviewers choose from and alter, each with the provision that it rests on.

The list is data (`phrases.yaml`); what was written in the end stands on the question or the review, so that a changed
list changes no record.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pool.citations import chinese
from pool.rulebook import Edition

FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording; `evidence` are the papers that a question asks for, `opinion` where a reason belongs."""

    provision: str
    words: str
    evidence: tuple[str, ...] = ()
    opinion: str = ""

    def text(self, book: Edition) -> str:
        """The wording with the article it rests on, as it is filled in."""
        return f"{self.words}（依据{chinese(self.article(book))}）"

    def article(self, book: Edition) -> str:
        return book[self.provision].article


@cache
def _catalogue() -> dict[str, tuple[Phrase, ...]]:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {kind: tuple(_phrase(row) for row in rows) for kind, rows in read.items()}


def _phrase(row: dict[str, Any]) -> Phrase:
    return Phrase(row["provision"], row["text"], tuple(row.get("evidence", ())), row.get("opinion", ""))


def questions() -> tuple[Phrase, ...]:
    return _catalogue()["questions"]


def reasons(*opinions: str) -> tuple[Phrase, ...]:
    """Those for these opinions."""
    return tuple(one for one in _catalogue()["reasons"] if one.opinion in opinions)
