"""What is still owed on the pool's day, through the rooms' own services: deadlines and running clocks."""

from __future__ import annotations

from claims.models import Claim, PapersPacket, Publicity
from claims.services import due as claims_due
from claims.services.claim import keep_clock as keep_review
from claims.services.payment import keep_clock as keep_payment
from loans.models import Determination, Loan
from loans.services.deadlines import claim_window, open_claim_period
from pool import scope
from pool.chinese import in_chinese
from recovery import terms
from recovery.models import Return
from recovery.services import due as recovery_due
from recovery.services.returns import BANK, LABEL

from .scene import Scene

State = Claim.State
RECENT = 400
"""No period of the rules is open for longer: so many of the newest days are looked at."""


def open_all(scene: Scene) -> None:
    with scope.everything(), in_chinese():
        _claims(scene)
        _payments(scene)
        _determinations(scene)
        for advice in Return.objects.filter(state=Return.State.DUE).select_related("recovery", "claim"):
            window = terms.return_window(advice.recovery.received_on, advice.claim)
            recovery_due.start(advice, window, label=LABEL, waiting_for=BANK)


def _claims(scene: Scene) -> None:
    for claim in Claim.objects.filter(state__in=[State.SUBMITTED, State.REVIEWING]):
        keep_review(claim, scene.day)
    for claim in Claim.objects.filter(state=State.PAID, transferred_on=None):
        claims_due.start(claim, "transfer_period", claim.paid_on)
    for notice in Publicity.objects.filter(state=Publicity.State.POSTED):
        claims_due.start(notice, "publicity_period", notice.posted_on)


def _payments(scene: Scene) -> None:
    waiting = [PapersPacket.State.OPEN, PapersPacket.State.SUBMITTED, PapersPacket.State.COMPLETE]
    for packet in PapersPacket.objects.filter(state__in=waiting).select_related("plan"):
        if packet.state == PapersPacket.State.OPEN:
            claims_due.start(packet, "papers_period", packet.plan.issued_on)
        else:
            keep_payment(packet, scene.day)


def _determinations(scene: Scene) -> None:
    """Claims that may still be filed."""
    rows = Determination.objects.filter(ended_on=None, recovered_on=None, loan__state=Loan.State.NON_PERFORMING)
    filed = Claim.objects.filter(state__in=Claim.LIVE).values("determination")
    for row in rows.exclude(pk__in=filed).order_by("-determined_on").select_related("loan"):
        if (scene.day - row.determined_on).days > RECENT:
            break
        if claim_window(row.determined_on).closes_on >= scene.day:
            open_claim_period(row.loan, row.determined_on)
