"""How an example in YAML calls a rule that is no trial: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from banks import rules as banks
from claims import periods
from claims import rules as claims
from evaluation import rules as evaluation
from pool import rules as pool
from pool.refs import FxQuote, FxTable, Refs, default_refs
from pool.rulebook import Edition, Finding
from pool.rules import Window
from recovery import rules as recovery

Given = dict[str, Any]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def must(text: str) -> date:
    return date.fromisoformat(text)


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def money(given: Given) -> periods.PoolMoney:
    zero = "0.00"
    return periods.PoolMoney(
        Decimal(given["cash"]),
        Decimal(given.get("reserved", zero)),
        Decimal(given.get("paid", zero)),
        Decimal(given.get("returned", zero)),
    )


def plan_fits(book: Edition, given: Given) -> Given:
    return {"codes": codes(periods.plan_fits(book, money(given), Decimal(given["plan"])))}


def queue(book: Edition, given: Given) -> Given:
    waiting = [periods.Queued(key, datetime.fromisoformat(at), Decimal(amount)) for key, at, amount in given["claims"]]
    taken, left = periods.queue(book, money(given), waiting)
    return {"taken": [item.key for item in taken], "waiting": [item.key for item in left]}


def agreements(book: Edition, given: Given) -> Given:
    terms = [banks.AgreementTerm(party, must(first), day(last)) for party, first, last in given["terms"]]
    return {"codes": codes([banks.agreements_in_force(book, terms, must(given["day"]))])}


def to_yuan(book: Edition, given: Given) -> Given:
    on = date(2024, 5, 10)
    rates = {
        name: Decimal(given[name]) if name in given else None for name in ("central", "spot_buying", "cash_buying")
    }
    base = default_refs()
    refs = Refs(base.calendar, base.lpr, base.sizes, FxTable.of([FxQuote("USD", on, **rates)]))
    converted = pool.to_yuan(book, refs, Decimal(given["amount"]), "USD", on)
    return {"amount": str(converted.amount), "basis": converted.basis}


def half_year(book: Edition, given: Given) -> Given:
    first, last = pool.half_year(book, must(given["day"]))
    return {"first": first.isoformat(), "last": last.isoformat()}


def special(book: Edition, given: Given) -> Given:
    approval = claims.SpecialApproval("市政府文件", Decimal(given["ratio"]), given["lifts_cap"])
    ratio, findings = claims.special_ratio(book, approval)
    return {"ratio": str(ratio), "codes": codes(findings)}


def approval(book: Edition, given: Given) -> Given:
    """Of the city's documents, the one that decides for a loan of one enterprise in C3921 paid out on `day`."""
    register = [
        claims.ApprovedScope(
            claims.SpecialApproval(paper["number"], Decimal(paper["ratio"])), must(paper["issued"]),
            must(paper["from"]), must(paper["to"]) if "to" in paper else None,
            frozenset(paper.get("enterprises", ())), tuple(paper.get("industries", ())),
        )
        for paper in given["register"]
    ]  # fmt: skip
    found = claims.approval_for(register, {given["enterprise"]}, "C3921", must(given["day"]))
    return {"document": found.document if found else ""}


def standing(book: Edition, given: Given) -> Given:
    result = banks.standing(book, Decimal(given["npl"]), Decimal(given["entered"]))
    return {
        "suspended": result.suspended,
        "headroom": str(result.headroom),
        "cure": str(result.cure),
        "new_entries": str(result.new_entries),
        "percent": str(result.percent),
    }


def position(_book: Edition, given: Given) -> Given:
    loans = [
        banks.LoanPosition(
            principal=Decimal(loan["principal"]),
            withdrawn=loan.get("withdrawn", False),
            determination_stands=loan.get("determined", False),
            npl_principal=Decimal(loan.get("npl", "0.00")),
            upgraded=loan.get("upgraded", False),
            principal_recovered=Decimal(loan.get("recovered", "0.00")),
        )
        for loan in given["loans"]
    ]
    npl, entered = banks.position(loans)
    return {"npl": str(npl), "entered": str(entered)}


def evidence(book: Edition, given: Given) -> Given:
    required = periods.required_evidence(book)
    present = [item for item in required if item not in given["missing"]]
    return {"codes": codes([periods.evidence(book, required, present)])}


def papers(book: Edition, given: Given) -> Given:
    return {"codes": codes([periods.papers(book, given["present"])])}


def upgraded(book: Edition, given: Given) -> Given:
    return {"codes": codes([periods.upgraded(book, given["classification"])])}


def write_off(book: Edition, given: Given) -> Given:
    return {"codes": codes([recovery.write_off_step(book, given["done"], given["step"])])}


def ranks(_book: Edition, given: Given) -> Given:
    return dict(evaluation.ranks({bank: Decimal(value) for bank, value in given["values"].items()}))


def last_ranks(book: Edition, given: Given) -> Given:
    shares = book["rank_shares"].value
    return {name: evaluation.last_rank(share, given["banks"]) for name, share in shares.items()}


def strikes(book: Edition, given: Given) -> Given:
    return {"codes": codes([banks.strike_out(book, given["years"], given["year"])])}


def membership(book: Edition, given: Given) -> Given:
    cancelled = must(given["cancelled_on"])
    finding = banks.membership(book, cancelled, day(given.get("readmitted_on")), must(given["day"]))
    return {"codes": [finding.code], "reapply_on": banks.may_reapply_on(book, cancelled).isoformat()}


def evaluation_due(book: Edition, given: Given) -> Given:
    return {"due": evaluation.evaluation_due(book, given["year"]).isoformat()}


def apply_again(book: Edition, given: Given) -> Given:
    finding = banks.apply_again(book, must(given["cancelled_on"]), must(given["day"]))
    return {"codes": [finding.code], "reapply_on": finding.facts["reapply_on"]}


def clawback(book: Edition, given: Given) -> Given:
    back = tuple((must(on), Decimal(amount)) for on, amount in given.get("returned", []))
    paid = recovery.Paid(Decimal(given["amount"]), must(given["paid_on"]), back)
    result = recovery.clawback(book, paid, Decimal(given["rate"]), must(given["until"]))
    return {"principal": str(result.principal), "interest": str(result.interest)}


def clawback_receipts(book: Edition, given: Given) -> Given:
    paid = recovery.Paid(Decimal(given["amount"]), must(given["paid_on"]))
    receipts = [(must(on), Decimal(amount)) for on, amount in given["receipts"]]
    parts = recovery.allot(book, paid, Decimal(given["rate"]), receipts)
    shown = [[str(part.interest), str(part.principal)] for part in parts]
    return {"parts": shown, "out": str(parts[-1].out), "owed": str(parts[-1].interest_owed)}


CALLS: dict[str, Callable[[Edition, Given], Given]] = {
    call.__name__: call
    for call in (
        plan_fits, queue, agreements, to_yuan, half_year, special, approval, standing, position, evidence, papers,
        upgraded, write_off, ranks, last_ranks, strikes, membership, apply_again, evaluation_due, clawback,
        clawback_receipts,
    )
}  # fmt: skip

#: Periods that the trial does not offer as an event.
MORE_EVENTS: dict[str, Callable[..., Window]] = {
    "refund_approved": periods.refund_window,
    "asked": periods.question_window,
    "decided": periods.re_examination_window,
}
