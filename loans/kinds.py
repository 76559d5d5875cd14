"""The kinds of batch: what a file brings, who judges its rows, what its submission does. Rooms register theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from pool.registry import Registry
from pool.sheets import Row, Schema

if TYPE_CHECKING:
    from banks.models import Standing
    from loans.models import Upload
    from loans.services.judging import Judged


class RowJudge(Protocol):
    """Judges each row by its form, and a chunk of rows against what the library holds."""

    def judge(self, row: Row, sheet: str = "") -> Judged:
        """The row with what is wrong with it by itself."""

    def compare(self, bank_id: UUID, judged: list[Judged]) -> None:
        """The same rows, held or marked as known where the library says so."""


@dataclass(frozen=True)
class Words:
    """What people read of this kind: names of the results, the question before submission, the receipt."""

    sheet: Any
    good: Any
    known: Any
    known_note: Any
    entered: Any
    question: Any
    working: Any
    submitted: Any
    receipt: Any
    told: Any
    results: dict[str, Any]


def _no_day(on: date) -> date | None:
    return None


def _nothing(facts: Mapping[str, Any]) -> list[str]:
    return []


@dataclass(frozen=True)
class BatchKind:
    """`article` and `question_article` are provisions: of the submission, and of what is asked before it."""

    name: str
    schema: Schema
    judge: Callable[[date, dict[str, int]], RowJudge]
    take_effect: Callable[[Upload, Standing], tuple[int, Decimal]]
    new: str
    """The address, by its name, where such a file is sent."""
    article: str
    question_article: str
    words: Words
    has_periods: bool = False
    """Whether its rows can come too late to count (19(1))."""
    more: Callable[[Mapping[str, Any]], list[str]] = _nothing
    """What else to say of a row, from its facts."""
    due: Callable[[date], date | None] = _no_day
    """By when it is to be submitted, where that is the same for all its rows."""


KINDS: Registry[BatchKind] = Registry("kind of batch")


def kind_of(upload: Upload) -> BatchKind:
    return KINDS[str(upload.kind)]
