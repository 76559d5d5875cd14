"""The 3 % line is exact, and what brings a bank back is the least that does."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from banks.rules import standing
from pool.rulebook import load

BOOK = load("shenzhen/2024")
FEN = Decimal("0.01")
AMOUNTS = st.integers(0, 10**11).map(lambda fen: Decimal(fen) / 100)


@given(AMOUNTS, AMOUNTS)
def test_suspended_is_strictly_over_three_percent(npl: Decimal, entered: Decimal) -> None:
    result = standing(BOOK, npl, entered)
    assert result.suspended == (entered > 0 and npl * 100 > entered * 3)
    assert result.finding.failed == result.suspended


@given(st.integers(1, 10**9), st.integers(1, 10**8))
def test_the_cure_is_the_least_that_brings_the_bank_back(base: int, over: int) -> None:
    entered = Decimal(base) / 100
    npl = Decimal(base * 3 // 100 + over) / 100
    result = standing(BOOK, npl, entered)
    assert result.suspended
    assert not standing(BOOK, npl - result.cure, entered).suspended
    assert standing(BOOK, npl - result.cure + FEN, entered).suspended
    assert not standing(BOOK, npl, entered + result.new_entries).suspended
    assert standing(BOOK, npl, entered + result.new_entries - FEN).suspended


@given(st.integers(1, 10**9), st.integers(0, 3 * 10**7))
def test_the_headroom_is_the_most_that_does_not_suspend(base: int, bad: int) -> None:
    entered, npl = Decimal(base) / 100, Decimal(min(bad, base * 3 // 100)) / 100
    result = standing(BOOK, npl, entered)
    assert not result.suspended and result.cure == 0
    assert not standing(BOOK, npl + result.headroom, entered).suspended
    assert standing(BOOK, npl + result.headroom + FEN, entered).suspended
