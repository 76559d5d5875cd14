"""Reads of this room that are more than a filter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from claims import assessment, periods
from claims.assessment import language
from claims.models import (
    Assignment,
    Claim,
    Desk,
    EndingRequest,
    Evidence,
    FundingPlan,
    Objection,
    PapersPacket,
    PaymentPaper,
    PlanItem,
    Publicity,
    PublicityItem,
    Question,
    QuestionPaper,
    Reconsideration,
    Recusal,
    Review,
)
from loans import selectors as loans
from loans.models import Determination, Loan
from loans.words import BorrowerKind
from pool.errors import Refused
from pool.ledger.models import Account, Entry
from pool.masking import mask_name
from pool.models import Deadline, Hat, Role, User
from pool.money import ZERO
from pool.moves import history
from pool.registry import ReferenceChange
from pool.selectors import edition

IN_QUEUE = ("first_submitted_on", "submitted_at", "pk")
"""The order in which claims wait for money: the time of their first submission (reading 21)."""
NOT_SETTLED = Q(state__in=Claim.ON_FILE) | Q(state=Claim.State.REFUSED, final=False)
"""On file, or refused and not yet for good."""


def claims_of(person: User) -> "QuerySet[Claim]":
    """The claims this person may see; row security says the same once more."""
    rows: QuerySet[Claim] = Claim.objects.visible_to(person).select_related("loan", "bank", "determination")
    return rows


def claimable_loans(person: User) -> "QuerySet[Loan]":
    """The bank's non-performing loans whose claim period is open and that have no live claim yet."""
    periods_ = Deadline.objects.filter(subject_id=OuterRef("pk"), kind="claim_period", fulfilled_on__isnull=True)
    standing = Determination.objects.filter(loan=OuterRef("pk"), ended_on__isnull=True)
    rows: QuerySet[Loan] = Loan.objects.filter(bank_id=person.institution, state=Loan.State.NON_PERFORMING)
    return rows.annotate(
        last_day=Subquery(periods_.filter(dropped_on__isnull=True).values("closes_on")[:1]),
        determined_on=Subquery(standing.values("determined_on")[:1]),
        balance=Coalesce(Subquery(standing.values("principal_balance")[:1]), ZERO),
    ).filter(~Exists(Claim.objects.filter(loan_id=OuterRef("pk"), state__in=Claim.LIVE)), last_day__isnull=False)


def claim_in_the_way(loan: Loan) -> Refused | None:
    """A claim on file, or a refusal not yet final, rests on the loan as it is."""
    claim = Claim.objects.filter(NOT_SETTLED, loan=loan).first()
    if claim is None:
        return None
    words = {"number": claim.number, "state": claim.get_state_display()}
    return Refused(
        "claim_on_file",
        _("该笔贷款的补偿申请 %(number)s 正在办理（%(state)s），贷款内容以申请时为准；确需变动的，请先撤回申请。")
        % words,
        edition()["claim_period"].article,
    )


def evidence_items(loan: Loan) -> list[str]:
    """The documents a claim for this loan must carry: the rulebook's list, and proof of what raises the ratio."""
    raised = {"qualified": bool(loan.qualifications), "featured": bool(loan.features)}
    return list(periods.required_evidence(edition(), **raised))


def evidence_label(item: str) -> str:
    return edition().word("evidence", item, language())


def paper_label(item: str) -> str:
    return edition().word("paper", item, language())


def current_evidence(claim: Claim) -> "QuerySet[Evidence]":
    return Evidence.objects.filter(claim=claim, superseded=False).select_related("file", "added_by").order_by("item")


def missing_evidence(claim: Claim) -> list[str]:
    there = set(current_evidence(claim).values_list("item", flat=True))
    return [item for item in evidence_items(claim.loan) if item not in there]


OTHER_PAPER = "other"
"""A document of a reply that is no kind of evidence: it explains, and stays with the reply."""


def open_question(claim: Claim) -> Question | None:
    """What the bank has been asked and has not answered."""
    found: Question | None = Question.objects.filter(claim=claim, state__in=Question.OPEN).first()
    return found


def was_left_out(claim: Claim) -> bool:
    """Approved, and its last move was that a correcting notice did not carry it."""
    last = history(claim, "state").last()
    return claim.state == Claim.State.APPROVED and last is not None and last.source == Claim.State.PUBLICISED


def open_reconsideration(claim: Claim) -> Reconsideration | None:
    """Proposed and not yet decided."""
    rows = Reconsideration.objects.filter(claim=claim, state=Reconsideration.State.PROPOSED)
    found: Reconsideration | None = rows.select_related("proposed_by").first()
    return found


NOT_ASKED = ~Exists(Question.objects.filter(claim=OuterRef("pk"), state__in=Question.OPEN))
"""Of claims: the bank owes no answer."""


def askable_items(claim: Claim) -> list[str]:
    return [*evidence_items(claim.loan), OTHER_PAPER]


def reply_items(question: Question) -> list[str]:
    """What the bank may hand in: what was asked for, and whatever explains it."""
    return list(dict.fromkeys([*question.items, OTHER_PAPER]))


def awaiting_reply(question: Question) -> list[User]:
    """Whom the answer is for: who asked and who holds the desk now, unless they keep away."""
    given = holder(question.claim, Desk.REVIEWER)
    people = {question.asked_by, *([given.person] if given else [])}
    away = set(Recusal.objects.filter(claim=question.claim_id).values_list("person", flat=True))
    return sorted((one for one in people if one.pk not in away), key=str)


def reply_label(item: str) -> str:
    return _("其他说明材料") if item == OTHER_PAPER else evidence_label(item)


def reply_papers(question: Question) -> "QuerySet[QuestionPaper]":
    rows = QuestionPaper.objects.filter(question=question, superseded=False)
    return rows.select_related("file", "added_by").order_by("item")


def current_papers(packet: PapersPacket) -> "QuerySet[PaymentPaper]":
    return PaymentPaper.objects.filter(packet=packet, superseded=False).select_related("file", "added_by")


def missing_papers(packet: PapersPacket) -> list[str]:
    there = set(current_papers(packet).values_list("item", flat=True))
    return [item for item in edition()["payment_papers"].words if item not in there]


def items_of(packet: PapersPacket) -> "QuerySet[PlanItem]":
    """The plan's items of the packet's bank that still stand."""
    return (
        PlanItem.objects.filter(plan_id=packet.plan_id, bank_id=packet.bank_id, dropped_on__isnull=True)
        .select_related("claim__loan", "bank")
        .order_by("position")
    )


def standing_items(plan: FundingPlan) -> "QuerySet[PlanItem]":
    return (
        PlanItem.objects.filter(plan=plan, dropped_on__isnull=True)
        .select_related("claim__loan", "bank")
        .order_by("position")
    )


def on_file(loan: Loan) -> bool:
    """Whether a claim stands in the way of automatic closing (reading 14): filed, and not refused for good."""
    return bool(Claim.objects.filter(NOT_SETTLED, loan=loan).exists())


def on_file_among(loan_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the loans that have such a claim, in one question."""
    return set(Claim.objects.filter(NOT_SETTLED, loan_id__in=list(loan_ids)).values_list("loan_id", flat=True))


def paid_claim(loan: Loan) -> Claim | None:
    """The claim by which the loan is compensated now."""
    found: Claim | None = Claim.objects.filter(loan=loan, state=Claim.State.PAID).first()
    return found


def refused_for_good(loan: Loan) -> Claim | None:
    found: Claim | None = Claim.objects.filter(loan=loan, state=Claim.State.REFUSED, final=True).order_by("-pk").first()
    return found


def public_lines(publicity: Publicity) -> list[dict[str, Any]]:
    """The lines of a notice as frozen when it was posted: bank, masked borrower, amount; no keys, no numbers.

    Beside them `removed`: an objection was upheld.
    """
    rows = PublicityItem.objects.filter(publicity=publicity).order_by("position")
    upheld = Q(claim__state=Claim.State.REMOVED)
    return list(
        rows.annotate(removed=ExpressionWrapper(upheld, output_field=BooleanField())).values(
            "position", "shown_bank", "shown_borrower", "amount", "removed"
        )
    )


def notice_of(claim: Claim) -> PublicityItem | None:
    """The line of the newest notice that carries the claim."""
    rows = PublicityItem.objects.filter(claim=claim).select_related("publicity")
    found: PublicityItem | None = rows.order_by("-created_at").first()
    return found


def objection_of(number: str, contact: str) -> Objection | None:
    """For whoever made it: the number that was given out, and the contact that was left with it."""
    found: Objection | None = (
        Objection.objects.select_related("item__publicity").filter(number=number.strip().upper()).first()
    )
    given = contact.strip().encode()
    return found if found is not None and constant_time_compare(found.contact.encode(), given) else None


def disputed(claim_ids: Iterable[UUID]) -> set[UUID]:
    """Those with an objection not yet decided, to whichever notice it was made."""
    waiting = Objection.objects.filter(item__claim__in=list(claim_ids), state__in=Objection.OPEN)
    return set(waiting.values_list("item__claim_id", flat=True))


def compensated(claim_ids: Iterable[UUID]) -> dict[UUID, Decimal]:
    """What the ledger holds as paid for each claim, returns and refunds not deducted."""
    wanted = list(claim_ids)
    rows = Entry.objects.filter(account__kind=Account.Kind.COMPENSATION, subject__in=wanted).values("subject")
    booked = {row["subject"]: row["total"] for row in rows.annotate(total=Sum("amount"))}
    return {claim_id: booked.get(claim_id, ZERO) for claim_id in wanted}


def open_publicities(on: date) -> "QuerySet[Publicity]":
    return Publicity.objects.filter(state=Publicity.State.POSTED, last_day__gte=on)


@dataclass(frozen=True)
class Queue:
    """What waits for a second person of the bank and would move its two sums; and the claims on file, which would not:
    their loans are in the sum of the non-performing since the determination (reading 12)."""

    entering: Decimal
    worse: Decimal
    better: Decimal
    claims: int
    claimed_npl: Decimal

    @property
    def moves(self) -> bool:
        return bool(self.entering or self.worse or self.better)


def awaiting_money(bank_id: UUID) -> "QuerySet[Claim]":
    """The bank's claims that are filed and not yet paid."""
    return Claim.objects.filter(bank_id=bank_id, state__in=Claim.BEFORE_PAYMENT).exclude(state=Claim.State.DRAFT)


def queue_of(bank_id: UUID) -> Queue:
    entering, worse = loans.on_the_way(bank_id)
    endings = EndingRequest.objects.filter(
        bank_id=bank_id, state=EndingRequest.State.PREPARED, determination__recovered_on=None
    )
    claimed = awaiting_money(bank_id).aggregate(
        n=Count("pk"), total=Sum("determination__principal_balance", default=ZERO)
    )
    return Queue(
        entering=entering,
        worse=worse,
        better=endings.aggregate(total=Sum("determination__principal_balance", default=ZERO))["total"],
        claims=claimed["n"],
        claimed_npl=claimed["total"],
    )


def public_name(loan: Loan) -> str:
    """A firm by its name, a person by the first character; a person's name inside a trader's name is masked too."""
    name, owner = str(loan.borrower_name), str(loan.owner_name)
    if loan.borrower_kind == BorrowerKind.OWNER:
        return mask_name(owner or name)
    if loan.borrower_kind == BorrowerKind.SOLE_TRADER and owner and owner in name:
        return name.replace(owner, mask_name(owner))
    return name


# ---- the manager's desks --------------------------------------------------------------------------------------------

UNDER_REVIEW = (Claim.State.SUBMITTED, Claim.State.REVIEWING, Claim.State.RE_EXAMINING)
ROLE_OF_DESK = {
    Desk.REVIEWER: Role.MANAGER_REVIEWER,
    Desk.RE_REVIEWER: Role.MANAGER_REVIEWER,
    Desk.APPROVER: Role.MANAGER_APPROVER,
    Desk.RE_APPROVER: Role.MANAGER_APPROVER,
}


def round_of(claim: Claim) -> str:
    return Review.Round.RE_EXAMINATION if claim.state == Claim.State.RE_EXAMINING else Review.Round.FIRST


def _opinions() -> "QuerySet[Review]":
    """Reviewers' opinions that stand: what a person said who recused afterwards does not, nor a re-examination before
    the claim was reviewed anew."""
    who_keeps_away = FilteredRelation("claim__recusals", condition=Q(claim__recusals__person=F("by")))
    rows = Review.objects.filter(stage=Review.Stage.REVIEWER).alias(away=who_keeps_away)
    anew = Reconsideration.objects.filter(
        claim=OuterRef("claim"), state=Reconsideration.State.AGREED, decided_at__gt=OuterRef("created_at")
    )
    return rows.filter(~(Q(round=Review.Round.RE_EXAMINATION) & Exists(anew)), away__isnull=True)


def last_opinion(claim: Claim, round_: str) -> Review | None:
    """The reviewer's newest opinion of a round."""
    found: Review | None = _opinions().filter(claim=claim, round=round_).select_related("by").last()
    return found


def desk_of(claim: Claim) -> str:
    """The desk on which the claim lies now; empty where the manager has nothing to do."""
    if claim.state == Claim.State.RE_EXAMINING:
        return Desk.RE_APPROVER if last_opinion(claim, Review.Round.RE_EXAMINATION) else Desk.RE_REVIEWER
    found = {Claim.State.SUBMITTED: Desk.REVIEWER, Claim.State.REVIEWING: Desk.APPROVER}
    return found.get(claim.state, "")


def with_desk(rows: "QuerySet[Claim]") -> "QuerySet[Claim]":
    """Each claim with the `desk` on which it lies now, and the key and name of who holds it there."""
    again = _opinions().filter(claim=OuterRef("pk"), round=Review.Round.RE_EXAMINATION)
    at = Case(
        When(state=Claim.State.SUBMITTED, then=Value(Desk.REVIEWER.value)),
        When(state=Claim.State.REVIEWING, then=Value(Desk.APPROVER.value)),
        When(Exists(again), state=Claim.State.RE_EXAMINING, then=Value(Desk.RE_APPROVER.value)),
        When(state=Claim.State.RE_EXAMINING, then=Value(Desk.RE_REVIEWER.value)),
        default=Value(""),
        output_field=CharField(),
    )
    held = Assignment.objects.filter(claim=OuterRef("pk"), desk=OuterRef("desk"), ended_on__isnull=True)
    return rows.annotate(desk=at).annotate(
        holder=Subquery(held.values("person")[:1]), holder_name=Subquery(held.values("person__display_name")[:1])
    )


def mine_or_nobodys(person: User) -> Q:
    """Of rows that carry their holder."""
    return Q(holder=person.pk) | Q(holder__isnull=True)


QUEUE_LENGTH = 2000
"""As far as the review page looks for the claim before and after."""


def beside(claim: Claim, person: User) -> tuple[UUID | None, UUID | None]:
    """The claims before and after this one among those that are this person's or nobody's, the most urgent first."""
    rows = with_desk(Claim.objects.filter(state__in=UNDER_REVIEW)).filter(mine_or_nobodys(person) | Q(pk=claim.pk))
    order = rows.order_by(F("decide_by").asc(nulls_last=True), "first_submitted_on", "pk")
    keys = list(order.values_list("pk", flat=True)[:QUEUE_LENGTH])
    if claim.pk not in keys:
        return None, keys[0] if keys else None
    place = keys.index(claim.pk)
    return keys[place - 1] if place else None, keys[place + 1] if place + 1 < len(keys) else None


def unassigned() -> "QuerySet[Claim]":
    """Those on a desk of the manager that are nobody's yet."""
    return with_desk(Claim.objects.filter(state__in=UNDER_REVIEW)).filter(holder__isnull=True)


def holder(claim: Claim, desk: str) -> Assignment | None:
    """To whom this desk of the claim is given."""
    rows = Assignment.objects.filter(claim=claim, desk=desk, ended_on__isnull=True)
    found: Assignment | None = rows.select_related("person").first()
    return found


def able(claim: Claim, desk: str) -> "QuerySet[User]":
    """Who may be given this desk: of the role, in service, without another hat on the claim, not recused."""
    other_hat = Hat.objects.filter(case=claim.pk, person=OuterRef("pk")).exclude(hat=desk)
    recused = Recusal.objects.filter(claim=claim, person=OuterRef("pk"))
    people = User.objects.filter(~Exists(other_hat), ~Exists(recused), role=ROLE_OF_DESK[Desk(desk)], is_active=True)
    return people.order_by("display_name", "pk")


@dataclass(frozen=True)
class Load:
    """What lies before one person: how many claims, and the first last day among them."""

    person: User
    open: int
    first: date | None


def loads() -> list[Load]:
    """Every reviewer and approver in service, the one with most before them first."""
    given = with_desk(Claim.objects.filter(state__in=UNDER_REVIEW)).filter(holder__isnull=False)
    found = {row["holder"]: row for row in given.values("holder").annotate(n=Count("pk"), first=Min("decide_by"))}
    people = User.objects.filter(role__in=set(ROLE_OF_DESK.values()), is_active=True)
    rows = [Load(one, found.get(one.pk, {}).get("n", 0), found.get(one.pk, {}).get("first")) for one in people]
    return sorted(rows, key=lambda row: (row.person.role, -row.open, str(row.person)))


# ---- what reference data touch


def touched_by(change: ReferenceChange, on: date) -> Iterable[tuple[str, int]]:
    """Claims before payment whose answer would be another, or whose enterprise a list names."""
    claims = Claim.objects.filter(state__in=Claim.BEFORE_PAYMENT).select_related("loan", "determination", "bank")
    codes = {row["credit_code"] for row in change.rows if "credit_code" in row}
    if codes:
        named = claims.filter(Q(loan__credit_code__in=codes) | Q(loan__co_borrower_code__in=codes))
        yield _("借款人在变动名单中的未拨付申请"), named.count()
    else:
        yield _("核验结论将变化的未拨付申请"), sum(_differs(claim, change, on) for claim in claims)


def _differs(claim: Claim, change: ReferenceChange, on: date) -> bool:
    """Another conclusion or amount; a limit that moved without changing either is none."""
    before, after = (_answer(assessment.of_claim(claim, on, data)) for data in (change.before, change.after))
    return before != after


def _answer(found: assessment.Assessment) -> tuple[Any, ...]:
    said = tuple((one.provision, one.code, one.outcome, one.provisional) for one in found.findings)
    return (said, found.ratio, found.amount)
