"""From the rows to the rules and back: the same `assess` that the trial calculation runs, fed from a claim or a loan.

The day matters: a draft is judged as if filed that day, a filed claim by the day it was filed, with the classification
the loan has now.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from banks.selectors import is_dishonest
from claims import rules
from claims.models import ApprovalRecord, Claim
from claims.rules import ClaimFacts, Qualification, SpecialApproval
from loans.industries import full_industry_code
from loans.models import Determination, Loan
from loans.rules import LoanFacts
from pool.money import ZERO
from pool.refs import Refs
from pool.rulebook import CHINESE, ENGLISH, HOLD, Edition, Finding, failed_articles
from pool.selectors import edition, refs
from pool.tones import OUTCOME_WORDS

DECIDED = (
    Claim.State.APPROVED, Claim.State.PUBLICISED, Claim.State.CLEARED, Claim.State.PLANNED, Claim.State.INSTRUCTED,
    Claim.State.PAID,
)  # fmt: skip
FROZEN = ("findings", "edition", "edition_hash", "ratio", "amount")


@dataclass(frozen=True)
class Assessment:
    """What the rules say, with the edition they were read from. Ratio and amount are zero unless eligible."""

    book: Edition
    findings: tuple[Finding, ...]
    full_ratio: Decimal
    full_amount: Decimal

    @property
    def failed(self) -> list[str]:
        return failed_articles(self.findings)

    @property
    def held(self) -> bool:
        return any(finding.outcome == HOLD for finding in self.findings)

    @property
    def eligible(self) -> bool:
        return not self.failed and not self.held

    @property
    def provisional(self) -> bool:
        return any(finding.provisional for finding in self.findings)

    @property
    def ratio(self) -> Decimal:
        return self.full_ratio if self.eligible else rules.NO_RATIO

    @property
    def amount(self) -> Decimal:
        return self.full_amount if self.eligible else ZERO

    def finding(self, slug: str) -> Finding | None:
        return next((one for one in self.findings if one.provision == slug), None)

    def words(self, finding: Finding) -> str:
        return self.book.message(finding, language())

    def shown(self) -> list[dict[str, Any]]:
        return shown(self.book, self.findings)


def language() -> str:
    return ENGLISH if (get_language() or "").startswith("en") else CHINESE


def shown(book: Edition, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings in words, as the screens draw them."""
    spoken = language()
    return [
        {
            "outcome": one.outcome,
            "word": OUTCOME_WORDS[one.outcome],
            "article": one.article,
            "title": book[one.provision].title.said(spoken),
            "message": book.message(one, spoken),
            "mend": book.mend(one, spoken),
            "provisional": one.provisional,
            "readings": [reading.number for reading in book.readings_of(one)],
        }
        for one in findings
    ]


def of_claim(claim: Claim, on: date, data: Refs | None = None) -> Assessment:
    """Judge a claim as it stands on that day; with `data`, by reference data that are not in force yet."""
    book, facts = edition(), facts_of(claim, on)
    data = data or refs(on)
    found = rules.assess(facts, book, data)
    findings = found.findings
    if claim.credit_report_on is None and "credit_report_on" not in claim.verified:
        findings = _without(findings, "credit_report_age")
    elif facts.credit_report_on > facts.submitted_on:
        findings = _with_later_report(claim, facts, findings, book, data, on)
    return Assessment(book, findings, found.full_ratio, found.full_amount)


def of_loan(loan: Loan, on: date, determination: Determination | None = None) -> Assessment:
    """What a claim filed that day would find, before there is one; the credit report is not known yet.

    For a loan that performs: what it would find if the whole principal were determined substandard that day.
    """
    book = edition()
    supposed = determination is None
    standing = determination or Determination(determined_on=on, principal_balance=loan.principal)
    dishonest = is_dishonest(loan.bank_id, on)
    special = _special(loan, loan.industry_code)
    facts = _facts(_declared(loan, standing), loan, standing, on, on, dishonest, special)
    if supposed:
        facts = replace(facts, classification=book["npl_classes"].words[0])
    found = rules.assess(facts, book, refs(on))
    return Assessment(book, _without(found.findings, "credit_report_age"), found.full_ratio, found.full_amount)


def facts_of(claim: Claim, on: date) -> ClaimFacts:
    """The verified facts where the reviewer has set them, the declared ones elsewhere."""
    submitted_on = claim.first_submitted_on or on
    values = values_of(claim)
    report_on = values["credit_report_on"] or submitted_on
    dishonest, special = is_dishonest(claim.bank_id, submitted_on), _special_of(claim, values)
    return _facts(values, claim.loan, claim.determination, submitted_on, report_on, dishonest, special)


def declared_of(claim: Claim) -> dict[str, Any]:
    """What the bank says: the loan's facts, and on the claim what the credit report says."""
    values = _declared(claim.loan, claim.determination)
    values["credit_report_on"] = claim.credit_report_on
    if claim.reported_balances is not None:
        values["other_balances"] = claim.reported_balances
    return values


def values_of(claim: Claim) -> dict[str, Any]:
    """The declared facts with the verified ones over them."""
    values = declared_of(claim)
    for name, entry in claim.verified.items():
        values[name] = READ[name](entry["value"])
    return values


def seen_hash(claim: Claim) -> str:
    """A fingerprint of everything an opinion or a decision rests on."""
    evidence = claim.evidence.filter(superseded=False).order_by("item").values_list("item", "file__sha256")
    seen = {
        "claim": claim.pk,
        "determination": claim.determination_id,
        "classification": claim.loan.classification,
        "facts": values_of(claim),
        "evidence": list(evidence),
        "edition": edition().hash,
    }
    special = _special_of(claim, values_of(claim))
    if special is not None:
        seen["special"] = asdict(special)
    return fingerprint(seen)


def snapshot(claim: Claim, found: Assessment) -> dict[str, Any]:
    """What a person saw who gives an opinion: enough to tell later what has changed, and to write the letter."""
    evidence = (
        claim.evidence.filter(superseded=False).order_by("item").values_list("item", "file__sha256", "file__name")
    )
    seen = {
        "classification": claim.loan.classification,
        "declared": declared_of(claim),
        "facts": values_of(claim),
        "evidence": [list(one) for one in evidence],
        "findings": [finding.as_json() for finding in found.findings],
        "eligible": found.eligible,
        "ratio": found.full_ratio,
        "amount": found.full_amount,
    }
    plain: dict[str, Any] = json.loads(json.dumps(seen, ensure_ascii=False, default=str))
    return plain


def read(name: str, value: Any) -> Any:
    """A fact of a snapshot, as it is on the claim."""
    return READ[name](value) if value is not None else None


def fingerprint(seen: Mapping[str, Any]) -> str:
    body = json.dumps(seen, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(body.encode()).hexdigest()


def freeze(claim: Claim, found: Assessment) -> None:
    """Put the answer on the claim (unsaved); ratio and amount are always computed, never entered."""
    claim.findings = [finding.as_json() for finding in found.findings]
    claim.edition, claim.edition_hash = found.book.key, found.book.hash
    claim.ratio, claim.amount = found.ratio, found.amount


def stored(claim: Claim) -> list[dict[str, Any]]:
    """The findings on record, in words."""
    return shown(edition(), findings_of(claim))


def findings_of(claim: Claim) -> list[Finding]:
    return [Finding.from_json(one) for one in claim.findings]


def _without(findings: Iterable[Finding], slug: str) -> tuple[Finding, ...]:
    return tuple(one for one in findings if one.provision != slug)


def _with_later_report(
    claim: Claim, facts: ClaimFacts, findings: Iterable[Finding], book: Edition, data: Refs, on: date
) -> tuple[Finding, ...]:
    """A report renewed for a correction is held against the day the correction was handed in."""
    handed_in = claim.submitted_on if claim.state in Claim.ON_FILE and claim.state != Claim.State.RETURNED else on
    if claim.first_submitted_on is None or handed_in is None:
        return tuple(findings)
    fresh = rules.report_fresh(replace(facts, submitted_on=handed_in), book, data)
    return tuple(fresh if one.provision == fresh.provision else one for one in findings)


# ---- rows into facts ------------------------------------------------------------------------------------------------


def _declared(loan: Loan, determination: Determination) -> dict[str, Any]:
    return {
        "borrower_kind": loan.borrower_kind,
        "industry_group": loan.industry_group,
        "industry_code": loan.industry_code,
        "industry_restricted": loan.industry_restricted,
        "quasi_financial": loan.quasi_financial,
        "staff": loan.staff,
        "revenue": loan.revenue,
        "assets": loan.assets,
        "in_shenzhen": loan.in_city,
        "credit_line": loan.credit_line,
        "product": loan.product,
        "use": loan.use,
        "other_cover": loan.other_cover,
        "other_balances": loan.other_balances,
        "annual_rate": loan.annual_rate,
        "npl_principal": determination.principal_balance,
        "credit_report_on": None,
        "qualifications": [one["kind"] for one in loan.qualifications],
        "features": list(loan.features),
    }


LOAN_FACTS = (
    "borrower_kind", "industry_group", "industry_code", "industry_restricted", "quasi_financial", "staff", "revenue",
    "assets", "in_shenzhen", "credit_line", "product", "use", "other_cover", "other_balances", "annual_rate",
)  # fmt: skip


def _facts(
    values: Mapping[str, Any],
    loan: Loan,
    determination: Determination,
    submitted_on: date,
    credit_report_on: date,
    dishonest: bool,
    special: SpecialApproval | None,
) -> ClaimFacts:
    return ClaimFacts(
        loan=LoanFacts(
            **{name: values[name] for name in LOAN_FACTS},
            principal=loan.principal,
            disbursed_on=loan.disbursed_on,
            matures_on=loan.matures_on,
            entered_on=loan.entered_on,
            extended_to=loan.extended_to,
        ),
        classification=loan.classification,
        determined_on=determination.determined_on,
        npl_principal=values["npl_principal"],
        submitted_on=submitted_on,
        credit_report_on=credit_report_on,
        bank_dishonest=dishonest,
        qualifications=_qualifications(loan, values["qualifications"]),
        features=tuple(values["features"]),
        special=special,
    )


def _qualifications(loan: Loan, kinds: Iterable[str]) -> tuple[Qualification, ...]:
    wanted = set(kinds)
    return tuple(
        Qualification(
            one["kind"],
            date.fromisoformat(one["valid_from"]),
            date.fromisoformat(one["valid_to"]) if one.get("valid_to") else None,
        )
        for one in loan.qualifications
        if one["kind"] in wanted
    )


def _special(loan: Loan, industry_code: str) -> SpecialApproval | None:
    """What the manager's register holds for this loan (reading 9, decision 0016)."""
    register = (one.scope() for one in ApprovalRecord.objects.filter(state__in=ApprovalRecord.COUNTS))
    return rules.approval_for(register, *scope_facts(loan, industry_code))


def scope_facts(loan: Loan, industry_code: str) -> tuple[set[str], str, date]:
    """What decides whether a document covers a loan: its enterprises, its industry in full, its disbursement date."""
    enterprises = {code for code in (loan.credit_code, loan.co_borrower_code) if code}
    industry = full_industry_code(industry_code) if industry_code[:2].isdigit() else industry_code.upper()
    return enterprises, industry, loan.disbursed_on


def _special_of(claim: Claim, values: Mapping[str, Any]) -> SpecialApproval | None:
    """Once decided, what the decision went by: a document confirmed or ended later changes no decided claim."""
    if claim.state not in DECIDED:
        return _special(claim.loan, values["industry_code"])
    by_slug = {one["provision"]: one for one in claim.findings}
    told, cap = by_slug.get("special_approval"), by_slug.get("ratio_cap", {})
    if told is None:
        return None
    lifted = cap.get("code") == "cap_lifted"
    return SpecialApproval(told["facts"]["document"], Decimal(told["facts"]["ratio"]), lifted)


def _same(value: Any) -> Any:
    return value


READ: dict[str, Any] = {
    **dict.fromkeys(("revenue", "assets", "credit_line", "other_balances", "annual_rate", "npl_principal"), Decimal),
    "credit_report_on": date.fromisoformat,
    **dict.fromkeys(
        (
            "borrower_kind", "industry_group", "industry_code", "industry_restricted", "quasi_financial", "staff",
            "in_shenzhen", "product", "use", "other_cover", "qualifications", "features",
        ),
        _same,
    ),
}  # fmt: skip
"""How a verified value is read back from JSON."""
