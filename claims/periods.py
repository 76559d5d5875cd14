"""The claim's further way: its periods, evidence and papers, the money of a plan, upgrades. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from loans.rules import is_non_performing
from pool.money import ZERO
from pool.rulebook import Edition, Finding, implements
from pool.rules import Pause, Window, reckon
from pool.workdays import ONE_DAY, Calendar

# ---- periods


@implements("review_period")
def review_window(book: Edition, calendar: Calendar, submitted_on: date, pauses: Sequence[Pause] = ()) -> Window:
    """The manager decides; the clock stands still while the bank is suspended, queried or held."""
    return reckon(book["review_period"], "submitted", submitted_on, calendar, pauses=pauses)


@implements("question_period")
def question_window(book: Edition, calendar: Calendar, asked_on: date) -> Window:
    """The bank answers what it is asked during the review."""
    return reckon(book["question_period"], "asked", asked_on, calendar)


@implements("re_examination_window")
def re_examination_window(book: Edition, calendar: Calendar, told_on: date) -> Window:
    """The bank may ask once for a re-examination after it is told the result."""
    return reckon(book["re_examination_window"], "decided", told_on, calendar)


@implements("publicity_period")
def publicity_window(book: Edition, calendar: Calendar, posted_on: date) -> Window:
    """Full working days; the day of posting is not counted."""
    return reckon(book["publicity_period"], "posted", posted_on, calendar)


@implements("publicity_period")
def plan_allowed_from(publicity: Window) -> date:
    """A plan may be issued from the day after publicity ends."""
    return publicity.closes_on + ONE_DAY


@implements("papers_period")
def papers_window(book: Edition, calendar: Calendar, plan_issued_on: date) -> Window:
    """The bank submits the payment papers after the plan is issued."""
    return reckon(book["papers_period"], "plan_issued", plan_issued_on, calendar)


@implements("payment_period")
def payment_window(book: Edition, calendar: Calendar, complete_on: date, pauses: Sequence[Pause] = ()) -> Window:
    """The finance centre pays after the papers are complete."""
    return reckon(book["payment_period"], "documents_complete", complete_on, calendar, pauses=pauses)


@implements("transfer_period")
def transfer_window(book: Edition, calendar: Calendar, paid_on: date) -> Window:
    """The bank moves the project to the compensation library after the money arrives."""
    return reckon(book["transfer_period"], "paid", paid_on, calendar)


@implements("upgrade_period")
def upgrade_window(book: Edition, calendar: Calendar, upgraded_on: date) -> Window:
    """The bank applies after a compensated loan is upgraded."""
    return reckon(book["upgrade_period"], "upgraded", upgraded_on, calendar)


@implements("refund_period")
def refund_window(book: Edition, calendar: Calendar, approved_on: date) -> Window:
    """The refund, or the last return, is due after the approval."""
    return reckon(book["refund_period"], "refund_approved", approved_on, calendar)


# ---- evidence and papers


@implements("claim_evidence")
def required_evidence(book: Edition, *, qualified: bool = False, featured: bool = False) -> tuple[str, ...]:
    """What a claim must be filed with; additions need their proof, a special approval is in the manager's register."""
    extra = {"qualification_proof": qualified, "feature_proof": featured}
    return (*book["claim_evidence"].words, *(item for item, wanted in extra.items() if wanted))


@implements("claim_evidence")
def evidence(book: Edition, required: Iterable[str], present: Collection[str]) -> Finding:
    """No submission with an item missing."""
    missing = tuple(item for item in required if item not in present)
    if missing:
        return book.finding("claim_evidence", "evidence_missing", missing=missing)
    return book.finding("claim_evidence", "evidence_complete")


@implements("payment_papers")
def papers(book: Edition, present: Collection[str]) -> Finding:
    """The four payment papers; payment runs from the complete set."""
    missing = tuple(item for item in book["payment_papers"].words if item not in present)
    if missing:
        return book.finding("payment_papers", "papers_missing", missing=missing)
    return book.finding("payment_papers", "papers_complete")


# ---- the money of a plan


@dataclass(frozen=True, slots=True)
class PoolMoney:
    """The pool's figures when a plan is drawn up."""

    cash: Decimal
    reserved: Decimal
    paid: Decimal
    returned: Decimal
    suspense: Decimal = Decimal("0.00")
    """Of the cash, what is held for others and promised to nobody."""

    @property
    def available(self) -> Decimal:
        return self.cash - self.suspense - self.reserved


@implements("total_control", "pool_size")
def room_under_ceiling(book: Edition, money: PoolMoney) -> Decimal:
    """What may still be planned before the pool's size is reached."""
    return book["pool_size"].decimal - (money.paid - money.returned + money.reserved)


@implements("total_control", "pool_size")
def plan_fits(book: Edition, money: PoolMoney, plan: Decimal) -> tuple[Finding, ...]:
    """A plan needs available cash and room under the ceiling; both lacks are told."""
    room = room_under_ceiling(book, money)
    findings: list[Finding] = []
    if plan > money.available:
        short = str(plan - money.available)
        findings.append(
            book.finding(
                "total_control", "plan_short_of_cash", plan=str(plan), available=str(money.available), short=short
            )
        )
    if plan > room:
        findings.append(
            book.finding("total_control", "plan_over_ceiling", plan=str(plan), room=str(room), short=str(plan - room))
        )
    if not findings:
        findings.append(
            book.finding(
                "total_control", "plan_within_means", plan=str(plan), available=str(money.available), room=str(room)
            )
        )
    return tuple(findings)


@dataclass(frozen=True, slots=True)
class Queued:
    """An approved claim waiting for a plan."""

    key: str
    submitted_at: datetime
    amount: Decimal


@implements("total_control")
def queue(book: Edition, money: PoolMoney, claims: Iterable[Queued]) -> tuple[list[Queued], list[Queued]]:
    """(taken, waiting): whole claims by submission time; none is scaled, none overtakes."""
    left = min(money.available, room_under_ceiling(book, money))
    ordered = sorted(claims, key=lambda claim: (claim.submitted_at, claim.key))
    for position, claim in enumerate(ordered):
        if claim.amount > left:
            return ordered[:position], ordered[position:]
        left -= claim.amount
    return ordered, []


# ---- upgrade, repayment, and claiming again


@implements("upgrade_classes")
def upgraded(book: Edition, classification: str) -> Finding:
    """Only an upgrade to a performing class sends a project back."""
    done = classification in book["upgrade_classes"].words
    return book.finding("upgrade_classes", "upgraded" if done else "not_upgraded", classification=classification)


@implements("upgrade_classes", "return_formula")
def refund_due(compensated: Decimal, returned: Decimal) -> Decimal:
    """On upgrade everything paid goes back, less what recoveries have returned."""
    return max(ZERO, compensated - returned)


@implements("upgrade_classes")
def may_claim_again(book: Edition, refund: Decimal, refunded: Decimal) -> Finding:
    """Not before the refund is complete."""
    outstanding = refund - refunded
    if outstanding > 0:
        return book.finding("upgrade_classes", "refund_outstanding", outstanding=str(outstanding))
    return book.finding("upgrade_classes", "refund_complete")


@implements("npl_classes")
def lapses(book: Edition, classification: str, principal_outstanding: Decimal) -> bool:
    """A pending claim lapses when its loan is upgraded, or repaid before payment."""
    return not is_non_performing(book, classification) or principal_outstanding <= 0
