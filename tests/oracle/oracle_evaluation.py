"""The yearly grades, written from the text, not from the rules' code: articles 22 and 23, reading 17."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any


def _rank(value: Any, values: list[Any]) -> int:
    """1 and one more for each that is better: equals share a rank, and the next one is skipped (1, 1, 3)."""
    return 1 + sum(1 for other in values if other > value)


def evaluate(banks: list[dict[str, Any]]) -> dict[str, Any]:
    amounts = {bank["bank"]: Decimal(bank["amount"]) for bank in banks}
    borrowers = {bank["bank"]: bank["borrowers"] for bank in banks}
    growths: dict[str, Fraction] = {}
    declined: dict[str, bool] = {}
    for bank in banks:
        name = bank["bank"]
        if bank["last_amount"] is None or Decimal(bank["last_amount"]) == 0:
            continue
        before = Decimal(bank["last_amount"])
        growths[name] = Fraction(amounts[name] - before) / Fraction(before)
        declined[name] = amounts[name] < before and borrowers[name] < bank["last_borrowers"]
    everybody_declined = all(declined.values())

    ranks: dict[str, dict[str, int | None]] = {}
    grades: dict[str, str] = {}
    for bank in banks:
        name = bank["bank"]
        amount = _rank(amounts[name], list(amounts.values()))
        number = _rank(borrowers[name], list(borrowers.values()))
        growth = _rank(growths[name], list(growths.values())) if name in growths else None
        ranks[name] = {"amount": amount, "borrowers": number, "growth": growth}

        large_enough = amount * 100 <= 60 * len(banks) or number * 100 <= 60 * len(banks)
        in_first_15 = growth is not None and growth * 100 <= 15 * len(growths)
        in_first_30 = growth is not None and growth * 100 <= 30 * len(growths)
        if bank["violations"] > 0 or (declined.get(name, False) and not everybody_declined):
            grades[name] = "unqualified"
        elif large_enough and in_first_15:
            grades[name] = "excellent"
        elif large_enough and in_first_30:
            grades[name] = "good"
        else:
            grades[name] = "qualified"
    return {"grades": grades, "ranks": ranks}
