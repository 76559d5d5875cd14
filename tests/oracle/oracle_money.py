"""Amounts, written from the text, not from the rules' code: articles 7, 16, 17 and 19(6), readings 10-12 and 21."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
POOL = Decimal("5000000000.00")


def to_the_fen(exact: Decimal) -> Decimal:
    """Half a fen goes up; amounts are never negative."""
    return (exact * 100 + Decimal("0.5")).to_integral_value(rounding=ROUND_FLOOR) / 100


def text(amount: Decimal) -> str:
    return f"{amount:.2f}"


def base_ratio(balance: Decimal) -> Decimal | None:
    """16(1)."""
    if balance <= Decimal(5000000):
        return Decimal("0.40")
    if balance <= Decimal(15000000):
        return Decimal("0.30")
    if balance <= Decimal(30000000):
        return Decimal("0.20")
    return None


def returns(compensated: Decimal, ratio: Decimal, recoveries: list[Decimal]) -> list[Decimal]:
    """19(6): all that was recovered × ratio, never more in total than was compensated."""
    answers = []
    recovered = returned = ZERO
    for recovery in recoveries:
        recovered += recovery
        owed = to_the_fen(recovered * ratio)
        if owed > compensated:
            owed = compensated
        answers.append(owed - returned)
        returned = owed
    return answers


def is_suspended(loans: list[dict[str, object]]) -> bool:
    """17: bad principal over the principal of all loans entered, above 3 %.

    A loan: principal, withdrawn, and of its determination balance, stands, upgraded, recovered (of the principal).
    """
    entered = bad = ZERO
    for loan in loans:
        if loan["withdrawn"]:
            continue
        entered += Decimal(str(loan["principal"]))
        if loan["balance"] is None or not loan["stands"] or loan["upgraded"]:
            continue
        balance = Decimal(str(loan["balance"]))
        if Decimal(str(loan["recovered"])) < balance:
            bad += balance
    return entered > 0 and bad * 100 > entered * 3


def plan_fits(own: Decimal, reserved: Decimal, paid: Decimal, returned: Decimal, plan: Decimal) -> bool:
    """7.2: out of the pool's own cash that is not reserved, and never more than the pool outstanding."""
    return plan <= own - reserved and paid - returned + reserved + plan <= POOL
