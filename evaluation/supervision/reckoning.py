"""From sums to indicators: growth, ratios, averages, and whether a goal is met."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from evaluation.supervision.catalogue import catalogue
from pool.money import WIDE

HUNDRED = Decimal(100)
PLACES = {"percent": Decimal("0.000001"), "points": Decimal("0.01"), "rate": Decimal("0.01"), "money": Decimal("0.01")}
Value = Decimal | int | None


def indicators(sums: Mapping[str, Any]) -> dict[str, Value]:
    """Slug → exact value; None where there is nothing to divide by."""
    inclusive_growth = growth(sums["inclusive_amount"], sums["inclusive_amount_before"])
    all_growth = growth(sums["all_amount"], sums["all_amount_before"])
    inclusive_npl = ratio(sums["inclusive_npl_balance"], sums["inclusive_amount"])
    all_npl = ratio(sums["all_npl_balance"], sums["all_amount"])
    return {
        "inclusive_amount": sums["inclusive_amount"],
        "inclusive_amount_before": sums["inclusive_amount_before"],
        "inclusive_growth": inclusive_growth,
        "all_amount": sums["all_amount"],
        "all_growth": all_growth,
        "growth_gap": _points(inclusive_growth, all_growth),
        "inclusive_borrowers": sums["inclusive_borrowers"],
        "borrowers_change": sums["inclusive_borrowers"] - sums["inclusive_borrowers_before"],
        "inclusive_npl": inclusive_npl,
        "all_npl": all_npl,
        "npl_gap": _points(inclusive_npl, all_npl),
        "rate": ratio(sums["rate_weight"], sums["lent"]),
        "rate_before": ratio(sums["rate_weight_before"], sums["lent_before"]),
        "spread": ratio(sums["spread_weight"], sums["lent"]),
        "lent": sums["lent"],
        "first_borrowers": sums["first_borrowers"],
        "first_change": sums["first_borrowers"] - sums["first_borrowers_before"],
        "credit_share": ratio(sums["credit"], sums["lent"]),
        "renewal_share": ratio(sums["renewal"], sums["lent"]),
        "manufacturing_share": ratio(sums["manufacturing"], sums["lent"]),
        "medium_share": ratio(sums["medium"], sums["lent"]),
        "manufacturing_medium_share": ratio(sums["manufacturing_medium"], sums["lent"]),
        "green_share": ratio(sums["green"], sums["lent"]),
    }


def growth(now: Decimal, before: Decimal) -> Decimal | None:
    return ratio(now - before, before)


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return WIDE.divide(part, whole) if whole else None


def _points(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else (one - other) * HUNDRED


def as_kept(values: Mapping[str, Value]) -> dict[str, dict[str, Any]]:
    """As a report keeps them: rounded text or a whole number, and whether the goal is met by the exact value."""
    kept = {}
    for slug, one in catalogue().indicators.items():
        value = values[slug]
        kept[slug] = {"value": _said(value, one.unit), "met": one.is_met(value)}
    return kept


def _said(value: Value, unit: str) -> str | int | None:
    if value is None or isinstance(value, int):
        return value
    return str(value.quantize(PLACES[unit], rounding=ROUND_HALF_UP, context=WIDE))
