"""Loans: the entry window, who and what is covered, the classification. Pure.

`LoanFacts` are the facts as of disbursement. Each test takes only the facts it needs and remembers its findings,
so that a file of many rows is quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from pool.money import WIDE
from pool.refs import Refs, SizeStandard
from pool.rulebook import Edition, Finding, implements
from pool.rules import Window, lpr_of_the_period, next_quarter_start, not_before, quarter_start, reckon
from pool.workdays import Calendar

ENTERPRISE = "enterprise"
OWNER = "owner"
SOLE_TRADER = "sole_trader"
BORROWER_KINDS = (ENTERPRISE, OWNER, SOLE_TRADER)

#: How many findings each test remembers; an amount or a rate by its text, as it is printed: 0.6 and 0.60 are equal.
MEMORY = 1 << 13


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """One loan as of its disbursement date; `entered_on` is None until it stands in the loan library."""

    borrower_kind: str
    industry_group: str
    industry_code: str
    industry_restricted: bool
    quasi_financial: bool
    staff: int | None
    revenue: Decimal | None
    assets: Decimal | None
    in_shenzhen: bool
    credit_line: Decimal
    product: str
    use: str
    other_cover: str
    principal: Decimal
    other_balances: Decimal
    annual_rate: Decimal
    disbursed_on: date
    matures_on: date
    entered_on: date | None = None
    extended_to: date | None = None

    @property
    def due_on(self) -> date:
        """The maturity that the closing follows (reading 14); the rate is held against the term as lent (reading 7)."""
        return self.extended_to or self.matures_on

    @property
    def balance(self) -> Decimal:
        """The balance of the current period: what stood at all banks plus this loan."""
        return WIDE.add(self.principal, self.other_balances)


# ---- size


class MissingMeasure(ValueError):
    """The industry group needs a figure that is not given; `measure` names it."""

    def __init__(self, measure: str) -> None:
        super().__init__(measure)
        self.measure = measure


def measures_of(sizes: SizeStandard, group: str) -> tuple[str, ...]:
    """What a group is measured by: staff, revenue, assets."""
    return tuple(bound.measure for bound in sizes.groups[group])


@implements("sme_size", "owner_firm_size")
def sme_size(
    sizes: SizeStandard, group: str, staff: int | None, revenue: Decimal | None, assets: Decimal | None
) -> str:
    """large, medium or small when every measure reaches that size's bound, else micro."""
    given: dict[str, Decimal | int | None] = {"staff": staff, "revenue": revenue, "assets": assets}
    large = medium = small = True
    for bound in sizes.groups[group]:
        value = given[bound.measure]
        if value is None:
            raise MissingMeasure(bound.measure)
        large = large and value >= bound.sme_below
        medium = medium and value >= bound.medium_from
        small = small and value >= bound.small_from
    if large:
        return "large"
    if medium:
        return "medium"
    return "small" if small else "micro"


@implements("sme_size", "owner_firm_size")
def size_of_borrower(loan: LoanFacts, book: Edition, refs: Refs) -> Finding:
    """Enterprises are not large; an owner's firm is small or micro; sole traders are not tested."""
    if loan.borrower_kind == SOLE_TRADER:
        return _size(book, SOLE_TRADER, "")
    size = sme_size(refs.sizes, loan.industry_group, loan.staff, loan.revenue, loan.assets)
    return _size(book, loan.borrower_kind, size)


@lru_cache(maxsize=256)
def _size(book: Edition, kind: str, size: str) -> Finding:
    if kind == SOLE_TRADER:
        return book.finding("sme_size", "size_not_tested")
    if kind == OWNER:
        code = "owner_firm_accepted" if size in book["owner_firm_size"].words else "owner_firm_refused"
        return book.finding("owner_firm_size", code, size=size)
    code = "size_accepted" if size in book["sme_size"].words else "size_refused"
    return book.finding("sme_size", code, size=size)


# ---- the borrower's business


@implements("shenzhen_business")
def business_place(loan: LoanFacts, book: Edition) -> Finding:
    """The borrower does business in the city of the scheme."""
    return _condition(book, "shenzhen_business", "in_shenzhen" if loan.in_shenzhen else "not_in_shenzhen")


@implements("restricted_industry")
def industry_permitted(loan: LoanFacts, book: Edition) -> Finding:
    """The industry is neither restricted nor prohibited on the disbursement date."""
    code = "industry_restricted" if loan.industry_restricted else "industry_free"
    return _condition(book, "restricted_industry", code)


@implements("quasi_financial")
def not_quasi_financial(loan: LoanFacts, book: Edition) -> Finding:
    """The borrower is not quasi-financial."""
    code = "is_quasi_financial" if loan.quasi_financial else "not_quasi_financial"
    return _condition(book, "quasi_financial", code)


@lru_cache(maxsize=256)
def _condition(book: Edition, slug: str, code: str) -> Finding:
    return book.finding(slug, code)


@implements("excluded_sections")
def industry_section(loan: LoanFacts, book: Edition) -> Finding:
    """The industry code is in none of the excluded sections."""
    return _section(book, loan.industry_code)


@lru_cache(maxsize=MEMORY)
def _section(book: Edition, industry_code: str) -> Finding:
    section = industry_code[:1].upper()
    if section in book["excluded_sections"].words:
        return book.finding("excluded_sections", "section_excluded", industry_code=industry_code, section=section)
    return book.finding("excluded_sections", "section_accepted", industry_code=industry_code)


# ---- how much


@implements("balance_limit", "credit_line_limit")
def within_limit(loan: LoanFacts, book: Edition) -> Finding:
    """Enterprises by balance, owners and sole traders by the lending bank's credit line; bounds included."""
    if loan.borrower_kind == ENTERPRISE:
        return _balance(book, str(loan.balance))
    return _credit_line(book, str(loan.credit_line))


@lru_cache(maxsize=MEMORY)
def _balance(book: Edition, balance: str) -> Finding:
    limit = book["balance_limit"].decimal
    code = "balance_within" if Decimal(balance) <= limit else "balance_over"
    return book.finding("balance_limit", code, balance=balance, limit=str(limit))


@lru_cache(maxsize=MEMORY)
def _credit_line(book: Edition, credit_line: str) -> Finding:
    limit = book["credit_line_limit"].decimal
    code = "credit_line_within" if Decimal(credit_line) <= limit else "credit_line_over"
    return book.finding("credit_line_limit", code, credit_line=credit_line, limit=str(limit))


# ---- what for, and at what rate


@implements("covered_products")
def product_covered(loan: LoanFacts, book: Edition) -> Finding:
    """A working-capital or a personal business loan."""
    return _product(book, loan.product)


@lru_cache(maxsize=1024)
def _product(book: Edition, product: str) -> Finding:
    code = "product_covered" if product in book["covered_products"].words else "product_not_covered"
    return book.finding("covered_products", code, product=product)


@implements("excluded_cover")
def no_other_cover(loan: LoanFacts, book: Edition) -> Finding:
    """Not insured, guaranteed by a guarantee company, re-guaranteed, or compensated elsewhere."""
    return _cover(book, loan.other_cover)


@lru_cache(maxsize=1024)
def _cover(book: Edition, other_cover: str) -> Finding:
    if other_cover in book["excluded_cover"].words:
        return book.finding("excluded_cover", "has_other_cover", other_cover=other_cover)
    return book.finding("excluded_cover", "no_other_cover")


@implements("permitted_use")
def use_permitted(loan: LoanFacts, book: Edition) -> Finding:
    """For the borrower's own business and nothing else."""
    return _use(book, loan.use)


@lru_cache(maxsize=1024)
def _use(book: Edition, use: str) -> Finding:
    code = "use_permitted" if use in book["permitted_use"].words else "use_refused"
    return book.finding("permitted_use", code, use=use)


@implements("rate_spread")
def rate_within(loan: LoanFacts, book: Edition, refs: Refs) -> Finding:
    """The rate at disbursement is at most the LPR of the period plus the spread."""
    return _rate(book, refs, str(loan.annual_rate), loan.disbursed_on, loan.matures_on)


@lru_cache(maxsize=MEMORY)
def _rate(book: Edition, refs: Refs, annual_rate: str, disbursed_on: date, matures_on: date) -> Finding:
    lpr = lpr_of_the_period(book, refs.lpr, disbursed_on, matures_on)
    limit = lpr.rate + book["rate_spread"].decimal
    return book.finding(
        "rate_spread",
        "rate_within" if Decimal(annual_rate) <= limit else "rate_over",
        provisional=lpr.provisional,
        annual_rate=annual_rate,
        limit=str(limit),
        lpr=str(lpr.rate),
        tenor=lpr.tenor,
        published_on=lpr.published_on.isoformat(),
    )


# ---- when


@implements("entry_window", "entry_floor")
def entry_window(book: Edition, calendar: Calendar, disbursed_on: date) -> Window:
    """From the first day of the quarter of disbursement into the next quarter's first working days."""
    provision = book["entry_window"]
    closes_on = calendar.nth_workday_of_quarter(next_quarter_start(disbursed_on), provision.number)
    window = Window(
        event="disbursed",
        article=provision.article,
        provision=provision.slug,
        starts_on=disbursed_on,
        opens_on=quarter_start(disbursed_on),
        closes_on=closes_on,
        unit=provision.unit,
        count=provision.number,
        provisional=calendar.provisional_between(next_quarter_start(disbursed_on), closes_on),
    )
    return not_before(window, book["entry_floor"])


@implements("timely_entry")
def entered_in_time(loan: LoanFacts, book: Edition, refs: Refs) -> Finding:
    """Entered by the end of the window of its quarter; later entries are never compensated."""
    if loan.entered_on is None:
        raise ValueError("the loan is not entered")
    return entry_timeliness(book, refs.calendar, loan.disbursed_on, loan.entered_on)


@lru_cache(maxsize=MEMORY)
def entry_timeliness(book: Edition, calendar: Calendar, disbursed_on: date, entered_on: date) -> Finding:
    window = entry_window(book, calendar, disbursed_on)
    return book.finding(
        "timely_entry",
        "entered_in_time" if entered_on <= window.closes_on else "entered_late",
        provisional=window.provisional,
        entered_on=entered_on.isoformat(),
        closes_on=window.closes_on.isoformat(),
    )


@implements("validity")
def disbursed_within_validity(loan: LoanFacts, book: Edition) -> Finding:
    """No new disbursement is covered after the last day of validity."""
    return _disbursed(book, loan.disbursed_on)


@lru_cache(maxsize=MEMORY)
def _disbursed(book: Edition, disbursed_on: date) -> Finding:
    last: date = book["validity"].value
    code = "disbursed_within_validity" if disbursed_on <= last else "disbursed_after_validity"
    return book.finding("validity", code, disbursed_on=disbursed_on.isoformat(), last_day=last.isoformat())


# ---- all of them


def borrower_findings(loan: LoanFacts, book: Edition, refs: Refs) -> list[Finding]:
    """Who the borrower is and how much it owes."""
    return [
        size_of_borrower(loan, book, refs),
        business_place(loan, book),
        industry_section(loan, book),
        industry_permitted(loan, book),
        not_quasi_financial(loan, book),
        within_limit(loan, book),
    ]


def assess_entry(loan: LoanFacts, book: Edition, refs: Refs) -> tuple[Finding, ...]:
    """Everything that can be said of a loan when it is entered; all rules, in article order."""
    return (
        *borrower_findings(loan, book, refs),
        entered_in_time(loan, book, refs),
        product_covered(loan, book),
        no_other_cover(loan, book),
        use_permitted(loan, book),
        rate_within(loan, book, refs),
        disbursed_within_validity(loan, book),
    )


# ---- classification


@implements("npl_classes")
def is_non_performing(book: Edition, classification: str) -> bool:
    """One of the last three of the five classes."""
    return classification in book["npl_classes"].words


@implements("upgrade_classes")
def is_upgrade(book: Edition, before: str, after: str) -> bool:
    """From a non-performing class to one that performs."""
    return is_non_performing(book, before) and after in book["upgrade_classes"].words


@implements("claim_period", "claim_floor")
def claim_window(book: Edition, calendar: Calendar, determined_on: date) -> Window:
    """How long a claim may be filed after the determination, with the transition's floor."""
    window = reckon(book["claim_period"], "determined", determined_on, calendar)
    return not_before(window, book["claim_floor"])
