"""Recoveries, returns, closing, write-off, clawback. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from claims.rules import last_day_before_auto_closing
from loans.rules import claim_window
from pool.money import WIDE, ZERO, allocate, fen, share, total
from pool.rulebook import Edition, Finding, implements
from pool.rules import Window, next_quarter_start, quarter_start, reckon
from pool.workdays import ONE_DAY, Calendar

# ---- returns


@implements("return_formula")
def return_due(compensated: Decimal, ratio: Decimal, recovered: Decimal, returned: Decimal) -> Decimal:
    """min(compensated, total recovered × ratio, half up) less what was returned before; never negative."""
    return max(ZERO, min(compensated, share(recovered, ratio)) - returned)


@implements("return_formula")
def returns(compensated: Decimal, ratio: Decimal, recoveries: Sequence[Decimal]) -> list[Decimal]:
    """What each recovery in turn makes due; the rounding is that of the running total, so no fen is lost."""
    due: list[Decimal] = []
    recovered = returned = ZERO
    for recovery in recoveries:
        recovered = WIDE.add(recovered, recovery)
        due.append(return_due(compensated, ratio, recovered, returned))
        returned = WIDE.add(returned, due[-1])
    return due


@implements("return_formula")
def return_finding(
    book: Edition, compensated: Decimal, ratio: Decimal, recovered: Decimal, returned: Decimal
) -> Finding:
    """The same, explained."""
    return book.finding(
        "return_formula",
        "return_due",
        recovered=str(recovered),
        ratio=str(ratio),
        compensated=str(compensated),
        returned=str(returned),
        due=str(return_due(compensated, ratio, recovered, returned)),
    )


@implements("return_formula")
def counts_as_recovery(determined_on: date, recovered_on: date) -> bool:
    """Recoveries count from the day after the determination."""
    return recovered_on > determined_on


@implements("recovery_window")
def recovery_window(book: Edition, calendar: Calendar, day: date) -> Window:
    """The window of the quarter that holds `day`: its first day to its last counted working day."""
    provision = book["recovery_window"]
    opens_on = quarter_start(day)
    closes_on = calendar.nth_workday_of_quarter(day, provision.number)
    return Window(
        event="quarter",
        article=provision.article,
        provision=provision.slug,
        starts_on=opens_on,
        opens_on=opens_on,
        closes_on=closes_on,
        unit=provision.unit,
        count=provision.number,
        provisional=calendar.provisional_between(opens_on, closes_on),
    )


@implements("recovery_window")
def reporting_window(book: Edition, calendar: Calendar, recovered_on: date, paid_on: date) -> Window:
    """Where a recovery is reported and returned: the first window after it, and after the payment."""
    return recovery_window(book, calendar, next_quarter_start(max(recovered_on, paid_on)))


@implements("settlement_period")
def settlement_window(book: Edition, calendar: Calendar, disposal_ended_on: date) -> Window:
    """The settlement application after disposal ends, assets in kind included."""
    return reckon(book["settlement_period"], "disposal_ended", disposal_ended_on, calendar)


@implements("refund_period")
def last_return_window(book: Edition, calendar: Calendar, approved_on: date) -> Window:
    """The last return is due after the settlement is approved."""
    return reckon(book["refund_period"], "settlement_approved", approved_on, calendar)


def share_price(price: Decimal, principal: Mapping[str, Decimal], other: Decimal = ZERO) -> dict[str, Decimal]:
    """The price of a package over its loans by their outstanding principal, to the fen; `other` is the principal of
    what else was sold with them, whose share is nobody's here.

    What rounding leaves goes to the largest remainders, of equal ones to the larger loan, then to the lower number:
    the answer does not depend on the order in which the loans are named.
    """
    names = sorted(principal, key=lambda name: (-principal[name], name))
    shares = allocate(price, [*(principal[name] for name in names), other])
    return dict(zip(names, shares, strict=False))


# ---- closing


@implements("payoff_closing")
def payoff_window(book: Edition, calendar: Calendar, paid_off_on: date) -> Window:
    """The bank closes a loan that was paid off."""
    return reckon(book["payoff_closing"], "paid_off", paid_off_on, calendar)


@implements("auto_closing")
def auto_closing(book: Edition, calendar: Calendar, matures_on: date, determined_on: date | None = None) -> Window:
    """The day on which a loan with no claim on file closes by itself (`closes_on`).

    The day after the months that follow maturity; where a determination within them still has its claim period
    open, the day after that period.
    """
    provision = book["auto_closing"]
    last = last_day_before_auto_closing(book, matures_on)
    window = Window(
        event="auto_close",
        article=provision.article,
        provision=provision.slug,
        starts_on=matures_on,
        opens_on=None,
        closes_on=last + ONE_DAY,
        unit=provision.unit,
        count=provision.number,
    )
    if determined_on is not None and determined_on <= last:
        claim = claim_window(book, calendar, determined_on)
        if claim.closes_on > last:
            return replace(window, closes_on=claim.closes_on + ONE_DAY, provisional=claim.provisional)
    return window


@implements("closing_review")
def closing_review_window(book: Edition, calendar: Calendar, applied_on: date) -> Window:
    """Manager and finance centre together decide on a write-off closing."""
    return reckon(book["closing_review"], "closing_applied", applied_on, calendar)


@implements("write_off_chain")
def write_off_step(book: Edition, done: Sequence[str], step: str) -> Finding:
    """Each step waits for those before it."""
    order = book["write_off_chain"].words
    waiting = tuple(earlier for earlier in order[: order.index(step)] if earlier not in done)
    if waiting:
        return book.finding("write_off_chain", "step_out_of_order", step=step, waiting=waiting)
    return book.finding("write_off_chain", "step_in_order", step=step)


@implements("write_off_chain")
def write_off_complete(book: Edition, done: Sequence[str]) -> bool:
    """Every institution of the chain has agreed."""
    return set(book["write_off_chain"].words) <= set(done)


# ---- clawback


@dataclass(frozen=True, slots=True)
class Paid:
    """Compensation of one project: what was paid, when, and what came back since."""

    amount: Decimal
    paid_on: date
    returned: tuple[tuple[date, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Clawback:
    principal: Decimal
    interest: Decimal
    days: int
    finding: Finding

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which the same amount was out: the first bears interest, the last no longer."""

    starts_on: date
    ends_on: date
    out: Decimal

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days


def stretches(paid: Paid, until: date) -> list[Stretch]:
    """What was out between the payment and `until`, a line for each change."""
    found, out, since = [], paid.amount, paid.paid_on
    for on, amount in sorted(paid.returned):
        if on > until:
            break
        found.append(Stretch(since, on, out))
        out, since = WIDE.subtract(out, amount), on
    found.append(Stretch(since, until, out))
    return [line for line in found if line.days]


def out_on(paid: Paid, until: date) -> Decimal:
    """What has not come back by the end of that day."""
    return WIDE.subtract(paid.amount, total(amount for on, amount in paid.returned if on <= until))


@implements("clawback_interest")
def interest_of(book: Edition, lines: Sequence[Stretch], rate: Decimal) -> Decimal:
    """Simple interest on what was out each day, by the days of a year that the provision names; not rounded."""
    weighted = ZERO
    for line in lines:
        weighted = WIDE.add(weighted, WIDE.multiply(line.out, Decimal(line.days)))
    return WIDE.divide(WIDE.multiply(weighted, rate), Decimal(book["clawback_interest"].number * 100))


@implements("clawback_interest")
def clawback(book: Edition, paid: Paid, rate: Decimal, until: date) -> Clawback:
    """All that is still out, with simple interest on what was out each day; `rate` is percent a year."""
    out = out_on(paid, until)
    interest = fen(interest_of(book, stretches(paid, until), rate))
    days = (until - paid.paid_on).days
    finding = book.finding(
        "clawback_interest",
        "clawback_due",
        principal=str(out),
        interest=str(interest),
        rate=str(rate),
        days=days,
    )
    return Clawback(out, interest, days, finding)


@dataclass(frozen=True, slots=True)
class Allotment:
    """What a payment of a bank that pays back is: interest first, then compensation; and what is left after it."""

    on: date
    amount: Decimal
    interest: Decimal
    principal: Decimal
    out: Decimal
    interest_owed: Decimal

    @property
    def settled(self) -> bool:
        return self.out == ZERO and self.interest_owed == ZERO


@implements("clawback_interest")
def allot(book: Edition, paid: Paid, rate: Decimal, receipts: Sequence[tuple[date, Decimal]]) -> list[Allotment]:
    """Each receipt in the order of its day: the interest of all days so far less what was paid of it, then the rest.

    Interest is that of the whole time, rounded once, so no fen is lost over several receipts; it bears none itself.
    """
    found: list[Allotment] = []
    back, interest_paid = list(paid.returned), ZERO
    for on, amount in receipts:
        due = clawback(book, replace(paid, returned=tuple(back)), rate, on)
        owed = max(ZERO, due.interest - interest_paid)
        interest = min(amount, owed)
        principal = amount - interest
        found.append(Allotment(on, amount, interest, principal, due.principal - principal, owed - interest))
        back.append((on, principal))
        interest_paid = WIDE.add(interest_paid, interest)
    return found


@implements("clawback_interest")
def still_due(
    book: Edition, paid: Paid, rate: Decimal, receipts: Sequence[tuple[date, Decimal]], until: date
) -> Clawback:
    """What is owed on a day after the receipts so far: compensation that is out, and interest not yet paid."""
    before = allot(book, paid, rate, receipts)
    back = (*paid.returned, *((one.on, one.principal) for one in before))
    due = clawback(book, replace(paid, returned=back), rate, until)
    return replace(due, interest=max(ZERO, due.interest - total(one.interest for one in before)))


def total_recovered(recoveries: Sequence[tuple[date, Decimal]], determined_on: date) -> Decimal:
    """The recoveries that count, in all."""
    return total(amount for on, amount in recoveries if counts_as_recovery(determined_on, on))
