"""Public notice of approved claims, its correction by a new notice, and its end (20(2))."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from claims import assessment, permissions, selectors
from claims.models import Claim, Publicity, PublicityItem
from claims.services import due, locking
from claims.services.review import refuse_suspended
from pool import hats, moves, numbering
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import User
from pool.selectors import edition


def article() -> str:
    return edition()["publicity_period"].article


@transaction.atomic
def post_publicity(*, claim_ids: Iterable[UUID], title: str, by: User, on: date) -> Publicity:
    """The authority puts a batch of approved claims before the public; each line is frozen as it is read."""
    permissions.require(permissions.publish(by))
    claims = locking.claims(claim_ids, with_standing=True)
    if not claims:
        raise Refused("nothing_chosen", _("请选择要公示的项目。"), article(), field="claims")
    for claim in claims:
        if claim.state != Claim.State.APPROVED:
            text = _("项目 %(number)s 当前为“%(state)s”，不能公示。")
            words = {"number": claim.number, "state": claim.get_state_display()}
            raise Refused("not_approved", text % words, article())
        if selectors.open_reconsideration(claim) is not None:
            text = _("项目 %(number)s 已提出重新审核，决定之前不能公示。") % {"number": claim.number}
            raise Refused("to_be_reconsidered", text, article())
        refuse_suspended(claim.bank_id)
    publicity = _post(claims, title, by=by, on=on)
    for claim in claims:
        moves.move(claim, "publicise", by=by, on=on, article=article())
    return publicity


@transaction.atomic
def correct_publicity(
    *, publicity_id: UUID, by: User, on: date, version: int, reason: str, title: str = "",
    left_out: Collection[UUID] = (),
) -> Publicity:  # fmt: skip
    """A posted list is never altered: a new notice takes its place and its days are counted anew.

    `left_out` are claims of the list that the new one does not carry; they are approved claims again. Objections to the
    old list stay open on their claims.
    """
    permissions.require(permissions.publish(by))
    ids = PublicityItem.objects.filter(publicity_id=publicity_id).values_list("claim_id", flat=True)
    claims = [claim for claim in locking.claims(list(ids)) if claim.state == Claim.State.PUBLICISED]
    old = locking.row(Publicity, publicity_id)
    locking.check(old, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明更正的内容和原因，将随更正公示一并公布。"), article(), field="reason")
    if old.state != Publicity.State.POSTED or on > old.last_day:
        raise Refused("publicity_over", _("公示期已满或者已被更正，不能再更正。"), article())
    kept = [claim for claim in claims if claim.pk not in left_out]
    if not kept:
        raise Refused("nothing_chosen", _("更正后的公示至少保留一个项目。"), article(), field="claims")
    moves.move(old, "replace", by=by, on=on, article=article(), reason=reason)
    with in_chinese():
        due.drop(old, "publicity_period", on, _("已发布更正公示"))
    publicity = _post(kept, title or old.title, by=by, on=on, corrects=old, correction=reason.strip())
    for claim in claims:
        if claim not in kept:
            moves.move(claim, "unpublish", by=by, on=on, article=article(), reason=reason)
    return publicity


def _post(
    claims: Sequence[Claim], title: str, *, by: User, on: date, corrects: Publicity | None = None, correction: str = ""
) -> Publicity:
    """The notice and its frozen lines, in the order of submission."""
    claims = sorted(claims, key=lambda one: (one.first_submitted_on, one.submitted_at, one.pk))
    window = due.compute("publicity_period", on)
    number = f"GS{on.year}{numbering.next_number('publicity', on.year):03d}"
    with in_chinese():
        publicity: Publicity = Publicity.objects.create(
            number=number,
            title=title.strip() or _("风险补偿项目公示（%(number)s）") % {"number": number},
            posted_on=on,
            last_day=window.closes_on,
            provisional=window.provisional,
            posted_by=by,
            corrects=corrects,
            correction=correction,
            content_hash=assessment.fingerprint(_content(number, claims, corrects, correction)),
        )
    moves.log(publicity, field="state", source="", target=publicity.state, by=by, on=on, article=article())
    PublicityItem.objects.bulk_create(
        PublicityItem(
            publicity=publicity, bank_id=claim.bank_id, branch_id=claim.branch_id, claim=claim, position=place,
            **_line(claim),
        )
        for place, claim in enumerate(claims, start=1)
    )  # fmt: skip
    for claim in claims:
        hats.wear(claim, by, "publisher")
    due.start(publicity, "publicity_period", on)
    after = {"number": number, "last_day": window.closes_on, "claims": [claim.number for claim in claims]}
    if corrects is not None:
        after["corrects"] = corrects.number
    action = "post_publicity" if corrects is None else "correct_publicity"
    locking.note(action, publicity, by=by, on=on, after=after, article=article(), reason=correction)
    return publicity


def _content(number: str, claims: Sequence[Claim], corrects: Publicity | None, correction: str) -> dict[str, Any]:
    """What the check value of a notice stands for."""
    content: dict[str, Any] = {"number": number, "lines": [_line(claim) for claim in claims]}
    return content if corrects is None else content | {"corrects": corrects.number, "correction": correction}


def _line(claim: Claim) -> dict[str, Any]:
    """What the public reads of a claim."""
    return {
        "shown_bank": claim.bank.name,
        "shown_borrower": selectors.public_name(claim.loan),
        "amount": claim.amount,
    }


@transaction.atomic
def end_publicity(*, publicity_id: UUID, on: date, by: User | None = None) -> Publicity:
    """From the day after its last day: lines without an open objection are clear, the others wait."""
    ids = PublicityItem.objects.filter(publicity_id=publicity_id).values_list("claim_id", flat=True)
    claims = locking.claims(list(ids))
    publicity = locking.row(Publicity, publicity_id)
    if by is not None:
        permissions.require(permissions.publish(by))
    if publicity.state == Publicity.State.ENDED:
        return publicity
    if on <= publicity.last_day:
        text = _("公示期至 %(day)s 届满，次日起方可结束。")
        raise Refused("publicity_runs", text % {"day": publicity.last_day}, article())
    moves.move(publicity, "end", by=by, on=on, article=article(), ended_on=on)
    due.fulfil(publicity, "publicity_period", on)
    disputed = selectors.disputed(claim.pk for claim in claims)
    for claim in claims:
        if claim.state == Claim.State.PUBLICISED and claim.pk not in disputed:
            moves.move(claim, "clear", by=by, on=on, article=article())
    locking.note("end_publicity", publicity, by=by, on=on, after={"disputed": len(disputed)}, article=article())
    return publicity


@transaction.atomic
def end_due(on: date) -> dict[str, Any]:
    """Notices whose last day has passed end by themselves, unless that day is provisional (reading 1)."""
    passed = Publicity.objects.filter(state=Publicity.State.POSTED, last_day__lt=on).order_by("pk")
    ended, waiting = [], []
    locking.claims(PublicityItem.objects.filter(publicity__in=passed).values_list("claim_id", flat=True))
    for publicity in list(passed):
        if due.compute("publicity_period", publicity.posted_on).provisional:
            waiting.append(publicity.number)
            continue
        end_publicity(publicity_id=publicity.pk, on=on)
        ended.append(publicity.number)
    return {"ended": ended, "provisional": waiting}
