"""Rules beyond the trial calculation: stopped clocks, the queue, the 3 % in detail, clawback, currency, membership.

Written after the rest, when the names of the facts were known; it shares no code with the rules either, and counts one
day or one fen at a time.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.oracle import oracle_calendar as calendar
from tests.oracle import oracle_deadlines as deadlines
from tests.oracle import oracle_money as money


def paused_period(started: date, days: int, pauses: list[tuple[date, date]]) -> date:
    """Reading 13: while the clock stands still no day passes, and the period does not end."""
    day, left = started, days
    while True:
        stands_still = any(stopped <= day < resumed for stopped, resumed in pauses)
        if not stands_still:
            if left == 0 and calendar.is_working_day(day):
                return day
            left = max(0, left - 1)
        day += calendar.ONE_DAY


def refund_due_by(approved: date) -> date:
    """Reading 11: 15 working days after the approval."""
    return deadlines.working_days_after(approved, 15)[1]


def re_examination_by(told: date) -> date:
    """Reading 16: asked for within 10 working days."""
    return deadlines.working_days_after(told, 10)[1]


def question_answered_by(asked: date) -> date:
    """Reading 26: answered within 5 working days."""
    return deadlines.working_days_after(asked, 5)[1]


def recovery_reported_by(recovered: date, paid: date) -> date:
    """Reading 11: the first quarterly window that opens after the money came in, and after the payment."""
    day = max(recovered, paid)
    opens = day
    while opens <= day or opens != calendar.quarter_start(opens):
        opens += calendar.ONE_DAY
    return deadlines.recovery_window(opens)[1]


def queue(room: Decimal, claims: list[tuple[str, str, Decimal]]) -> list[str]:
    """Reading 21: whole claims by submission time; the first that does not fit ends the list (decision 0005)."""
    taken = []
    for key, _, amount in sorted(claims, key=lambda claim: (claim[1], claim[0])):
        if amount > room:
            break
        room -= amount
        taken.append(key)
    return taken


def over_the_line(bad: int, entered: int) -> bool:
    return entered > 0 and bad * 100 > entered * 3


def around_the_line(bad: int, entered: int) -> dict[str, int]:
    """17, in fen: the least that brings a suspended bank back, or the most another one still bears."""
    cure = headroom = entries = 0
    if over_the_line(bad, entered):
        while over_the_line(bad - cure, entered):
            cure += 1
        while over_the_line(bad, entered + entries):
            entries += 1
    elif entered:
        while not over_the_line(bad + headroom + 1, entered):
            headroom += 1
    return {"cure": cure, "headroom": headroom, "new_entries": entries}


def special_ratio(ratio: Decimal, lifts_cap: bool) -> Decimal:
    """16(5), reading 9: the approved ratio, and 50 % at most unless the document says otherwise."""
    return ratio if lifts_cap else min(ratio, Decimal("0.50"))


def approval_that_counts(case: dict[str, Any]) -> dict[str, Any] | None:
    """16(5), readings 8 and 9: of the documents valid on the day of payment, an enterprise's own, else the newest."""
    best = None
    for paper in case["papers"]:
        if case["date"] < paper["from"] or (paper["to"] and case["date"] > paper["to"]):
            continue
        own = case["enterprise"] in paper["enterprises"]
        if not own and not [code for code in paper["industries"] if case["industry"][: len(code)] == code]:
            continue
        rank = (own, paper["issued"], paper["number"])
        if best is None or rank > best[0]:
            best = (rank, paper)
    return best[1] if best else None


def in_yuan(amount: Decimal, rates: dict[str, str], per: int) -> Decimal | None:
    """4: at the central parity, else at the spot buying rate, else at the cash buying rate."""
    for name in ("central", "spot_buying", "cash_buying"):
        if name in rates:
            return money.to_the_fen(amount * Decimal(rates[name]) / per)
    return None


def is_struck_out(unqualified: list[int], year: int) -> bool:
    """24: two years running."""
    return year in unqualified and year - 1 in unqualified


def may_apply_again_on(cancelled: date) -> date:
    """24: two years later."""
    return calendar.months_after(cancelled, 24)


def may_file(case: dict[str, Any]) -> bool:
    """7, 24, 30, reading 23: agreements with both institutions, a member, and not on the list that day."""
    day = case["day"]

    def holds(first: str, last: str | None) -> bool:
        return first <= day and (last is None or day <= last)

    both = all(
        any(party == wanted and holds(first, last) for party, first, last in case["agreements"])
        for wanted in ("manager", "finance_centre")
    )
    member = case["cancelled_on"] is None or day < case["cancelled_on"]
    if case["readmitted_on"] is not None and case["readmitted_on"] <= day:
        member = True
    listed = any(first <= day and (last is None or day < last) for first, last in case["listed"])
    return both and member and not listed


def clawback_interest(case: dict[str, Any]) -> Decimal:
    """28, reading 24: on what was out each day, from payment to return, actual/365."""
    out, sum_of_days = Decimal(case["amount"]), Decimal(0)
    day = date.fromisoformat(case["paid_on"])
    while day < date.fromisoformat(case["until"]):
        out -= sum((Decimal(amount) for on, amount in case["returned"] if on == day.isoformat()), Decimal(0))
        sum_of_days += out
        day += calendar.ONE_DAY
    return money.to_the_fen(sum_of_days * Decimal(case["rate"]) / 36500)
