"""The end of a suspense's use: it is posted, or it shall not be. Those who post call it and hold what stands before."""

from datetime import date
from uuid import UUID

from claims.services import locking
from pool import moves
from pool.models import User
from recovery.intake import ARTICLE
from recovery.models import SuspenseUse
from recovery.services.common import note

State = SuspenseUse.State


def of_return(return_id: UUID) -> SuspenseUse | None:
    """The use that pays this return, locked."""
    found = SuspenseUse.objects.filter(advice=return_id, state=State.PROPOSED).values_list("pk", flat=True).first()
    return locking.row(SuspenseUse, found) if found is not None else None


def set_off(use: SuspenseUse, *, by: User, on: date) -> None:
    """The return's second person agreed: it is paid from suspense now."""
    moves.move(use, "finish", by=by, on=on, article=ARTICLE, agreed_by=by, agreed_on=on, done_on=on)
    note("finish_use", use, by=by, on=on, after={"amount": use.amount}, article=ARTICLE)


def pay_out(use_id: UUID, *, by: User, on: date) -> None:
    """The account's bank shows that the money has left."""
    use = locking.row(SuspenseUse, use_id)
    moves.move(use, "finish", by=by, on=on, article=ARTICLE, done_on=on)
    note("finish_use", use, by=by, on=on, after={"amount": use.amount}, article=ARTICLE)


def give_up(use: SuspenseUse, *, by: User, on: date, reason: str) -> None:
    moves.move(use, "withdraw", by=by, on=on, article=ARTICLE, reason=reason)
    note("withdraw_use", use, by=by, on=on, after={"amount": use.amount}, article=ARTICLE, reason=reason)
