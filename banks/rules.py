"""Banks: the 3 % line, agreements, membership, the dishonesty list. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from pool.money import CENT, WIDE, ZERO
from pool.rulebook import Edition, Finding, implements
from pool.rules import MONTHS_PER_YEAR, add_months

HUNDRED = 100


@dataclass(frozen=True, slots=True)
class LoanPosition:
    """What one loan contributes to its bank's 3 %."""

    principal: Decimal
    withdrawn: bool = False
    determination_stands: bool = False
    npl_principal: Decimal = ZERO
    upgraded: bool = False
    principal_recovered: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Standing:
    """A bank against the line: exact sums, and what brings it back or would suspend it."""

    npl: Decimal
    entered: Decimal
    suspended: bool
    #: Non-performing principal over the line, in percent, cut (never rounded) to four places for display.
    percent: Decimal
    #: The least non-performing principal to upgrade or recover before it resumes.
    cure: Decimal
    #: The least principal to enter before it resumes.
    new_entries: Decimal
    #: How much more may become non-performing before it is suspended.
    headroom: Decimal
    finding: Finding


def _fen_int(amount: Decimal) -> int:
    return int(WIDE.multiply(amount, Decimal(HUNDRED)))


def _yuan(fen_int: int) -> Decimal:
    return WIDE.divide(Decimal(fen_int), Decimal(HUNDRED)).quantize(CENT, context=WIDE)


@implements("npl_ceiling")
def standing(book: Edition, npl: Decimal, entered: Decimal) -> Standing:
    """Suspended strictly above the line; exactly on it, or with nothing entered, not suspended."""
    provision = book["npl_ceiling"]
    line = provision.decimal.as_integer_ratio()
    bad, base = _fen_int(npl), _fen_int(entered)
    share, whole = line[0], line[1] * HUNDRED
    suspended = base > 0 and bad * whole > share * base
    allowed = share * base // whole
    cure = max(0, bad - allowed) if base else 0
    wanted = -(-bad * whole // share) if share else 0
    percent = (
        Decimal(bad * HUNDRED * 10_000 // base).scaleb(-4, context=WIDE).quantize(Decimal("0.0001"))
        if base
        else Decimal("0.0000")
    )
    finding = book.finding(
        "npl_ceiling",
        "standing_suspended" if suspended else "standing_good",
        npl=str(npl),
        entered=str(entered),
        percent=str(percent),
        line=str(provision.decimal),
        cure=str(_yuan(cure)),
    )
    return Standing(
        npl=npl,
        entered=entered,
        suspended=suspended,
        percent=percent,
        cure=_yuan(cure),
        new_entries=_yuan(max(0, wanted - base)) if suspended else ZERO,
        headroom=_yuan(max(0, allowed - bad)) if base else ZERO,
        finding=finding,
    )


def counts_as_entered(loan: LoanPosition) -> bool:
    """Every loan ever entered, late and closed ones included; withdrawn ones not."""
    return not loan.withdrawn


def counts_as_npl(loan: LoanPosition) -> bool:
    """Its determination stands, it is not upgraded, and its principal is not wholly recovered."""
    if loan.withdrawn or not loan.determination_stands or loan.upgraded:
        return False
    return loan.principal_recovered < loan.npl_principal


@implements("npl_ceiling")
def position(loans: Iterable[LoanPosition]) -> tuple[Decimal, Decimal]:
    """(non-performing principal, principal entered) of a bank's loans."""
    npl = entered = 0
    for loan in loans:
        if counts_as_entered(loan):
            entered += _fen_int(loan.principal)
        if counts_as_npl(loan):
            npl += _fen_int(loan.npl_principal)
    return _yuan(npl), _yuan(entered)


@dataclass(frozen=True, slots=True)
class AgreementTerm:
    """A cooperation agreement with one managing institution."""

    party: str
    valid_from: date
    valid_to: date | None = None
    ended_on: date | None = None

    def in_force(self, on: date) -> bool:
        """Both end days of the term included; not from the day it was ended."""
        last = date.max if self.valid_to is None else self.valid_to
        return self.valid_from <= on <= last and (self.ended_on is None or on < self.ended_on)


@implements("agreement_parties")
def agreements_in_force(book: Edition, terms: Sequence[AgreementTerm], on: date) -> Finding:
    """Whether the bank has agreements in force with every managing institution."""
    signed = {term.party for term in terms if term.in_force(on)}
    missing = tuple(party for party in book["agreement_parties"].words if party not in signed)
    if missing:
        return book.finding("agreement_parties", "agreement_missing", day=on.isoformat(), missing=missing)
    return book.finding("agreement_parties", "agreement_in_force", day=on.isoformat())


@implements("reapply_after")
def may_reapply_on(book: Edition, cancelled_on: date) -> date:
    """The first day a bank whose membership was cancelled may apply again."""
    return add_months(cancelled_on, book["reapply_after"].number * MONTHS_PER_YEAR)


@implements("reapply_after")
def membership(book: Edition, cancelled_on: date | None, readmitted_on: date | None, on: date) -> Finding:
    """Cancelled membership bars entry and claims until the bank is admitted again."""
    back = readmitted_on is not None and cancelled_on is not None and cancelled_on <= readmitted_on <= on
    if cancelled_on is not None and cancelled_on <= on and not back:
        return book.finding(
            "reapply_after",
            "membership_cancelled",
            cancelled_on=cancelled_on.isoformat(),
            reapply_on=may_reapply_on(book, cancelled_on).isoformat(),
        )
    return book.finding("reapply_after", "membership_stands", day=on.isoformat())


@implements("reapply_after")
def apply_again(book: Edition, cancelled_on: date, on: date) -> Finding:
    """Whether a bank whose membership was cancelled may hand in another application that day."""
    reapply_on = may_reapply_on(book, cancelled_on)
    code = "too_early_to_apply" if on < reapply_on else "may_apply_again"
    return book.finding(
        "reapply_after",
        code,
        day=on.isoformat(),
        cancelled_on=cancelled_on.isoformat(),
        reapply_on=reapply_on.isoformat(),
    )


@implements("strikes")
def strike_out(book: Edition, unqualified_years: Iterable[int], year: int) -> Finding:
    """Whether `year` ends a run of unqualified years long enough to cancel membership."""
    years = set(unqualified_years)
    run = 0
    while year - run in years:
        run += 1
    code = "strike_out" if run >= book["strikes"].number else "no_strike_out"
    return book.finding("strikes", code, years=run)


@dataclass(frozen=True, slots=True)
class Listing:
    """A stretch on the serious-dishonesty list."""

    listed_on: date
    removed_on: date | None = None


def dishonest_on(listings: Iterable[Listing], on: date) -> bool:
    """Whether the bank is on the list that day; the day of removal is free again."""
    return any(item.listed_on <= on and (item.removed_on is None or on < item.removed_on) for item in listings)


@implements("dishonesty_bar")
def dishonesty(book: Edition, listed: bool) -> Finding:
    """A listed bank may not file; what was filed before goes on."""
    return _dishonesty(book, listed)


@lru_cache(maxsize=64)
def _dishonesty(book: Edition, listed: bool) -> Finding:
    return book.finding("dishonesty_bar", "listed" if listed else "not_listed")
