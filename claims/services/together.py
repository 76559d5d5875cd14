"""Many claims at one press: each is judged by itself, and what is refused says why without holding back the others."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from claims import permissions, selectors
from claims.models import Claim, Review
from claims.services import locking
from claims.services.claim import draft_claim, submit_claim
from claims.services.review import decide
from loans.models import Loan
from pool.errors import NotPermitted, Refused
from pool.models import User
from pool.money import ZERO, total
from pool.selectors import edition
from pool.sure import be_sure

MOST = 200
"""As many as the page of claimable loans shows."""


@dataclass
class Outcome:
    """What was done, and by its name what was not, with the refusal."""

    done: list[Claim] = field(default_factory=list)
    refused: list[tuple[str, Refused]] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return total(claim.amount or ZERO for claim in self.done)

    def attempt(self, name: str, act: Callable[[], Claim]) -> None:
        """One of them, undone by itself if it is refused. Who may not do any of them is told so at once."""
        try:
            with transaction.atomic():
                self.done.append(act())
        except NotPermitted:
            raise
        except Refused as no:
            self.refused.append((name, no))


@transaction.atomic
def draft_claims(*, loan_ids: Iterable[UUID], by: User, on: date) -> Outcome:
    """A draft for each of these loans of the person's bank (19(2))."""
    wanted = limited(loan_ids)
    own = Loan.objects.filter(pk__in=wanted, bank_id=by.institution)
    outcome = Outcome()
    for loan in locking.loans(own.values_list("pk", flat=True)).values():
        outcome.attempt(loan.loan_number, _drafting(loan, by, on))
    return outcome


def _drafting(loan: Loan, by: User, on: date) -> Callable[[], Claim]:
    return lambda: draft_claim(loan_id=loan.pk, by=by, on=on)


@transaction.atomic
def submit_claims(*, seen: Mapping[UUID, int], by: User, on: date) -> Outcome:
    """File those claims of the checker's bank, each at the version that the checker saw (19(2))."""
    own = Claim.objects.filter(pk__in=limited(seen), bank_id=by.institution)
    outcome = Outcome()
    for claim in locking.claims(own.values_list("pk", flat=True), with_standing=True):
        permissions.require(permissions.submit(by, claim.bank_id))
        outcome.attempt(claim.number, _submitting(claim, seen[claim.pk], by, on))
    return outcome


def _submitting(claim: Claim, version: int, by: User, on: date) -> Callable[[], Claim]:
    return lambda: submit_claim(claim_id=claim.pk, by=by, on=on, version=version)


@transaction.atomic
def approve_claims(*, seen: Mapping[UUID, int], by: User, on: date, reason: str) -> Outcome:
    """Pass those claims, each at the version seen, each by its own decision with its own record (20(1))."""
    permissions.require(permissions.decide(by))
    be_sure()
    outcome = Outcome()
    for claim in locking.claims(limited(seen, provision="review_period"), with_standing=True):
        outcome.attempt(claim.number, _approving(claim, seen[claim.pk], by, on, reason))
    return outcome


def _approving(claim: Claim, version: int, by: User, on: date, reason: str) -> Callable[[], Claim]:
    def approve() -> Claim:
        opinion = selectors.last_opinion(claim, Review.Round.FIRST)
        if opinion is None or opinion.opinion != Review.Opinion.PASS:
            text = _("初审意见不是“通过”，请打开该申请逐笔办理。")
            raise Refused("opinion_not_pass", text, edition()["review_period"].article)
        return decide(claim_id=claim.pk, by=by, on=on, version=version, decision=Review.Opinion.PASS, reason=reason)

    return approve


def limited(keys: Iterable[Any], most: int = MOST, provision: str = "claim_period") -> list[Any]:
    """What was ticked: something, and not more than one press may carry."""
    wanted = list(keys)
    article = edition()[provision].article
    if not wanted:
        raise Refused("nothing_chosen", _("请先勾选要办理的项目。"), article)
    if len(wanted) > most:
        raise Refused("too_many_chosen", _("一次最多办理 %(most)s 笔，请分次勾选。") % {"most": most}, article)
    return wanted
