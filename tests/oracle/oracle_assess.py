"""One claim, written from the text, not from the rules' code: articles 3, 4, 13-16, 19, 21, 30 and 34."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from tests.oracle import oracle_calendar as calendar
from tests.oracle import oracle_deadlines as deadlines
from tests.oracle import oracle_money as money
from tests.oracle import oracle_more as more
from tests.oracle import oracle_tables as tables

BORROWERS = ("enterprise", "owner", "sole_trader")
COVERS = ("none", "insurance", "guarantee_company", "re_guarantee", "other_compensation")
GOOD_CLASSES = ("normal", "special_mention")
BAD_CLASSES = ("substandard", "doubtful", "loss")
QUALIFICATIONS = (
    "manufacturing_champion",
    "high_tech",
    "tech_sme",
    "srdi_little_giant",
    "srdi_sme",
    "innovative_sme",
    "agricultural_leader",
    "key_list",
)
FEATURES = (
    "first_loan",
    "government_procurement",
    "renewal_without_repayment",
    "green",
    "credit",
    "ip_pledge",
    "receivables_pledge",
    "inventory_pledge",
)


def _paper(industries: tuple[str, ...], enterprises: tuple[str, ...], days: str, ratio: str, lifts: bool) -> Any:
    first, _, last = days.partition("..")
    return {
        "industries": industries, "enterprises": enterprises, "from": first, "to": last, "ratio": ratio,
        "lifts_cap": lifts,
    }  # fmt: skip


PAPERS = {
    "甲": _paper(("C",), (), "2024-01-01..2025-06-30", "0.80", False),
    "乙": _paper((), ("某企业",), "2024-06-01..", "0.60", True),
    "丙": _paper(("D3",), (), "2023-08-10..", "0.10", False),
}
"""Documents under 16(5) that a case may name."""
AMOUNTS = ("revenue", "assets", "credit_line", "principal", "other_balances", "npl_principal")
DATES = ("disbursed_on", "matures_on", "entered_on", "determined_on", "submitted_on", "credit_report_on")
AMOUNT = re.compile(r"[0-9]+(\.[0-9]{1,2})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
POOL_FROM = date(2023, 3, 1)
THIS_EDITION_FROM = date(2023, 8, 10)
VALID_THROUGH = date(2028, 8, 10)


def is_long(disbursed: date, matures: date) -> bool:
    """Sixty whole months or more, month ends clipped: 2024-02-29 to 2029-02-28 is 60 (reading 7)."""
    return calendar.months_after(disbursed, 60) <= matures


def wrong_fields(case: dict[str, Any]) -> set[str]:
    """The fields that make a case malformed; a case that has any is answered with one of them."""
    wrong: set[str] = set()
    if case["borrower_kind"] not in BORROWERS:
        wrong.add("borrower_kind")
    if case["industry_group"] not in tables.SIZE:
        wrong.add("industry_group")
    if case["other_cover"] not in COVERS:
        wrong.add("other_cover")
    if case["classification"] not in GOOD_CLASSES + BAD_CLASSES:
        wrong.add("classification")
    for name in AMOUNTS:
        if not AMOUNT.fullmatch(case[name]):
            wrong.add(name)
    for name in DATES:
        if _date(case[name]) is None:
            wrong.add(name)
    for qualification in case["qualifications"]:
        first, last = _date(qualification["valid_from"]), _date(qualification["valid_to"])
        if first is None or last is None or last < first:
            wrong.add("qualifications")
    if "principal" not in wrong and Decimal(case["principal"]) == 0:
        wrong.add("principal")
    if not wrong & {"principal", "npl_principal"} and Decimal(case["npl_principal"]) > Decimal(case["principal"]):
        wrong.add("npl_principal")
    day = {name: _date(case[name]) for name in DATES}
    for earlier, later, apart in (
        ("disbursed_on", "matures_on", 1),
        ("disbursed_on", "entered_on", 0),
        ("determined_on", "submitted_on", 0),
    ):
        first, last = day[earlier], day[later]
        if first is not None and last is not None and (last - first).days < apart:
            wrong.add(later)
    disbursed = day["disbursed_on"]
    if disbursed is not None and disbursed < tables.LPR[0][0]:
        wrong.add("disbursed_on")
    if case.get("special_approval") is not None and not _paper_covers(case):
        wrong.add("special_approval")
    return wrong


def _paper_covers(case: dict[str, Any]) -> bool:
    """16(5): known, valid on the day of payment, and for this industry or for enterprises that it names."""
    paper = PAPERS.get(case["special_approval"])
    if paper is None or case["disbursed_on"] < paper["from"] or (paper["to"] and case["disbursed_on"] > paper["to"]):
        return False
    code = case["industry_code"].upper()
    return bool(paper["enterprises"]) or any(code[: len(one)] == one for one in paper["industries"])


def _date(text: str) -> date | None:
    if not DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def assess(case: dict[str, Any]) -> dict[str, Any]:
    disbursed, matures, entered, determined, submitted, report = (date.fromisoformat(case[name]) for name in DATES)
    balance = Decimal(case["principal"]) + Decimal(case["other_balances"])
    is_enterprise = case["borrower_kind"] == "enterprise"
    failed: set[str] = set()
    provisional: set[str] = set()  # the articles that rest on a day or a rate not yet announced

    # 3: Shenzhen, industry, size. Sole traders are not tested for size, and an owner's firm by 2018-29 (reading 19).
    if not case["in_shenzhen"] or case["industry_restricted"] or case["quasi_financial"]:
        failed.add("3")
    if case["industry_code"][0].upper() in "JK":
        failed.add("3")
    size = tables.size_of(case["industry_group"], case["staff"], Decimal(case["revenue"]), Decimal(case["assets"]))
    if is_enterprise and size == "large":
        failed.add("3")

    # 4: the 2018-29 measure is named there, so a firm too large for it fails 4.
    if is_enterprise and balance > Decimal(30000000):
        failed.add("4")
    if not is_enterprise and Decimal(case["credit_line"]) > Decimal(10000000):
        failed.add("4")
    if case["borrower_kind"] == "owner" and size not in ("small", "micro"):
        failed.add("4")

    # 13: entered in time, and determined after that.
    _, entry_closes, entry_provisional = deadlines.entry_window(disbursed)
    if entry_provisional:
        provisional.add("13")
    if entered > entry_closes or determined <= entered:
        failed.add("13")

    # 14, 15
    if case["product"] not in ("working_capital", "personal_business") or case["other_cover"] != "none":
        failed.add("14")
    if case["use"] != "operations":
        failed.add("15(2)")
    lpr = tables.lpr_on(disbursed, is_long(disbursed, matures))
    if disbursed > tables.LPR_CONFIRMED_THROUGH:
        provisional.add("15(3)")
    if case["classification"] not in BAD_CLASSES or Decimal(case["annual_rate"]) > lpr + 2:
        failed.add("15(3)")

    # 16(1): an owner's or a sole trader's balance has no limit under 4, but no step above 30m either.
    base = money.base_ratio(balance)
    named = case.get("special_approval")
    if base is None and not is_enterprise and named is None:
        failed.add("16(1)")

    # 19(2), 19(8)
    _, claim_closes, claim_provisional = deadlines.claim_window(determined)
    report_from, _, report_provisional = deadlines.report_window(submitted)
    if claim_provisional or report_provisional:
        provisional.add("19(2)")
    if submitted > claim_closes or report is None or not report_from <= report <= submitted:
        failed.add("19(2)")
    if determined > deadlines.six_months_after_maturity(matures):
        failed.add("19(8)")

    # 21, 30, 34
    held = POOL_FROM <= determined < THIS_EDITION_FROM
    if determined < POOL_FROM:
        failed.add("21")
    if case["bank_dishonest"]:
        failed.add("30")
    if disbursed > VALID_THROUGH or determined > VALID_THROUGH:
        failed.add("34")

    eligible = not failed and not held
    ratio = amount = money.ZERO
    if eligible and named is not None:
        ratio = more.special_ratio(Decimal(PAPERS[named]["ratio"]), PAPERS[named]["lifts_cap"])
        amount = money.to_the_fen(Decimal(case["npl_principal"]) * ratio)
    elif eligible:
        assert base is not None
        ratio = base
        for qualification in case["qualifications"]:
            first = date.fromisoformat(qualification["valid_from"])
            last = date.fromisoformat(qualification["valid_to"])
            if qualification["kind"] in QUALIFICATIONS and first <= disbursed <= last:
                ratio = base + Decimal("0.10")
        if any(feature in FEATURES for feature in case["features"]):
            ratio += Decimal("0.10")
        if ratio > Decimal("0.50"):
            ratio = Decimal("0.50")
        amount = money.to_the_fen(Decimal(case["npl_principal"]) * ratio)
    return {
        "eligible": eligible,
        "failed": sorted(failed),
        "held": held,
        "ratio": money.text(ratio),
        "amount": money.text(amount),
        "provisional": bool(provisional),
        "provisional_articles": sorted(provisional),
    }
