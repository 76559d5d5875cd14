"""常用询问 and 常用理由: wording that the reviewers choose from and alter, each with the provision that it rests on.

The manager's people keep it in a register (`CannedPhrase`), first filled from `phrases.yaml`; what was written in the
end stands on the question or the review, so that a changed wording changes no record.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from claims.models import CannedPhrase
from pool.citations import chinese
from pool.rulebook import Edition

Kind = CannedPhrase.Kind


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


def questions() -> tuple[Phrase, ...]:
    return _phrases(in_use().filter(kind=Kind.QUESTION))


def reasons(*opinions: str) -> tuple[Phrase, ...]:
    """Those for these opinions."""
    return _phrases(in_use().filter(kind=Kind.REASON, opinion__in=opinions))


def in_use() -> "QuerySet[CannedPhrase]":
    return CannedPhrase.objects.filter(confirmed_on__isnull=False, dropped_on=None).order_by("place", "id")


def _phrases(rows: Iterable[CannedPhrase]) -> tuple[Phrase, ...]:
    return tuple(Phrase(row.provision, row.words, tuple(row.evidence), row.opinion) for row in rows)
