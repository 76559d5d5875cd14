"""What must always hold in this room; each yields one sentence per breach (`manage.py verify`)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Sum

from banks.models import StandingEvent
from claims import assessment
from claims.models import (
    Claim,
    EndingRequest,
    FundingPlan,
    Objection,
    PapersPacket,
    Payment,
    PlanItem,
    Publicity,
    PublicityItem,
    Question,
    Reconsideration,
    Recusal,
    Review,
    Upgrade,
)
from pool import moves
from pool.ledger.models import Account, Entry
from pool.models import Transition
from pool.money import ZERO, share

COMPENSATED = (Claim.State.PAID, Claim.State.REFUNDED)
MACHINES = (
    Claim,
    Question,
    Reconsideration,
    Publicity,
    Objection,
    FundingPlan,
    PapersPacket,
    Payment,
    Upgrade,
    EndingRequest,
)


def _sums(*kinds: Any) -> dict[UUID, Decimal]:
    """The balance per claim over accounts of these kinds."""
    rows = Entry.objects.filter(account__kind__in=kinds, subject__isnull=False).values("subject")
    return {row["subject"]: row["total"] for row in rows.annotate(total=Sum("amount"))}


def nobody_is_compensated_twice() -> Iterator[str]:
    """I4: per loan one live claim at most, and net compensation within ratio × principal balance."""
    kinds = Account.Kind
    net = _sums(kinds.COMPENSATION, kinds.RETURNS, kinds.REFUNDS, kinds.CLAWBACKS)
    by_loan: dict[UUID, Decimal] = {}
    limits: dict[UUID, Decimal] = {}
    live: dict[UUID, int] = {}
    for claim in Claim.objects.select_related("loan", "determination").iterator():
        if claim.state in Claim.LIVE:
            live[claim.loan_id] = live.get(claim.loan_id, 0) + 1
        if claim.state in COMPENSATED and claim.ratio is not None:
            limit = share(assessment.values_of(claim)["npl_principal"], claim.ratio)
            limits[claim.loan_id] = max(limits.get(claim.loan_id, ZERO), limit)
        by_loan[claim.loan_id] = by_loan.get(claim.loan_id, ZERO) + net.get(claim.pk, ZERO)
    for loan, count in live.items():
        if count > 1:
            yield f"loan {loan}: {count} live claims"
    for loan, amount in by_loan.items():
        if amount > limits.get(loan, ZERO):
            yield f"loan {loan}: net compensation {amount} over {limits.get(loan, ZERO)}"


def paid_is_approved_or_nothing() -> Iterator[str]:
    """I5: what was paid for a claim is nothing, or what was approved."""
    paid = _sums(Account.Kind.COMPENSATION)
    for claim in Claim.objects.only("number", "state", "amount").iterator():
        got = paid.pop(claim.pk, ZERO)
        due_now = claim.amount if claim.state in COMPENSATED else ZERO
        if got != due_now:
            yield f"{claim.number}: paid {got}, approved and due {due_now}"
    for subject, amount in paid.items():
        yield f"paid {amount} for {subject}, which is no claim"


def reserved_is_planned() -> Iterator[str]:
    """What is reserved belongs to the claims of issued plans that are not paid yet, to the fen."""
    reserved = _sums(Account.Kind.RESERVED)
    waiting = PlanItem.objects.filter(
        plan__state=FundingPlan.State.ISSUED, dropped_on__isnull=True,
        claim__state__in=[Claim.State.PLANNED, Claim.State.INSTRUCTED],
    )  # fmt: skip
    for claim_id, amount in waiting.values_list("claim_id", "amount"):
        got = reserved.pop(claim_id, ZERO)
        if got != amount:
            yield f"claim {claim_id}: {got} reserved, {amount} planned"
    for subject, amount in reserved.items():
        if amount:
            yield f"{amount} reserved for {subject}, which no plan holds"


def no_payment_past_a_gate() -> Iterator[str]:
    """I7, replayed: when a transfer was instructed, its bank was not over the limit and the publicity was over."""
    sent = {
        move.subject_id: move
        for move in Transition.objects.filter(
            subject_kind=Payment._meta.label_lower, field="state", target=Payment.State.INSTRUCTED,
            source=Payment.State.PREPARED,
        )
    }  # fmt: skip
    for payment in Payment.objects.filter(pk__in=sent).select_related("packet").order_by("pk"):
        move = sent[payment.pk]
        before = (
            StandingEvent.objects.filter(bank_id=payment.bank_id, recorded_at__lte=move.at).order_by("number").last()
        )
        if before is not None and before.is_suspended:
            yield f"{payment.number}: instructed while its bank was suspended"
        if payment.instructed_on is None or payment.approved_by_id in {None, payment.prepared_by_id}:
            yield f"{payment.number}: not released by a second person"
            continue
        items = PlanItem.objects.filter(
            plan_id=payment.packet.plan_id, bank_id=payment.bank_id, dropped_on__isnull=True
        )
        for item in items:
            shown = PublicityItem.objects.filter(claim_id=item.claim_id).select_related("publicity")
            shown = shown.exclude(publicity__state=Publicity.State.REPLACED)
            if not any(one.publicity.last_day < payment.instructed_on for one in shown):
                yield f"{payment.number}: claim {item.claim_id} paid before its publicity was over"


def only_a_claim_in_first_review_is_asked() -> Iterator[str]:
    """An open question stops the thirty days, so its claim lies before the reviewer."""
    for question in Question.objects.filter(state__in=Question.OPEN).select_related("claim"):
        if question.claim.state != Claim.State.SUBMITTED:
            yield f"{question.claim.number}: {question.claim.state} with question {question.round} open"


def one_person_in_one_stage() -> Iterator[str]:
    """I8: on one claim nobody stands in two stages; on one plan, transfer and refund two people each."""
    stages: dict[UUID, dict[UUID, set[str]]] = {}

    def stood(claim_id: UUID, person_id: UUID | None, stage: str) -> None:
        if person_id is not None:
            stages.setdefault(claim_id, {}).setdefault(person_id, set()).add(stage)

    for claim in Claim.objects.only("made_by", "submitted_by").iterator():
        stood(claim.pk, claim.made_by_id, "maker")
        stood(claim.pk, claim.submitted_by_id, "checker")
    for review in Review.objects.iterator():
        stood(review.claim_id, review.by_id, f"{review.round}/{review.stage}")
    for claim_id, people in stages.items():
        for person_id, worn in people.items():
            if len(worn) > 1:
                yield f"claim {claim_id}: {person_id} stands in {', '.join(sorted(worn))}"
    yield from _acted_after_recusal()
    for plan in FundingPlan.objects.exclude(issued_by=None):
        if plan.issued_by_id == plan.drafted_by_id:
            yield f"{plan.number}: drafted and issued by one person"
    for payment in Payment.objects.exclude(posted_by=None):
        if payment.posted_by_id == payment.confirmed_by_id or payment.approved_by_id == payment.prepared_by_id:
            yield f"{payment.number}: one person in two stages"


def _acted_after_recusal() -> Iterator[str]:
    """Who keeps away says nothing on the claim any more."""
    later = Recusal.objects.filter(
        claim=OuterRef("claim"), person=OuterRef("by"), created_at__lt=OuterRef("created_at")
    )
    for review in Review.objects.filter(Exists(later)):
        yield f"claim {review.claim_id}: {review.by_id} acted after recusing"


def states_follow_the_log() -> Iterator[str]:
    """I9: each state is where its log of moves ends, and each step is one its machine allows."""
    for model in MACHINES:
        born = [str(model._meta.get_field("state").default)]
        for one in moves.broken_logs(model, born):
            step = f"{one.source or 'nothing'} → {one.target}" if one.target else "no move on record"
            yield f"{model._meta.label_lower} {one.subject}: {one.state}; {step} after {one.before or 'nothing'}"
