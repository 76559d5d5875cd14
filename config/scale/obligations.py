"""What is still owed on the pool's day, through the rooms' own services: deadlines and running clocks."""

from __future__ import annotations

from datetime import date

from claims.models import Claim, PapersPacket, Publicity
from claims.services import due as claims_due
from claims.services.claim import keep_clock as keep_review
from claims.services.payment import keep_clock as keep_payment
from loans.models import Determination, Loan
from loans.services.deadlines import claim_window, open_claim_period
from pool import scope
from pool.chinese import in_chinese
from pool.rules import add_months
from recovery import terms
from recovery.models import Return
from recovery.services import due as recovery_due
from recovery.services.returns import BANK, LABEL

State = Claim.State
RECENT = 5
"""No claim period is open for more months than these, but for those that article 21 prolongs."""


def open_all(day: date) -> None:
    with scope.everything(), in_chinese():
        _claims(day)
        _payments(day)
        _determinations(day)
        for advice in Return.objects.filter(state=Return.State.DUE).select_related("recovery", "claim"):
            window = terms.return_window(advice.recovery.received_on, advice.claim)
            recovery_due.start(advice, window, label=LABEL, waiting_for=BANK)


def _claims(day: date) -> None:
    for claim in Claim.objects.filter(state__in=[State.SUBMITTED, State.REVIEWING]):
        keep_review(claim, day)
    for claim in Claim.objects.filter(state=State.PAID, transferred_on=None):
        claims_due.start(claim, "transfer_period", claim.paid_on)
    for notice in Publicity.objects.filter(state=Publicity.State.POSTED):
        claims_due.start(notice, "publicity_period", notice.posted_on)


def _payments(day: date) -> None:
    waiting = [PapersPacket.State.OPEN, PapersPacket.State.SUBMITTED, PapersPacket.State.COMPLETE]
    for packet in PapersPacket.objects.filter(state__in=waiting).select_related("plan"):
        if packet.state == PapersPacket.State.OPEN:
            claims_due.start(packet, "papers_period", packet.plan.issued_on)
        else:
            keep_payment(packet, day)


def _determinations(day: date) -> None:
    """Claims that may still be filed."""
    rows = Determination.objects.filter(ended_on=None, recovered_on=None, loan__state=Loan.State.NON_PERFORMING)
    filed = Claim.objects.filter(state__in=Claim.LIVE).values("determination")
    recent = rows.exclude(pk__in=filed).filter(determined_on__gte=add_months(day, -RECENT))
    for row in recent.order_by("pk").select_related("loan"):
        if claim_window(row.determined_on).closes_on >= day:
            open_claim_period(row.loan, row.determined_on)
