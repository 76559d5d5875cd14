"""From a trial case to the facts the rules take: the same objects the portal builds from its records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from claims.rules import ApprovedScope, ClaimFacts, Qualification, SpecialApproval
from evaluation.rules import BankYear
from evaluation.trial.fields import (
    Case,
    Malformed,
    amount,
    any_day,
    as_amount,
    count,
    day,
    flag,
    industry_code,
    items,
    percent,
    text,
    word,
)
from loans.rules import BORROWER_KINDS, LoanFacts
from pool.refs import NotCovered, Refs
from pool.rulebook import Edition

NO_COVER = "none"
Register = Callable[[str], ApprovedScope | None]
"""The document of a number among the special approvals (16(5)) that count."""


def no_register(_number: str) -> None:
    """Where nobody brought one: no document is known."""


def loan_facts(case: Case, book: Edition, refs: Refs) -> LoanFacts:
    """The loan's part of a case."""
    loan = LoanFacts(
        borrower_kind=word(case, "borrower_kind", BORROWER_KINDS),
        industry_group=word(case, "industry_group", refs.sizes.groups),
        industry_code=industry_code(case, "industry_code"),
        industry_restricted=flag(case, "industry_restricted"),
        quasi_financial=flag(case, "quasi_financial"),
        staff=count(case, "staff"),
        revenue=amount(case, "revenue"),
        assets=amount(case, "assets"),
        in_shenzhen=flag(case, "in_shenzhen"),
        credit_line=amount(case, "credit_line"),
        product=text(case, "product"),
        use=text(case, "use"),
        other_cover=word(case, "other_cover", book.words["other_cover"]),
        principal=amount(case, "principal"),
        other_balances=amount(case, "other_balances"),
        annual_rate=percent(case, "annual_rate"),
        disbursed_on=day(case, "disbursed_on"),
        matures_on=day(case, "matures_on"),
        entered_on=day(case, "entered_on"),
    )
    if loan.principal <= 0:
        raise Malformed("principal", "zero")
    if loan.matures_on <= loan.disbursed_on:
        raise Malformed("matures_on", "not_after_disbursement")
    if loan.entered_on is not None and loan.entered_on < loan.disbursed_on:
        raise Malformed("entered_on", "before_disbursement")
    try:
        refs.lpr.latest(loan.disbursed_on)
    except NotCovered:
        raise Malformed("disbursed_on", "before_lpr") from None
    return loan


def claim_facts(case: Case, book: Edition, refs: Refs, register: Register = no_register) -> ClaimFacts:
    """A whole claim."""
    loan = loan_facts(case, book, refs)
    facts = ClaimFacts(
        loan=loan,
        classification=word(case, "classification", book.words["classification"]),
        determined_on=day(case, "determined_on"),
        npl_principal=amount(case, "npl_principal"),
        submitted_on=day(case, "submitted_on"),
        credit_report_on=any_day(case, "credit_report_on"),
        bank_dishonest=flag(case, "bank_dishonest"),
        qualifications=_qualifications(case, book),
        features=_features(case),
        special=_special(case, loan, register),
    )
    if facts.npl_principal > loan.principal:
        raise Malformed("npl_principal", "over_principal")
    if facts.submitted_on < facts.determined_on:
        raise Malformed("submitted_on", "before_determination")
    return facts


def _qualifications(case: Case, book: Edition) -> tuple[Qualification, ...]:
    """The known ones; an unknown kind adds nothing, but its dates must make sense all the same."""
    known = book["qualification_kinds"].words
    result = []
    for position, item in enumerate(items(case, "qualifications")):
        at = f"qualifications[{position}]"
        if not isinstance(item, dict):
            raise Malformed(at, "not_object")
        kind = text(item, "kind", f"{at}.")
        if kind not in known and ("valid_from" not in item or "valid_to" not in item):
            continue
        first, last = any_day(item, "valid_from", f"{at}."), any_day(item, "valid_to", f"{at}.")
        if last < first:
            raise Malformed(f"{at}.valid_to", "ends_before_it_begins")
        result.append(Qualification(kind, first, last))
    return tuple(result)


def _special(case: Case, loan: LoanFacts, register: Register) -> SpecialApproval | None:
    """The document that is named, if it covers the loan. A case names no borrower: of a list, it is taken as said."""
    if case.get("special_approval") is None:
        return None
    scope = register(text(case, "special_approval").strip())
    if scope is None:
        raise Malformed("special_approval", "unknown_approval")
    if not scope.covers(scope.enterprises, loan.industry_code, loan.disbursed_on):
        raise Malformed("special_approval", "not_covered")
    return scope.approval


def _features(case: Case) -> tuple[str, ...]:
    features = items(case, "features")
    for position, feature in enumerate(features):
        if not isinstance(feature, str):
            raise Malformed(f"features[{position}]", "not_text")
    return tuple(features)


def bank_years(case: Case) -> list[BankYear]:
    """The banks of one year."""
    banks: list[BankYear] = []
    seen: set[str] = set()
    for position, item in enumerate(items(case, "banks")):
        at = f"banks[{position}]"
        if not isinstance(item, dict):
            raise Malformed(at, "not_object")
        bank = _bank_year(item, f"{at}.")
        if bank.bank in seen:
            raise Malformed(f"{at}.bank", "duplicate")
        seen.add(bank.bank)
        banks.append(bank)
    return banks


def _bank_year(item: dict[str, Any], at: str) -> BankYear:
    last_amount = as_amount(item["last_amount"], f"{at}last_amount") if item.get("last_amount") is not None else None
    last_borrowers = count(item, "last_borrowers", at) if item.get("last_borrowers") is not None else None
    bank = BankYear(
        bank=text(item, "bank", at),
        amount=amount(item, "amount", at),
        borrowers=count(item, "borrowers", at),
        last_amount=last_amount,
        last_borrowers=last_borrowers,
        violations=count(item, "violations", at),
    )
    if bank.has_year_before and last_borrowers is None:
        raise Malformed(f"{at}last_borrowers", "needs_last_borrowers")
    return bank
