"""The comparison, tried on planted faults: each value of the rulebook moved by the least, and each sum done wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal
from random import Random
from typing import Any

import pytest

import evaluation.rules
import evaluation.trial
from claims import rules as claims
from loans import rules as loans
from pool.money import CENT
from pool.refs import LprTable, Refs, default_refs
from pool.rulebook import Edition, Provision, load
from pool.workdays import Calendar
from tests.oracle import boundaries, cases
from tests.oracle.comparing import comparison

Case = dict[str, Any]
Making = Callable[[], Iterator[Case]]

ONE_DAY = timedelta(days=1)
BOOK = load("shenzhen/2024")


def noticed(kind: str, made: Iterable[Case], *, book: Edition | None = None, refs: Refs | None = None) -> bool:
    """A book of its own, because the rules remember their findings by it."""
    return any(comparison(kind, refs, replace(book or BOOK)).differences(made))


def drawn(kind: str) -> Making:
    """A few hundred random cases, where nothing enumerates the bounds."""

    def made() -> Iterator[Case]:
        rng = Random(kind)
        for _ in range(500):
            yield cases.MAKERS[kind](rng)

    return made


#: Where a wrong value of a provision shows.
SHOWN: dict[str, tuple[str, Making]] = {
    "pool_size": ("queue", drawn("queue")),
    "sme_size": ("assess", boundaries.sizes_of_borrowers),
    "owner_firm_size": ("assess", boundaries.sizes_of_borrowers),
    "excluded_sections": ("assess", boundaries.words),
    "balance_limit": ("assess", boundaries.ratios),
    "credit_line_limit": ("assess", boundaries.ratios),
    "covered_products": ("assess", boundaries.words),
    "excluded_cover": ("assess", boundaries.words),
    "permitted_use": ("assess", boundaries.words),
    "npl_classes": ("assess", boundaries.words),
    "rate_spread": ("assess", boundaries.rates),
    "lpr_long_term": ("assess", boundaries.rates),
    "compensation_tiers": ("assess", boundaries.ratios),
    "qualification_addition": ("assess", boundaries.ratios),
    "qualification_kinds": ("assess", boundaries.additions),
    "feature_addition": ("assess", boundaries.ratios),
    "feature_kinds": ("assess", boundaries.additions),
    "ratio_cap": ("assess", boundaries.ratios),
    "npl_ceiling": ("standing", boundaries.every_standing),
    "entry_window": ("deadlines", boundaries.every_deadline),
    "claim_period": ("deadlines", boundaries.every_deadline),
    "credit_report_age": ("assess", boundaries.claims),
    "papers_period": ("deadlines", boundaries.every_deadline),
    "transfer_period": ("deadlines", boundaries.every_deadline),
    "upgrade_period": ("deadlines", boundaries.every_deadline),
    "refund_period": ("period", drawn("period")),
    "recovery_window": ("deadlines", boundaries.every_deadline),
    "settlement_period": ("deadlines", boundaries.every_deadline),
    "payoff_closing": ("deadlines", boundaries.every_deadline),
    "auto_closing": ("assess", boundaries.lives),
    "review_period": ("deadlines", boundaries.every_deadline),
    "re_examination_window": ("period", drawn("period")),
    "question_period": ("period", drawn("period")),
    "publicity_period": ("deadlines", boundaries.every_deadline),
    "payment_period": ("deadlines", boundaries.every_deadline),
    "closing_review": ("deadlines", boundaries.every_deadline),
    "transition": ("assess", boundaries.lives),
    "entry_floor": ("assess", boundaries.entries),
    "claim_floor": ("deadlines", boundaries.every_deadline),
    "rank_shares": ("evaluate", boundaries.every_ranking),
    "clawback_interest": ("clawback", drawn("clawback")),
    "validity": ("assess", boundaries.lives),
    "agreement_parties": ("membership", drawn("membership")),
    "strikes": ("membership", drawn("membership")),
    "reapply_after": ("membership", drawn("membership")),
    "fx_rate_order": ("currency", drawn("currency")),
}

#: Values that no answer of the oracle rests on, and what holds them instead.
HELD_ELSEWHERE = {
    "claim_evidence": "lists of papers and steps are held by the examples of their articles",
    "payment_papers": "the same",
    "write_off_chain": "the same",
    "evaluation_indicators": "names of the three indicators",
    "half_year_statistics": "reports, by the tests of the evaluation room",
    "upgrade_classes": "the classes that are not in npl_classes",
    "evaluation_due": "the end of February",
}


def moved(provision: Provision) -> Iterator[tuple[str, Any]]:
    """The value of a provision, wrong by the least: what is wrong, and the wrong value."""
    value, method = provision.value, provision.method
    if method in ("period", "count"):
        yield from ((f"{value + step}", value + step) for step in (-1, 1))
    elif method in ("one_of", "none_of", "standard", "all_of", "in_order"):
        yield from ((f"without {word}", tuple(other for other in value if other != word)) for word in value)
    elif method == "amount":
        least = Decimal("0.01") if provision.unit != "percentage_point" else Decimal("0.0001")
        yield from ((f"{value + step}", value + step) for step in (-least, least))
    elif method == "last_day":
        yield from ((f"{value + step}", value + step) for step in (-ONE_DAY, ONE_DAY))
    elif method == "shares":
        for name, share in value.items():
            yield from ((f"{name} {share + step}", {**value, name: share + step}) for step in (-1, 1))
    elif method == "tiered":
        for place, tier in enumerate(value):
            for wrong in (
                *(tier._replace(up_to=tier.up_to + step) for step in (-CENT, CENT)),
                *(tier._replace(ratio=tier.ratio + step) for step in (-CENT, CENT)),
            ):
                yield f"{wrong.up_to} {wrong.ratio}", (*value[:place], wrong, *value[place + 1 :])
    elif method == "floor":
        for step in (-ONE_DAY, ONE_DAY):
            # The other two ends lie where no period ends, so a day more or less changes nothing.
            yield f"from {step.days:+}", value._replace(period=value.period._replace(first=value.period.first + step))
            yield f"not before {step.days:+}", value._replace(not_before=value.not_before + step)
    elif method == "staged":
        for place, step in ((place, step) for place in range(len(value) - 1) for step in (-ONE_DAY, ONE_DAY)):
            before, after = value[place], value[place + 1]
            before = before._replace(period=before.period._replace(last=before.period.last + step))
            after = after._replace(period=after.period._replace(first=after.period.first + step))
            yield f"stage {place} {step.days:+}", (*value[:place], before, after, *value[place + 2 :])


PLANTED = [
    pytest.param(provision.slug, wrong, id=f"{provision.slug}-{what}")
    for provision in BOOK
    if provision.slug not in HELD_ELSEWHERE
    for what, wrong in moved(provision)
]


def with_value(slug: str, value: Any) -> Edition:
    return replace(BOOK, provisions={**BOOK.provisions, slug: replace(BOOK[slug], value=value)})


@pytest.mark.parametrize(("slug", "wrong"), PLANTED)
def test_a_wrong_value_is_noticed(slug: str, wrong: Any) -> None:
    kind, made = SHOWN[slug]
    assert noticed(kind, made(), book=with_value(slug, wrong))


def test_every_provision_with_a_value_is_moved_or_held_elsewhere() -> None:
    valued = {item.slug for item in BOOK if item.method not in ("condition", "formula")}
    assert valued == SHOWN.keys() | HELD_ELSEWHERE.keys()
    assert {parameters.values[0] for parameters in PLANTED} == SHOWN.keys()


# ---- wrong code


def rounded(how: str) -> Callable[[Decimal, Decimal], Decimal]:
    return lambda amount, ratio: (amount * ratio).quantize(CENT, rounding=how)


@pytest.mark.parametrize("how", [ROUND_UP, ROUND_DOWN, ROUND_HALF_EVEN])
def test_an_amount_rounded_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(claims, "share", rounded(how))
    assert noticed("assess", boundaries.amounts())


@pytest.mark.parametrize("step", [-ONE_DAY, ONE_DAY])
@pytest.mark.parametrize(("place", "name", "made"), [
    (claims, "claim_window", boundaries.claims),
    (claims, "report_window", boundaries.claims),
    (loans, "entry_window", boundaries.entries),
])  # fmt: skip
def test_a_window_of_a_claim_a_day_off_is_noticed(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, made: Making, step: timedelta
) -> None:
    right = getattr(place, name)

    def a_day_off(*given: Any) -> Any:
        window = right(*given)
        opens = window.opens_on + step if window.opens_on else None
        return replace(window, opens_on=opens, closes_on=window.closes_on + step)

    monkeypatch.setattr(place, name, a_day_off)
    assert noticed("assess", made())


@pytest.mark.parametrize("event", evaluation.trial.EVENTS)
def test_a_deadline_a_day_later_is_noticed(monkeypatch: pytest.MonkeyPatch, event: str) -> None:
    right = evaluation.trial.EVENTS[event]

    def a_day_later(book: Edition, calendar: Calendar, on: date) -> Any:
        window = right(book, calendar, on)
        return replace(window, closes_on=window.closes_on + ONE_DAY)

    monkeypatch.setitem(evaluation.trial.EVENTS, event, a_day_later)
    assert noticed("deadlines", boundaries.every_deadline())


def test_returns_rounded_one_by_one_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_by_one(compensated: Decimal, ratio: Decimal, recoveries: list[Decimal]) -> list[Decimal]:
        due: list[Decimal] = []
        for recovery in recoveries:
            due.append(min(claims.share(recovery, ratio), compensated - sum(due, Decimal("0.00"))))
        return due

    monkeypatch.setattr(evaluation.trial, "returns", one_by_one)
    assert noticed("returns", boundaries.every_recovery())


def test_dense_ranks_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def dense(values: dict[str, Any]) -> dict[str, int]:
        order = sorted(set(values.values()), reverse=True)
        return {bank: order.index(value) + 1 for bank, value in values.items()}

    monkeypatch.setattr(evaluation.rules, "ranks", dense)
    assert noticed("evaluate", boundaries.every_ranking())


def test_a_forgotten_exception_for_a_year_in_which_all_fell_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = evaluation.rules._grade

    def no_exception(item: Any, _all_declined: bool, *rest: Any) -> Any:
        return right(item, False, *rest)

    monkeypatch.setattr(evaluation.rules, "_grade", no_exception)
    assert noticed("evaluate", boundaries.every_ranking())


# ---- wrong tables


@pytest.mark.parametrize(("day", "works"), [(date(2024, 10, 12), False), (date(2025, 2, 3), True)])
def test_a_wrong_day_of_a_notice_is_noticed(day: date, works: bool) -> None:
    refs = replace(default_refs(), calendar=Calendar.build({day: works}))
    assert noticed("deadlines", boundaries.every_deadline(), refs=refs)


def test_a_quote_that_counts_a_day_late_is_noticed() -> None:
    right = default_refs().lpr
    for place, quote in enumerate(right.quotes):
        late = quote._replace(published_on=quote.published_on + ONE_DAY)
        table = LprTable((*right.quotes[:place], late, *right.quotes[place + 1 :]), right.confirmed_through)
        assert noticed("assess", boundaries.rates(), refs=replace(default_refs(), lpr=table)), quote


@pytest.mark.parametrize("bound", ["sme_below", "medium_from", "small_from"])
def test_a_wrong_bound_of_a_size_is_noticed(bound: str) -> None:
    right = default_refs().sizes
    for group, bounds in right.groups.items():
        for place, at in enumerate(bounds):
            wrong = (*bounds[:place], at._replace(**{bound: getattr(at, bound) + 1}), *bounds[place + 1 :])
            sizes = replace(right, groups={**right.groups, group: wrong})
            assert noticed("size", boundaries.sizes(), refs=replace(default_refs(), sizes=sizes)), (group, at)
