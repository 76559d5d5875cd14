"""The trial calculation: five kinds of cases, a dictionary in and a dictionary out, through the portal's own rules.

Nothing raises for a case: what is malformed answers `{"error": …, "field": …}`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from claims.periods import (
    papers_window,
    payment_window,
    publicity_window,
    review_window,
    transfer_window,
    upgrade_window,
)
from claims.rules import Assessment, assess, report_window
from evaluation.rules import evaluate
from evaluation.trial.cases import Register, bank_years, claim_facts, no_register
from evaluation.trial.fields import Case, Malformed, amount, as_amount, count, day, items, percent, word
from loans.rules import claim_window, entry_window, sme_size
from pool.money import total
from pool.refs import Refs
from pool.rulebook import CHINESE, Edition, Finding
from pool.rules import Window
from pool.workdays import Calendar
from recovery.rules import (
    auto_closing,
    closing_review_window,
    payoff_window,
    recovery_window,
    returns,
    settlement_window,
)

Answer = dict[str, Any]

#: Every event a deadline runs from, and the rule that reckons it.
EVENTS: dict[str, Callable[[Edition, Calendar, date], Window]] = {
    "disbursed": entry_window,
    "determined": claim_window,
    "submitted": review_window,
    "report_floor": report_window,
    "posted": publicity_window,
    "plan_issued": papers_window,
    "documents_complete": payment_window,
    "paid": transfer_window,
    "upgraded": upgrade_window,
    "disposal_ended": settlement_window,
    "quarter": recovery_window,
    "paid_off": payoff_window,
    "auto_close": auto_closing,
    "closing_applied": closing_review_window,
}


def run(
    kind: str, case: object, refs: Refs, book: Edition, language: str = CHINESE, register: Register = no_register
) -> Answer:
    """The answer to one case."""
    try:
        if kind == "assess":
            return _assess(as_object(case), refs, book, language, register)
        return KINDS[kind](as_object(case), refs, book, language)
    except Malformed as problem:
        return problem.answer(language)


def as_object(case: object) -> Case:
    if not isinstance(case, dict):
        raise Malformed(None, "not_object")
    return case


# ---- the five kinds


def _assess(case: Case, refs: Refs, book: Edition, language: str, register: Register = no_register) -> Answer:
    result = assess(claim_facts(case, book, refs, register), book, refs)
    answer = head(result)
    answer["findings"] = [told(finding, book, language) for finding in result.findings]
    if result.provisional:
        answer["provisional"] = True
    return answer


def head(result: Assessment) -> Answer:
    return {
        "eligible": result.eligible,
        "failed": list(result.failed),
        "ratio": f"{result.ratio:.2f}",
        "amount": str(result.amount),
    }


def told(finding: Finding, book: Edition, language: str = CHINESE) -> Answer:
    """A finding as the trial, the API and the imports tell it."""
    answer: Answer = {
        "article": finding.article,
        "outcome": finding.outcome,
        "message": book.message(finding, language),
        "facts": {name: list(value) if isinstance(value, tuple) else value for name, value in finding.facts.items()},
        "code": finding.code,
    }
    readings = [reading.number for reading in book.readings_of(finding)]
    if readings:
        answer["readings"] = readings
    mend = book.mend(finding, language)
    if mend:
        answer["mend"] = mend
    if finding.provisional:
        answer["provisional"] = True
    return answer


def _deadlines(case: Case, refs: Refs, book: Edition, _language: str) -> Answer:
    event = word(case, "event", EVENTS)
    on = day(case, "date")
    if event == "auto_close" and case.get("determined") is not None:
        window = auto_closing(book, refs.calendar, on, day(case, "determined"))
    else:
        window = EVENTS[event](book, refs.calendar, on)
    return {
        "opens_on": window.opens_on.isoformat() if window.opens_on else None,
        "closes_on": window.closes_on.isoformat(),
        "provisional": window.provisional,
        "article": window.article,
    }


def _returns(case: Case, _refs: Refs, _book: Edition, _language: str) -> Answer:
    compensated, ratio = amount(case, "compensated"), percent(case, "ratio")
    if ratio > 1:
        raise Malformed("ratio", "over_one")
    recoveries = [as_amount(item, f"recoveries[{i}]") for i, item in enumerate(items(case, "recoveries"))]
    due = returns(compensated, ratio, recoveries)
    return {"returns": [str(item) for item in due], "total": str(total(due))}


def _evaluate(case: Case, _refs: Refs, book: Edition, _language: str) -> Answer:
    grades = evaluate(book, bank_years(case))
    return {
        "grades": {item.bank: item.grade for item in grades},
        "ranks": {
            item.bank: {"amount": item.amount_rank, "borrowers": item.borrowers_rank, "growth": item.growth_rank}
            for item in grades
        },
    }


def _size(case: Case, refs: Refs, _book: Edition, _language: str) -> Answer:
    group = word(case, "group", refs.sizes.groups)
    staff, revenue, assets = count(case, "staff"), amount(case, "revenue"), amount(case, "assets")
    return {"size": sme_size(refs.sizes, group, staff, revenue, assets)}


KINDS: dict[str, Callable[[Case, Refs, Edition, str], Answer]] = {
    "assess": _assess,
    "deadlines": _deadlines,
    "returns": _returns,
    "evaluate": _evaluate,
    "size": _size,
}
