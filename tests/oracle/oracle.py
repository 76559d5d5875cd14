"""The trial calculation a second time, written from the text, not from the rules' code.

It imports nothing of the project (`test_structure.py`). `answer` takes a case as the `trial` command does, and says
what the law says; a malformed case is answered with the fields at fault.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.oracle import oracle_assess, oracle_deadlines, oracle_evaluation, oracle_money, oracle_tables


def answer(kind: str, case: dict[str, Any]) -> dict[str, Any]:
    if kind == "assess":
        wrong = oracle_assess.wrong_fields(case)
        return {"wrong": wrong} if wrong else oracle_assess.assess(case)
    if kind == "deadlines":
        determined = date.fromisoformat(case["determined"]) if case.get("determined") else None
        opens, closes, provisional = oracle_deadlines.window_of(
            case["event"], date.fromisoformat(case["date"]), determined
        )
        return {
            "opens_on": opens.isoformat() if opens else None,
            "closes_on": closes.isoformat(),
            "provisional": provisional,
            "article": oracle_deadlines.ARTICLES[case["event"]],
        }
    if kind == "returns":
        answers = oracle_money.returns(
            Decimal(case["compensated"]), Decimal(case["ratio"]), [Decimal(text) for text in case["recoveries"]]
        )
        return {
            "returns": [oracle_money.text(each) for each in answers],
            "total": oracle_money.text(sum(answers, oracle_money.ZERO)),
        }
    if kind == "evaluate":
        return oracle_evaluation.evaluate(case["banks"])
    if kind == "size":
        return {
            "size": oracle_tables.size_of(
                case["group"], case["staff"], Decimal(case["revenue"]), Decimal(case["assets"])
            )
        }
    raise LookupError(kind)
