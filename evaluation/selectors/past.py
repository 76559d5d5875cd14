"""时光机: a loan and a bank at the end of a day, from what was logged and booked, never from what stands now.

What counts is the business day of each act. What the log cannot tell of a past day is not shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from banks.models import Agreement, Bank, StandingEvent, Tenure, Violation
from claims.models import Claim
from evaluation.selectors import money
from evaluation.selectors.cases import Span
from evaluation.selectors.day import FIGURES
from loans.models import Correction, Determination, Extension, Loan
from pool.ledger.models import Entry
from pool.models import Deadline, Transition
from pool.money import ZERO
from pool.rulebook import Edition
from pool.rulebook.loader import editions
from recovery.models import Closing, Recovery, Return
from recovery.selectors import booked_on

MOVED = {
    money.Kind.COMPENSATION: "paid",
    money.Kind.RETURNS: "returned",
    money.Kind.REFUNDS: "refunded",
    money.Kind.CLAWBACKS: "clawed_back",
    money.Kind.RESERVED: "reserved",
}
"""Kinds of account → what a project's money is called."""
DETERMINED, RECOVERED, ENDED = "standing", "recovered", "ended"


def edition_on(on: date, scheme: str = "shenzhen") -> Edition | None:
    """The rules that were in force on that day; before the first text we hold, none."""
    return next((book for book in reversed(editions(scheme)) if book.in_force.holds(on)), None)


# ---- states, by the log of their moves ----------------------------------------------------------------------------


def states_on(model: type[Model], keys: Iterable[UUID], on: date, field: str = "state") -> dict[UUID, str]:
    """Where each of these rows stood at the end of the day; who had not begun is left out."""
    moves = Transition.objects.filter(
        subject_kind=model._meta.label_lower, subject_id__in=list(keys), field=field, on__lte=on
    )
    last = moves.order_by("subject_id", "-id").distinct("subject_id")
    return dict(last.values_list("subject_id", "target"))


def moves_until(loan: Loan, on: date) -> "QuerySet[Transition]":
    rows = Transition.objects.filter(subject_kind=Loan._meta.label_lower, subject_id=loan.pk, on__lte=on)
    return rows.select_related("by").order_by("id")


# ---- a loan -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PastDetermination:
    row: Determination
    status: str
    """Counted, wholly recovered, or ended by then."""


@dataclass(frozen=True)
class PastClaim:
    """A claim with its state of that evening; what was decided or paid later is not there."""

    row: Claim
    state: str
    amount: Decimal | None
    decided_on: date | None
    paid_on: date | None

    @property
    def label(self) -> Any:
        return Claim.State(self.state).label


@dataclass(frozen=True)
class PastLoan:
    on: date
    state: str
    library: str
    classification: str
    due_on: date
    principal: Decimal
    annual_rate: Decimal
    disbursed_on: date
    corrected_later: bool
    determinations: list[PastDetermination]
    claims: list[PastClaim]
    money: dict[str, Decimal]
    recovered: tuple[int, Decimal]
    returns: tuple[int, Decimal, Decimal]
    """Advised: how many, due in all, arrived by then."""
    closing: Closing | None
    deadlines: list[Deadline]


def loan_on(loan: Loan, on: date) -> PastLoan | None:
    """None before it had been entered."""
    if loan.entered_on > on:
        return None
    claims = list(Claim.objects.filter(loan=loan).order_by("created_at"))
    facts = _facts_on(loan, on)
    closing = Closing.objects.filter(loan=loan, closed_on__lte=on, state=Closing.State.CLOSED).order_by("id").last()
    return PastLoan(
        on=on,
        state=states_on(Loan, [loan.pk], on).get(loan.pk, Loan.State.ENTERED),
        library=states_on(Loan, [loan.pk], on, "library").get(loan.pk, Loan.Library.LOAN),
        classification=_classification_on(loan, on),
        due_on=_due_on(loan, on, facts["matures_on"]),
        principal=facts["principal"],
        annual_rate=facts["annual_rate"],
        disbursed_on=facts["disbursed_on"],
        corrected_later=facts["corrected_later"],
        determinations=_determinations_on(loan, on),
        claims=_claims_on(claims, on),
        money=_money_on([claim.pk for claim in claims], on),
        recovered=_recovered_on(loan, on),
        returns=_returns_on(loan, on),
        closing=closing,
        deadlines=_deadlines_on([loan.pk, *(claim.pk for claim in claims)], on),
    )


def _facts_on(loan: Loan, on: date) -> dict[str, Any]:
    """As they stood before the first correction that came later."""
    later = Correction.objects.filter(loan=loan, state=Correction.State.SUBMITTED, checked_on__gt=on)
    first = later.order_by("checked_on", "id").first()
    if first is None:
        names = ("principal", "annual_rate", "disbursed_on", "matures_on")
        return {name: getattr(loan, name) for name in names} | {"corrected_later": False}
    before = first.before
    return {
        "principal": Decimal(before["principal_yuan"]),
        "annual_rate": Decimal(before["annual_rate"]),
        "disbursed_on": date.fromisoformat(before["disbursed_on"]),
        "matures_on": date.fromisoformat(before["matures_on"]),
        "corrected_later": True,
    }


def _due_on(loan: Loan, on: date, matures_on: date) -> date:
    done = Extension.objects.filter(loan=loan, state=Extension.State.SUBMITTED, checked_on__lte=on)
    last = done.order_by("checked_on", "id").last()
    return last.extended_to if last else matures_on


def _classification_on(loan: Loan, on: date) -> str:
    """After the last change submitted by then, else as it was before the first that came later, else as it is."""
    changes = loan.classifications.order_by("checked_on", "id")
    before = changes.filter(checked_on__lte=on).last()
    if before is not None:
        return str(before.after)
    later = changes.filter(checked_on__gt=on).first()
    return str(later.before if later is not None else loan.classification)


def _determinations_on(loan: Loan, on: date) -> list[PastDetermination]:
    """Those submitted by then; whether one counts is asked as the overview asks it (17)."""
    counted = set(FIGURES["npl"].rows(Span(date.min, on)).filter(loan=loan).values_list("pk", flat=True))
    begun = set(loan.classifications.filter(checked_on__lte=on).values_list("on", flat=True))
    found = []
    for row in Determination.objects.filter(loan=loan).order_by("determined_on", "id"):
        if row.determined_on in begun:
            left = RECOVERED if row.recovered_on and row.recovered_on <= on else ENDED
            found.append(PastDetermination(row, DETERMINED if row.pk in counted else left))
    return found


def _claims_on(claims: list[Claim], on: date) -> list[PastClaim]:
    states = states_on(Claim, [claim.pk for claim in claims], on)
    return [
        PastClaim(
            claim,
            states[claim.pk],
            claim.amount if claim.decided_on and claim.decided_on <= on else None,
            claim.decided_on if claim.decided_on and claim.decided_on <= on else None,
            claim.paid_on if claim.paid_on and claim.paid_on <= on else None,
        )
        for claim in claims
        if claim.pk in states
    ]


def _money_on(claims: list[UUID], on: date) -> dict[str, Decimal]:
    entries = Entry.objects.filter(subject__in=claims, transaction__occurred_on__lte=on, account__kind__in=MOVED)
    return _said(dict(entries.order_by().values_list("account__kind").annotate(sum=Sum("amount"))))


def _said(sums: dict[str, Decimal]) -> dict[str, Decimal]:
    """As people say it, and what is still out."""
    found = {
        name: -sums.get(kind, ZERO) if kind in money.TURNED else sums.get(kind, ZERO) for kind, name in MOVED.items()
    }
    found["net"] = found["paid"] - found["returned"] - found["refunded"] - found["clawed_back"]
    return found


def _recovered_on(loan: Loan, on: date) -> tuple[int, Decimal]:
    rows = Recovery.objects.filter(loan=loan, state=Recovery.State.SUBMITTED, submitted_on__lte=on)
    found = rows.aggregate(n=Count("pk"), sum=Coalesce(Sum("amount"), ZERO))
    return found["n"], found["sum"]


def _returns_on(loan: Loan, on: date) -> tuple[int, Decimal, Decimal]:
    rows = Return.objects.filter(loan=loan, advised_on__lte=on)
    kept = rows.exclude(state=Return.State.CANCELLED).annotate(booked_on=booked_on("advice", "received_on"))
    arrived = Q(booked_on__isnull=False, booked_on__lte=on)
    found = kept.aggregate(
        n=Count("pk"), due=Coalesce(Sum("amount"), ZERO), got=Coalesce(Sum("amount", filter=arrived), ZERO)
    )
    return found["n"], found["due"], found["got"]


def _deadlines_on(subjects: list[UUID], on: date) -> list[Deadline]:
    still = Q(fulfilled_on__isnull=True) | Q(fulfilled_on__gt=on)
    kept = Q(dropped_on__isnull=True) | Q(dropped_on__gt=on)
    rows = Deadline.objects.filter(still, kept, subject_id__in=subjects, event_on__lte=on)
    return list(rows.order_by("closes_on"))


# ---- a bank -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PastBank:
    on: date
    stay: Tenure | None
    left: Tenure | None
    agreements: list[Agreement]
    standing: StandingEvent | None
    since: date | None
    money: dict[str, Decimal]
    claims: list[tuple[Any, int, Decimal]]
    """State, how many, their non-performing balance."""
    owed: Decimal
    violations: list[Violation]

    @property
    def ratio(self) -> Decimal | None:
        if self.standing is None or not self.standing.entered_principal:
            return None
        return self.standing.npl_principal / self.standing.entered_principal


def bank_on(bank: Bank, on: date) -> PastBank:
    stays = Tenure.objects.filter(bank=bank, began_on__lte=on).order_by("began_on")
    current = stays.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on)).last()
    events = StandingEvent.objects.filter(bank=bank, on__lte=on).order_by("number")
    turned = events.filter(turned=True).last()
    in_force = Agreement.objects.filter(bank=bank, valid_from__lte=on, signed_on__lte=on)
    return PastBank(
        on=on,
        stay=current,
        left=None if current else stays.last(),
        agreements=list(in_force.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).order_by("counterparty")),
        standing=events.last(),
        since=turned.on if turned else None,
        money=_money_of_bank(bank, on),
        claims=_claims_of(bank, on),
        owed=_owed_by(bank, on),
        violations=list(
            Violation.objects.filter(bank=bank, state=Violation.State.DECIDED, confirmed_on__lte=on).order_by(
                "confirmed_on"
            )
        ),
    )


def _money_of_bank(bank: Bank, on: date) -> dict[str, Decimal]:
    entries = Entry.objects.filter(bank=bank.pk, transaction__occurred_on__lte=on, account__kind__in=MOVED)
    return _said(dict(entries.order_by().values_list("account__kind").annotate(sum=Sum("amount"))))


def _claims_of(bank: Bank, on: date) -> list[tuple[Any, int, Decimal]]:
    moves = Transition.objects.filter(subject_kind=Claim._meta.label_lower, bank=bank.pk, field="state", on__lte=on)
    last = moves.order_by("subject_id", "-id").distinct("subject_id")
    states = dict(last.values_list("subject_id", "target"))
    rows = Claim.objects.filter(bank=bank, first_submitted_on__lte=on)
    found: dict[str, tuple[int, Decimal]] = {}
    for key, balance in rows.values_list("pk", "determination__principal_balance"):
        if state := states.get(key):
            count, total = found.get(state, (0, ZERO))
            found[state] = (count + 1, total + balance)
    return [(Claim.State(state), *found[state]) for state in Claim.State.values if state in found]


def _owed_by(bank: Bank, on: date) -> Decimal:
    """Advised and not arrived by then."""
    rows = Return.objects.filter(bank=bank, advised_on__lte=on).exclude(state=Return.State.CANCELLED)
    rows = rows.annotate(booked_on=booked_on("advice", "received_on"))
    rows = rows.filter(Q(booked_on__isnull=True) | Q(booked_on__gt=on))
    owed: Decimal = rows.aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"]
    return owed
