"""Exact money: yuan with two places, rounded half up to the fen, never through binary fractions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
#: Wide enough that no product or sum of stored amounts is ever rounded on the way.
WIDE = Context(prec=80, rounding=ROUND_HALF_UP)
#: What a numeric(20, 2) column holds.
MAX_DIGITS = 18

_AMOUNT = re.compile(r"(0|[1-9][0-9]*|0[0-9]+)(\.[0-9]{1,2})?", re.ASCII)
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]{1,8})?", re.ASCII)


def fen(value: Decimal) -> Decimal:
    """Round half up to the fen."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP, context=WIDE)


def share(amount: Decimal, ratio: Decimal) -> Decimal:
    """`amount` × `ratio`, half up to the fen, with no rounding before that."""
    return fen(WIDE.multiply(amount, ratio))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    result = ZERO
    for amount in amounts:
        result = WIDE.add(result, amount)
    return result


def parse_amount(text: object) -> Decimal:
    """An amount written as a plain decimal string; refuses signs, separators, exponents and a third decimal."""
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise ValueError("not an amount")
    if len(text.partition(".")[0].lstrip("0")) > MAX_DIGITS:
        raise ValueError("amount out of range")
    value = Decimal(text)
    return value if text[-3:-2] == "." else value.quantize(CENT)


def parse_decimal(text: object, *, digits: int = 6) -> Decimal:
    """A non-negative plain decimal string (a percent, a ratio), up to eight places."""
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise ValueError("not a decimal")
    if len(text.partition(".")[0].lstrip("0")) > digits:
        raise ValueError("decimal out of range")
    return Decimal(text)


def yuan(value: Decimal) -> str:
    """`1234567.8` → `1,234,567.80`."""
    return f"{value if value.same_quantum(CENT) else fen(value):,.2f}"


def allocate(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share `amount` over `weights` to the fen; what rounding leaves goes to the largest remainders, earliest first."""
    whole = int(WIDE.multiply(amount, Decimal(100)))
    scaled = [int(WIDE.multiply(weight, Decimal(10) ** 8)) for weight in weights]
    base = sum(scaled)
    if base <= 0:
        raise ValueError("nothing to allocate by")
    parts = [whole * weight // base for weight in scaled]
    order = sorted(range(len(scaled)), key=lambda i: (-(whole * scaled[i] % base), i))
    for index in order[: whole - sum(parts)]:
        parts[index] += 1
    return [(Decimal(part) / 100).quantize(CENT) for part in parts]
