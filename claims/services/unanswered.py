"""A claim that ends or leaves the review takes its open question along: nobody owes an answer any more."""

from datetime import date

from claims.models import Claim, Question
from claims.services import due, locking
from pool import moves
from pool.models import User
from pool.selectors import edition


def hold_open(claim: Claim) -> None:
    """Takes the lock of a locked claim's open question, for who goes on to lock what stands later in the order."""
    Question.objects.select_for_update(of=("self",)).filter(claim=claim, state__in=Question.OPEN).first()


def withdraw_open(claim: Claim, *, by: User | None, on: date, reason: str) -> Question | None:
    """The open question of a locked claim is withdrawn, if it has one; the clock is the caller's to bring in line.

    Whoever changes a question holds its claim, so the claim's lock is the question's too.
    """
    row: Question | None = Question.objects.filter(claim=claim, state__in=Question.OPEN).first()
    if row is None:
        return None
    row.claim = claim
    moves.move(
        row, "withdraw", by=by, on=on, article=edition()["question_period"].article, reason=reason, withdrawn_by=by,
        withdrawn_on=on, withdrawn_because=reason,
    )  # fmt: skip
    due.drop(row, "question_period", on, reason)
    locking.note("withdraw_question", row, by=by, on=on, after=locking.state_of(row), reason=reason)
    return row
