"""Returns follow the running total, never exceed the compensation, and never lose a fen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pool.money import share
from pool.refs import default_refs
from pool.rulebook import load
from recovery.rules import counts_as_recovery, reporting_window, return_due, returns

BOOK = load("shenzhen/2024")
RATIOS = st.sampled_from([Decimal(text) for text in ("0.20", "0.30", "0.40", "0.50")])
AMOUNTS = st.integers(0, 10**10).map(lambda fen: Decimal(fen) / 100)


@given(AMOUNTS, RATIOS, st.lists(AMOUNTS, max_size=12))
def test_the_sum_of_returns_is_the_capped_share_of_the_sum(
    compensated: Decimal, ratio: Decimal, recoveries: list[Decimal]
) -> None:
    due = returns(compensated, ratio, recoveries)
    assert sum(due) == min(compensated, share(sum(recoveries, Decimal(0)), ratio))
    assert all(item >= 0 for item in due) and len(due) == len(recoveries)


@given(AMOUNTS, RATIOS, AMOUNTS, AMOUNTS)
def test_a_return_is_never_negative(
    compensated: Decimal, ratio: Decimal, recovered: Decimal, returned: Decimal
) -> None:
    assert return_due(compensated, ratio, recovered, returned) >= 0


def test_recoveries_count_from_the_day_after_determination() -> None:
    assert not counts_as_recovery(date(2025, 3, 1), date(2025, 3, 1))
    assert counts_as_recovery(date(2025, 3, 1), date(2025, 3, 2))


def test_a_recovery_before_payment_is_returned_in_the_first_window_after_payment() -> None:
    calendar = default_refs().calendar
    window = reporting_window(BOOK, calendar, date(2024, 8, 15), date(2024, 11, 20))
    assert (window.opens_on, window.closes_on) == (date(2025, 1, 1), date(2025, 1, 22))
