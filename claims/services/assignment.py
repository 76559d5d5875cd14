"""分办 and 回避 inside the manager: who works on which claim, and who keeps away from it for good (20(1)).

A desk that is given to a person is that person's; one that is given to nobody is whoever's comes first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import permissions, selectors
from claims.models import Assignment, Claim, Desk, Recusal
from claims.services import locking
from claims.services.claim import keep_clock
from pool import hats, moves
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import Notice, User
from pool.selectors import edition
from pool.services.notices import notify

MOST = 200
"""As many as one press gives out."""
OVER = (Claim.State.DRAFT, Claim.State.WITHDRAWN, Claim.State.LAPSED, Claim.State.REMOVED, Claim.State.REFUNDED)


def sit_down(claim: Claim, by: User, desk: str) -> None:
    """What every act at a desk asks first: not recused, not given to somebody else, no other hat on the claim."""
    refuse_recused(claim.pk, by)
    given = selectors.holder(claim, desk)
    if given is not None and given.person_id != by.pk:
        text = _("该申请的%(desk)s已分办给%(person)s；如需由您办理，请先由终审人员改派。")
        words = {"desk": given.get_desk_display(), "person": given.person}
        raise Refused("given_to_another", text % words, _article())
    hats.wear(claim, by, desk)


def refuse_recused(claim_id: UUID, by: User) -> None:
    if Recusal.objects.filter(claim=claim_id, person=by).exists():
        raise Refused("recused", _("您已申请回避该项目，不能再办理。"), _article())


@transaction.atomic
def take_claim(*, claim_id: UUID, by: User, on: date, version: int) -> Assignment:
    """A reviewer or approver takes a claim that lies on their kind of desk and is nobody's yet."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.re_check(by))
    locking.check(claim, version)
    desk = _desk(claim)
    given = selectors.holder(claim, desk)
    if given is not None and given.person_id == by.pk:
        return given
    if given is not None:
        text = _("该申请已由%(person)s承办，请由终审人员改派。") % {"person": given.person}
        raise Refused("taken", text, _article())
    return _give(claim, desk, by, by=by, on=on)


@transaction.atomic
def assign_claim(*, claim_id: UUID, by: User, on: date, version: int, person_id: UUID, reason: str = "") -> Assignment:
    """The approver gives the claim's desk to a person; away from another only with a reason."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.decide(by))
    locking.check(claim, version)
    desk = _desk(claim)
    person = User.objects.get(pk=person_id)
    given = selectors.holder(claim, desk)
    if given is not None and given.person_id == person.pk:
        return given
    if given is not None:
        if not reason.strip():
            raise Refused("reason_missing", _("改派请写明原因。"), field="reason")
        _end(given, on)
    return _give(claim, desk, person, by=by, on=on, reason=reason.strip(), before=given)


@dataclass
class Shares:
    """How an even distribution came out."""

    given: list[Assignment] = field(default_factory=list)
    left: list[Claim] = field(default_factory=list)
    """For these nobody may be found: everybody has another hat there or keeps away."""


@transaction.atomic
def distribute_claims(*, by: User, on: date) -> Shares:
    """The unassigned to those with the fewest before them, the most urgent first."""
    permissions.require(permissions.decide(by))
    urgent = selectors.unassigned().order_by(F("decide_by").asc(nulls_last=True), "first_submitted_on", "pk")
    order = list(urgent.values_list("pk", flat=True)[:MOST])
    locked = {claim.pk: claim for claim in locking.claims(order)}
    before = {load.person.pk: load.open for load in selectors.loads()}
    shares = Shares()
    for key in order:
        _share_out(locked[key], before, shares, by, on)
    _tell_shares(shares.given, on)
    return shares


def _share_out(claim: Claim, before: dict[UUID, int], shares: Shares, by: User, on: date) -> None:
    desk = selectors.desk_of(claim)
    if not desk or selectors.holder(claim, desk) is not None:
        return
    people = sorted(selectors.able(claim, desk), key=lambda one: before.get(one.pk, 0))
    if not people:
        shares.left.append(claim)
        return
    before[people[0].pk] = before.get(people[0].pk, 0) + 1
    shares.given.append(_give(claim, desk, people[0], by=by, on=on, tell=False))


@transaction.atomic
def recuse(*, claim_id: UUID, by: User, on: date, version: int, reason: str) -> Recusal:
    """A person of the manager keeps away from the claim for good; an opinion of theirs not yet decided on falls."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.re_check(by))
    locking.check(claim, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明回避原因。"), field="reason")
    if claim.state in OVER:
        raise Refused("case_over", _("该申请已无须办理，不需要回避。"), _article())
    known: Recusal | None = Recusal.objects.filter(claim=claim, person=by).first()
    if known is not None:
        return known
    said = selectors.last_opinion(claim, selectors.round_of(claim)) if claim.state in selectors.UNDER_REVIEW else None
    row: Recusal = Recusal.objects.create(claim=claim, person=by, on=on, reason=reason.strip())
    for given in Assignment.objects.filter(claim=claim, person=by, ended_on__isnull=True):
        _end(given, on)
    if claim.state == Claim.State.REVIEWING and said is not None and said.by_id == by.pk:
        words = _("初审人员回避，须由另一人重新提出初审意见。")
        moves.move(claim, "reopen_review", by=by, on=on, article=_article(), reason=words)
        keep_clock(claim, on)
    else:
        locking.keep(claim)
    locking.note("recuse", claim, by=by, on=on, after=locking.state_of(claim), article=_article(), reason=reason)
    return row


def _desk(claim: Claim) -> str:
    desk = selectors.desk_of(claim)
    if not desk:
        raise Refused("not_under_review", _("该申请当前不在审核环节，无须分办。"), _article())
    return desk


def _give(
    claim: Claim, desk: str, person: User, *, by: User, on: date, reason: str = "", before: Assignment | None = None,
    tell: bool = True,
) -> Assignment:  # fmt: skip
    refuse_recused(claim.pk, person)
    if not selectors.able(claim, desk).filter(pk=person.pk).exists():
        words = {"person": person, "desk": Desk(desk).label}
        text = _("%(person)s不能承办该申请的%(desk)s：不是该岗位人员，或已在其他环节办理过。") % words
        raise Refused("cannot_be_given", text, _article(), field="person_id")
    given: Assignment = Assignment.objects.create(claim=claim, desk=desk, person=person, by=by, on=on, reason=reason)
    locking.note(
        "assign", claim, by=by, on=on, before={"person": before.person_id} if before else None,
        after={"desk": desk, "person": person.pk}, article=_article(), reason=reason,
    )  # fmt: skip
    if tell and person.pk != by.pk:
        with in_chinese():
            words = {"number": claim.number, "desk": Desk(desk).label}
            _tell(given, _("补偿申请 %(number)s 已分办给您（%(desk)s）") % words, review_url(claim), on)
    return given


def _end(given: Assignment, on: date) -> None:
    given.ended_on = on
    locking.keep(given, "ended_on")


def _tell(given: Assignment, title: str, url: str, on: date) -> None:
    """One notice in the house; by e-mail it waits for the day's digest."""
    notify(key=f"assigned:{given.pk}", title=title, on=on, user=given.person, url=url, article=_article(),
           kind=Notice.Kind.NEWS)  # fmt: skip


def _tell_shares(given: Iterable[Assignment], on: date) -> None:
    """Each person once, however many there are."""
    by_person: dict[UUID, list[Assignment]] = {}
    for one in given:
        by_person.setdefault(one.person_id, []).append(one)
    url = f"{reverse('admin:claims_claim_changelist')}?holder=me"
    for rows in by_person.values():
        with in_chinese():
            _tell(rows[0], _("%(n)s 笔补偿申请已分办给您") % {"n": len(rows)}, url, on)


def review_url(claim: Claim) -> str:
    return reverse("admin:claims_claim_change", args=[claim.pk])


def _article() -> str:
    return edition()["review_period"].article
