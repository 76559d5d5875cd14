"""重新审核: what a correcting notice left out is decided anew, if two people of the manager want it (20(1), 20(2)).

The thirty days go on where the approval stopped them: the time between was nobody's to review.
"""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import permissions, selectors
from claims.models import Claim, Desk, Reconsideration
from claims.services import locking, telling
from claims.services.assignment import sit_down
from claims.services.claim import keep_clock
from pool import moves
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import Notice, User
from pool.selectors import edition
from pool.sure import be_sure


@transaction.atomic
def propose_reconsideration(*, claim_id: UUID, by: User, on: date, version: int, reason: str) -> Reconsideration:
    """The reviewer says why the approval should be looked at again; until it is decided no notice takes the claim."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.review(by))
    locking.check(claim, version)
    _require_reason(reason)
    if not selectors.was_left_out(claim):
        text = _("只有更正公示移出、尚未重新公示的审核通过项目可以重新审核。")
        raise Refused("not_left_out", text, edition()["publicity_period"].article)
    if selectors.open_reconsideration(claim) is not None:
        raise Refused("already_proposed", _("该项目已提出重新审核，待终审人员决定。"), _article())
    sit_down(claim, by, Desk.REVIEWER)
    row: Reconsideration = Reconsideration.objects.create(
        claim=claim, reason=reason.strip(), proposed_by=by, proposed_on=on
    )
    moves.log(row, field="state", source="", target=row.state, by=by, on=on, article=_article(), bank=claim.bank_id)
    locking.keep(claim)
    locking.note("propose_reconsideration", claim, by=by, on=on, article=_article(), reason=row.reason)
    return row


@transaction.atomic
def decide_reconsideration(
    *, claim_id: UUID, by: User, on: date, version: int, agree: bool, reason: str
) -> Reconsideration:
    """Another person: back before the reviewer, with everything said so far kept; or it stays approved."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.decide(by))
    locking.check(claim, version)
    be_sure()
    _require_reason(reason)
    row = selectors.open_reconsideration(claim)
    if row is None:
        raise Refused("nothing_proposed", _("该项目没有待决定的重新审核。"), _article())
    sit_down(claim, by, Desk.APPROVER)
    moves.move(
        row, "agree" if agree else "decline", by=by, on=on, article=_article(), reason=reason, decided_by=by,
        decided_on=on, decided_at=timezone.now(), decision_reason=reason.strip(),
    )  # fmt: skip
    if agree:
        moves.move(
            claim, "review_again", by=by, on=on, article=_article(), reason=row.reason, decided_on=None,
            decision_reason="",
        )  # fmt: skip
        keep_clock(claim, on)
        _tell(claim, row, on)
    else:
        locking.keep(claim)
    after = {**locking.state_of(claim), "agree": agree, "decide_by": claim.decide_by}
    locking.note("decide_reconsideration", claim, by=by, on=on, after=after, article=_article(), reason=reason)
    return row


@in_chinese()
def _tell(claim: Claim, row: Reconsideration, on: date) -> None:
    telling.bank(
        claim.bank_id, _("补偿申请 %(number)s 重新审核，原审核结果不再有效") % {"number": claim.number},
        key=f"reconsidered:{row.pk}", on=on, url=reverse("claims:detail", args=[claim.pk]), article=_article(),
        body=row.reason, kind=Notice.Kind.DECISION, topic=_("补偿申请的审核结果"),
    )  # fmt: skip


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), field="reason")


def _article() -> str:
    return edition()["review_period"].article
