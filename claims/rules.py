"""Claims: may it be compensated, at what ratio, how much. Pure.

`assess` is the one path from the facts to the answer: the portal, the imports and the trial calculation all call it.
Periods and the money of a plan are in `claims.periods`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from banks.rules import dishonesty
from loans.rules import (
    ENTERPRISE,
    MEMORY,
    LoanFacts,
    borrower_findings,
    claim_window,
    disbursed_within_validity,
    entered_in_time,
    is_non_performing,
    no_other_cover,
    product_covered,
    rate_within,
    use_permitted,
)
from pool.money import ZERO, share
from pool.refs import Refs
from pool.rulebook import FAIL, HOLD, Edition, Finding, implements
from pool.rulebook.values import Stage, Tier
from pool.rules import Window, add_months
from pool.workdays import Calendar

NO_RATIO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Qualification:
    """A qualification of the borrower or a co-borrower; both end days included, None is open."""

    kind: str
    valid_from: date
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class SpecialApproval:
    """A ratio approved for an industry or an enterprise."""

    document: str
    ratio: Decimal
    lifts_cap: bool = False


@dataclass(frozen=True, slots=True)
class ApprovedScope:
    """A document of the register and whom it covers; loans paid out on `first` to `last`, None is open."""

    approval: SpecialApproval
    issued_on: date
    first: date
    last: date | None
    enterprises: frozenset[str] = frozenset()
    industries: tuple[str, ...] = ()

    def names(self, enterprises: Collection[str]) -> bool:
        return not self.enterprises.isdisjoint(enterprises)

    def covers(self, enterprises: Collection[str], industry: str, day: date) -> bool:
        in_time = self.first <= day and (self.last is None or day <= self.last)
        return in_time and (self.names(enterprises) or industry.startswith(self.industries))


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """One claim: its loan, the determination, the filing, and what raises the ratio."""

    loan: LoanFacts
    classification: str
    determined_on: date
    npl_principal: Decimal
    submitted_on: date
    credit_report_on: date
    bank_dishonest: bool = False
    qualifications: tuple[Qualification, ...] = ()
    features: tuple[str, ...] = ()
    special: SpecialApproval | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer. `ratio` and `amount` are zero unless eligible; `full_*` say what they would be otherwise."""

    eligible: bool
    held: bool
    failed: tuple[str, ...]
    ratio: Decimal
    amount: Decimal
    full_ratio: Decimal
    full_amount: Decimal
    findings: tuple[Finding, ...]
    provisional: bool


# ---- periods that an assessment rests on


@implements("credit_report_age")
def report_window(book: Edition, calendar: Calendar, submitted_on: date) -> Window:
    """The days a credit report may bear for a submission on `submitted_on`."""
    provision = book["credit_report_age"]
    opens_on = calendar.add_workdays(submitted_on, -provision.number)
    return Window(
        event="report_floor",
        article=provision.article,
        provision=provision.slug,
        starts_on=submitted_on,
        opens_on=opens_on,
        closes_on=submitted_on,
        unit=provision.unit,
        count=provision.number,
        provisional=calendar.provisional_between(opens_on, date.fromordinal(submitted_on.toordinal() - 1)),
    )


@implements("auto_closing")
def last_day_before_auto_closing(book: Edition, matures_on: date) -> date:
    """The last of the months after maturity; plain days, never moved."""
    return add_months(matures_on, book["auto_closing"].number)


# ---- rules about the determination and the filing


@implements("entry_before_determination")
def determined_after_entry(facts: ClaimFacts, book: Edition) -> Finding:
    """Determined strictly later than the entry date."""
    if facts.loan.entered_on is None:
        raise ValueError("the loan is not entered")
    return _after_entry(book, facts.loan.entered_on, facts.determined_on)


@lru_cache(maxsize=MEMORY)
def _after_entry(book: Edition, entered_on: date, determined_on: date) -> Finding:
    return book.finding(
        "entry_before_determination",
        "determined_after_entry" if determined_on > entered_on else "determined_before_entry",
        entered_on=entered_on.isoformat(),
        determined_on=determined_on.isoformat(),
    )


@implements("npl_classes")
def classified_non_performing(facts: ClaimFacts, book: Edition) -> Finding:
    """The loan stands in one of the non-performing classes."""
    return _class(book, facts.classification)


@lru_cache(maxsize=64)
def _class(book: Edition, classification: str) -> Finding:
    code = "non_performing" if is_non_performing(book, classification) else "performing"
    return book.finding("npl_classes", code, classification=classification)


@implements("claim_period", "claim_floor")
def claim_in_time(facts: ClaimFacts, book: Edition, refs: Refs) -> Finding:
    """Filed by the end of the claim period."""
    return _in_time(book, refs.calendar, facts.determined_on, facts.submitted_on)


@lru_cache(maxsize=MEMORY)
def _in_time(book: Edition, calendar: Calendar, determined_on: date, submitted_on: date) -> Finding:
    window = claim_window(book, calendar, determined_on)
    return book.finding(
        "claim_period",
        "claim_in_time" if submitted_on <= window.closes_on else "claim_late",
        provisional=window.provisional,
        determined_on=determined_on.isoformat(),
        submitted_on=submitted_on.isoformat(),
        closes_on=window.closes_on.isoformat(),
    )


@implements("credit_report_age")
def report_fresh(facts: ClaimFacts, book: Edition, refs: Refs) -> Finding:
    """The credit report is neither later than the submission nor too old."""
    return _report(book, refs.calendar, facts.submitted_on, facts.credit_report_on)


@lru_cache(maxsize=MEMORY)
def _report(book: Edition, calendar: Calendar, submitted_on: date, credit_report_on: date) -> Finding:
    window = report_window(book, calendar, submitted_on)
    opens_on = window.opens_on
    code = "report_fresh"
    if credit_report_on > submitted_on:
        code = "report_after_submission"
    elif opens_on is not None and credit_report_on < opens_on:
        code = "report_stale"
    return book.finding(
        "credit_report_age",
        code,
        provisional=window.provisional,
        credit_report_on=credit_report_on.isoformat(),
        submitted_on=submitted_on.isoformat(),
        opens_on=opens_on.isoformat() if opens_on else None,
    )


@implements("auto_closing")
def determined_before_auto_closing(facts: ClaimFacts, book: Edition) -> Finding:
    """A determination after the months that follow maturity cannot be claimed."""
    return _before_closing(book, facts.loan.due_on, facts.determined_on)


@lru_cache(maxsize=MEMORY)
def _before_closing(book: Edition, matures_on: date, determined_on: date) -> Finding:
    last = last_day_before_auto_closing(book, matures_on)
    code = "determined_before_auto_closing" if determined_on <= last else "determined_after_auto_closing"
    return book.finding("auto_closing", code, determined_on=determined_on.isoformat(), last_day=last.isoformat())


_STAGE_CODES = {"pass": "this_edition", "hold": "former_edition", "fail": "outside_transition"}


@implements("transition")
def edition_of_determination(facts: ClaimFacts, book: Edition) -> Finding:
    """The determination date chooses the standard: this edition, the former one (held), or none."""
    return _transition(book, facts.determined_on)


@lru_cache(maxsize=MEMORY)
def _transition(book: Edition, determined_on: date) -> Finding:
    stages: tuple[Stage, ...] = book["transition"].value
    outcome = next((stage.outcome for stage in stages if stage.period.holds(determined_on)), "fail")
    return book.finding("transition", _STAGE_CODES[outcome], determined_on=determined_on.isoformat())


@implements("validity")
def determined_within_validity(facts: ClaimFacts, book: Edition) -> Finding:
    """No new determination is covered after the last day of validity."""
    return _determined(book, facts.determined_on)


@lru_cache(maxsize=MEMORY)
def _determined(book: Edition, determined_on: date) -> Finding:
    last: date = book["validity"].value
    code = "determined_within_validity" if determined_on <= last else "determined_after_validity"
    return book.finding("validity", code, determined_on=determined_on.isoformat(), last_day=last.isoformat())


# ---- ratio


@implements("compensation_tiers")
def base_ratio(book: Edition, borrower_kind: str, balance: Decimal) -> tuple[Decimal | None, Finding]:
    """The step by the balance at disbursement; None above the last step."""
    return _base(book, borrower_kind == ENTERPRISE, str(balance))


@lru_cache(maxsize=MEMORY)
def _base(book: Edition, limited: bool, said: str) -> tuple[Decimal | None, Finding]:
    balance = Decimal(said)
    tiers: tuple[Tier, ...] = book["compensation_tiers"].value
    for tier in tiers:
        if balance <= tier.up_to:
            return tier.ratio, book.finding("compensation_tiers", "tier_found", balance=said, ratio=str(tier.ratio))
    # An enterprise over the last step has failed its own limit already; the others have only this one.
    code = "tier_not_reached" if limited else "no_tier"
    return None, book.finding("compensation_tiers", code, balance=said, limit=str(tiers[-1].up_to))


@implements("qualification_addition", "qualification_kinds")
def qualification_addition(
    book: Edition, qualifications: Iterable[Qualification], disbursed_on: date
) -> tuple[Decimal, Finding]:
    """Once, for any listed qualification valid on the disbursement date."""
    kinds = {item.kind for item in qualifications if item.valid_on(disbursed_on)}
    return _qualified(book, tuple(kind for kind in book["qualification_kinds"].words if kind in kinds))


@lru_cache(maxsize=1024)
def _qualified(book: Edition, kinds: tuple[str, ...]) -> tuple[Decimal, Finding]:
    if not kinds:
        return NO_RATIO, book.finding("qualification_addition", "no_qualification")
    addition = book["qualification_addition"].decimal
    return addition, book.finding("qualification_addition", "qualification_counts", addition=str(addition), kinds=kinds)


@implements("feature_addition", "feature_kinds")
def feature_addition(book: Edition, features: Collection[str]) -> tuple[Decimal, Finding]:
    """Once, for any listed feature of the loan."""
    return _featured(book, tuple(kind for kind in book["feature_kinds"].words if kind in features))


@lru_cache(maxsize=1024)
def _featured(book: Edition, features: tuple[str, ...]) -> tuple[Decimal, Finding]:
    if not features:
        return NO_RATIO, book.finding("feature_addition", "no_feature")
    addition = book["feature_addition"].decimal
    return addition, book.finding("feature_addition", "feature_counts", addition=str(addition), features=features)


@implements("ratio_cap")
def capped(book: Edition, ratio: Decimal, *, lifted: bool = False) -> tuple[Decimal, Finding]:
    """Never more than the cap, unless a special approval lifts it."""
    return _capped(book, str(ratio), lifted)


@lru_cache(maxsize=1024)
def _capped(book: Edition, said: str, lifted: bool) -> tuple[Decimal, Finding]:
    ratio = Decimal(said)
    cap = book["ratio_cap"].decimal
    if ratio <= cap:
        return ratio, book.finding("ratio_cap", "below_cap", ratio=str(ratio), cap=str(cap))
    if lifted:
        return ratio, book.finding("ratio_cap", "cap_lifted", ratio=str(ratio), cap=str(cap))
    return cap, book.finding("ratio_cap", "capped", sum=str(ratio), ratio=str(cap), cap=str(cap))


@implements("special_approval")
def approval_for(
    register: Iterable[ApprovedScope], enterprises: Collection[str], industry: str, disbursed_on: date
) -> SpecialApproval | None:
    """As of the disbursement date: a document that names the enterprise goes first, then the one issued last."""
    found = [one for one in register if one.covers(enterprises, industry, disbursed_on)]
    if not found:
        return None
    return max(found, key=lambda one: (one.names(enterprises), one.issued_on, one.approval.document)).approval


@implements("special_approval")
def special_ratio(book: Edition, special: SpecialApproval) -> tuple[Decimal, list[Finding]]:
    """A special approval replaces base and additions; the cap stays unless its document lifts it."""
    ratio, finding = capped(book, special.ratio, lifted=special.lifts_cap)
    told = book.finding("special_approval", "special_ratio", document=special.document, ratio=str(special.ratio))
    return ratio, [finding, told]


def ratio_of(facts: ClaimFacts, book: Edition) -> tuple[Decimal, list[Finding]]:
    """The ratio and, line by line, why; zero where there is no step."""
    if facts.special is not None:
        return special_ratio(book, facts.special)
    base, tier = base_ratio(book, facts.loan.borrower_kind, facts.loan.balance)
    qualified, why_qualified = qualification_addition(book, facts.qualifications, facts.loan.disbursed_on)
    featured, why_featured = feature_addition(book, facts.features)
    if base is None:
        return NO_RATIO, [tier, why_qualified, why_featured]
    ratio, why_capped = capped(book, base + qualified + featured)
    return ratio, [tier, why_qualified, why_featured, why_capped]


@implements("amount_basis")
def amount_of(npl_principal: Decimal, ratio: Decimal) -> Decimal:
    """Principal balance at determination × ratio, half up to the fen."""
    return share(npl_principal, ratio)


# ---- the whole


def assess(facts: ClaimFacts, book: Edition, refs: Refs) -> Assessment:
    """Every rule, in article order; nothing stops at the first failure."""
    loan = facts.loan
    ratio, why = ratio_of(facts, book)
    findings = (
        *borrower_findings(loan, book, refs),
        entered_in_time(loan, book, refs),
        determined_after_entry(facts, book),
        product_covered(loan, book),
        no_other_cover(loan, book),
        use_permitted(loan, book),
        classified_non_performing(facts, book),
        rate_within(loan, book, refs),
        *why,
        claim_in_time(facts, book, refs),
        report_fresh(facts, book, refs),
        determined_before_auto_closing(facts, book),
        edition_of_determination(facts, book),
        dishonesty(book, facts.bank_dishonest),
        disbursed_within_validity(loan, book),
        determined_within_validity(facts, book),
    )
    failed: set[str] = set()
    held = provisional = False
    for finding in findings:
        if finding.outcome == FAIL:
            failed.add(finding.article)
        elif finding.outcome == HOLD:
            held = True
        provisional = provisional or finding.provisional
    eligible = not failed and not held
    amount = amount_of(facts.npl_principal, ratio)
    return Assessment(
        eligible=eligible,
        held=held,
        failed=tuple(sorted(failed)),
        ratio=ratio if eligible else NO_RATIO,
        amount=amount if eligible else ZERO,
        full_ratio=ratio,
        full_amount=amount,
        findings=findings,
        provisional=provisional,
    )
