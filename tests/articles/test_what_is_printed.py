"""A finding prints the figure it was given, whatever equal figure was asked about before it."""

from pathlib import Path
from typing import Any

import yaml

import claims.rules
import loans.rules
from claims.rules import assess
from evaluation.trial.cases import claim_facts
from pool.refs import default_refs
from pool.rulebook import load

BASE = yaml.safe_load((Path(__file__).parent / "shenzhen_2024" / "_base.yaml").read_text(encoding="utf-8"))


def forget() -> None:
    """What the rules remember."""
    for module in (claims.rules, loans.rules):
        for name in vars(module):
            getattr(getattr(module, name), "cache_clear", lambda: None)()


def printed(**change: Any) -> dict[str, str]:
    """All figures of all findings by their names."""
    book, refs = load("shenzhen/2024"), default_refs()
    case = {**next(iter(BASE.values())), **change}
    found = assess(claim_facts(case, book, refs), book, refs).findings
    return {f"{one.provision}.{name}": str(value) for one in found for name, value in one.facts.items()}


def test_a_rate_with_other_zeros_is_printed_as_it_was_given() -> None:
    rates, alone = ("4.30", "4.3", "4.3000"), {}
    for rate in rates:
        forget()
        alone[rate] = printed(annual_rate=rate)
    assert {rate: printed(annual_rate=rate) for rate in (*rates, *reversed(rates))} == alone
    assert len({tuple(sorted(one.items())) for one in alone.values()}) == len(rates), "the rate is printed somewhere"
