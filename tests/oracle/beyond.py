"""Rules that no trial asks: the project's answer and the oracle's, both from one case of plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from banks import rules as banks
from claims import periods
from claims import rules as claims
from pool.refs import FxQuote, FxTable, NotCovered, Refs
from pool.rulebook import Edition
from pool.rules import Pause, to_yuan
from recovery import rules as recovery
from tests.oracle import oracle_money, oracle_more

Case = dict[str, Any]
Answer = dict[str, Any]
Day = date.fromisoformat
FX_KINDS = ("central", "spot_buying", "cash_buying")


def standing(book: Edition, _refs: Refs, case: Case) -> Answer:
    loans = [
        banks.LoanPosition(
            principal=Decimal(loan["principal"]),
            withdrawn=loan["withdrawn"],
            determination_stands=loan["balance"] is not None and loan["stands"],
            npl_principal=Decimal(loan["balance"] or "0.00"),
            upgraded=loan["upgraded"],
            principal_recovered=Decimal(loan["recovered"]),
        )
        for loan in case["loans"]
    ]
    return {"suspended": banks.standing(book, *banks.position(loans)).suspended}


def standing_again(case: Case) -> Answer:
    return {"suspended": oracle_money.is_suspended(case["loans"])}


def line(book: Edition, _refs: Refs, case: Case) -> Answer:
    told = banks.standing(book, Decimal(case["bad"]) / 100, Decimal(case["entered"]) / 100)
    return {name: int(getattr(told, name) * 100) for name in ("cure", "headroom", "new_entries")}


def line_again(case: Case) -> Answer:
    return dict(oracle_more.around_the_line(case["bad"], case["entered"]))


def clawback(book: Edition, _refs: Refs, case: Case) -> Answer:
    back = tuple((Day(on), Decimal(amount)) for on, amount in case["returned"])
    paid = recovery.Paid(Decimal(case["amount"]), Day(case["paid_on"]), back)
    return {"interest": f"{recovery.clawback(book, paid, Decimal(case['rate']), Day(case['until'])).interest:.2f}"}


def clawback_again(case: Case) -> Answer:
    return {"interest": oracle_money.text(oracle_more.clawback_interest(case))}


def paused(book: Edition, refs: Refs, case: Case) -> Answer:
    pauses = [Pause(Day(stopped), Day(resumed)) for stopped, resumed in case["pauses"]]
    window = {"review": periods.review_window, "payment": periods.payment_window}[case["clock"]]
    return {"closes_on": window(book, refs.calendar, Day(case["date"]), pauses).closes_on.isoformat()}


def paused_again(case: Case) -> Answer:
    pauses = [(Day(stopped), Day(resumed)) for stopped, resumed in case["pauses"]]
    days = {"review": 30, "payment": 10}[case["clock"]]
    return {"closes_on": oracle_more.paused_period(Day(case["date"]), days, pauses).isoformat()}


def queue(book: Edition, _refs: Refs, case: Case) -> Answer:
    names = ("cash", "reserved", "paid", "returned", "suspense")
    money = periods.PoolMoney(*(Decimal(case[name]) for name in names))
    waiting = [periods.Queued(key, datetime.fromisoformat(at), Decimal(amount)) for key, at, amount in case["claims"]]
    taken, _ = periods.queue(book, money, waiting)
    fits = all(not finding.failed for finding in periods.plan_fits(book, money, Decimal(case["plan"])))
    return {"taken": [item.key for item in taken], "fits": fits}


def queue_again(case: Case) -> Answer:
    cash, reserved, paid, returned = (Decimal(case[name]) for name in ("cash", "reserved", "paid", "returned"))
    own = cash - Decimal(case["suspense"])
    room = min(own - reserved, oracle_money.POOL - (paid - returned + reserved))
    claims = [(key, at, Decimal(amount)) for key, at, amount in case["claims"]]
    fits = oracle_money.plan_fits(own, reserved, paid, returned, Decimal(case["plan"]))
    return {"taken": oracle_more.queue(room, claims), "fits": fits}


def period(book: Edition, refs: Refs, case: Case) -> Answer:
    on = Day(case["date"])
    if case["event"] == "recovered":
        window = recovery.reporting_window(book, refs.calendar, on, Day(case["paid_on"]))
    elif case["event"] == "decided":
        window = periods.re_examination_window(book, refs.calendar, on)
    elif case["event"] == "asked":
        window = periods.question_window(book, refs.calendar, on)
    elif case["event"] == "settlement_approved":
        window = recovery.last_return_window(book, refs.calendar, on)
    else:
        window = periods.refund_window(book, refs.calendar, on)
    return {"closes_on": window.closes_on.isoformat()}


def period_again(case: Case) -> Answer:
    on = Day(case["date"])
    if case["event"] == "recovered":
        return {"closes_on": oracle_more.recovery_reported_by(on, Day(case["paid_on"])).isoformat()}
    if case["event"] == "decided":
        return {"closes_on": oracle_more.re_examination_by(on).isoformat()}
    if case["event"] == "asked":
        return {"closes_on": oracle_more.question_answered_by(on).isoformat()}
    return {"closes_on": oracle_more.refund_due_by(on).isoformat()}


def special(book: Edition, _refs: Refs, case: Case) -> Answer:
    register = [
        claims.ApprovedScope(
            claims.SpecialApproval(paper["number"], Decimal(paper["ratio"]), paper["lifts_cap"]),
            Day(paper["issued"]), Day(paper["from"]), Day(paper["to"]) if paper["to"] else None,
            frozenset(paper["enterprises"]), tuple(paper["industries"]),
        )
        for paper in case["papers"]
    ]  # fmt: skip
    found = claims.approval_for(register, {case["enterprise"]}, case["industry"], Day(case["date"]))
    if found is None:
        return {"document": ""}
    return {"document": found.document, "ratio": f"{claims.special_ratio(book, found)[0]:.2f}"}


def special_again(case: Case) -> Answer:
    paper = oracle_more.approval_that_counts(case)
    if paper is None:
        return {"document": ""}
    ratio = oracle_more.special_ratio(Decimal(paper["ratio"]), paper["lifts_cap"])
    return {"document": paper["number"], "ratio": oracle_money.text(ratio)}


def currency(book: Edition, refs: Refs, case: Case) -> Answer:
    rates = [Decimal(case["rates"][name]) if name in case["rates"] else None for name in FX_KINDS]
    on = Day(case["date"])
    quoted = replace(refs, fx=FxTable.of([FxQuote("USD", on, *rates, per=case["per"])]))
    try:
        return {"yuan": f"{to_yuan(book, quoted, Decimal(case['amount']), 'USD', on).amount:.2f}"}
    except NotCovered:
        return {"yuan": None}


def currency_again(case: Case) -> Answer:
    yuan = oracle_more.in_yuan(Decimal(case["amount"]), case["rates"], case["per"])
    return {"yuan": None if yuan is None else oracle_money.text(yuan)}


def membership(book: Edition, _refs: Refs, case: Case) -> Answer:
    day = Day(case["day"])
    cancelled, readmitted = (Day(case[name]) if case[name] else None for name in ("cancelled_on", "readmitted_on"))
    terms = [
        banks.AgreementTerm(party, Day(first), Day(last) if last else None) for party, first, last in case["agreements"]
    ]
    listed = banks.dishonest_on([banks.Listing(Day(a), Day(b) if b else None) for a, b in case["listed"]], day)
    said = (
        banks.agreements_in_force(book, terms, day),
        banks.membership(book, cancelled, readmitted, day),
        banks.dishonesty(book, listed),
    )
    return {
        "may_file": not any(finding.failed for finding in said),
        "struck_out": banks.strike_out(book, case["unqualified"], case["year"]).code == "strike_out",
        "apply_again_on": banks.may_reapply_on(book, cancelled).isoformat() if cancelled else None,
    }


def membership_again(case: Case) -> Answer:
    cancelled = Day(case["cancelled_on"]) if case["cancelled_on"] else None
    return {
        "may_file": oracle_more.may_file(case),
        "struck_out": oracle_more.is_struck_out(case["unqualified"], case["year"]),
        "apply_again_on": oracle_more.may_apply_again_on(cancelled).isoformat() if cancelled else None,
    }


BEYOND: dict[str, tuple[Callable[[Edition, Refs, Case], Answer], Callable[[Case], Answer]]] = {
    "standing": (standing, standing_again),
    "line": (line, line_again),
    "clawback": (clawback, clawback_again),
    "paused": (paused, paused_again),
    "queue": (queue, queue_again),
    "period": (period, period_again),
    "special": (special, special_again),
    "currency": (currency, currency_again),
    "membership": (membership, membership_again),
}
