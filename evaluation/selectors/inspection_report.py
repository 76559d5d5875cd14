"""The figures of an inspection's report: what was looked at, what was found, by bank and by article."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.models import Finding, Inspection, InspectionCase
from evaluation.selectors.inspections import banks_of
from pool.citations import parse
from pool.money import total

Kind, Outcome = Finding.Kind, InspectionCase.Outcome


def figures(inspection: Inspection) -> dict[str, Any]:
    """Plain values that a hash can stand on."""
    cases = list(inspection.cases.select_related("bank").order_by("position"))
    sent = Finding.objects.filter(case__inspection=inspection, state__in=Finding.SENT).order_by("number")
    findings = list(sent.select_related("case__bank").prefetch_related("answers"))
    return {
        "inspection": str(inspection.pk),
        "number": inspection.number,
        "inspector": inspection.opened_by.role,
        "subject": str(inspection.get_subject_display()),
        "starts_on": inspection.starts_on.isoformat(),
        "ends_on": inspection.ends_on.isoformat(),
        "reason": inspection.reason,
        "banks": [bank.short_name for bank in banks_of(inspection)],
        "method": inspection.method,
        "method_words": str(inspection.get_method_display()),
        "weights": inspection.weights,
        "seed": inspection.seed,
        "population_size": inspection.population_size,
        "population_hash": inspection.population.sha256 if inspection.population else "",
        "sample_hash": inspection.sample_hash,
        "sample_size": len(cases),
        "sample_amount": _sum(case.amount for case in cases),
        "outcomes": [_of_outcome(outcome, cases) for outcome in (Outcome.NONE, Outcome.REMARK, Outcome.BREACH)],
        "by_bank": _by_bank(cases, findings),
        "articles": _by_article(findings),
        "findings": [_finding(one) for one in findings],
        "cases": [_case(case) for case in cases],
    }


def _sum(amounts: Iterable[Decimal]) -> str:
    return f"{total(amounts):.2f}"


def _of_outcome(outcome: Outcome, cases: list[InspectionCase]) -> dict[str, Any]:
    mine = [case for case in cases if case.outcome == outcome]
    amount = _sum(one.amount for one in mine)
    return {"outcome": str(outcome), "word": str(outcome.label), "count": len(mine), "amount": amount}


def _counts(findings: list[Finding]) -> dict[str, Any]:
    return {
        "remarks": sum(one.kind == Kind.REMARK for one in findings),
        "breaches": sum(one.kind == Kind.BREACH for one in findings),
        "found": _sum(one.amount for one in findings),
    }


def _by_bank(cases: list[InspectionCase], findings: list[Finding]) -> list[dict[str, Any]]:
    """Each bank of the sample by its code; a finding counts with the bank of its case, whoever it is addressed to."""
    rows = []
    for bank in sorted({case.bank for case in cases}, key=lambda bank: bank.code):
        mine = [case for case in cases if case.bank_id == bank.pk]
        found = [one for one in findings if one.case.bank_id == bank.pk]
        amount = _sum(one.amount for one in mine)
        rows.append({"bank": bank.short_name, "sampled": len(mine), "amount": amount, **_counts(found)})
    return rows


def _by_article(findings: list[Finding]) -> list[dict[str, Any]]:
    """By the place of the article in the rules."""
    wanted = sorted({one.basis for one in findings}, key=_place)
    return [{"article": basis, **_counts([one for one in findings if one.basis == basis])} for basis in wanted]


def _place(basis: str) -> tuple[int, int, list[int]]:
    article, paragraph, items = parse(basis)
    return article, paragraph or 0, items


def _finding(one: Finding) -> dict[str, Any]:
    answers = list(one.answers.all())
    return {
        "number": one.number,
        "bank": one.case.bank.short_name,
        "label": one.label,
        "kind": one.kind,
        "kind_word": str(one.get_kind_display()),
        "addressee": str(one.get_addressee_display()),
        "article": one.basis,
        "amount": f"{one.amount:.2f}",
        "text": one.text,
        "demand": one.demand,
        "issued_on": one.issued_on.isoformat() if one.issued_on else "",
        "answer_by": one.answer_by.isoformat() if one.answer_by else "",
        "answered_on": answers[-1].given_on.isoformat() if answers else "",
        "answer": answers[-1].text if answers else "",
        "state": one.state,
        "state_word": str(one.get_state_display()),
        "referred": one.referred_on is not None,
    }


def _case(case: InspectionCase) -> dict[str, Any]:
    return {
        "position": case.position,
        "label": case.label,
        "bank": case.bank.short_name,
        "amount": f"{case.amount:.2f}",
        "score": case.score,
        "outcome": case.outcome,
        "outcome_word": str(case.get_outcome_display()),
    }


def breaks(said: dict[str, Any]) -> list[str]:
    """Where its own figures do not add up: nothing is issued then."""
    problems = []
    if sum(row["count"] for row in said["outcomes"]) != said["sample_size"]:
        problems.append(_("检查结果的合计数与样本数不符。"))
    if sum(row["sampled"] for row in said["by_bank"]) != said["sample_size"]:
        problems.append(_("各银行样本的合计数与样本数不符。"))
    found = total(Decimal(row["amount"]) for row in said["findings"])
    for table in ("by_bank", "articles"):
        if total(Decimal(row["found"]) for row in said[table]) != found:
            problems.append(_("问题涉及金额的合计数不符。"))
    return problems
