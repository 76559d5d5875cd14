"""The room's rules with the edition and the calendar in force filled in: periods as windows, steps of the return."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from pool.errors import Refused
from pool.models import BANK_ROLES, Deadline, User
from pool.money import WIDE, ZERO, share
from pool.refs import Refs
from pool.registry import DeadlineRule, LegalDate
from pool.rulebook import Edition
from pool.rules import Window, next_quarter_start, quarter_start
from pool.selectors import edition, refs
from pool.workdays import Calendar
from recovery import rules
from recovery.models import Clawback, ClawbackReceipt, Closing


@dataclass(frozen=True)
class Step:
    """What one recovery causes: the running total, the running entitlement of the pool, and the difference."""

    place: int
    cumulative: Decimal
    entitled: Decimal
    due: Decimal


def steps(compensated: Decimal, ratio: Decimal, recoveries: Sequence[Decimal]) -> list[Step]:
    found: list[Step] = []
    cumulative = entitled = ZERO
    for place, due in enumerate(rules.returns(compensated, ratio, recoveries)):
        cumulative = WIDE.add(cumulative, recoveries[place])
        entitled = WIDE.add(entitled, due)
        found.append(Step(place, cumulative, entitled, due))
    return found


def owed(claim: Claim, recovered: Decimal) -> Decimal:
    """What must have come back in all for that much recovered."""
    if claim.amount is None or claim.ratio is None:
        return ZERO
    return min(Decimal(claim.amount), share(recovered, claim.ratio))


Law = tuple[Edition, Calendar]


def law_on(on: date) -> Law:
    """What the periods are reckoned with; asked once where many rows are reckoned."""
    return edition(), refs(on).calendar


def report_window(received_on: date, claim: Claim | None) -> Window | None:
    """Where a recovery is reported; before the payment nothing is due yet."""
    if claim is None or claim.paid_on is None:
        return None
    return return_window(received_on, claim)


def return_window(received_on: date, claim: Claim) -> Window:
    """The first window after the money came in and after the compensation was paid (reading 11)."""
    if claim.paid_on is None:
        raise Refused("not_compensated", _("该项目尚未获得风险补偿。"), edition()["return_formula"].article)
    return rules.reporting_window(*law_on(received_on), received_on, claim.paid_on)


def quarter_window(day: date) -> Window:
    """The reporting window of the quarter that holds the day."""
    return rules.recovery_window(*law_on(day), day)


def window_dates(user: User, first: date, last: date) -> Iterator[LegalDate]:
    """The last day of each quarter's window for reporting and returning, for a bank's people."""
    if user.role not in BANK_ROLES:
        return
    day = first
    while day <= last:
        window = quarter_window(day)
        if first <= window.closes_on <= last:
            yield LegalDate(
                window.closes_on, gettext("上报并返还本季度前收回的款项"), window.article, gettext("加盟银行"),
                reverse("recovery:projects"), provisional=window.provisional,
            )  # fmt: skip
        day = next_quarter_start(day)


def window_at(day: date) -> Window:
    """The window that is open or comes next."""
    this = quarter_window(day)
    return this if day <= this.closes_on else quarter_window(next_quarter_start(day))


def quarters_before(day: date, count: int) -> list[date]:
    """First days of this quarter and the ones before it, newest first."""
    first = quarter_start(day)
    found = [first]
    while len(found) < count:
        first = quarter_start(date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1))
        found.append(first)
    return found


def settlement_window(disposal_ended_on: date) -> Window:
    return rules.settlement_window(*law_on(disposal_ended_on), disposal_ended_on)


def last_return_window(approved_on: date) -> Window:
    """The last return after the settlement was approved (reading 11); the same period as the refund's."""
    return _last_return(*law_on(approved_on), approved_on)


def closing_review_window(applied_on: date) -> Window:
    return rules.closing_review_window(*law_on(applied_on), applied_on)


def payoff_window(paid_off_on: date, law: Law | None = None) -> Window:
    return rules.payoff_window(*(law or law_on(paid_off_on)), paid_off_on)


def auto_closing(matures_on: date, determined_on: date | None, law: Law | None = None) -> Window:
    return rules.auto_closing(*(law or law_on(matures_on)), matures_on, determined_on)


def window_again(row: Deadline, reference: Refs) -> Window:
    """The same period from the same event, by that calendar."""
    return _PERIODS[row.kind](edition(), reference.calendar, row.event_on)


def _last_return(book: Edition, calendar: Calendar, approved_on: date) -> Window:
    window = rules.last_return_window(book, calendar, approved_on)
    return replace(window, article=book["return_formula"].article)


_PERIODS: dict[str, Callable[[Edition, Calendar, date], Window]] = {
    "recovery_window": rules.recovery_window,
    "refund_period": _last_return,
    "settlement_period": rules.settlement_window,
    "closing_review": rules.closing_review_window,
    "payoff_closing": rules.payoff_window,
}
_OF_RETURN = {"due_on": "closes_on", "due_provisional": "provisional"}
DEADLINE_RULES = (
    DeadlineRule("settlement_period", window_again, "recovery.settlement", {"apply_by": "closes_on"}, 30),
    DeadlineRule("recovery_window", window_again, "recovery.recovery", {"report_by": "closes_on"}, 40),
    *(
        DeadlineRule(kind, window_again, "recovery.return", _OF_RETURN, 50)
        for kind in ("recovery_window", "refund_period")
    ),
    DeadlineRule("closing_review", window_again, "recovery.closing", {"decide_by": "closes_on"}, 60),
    DeadlineRule("payoff_closing", window_again, "recovery.closing", {"apply_by": "closes_on"}, 60),
)
"""Each of this room's periods, the column of its subject that repeats the last day, its place in the order of locks."""


# --- clawback ---------------------------------------------------------------------------------------------------------


def paid_of(clawback: Clawback) -> rules.Paid:
    """What was paid for the project, and what had come back when it was decided."""
    return rules.Paid(clawback.amount, clawback.paid_on, clawback.returned)


def rate_of(clawback: Clawback) -> Decimal:
    rate = clawback.rate if clawback.rate is not None else clawback.violation.rate
    return Decimal(rate) if rate is not None else ZERO


def allotted(clawback: Clawback, receipts: Sequence[ClawbackReceipt]) -> list[rules.Allotment]:
    """What each receipt is: interest to its day first, then compensation."""
    return rules.allot(edition(), paid_of(clawback), rate_of(clawback), _money_of(receipts))


def clawback_due(clawback: Clawback, receipts: Sequence[ClawbackReceipt], day: date) -> rules.Clawback:
    """What is owed if it is paid on that day."""
    return rules.still_due(edition(), paid_of(clawback), rate_of(clawback), _money_of(receipts), day)


def _money_of(receipts: Sequence[ClawbackReceipt]) -> list[tuple[date, Decimal]]:
    return [(one.received_on, one.amount) for one in receipts]


@dataclass(frozen=True)
class InterestLine:
    """One line of the interest table: the days, what was out on them, and what they bore before rounding."""

    stretch: rules.Stretch
    interest: Decimal


def interest_table(clawback: Clawback, receipts: Sequence[ClawbackReceipt], until: date) -> list[InterestLine]:
    book, rate, paid = edition(), rate_of(clawback), paid_of(clawback)
    back = (*paid.returned, *((one.on, one.principal) for one in allotted(clawback, receipts)))
    return [
        InterestLine(line, rules.interest_of(book, [line], rate).quantize(SHOWN))
        for line in rules.stretches(replace(paid, returned=back), until)
    ]


SHOWN = Decimal("0.0001")
"""A line shows more than the fen, because only the sum of all lines is rounded."""


STEP_OF_HAT = {
    "manager": "manager",
    "finance": "finance_centre",
    "authority": "authority",
    "supervisor": "supervisor",
}
_COLUMNS = {
    "manager": "manager_by_id",
    "finance_centre": "finance_by_id",
    "authority": "authority_by_id",
    "supervisor": "supervisor_by_id",
}


def write_off_in_order(hat: str, closing: Closing) -> None:
    """The rule behind the chain: each step waits for those before it, the closing for all of them."""
    book = edition()
    done = [step for step, column in _COLUMNS.items() if getattr(closing, column)]
    step = STEP_OF_HAT.get(hat)
    finding = rules.write_off_step(book, done, step) if step else None
    if finding is not None and finding.failed:
        raise Refused(finding.code, book.message(finding), finding.article)
    if step is None and not rules.write_off_complete(book, done):
        raise Refused("step_out_of_order", _("各单位尚未全部同意，不能结项。"), book["write_off_chain"].article)
