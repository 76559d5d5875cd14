"""Every deadline, written from the text, not from the rules' code: articles 19 and 20, readings 2-5, 14, 15 and 20."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from tests.oracle import oracle_calendar as calendar

# Reading 20: periods that would have ended before the rules took effect.
RULES_IN_FORCE = date(2024, 4, 1)
POOL_LOANS_FROM = date(2023, 3, 1)
THIS_EDITION_FROM = date(2023, 8, 10)
FIRST_ENTRY_CLOSE = date(2024, 4, 22)
FIRST_CLAIM_CLOSE = date(2024, 7, 1)

Window = tuple[date | None, date, bool]


@cache
def entry_window(disbursed: date) -> Window:
    """19(1): 自每季度开始至下季度前15个工作日内."""
    opens = calendar.quarter_start(disbursed)
    next_quarter = calendar.months_after(opens, 3)
    closes, provisional = calendar.working_days_after(next_quarter - calendar.ONE_DAY, 15)
    if closes < RULES_IN_FORCE and disbursed >= POOL_LOANS_FROM:
        return opens, FIRST_ENTRY_CLOSE, False
    return opens, closes, provisional


@cache
def claim_window(determined: date) -> Window:
    """19(2): 判定…为"不良贷款"之日起3个月内."""
    closes, provisional = calendar.next_working_day_from(calendar.months_after(determined, 3))
    if THIS_EDITION_FROM <= determined < RULES_IN_FORCE and closes < FIRST_CLAIM_CLOSE:
        return None, FIRST_CLAIM_CLOSE, False
    return None, closes, provisional


@cache
def report_window(submitted: date) -> Window:
    """19(2): 提交申请前10个工作日内的企业征信报告."""
    opens, provisional = calendar.working_days_before(submitted, 10)
    return opens, submitted, provisional


def recovery_window(day: date) -> Window:
    """19(6): 每季度前15个工作日内, of the quarter that holds the day."""
    opens = calendar.quarter_start(day)
    closes, provisional = calendar.working_days_after(opens - calendar.ONE_DAY, 15)
    return opens, closes, provisional


def automatic_closing(matures: date, determined: date | None) -> Window:
    """19(8): 到期6个月未提出补偿申请. The day after six months, or after a claim period that is then still open."""
    last = six_months_after_maturity(matures)
    provisional = False
    if determined is not None and determined <= last:
        _, claim_last, claim_provisional = claim_window(determined)
        if claim_last > last:
            last, provisional = claim_last, claim_provisional
    return None, last + calendar.ONE_DAY, provisional


def six_months_after_maturity(matures: date) -> date:
    return calendar.months_after(matures, 6)


def days_after(day: date, count: int) -> Window:
    closes, provisional = calendar.next_working_day_from(day + timedelta(days=count))
    return None, closes, provisional


def working_days_after(day: date, count: int) -> Window:
    closes, provisional = calendar.working_days_after(day, count)
    return None, closes, provisional


def months_after(day: date, count: int) -> Window:
    closes, provisional = calendar.next_working_day_from(calendar.months_after(day, count))
    return None, closes, provisional


ARTICLES = {
    "disbursed": "19(1)",
    "determined": "19(2)",
    "submitted": "20(1)",
    "report_floor": "19(2)",
    "posted": "20(2)",
    "plan_issued": "19(3)",
    "documents_complete": "20(3)",
    "paid": "19(4)",
    "upgraded": "19(5)",
    "disposal_ended": "19(6)",
    "quarter": "19(6)",
    "paid_off": "19(8)",
    "auto_close": "19(8)",
    "closing_applied": "20(6)",
}


def window_of(event: str, day: date, determined: date | None = None) -> Window:
    if event == "disbursed":
        return entry_window(day)
    if event == "determined":
        return claim_window(day)
    if event == "submitted":
        return days_after(day, 30)
    if event == "report_floor":
        return report_window(day)
    if event == "posted":
        return working_days_after(day, 7)
    if event == "plan_issued":
        return days_after(day, 3)
    if event == "documents_complete":
        return days_after(day, 10)
    if event in ("paid", "upgraded", "disposal_ended"):
        return working_days_after(day, 15)
    if event == "quarter":
        return recovery_window(day)
    if event == "paid_off":
        return months_after(day, 3)
    if event == "auto_close":
        return automatic_closing(day, determined)
    if event == "closing_applied":
        return days_after(day, 30)
    raise LookupError(event)
