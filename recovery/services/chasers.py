"""催报: live projects that reported nothing in a quarter are asked for, once, and the bank reports or says why not."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Claim
from claims.services import locking
from pool import hats, moves
from pool.errors import Refused
from pool.models import User
from pool.rules import quarter_name, quarter_start
from recovery import desk, terms
from recovery import permissions as may
from recovery.models import Chaser
from recovery.services import notes
from recovery.services.common import BANK_CHECKER, article, born, note

MANAGER = "manager"


@transaction.atomic
def chase_silent(*, quarter: date, by: User, on: date, bank_id: UUID | None = None) -> list[Chaser]:
    """Every silent project of the quarter that was not asked for yet, of one bank or of all; a notice for each bank."""
    may.require(may.chase(by))
    first = quarter_start(quarter)
    if first > on:
        raise Refused("quarter_not_begun", _("该季度尚未开始，不能催报。"), article("recovery_window"), "quarter")
    wanted = desk.silent(by, first, on)
    if bank_id is not None:
        wanted = wanted.filter(bank=bank_id)
    locking.claims(wanted.values_list("pk", flat=True))
    # Asked again under the locks: somebody may have reported, or asked, in the meantime.
    made = [_ask(claim, first, by=by, on=on) for claim in wanted.filter(chased_on=None).order_by("bank_id", "pk")]
    if not made:
        raise Refused("nobody_silent", _("没有需要催报的项目：都已上报或已催报。"), article("recovery_window"))
    window = terms.quarter_window(first)
    for bank in sorted({one.bank_id for one in made}):
        count = sum(one.bank_id == bank for one in made)
        notes.chased(bank, quarter_name(first), count, window, on=on)
    return made


def _ask(claim: Claim, first: date, *, by: User, on: date) -> Chaser:
    chaser: Chaser = Chaser.objects.create(
        bank_id=claim.bank_id, branch_id=claim.branch_id, claim_id=claim.pk, loan_id=claim.loan_id, quarter=first,
        asked_by=by, asked_on=on,
    )  # fmt: skip
    born(chaser, by=by, on=on)
    hats.wear(chaser, by, MANAGER)
    note("chase", chaser, by=by, on=on, after={"quarter": first}, article=article("recovery_window"))
    return chaser


@transaction.atomic
def answer_chaser(*, chaser_id: UUID, reply: str, by: User, on: date, version: int) -> Chaser:
    """The bank's second person: nothing has come back in the time, and why. Whoever has something reports it."""
    chaser = locking.row(Chaser, chaser_id, "bank")
    may.require(may.submit(by, chaser.bank_id))
    locking.check(chaser, version)
    law = article("recovery_window")
    if not reply.strip():
        raise Refused("reason_missing", _("请写明清收进展和本季没有收回款项的原因。"), law, "reason")
    hats.wear(chaser, by, BANK_CHECKER)
    moves.move(
        chaser, "answer", by=by, on=on, article=law, reason=reply, reply=reply.strip()[:400], replied_by=by,
        replied_on=on,
    )  # fmt: skip
    note("answer_chaser", chaser, by=by, on=on, article=law, reason=reply)
    return chaser
