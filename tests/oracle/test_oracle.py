"""The project beside the oracle: every bound, every day, and random cases without end; never a difference.

`docs/development.md` tells how to run it at release size.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command

from pool.refs import default_refs
from pool.workdays import official_calendar
from tests.oracle import boundaries, cases, oracle, oracle_calendar, oracle_tables
from tests.oracle.boundaries import claim
from tests.oracle.comparing import Difference, comparison, first, plain, same

Case = dict[str, Any]

CI, RELEASE = 10_000, 10_000_000
BLOCK = 1000
SEED = os.environ.get("ASSURANCE_SEED", "2024-5")


def size() -> int:
    """How many random cases: `ASSURANCE_SIZE` is empty, `release`, or a number."""
    wanted = os.environ.get("ASSURANCE_SIZE", "")
    return {"": CI, "release": RELEASE}.get(wanted) or int(wanted)


def compared(name: str, kind: str, made: Iterable[Case]) -> None:
    began = time.monotonic()
    beside = comparison(kind)
    found = first(beside.differences(made))
    print(f"{name}: {beside.count:,} cases, {len(found)} differences, {time.monotonic() - began:.1f} s")
    assert not found, "\n".join(["", *found])
    assert beside.count


# ---- the oracle itself


WORKED: list[tuple[Case, tuple[str, str, list[str]]]] = [
    ({"principal": "5000000.00", "other_balances": "0.00", "npl_principal": "1234567.89"}, ("0.40", "493827.16", [])),
    (
        {"principal": "5000000.01", "other_balances": "0.00", "qualifications": [boundaries.HIGH_TECH],
         "features": ["first_loan"], "npl_principal": "1.00"},
        ("0.50", "0.50", []),
    ),
    ({"principal": "15000000.00", "other_balances": "0.00", "features": ["green"], "npl_principal": "1.00"},
     ("0.40", "0.40", [])),
    ({"principal": "30000000.00", "other_balances": "0.00", "npl_principal": "1.00"}, ("0.20", "0.20", [])),
    ({"principal": "30000000.01", "other_balances": "0.00", "npl_principal": "1.00"}, ("0.00", "0.00", ["4"])),
    (
        {"principal": "3000000.00", "other_balances": "0.00", "npl_principal": "1.00",
         "features": ["ip_pledge", "green"], "qualifications": [{**boundaries.HIGH_TECH, "kind": "srdi_little_giant"}]},
        ("0.50", "0.50", []),
    ),
    ({"annual_rate": "5.45", "npl_principal": "1.00"}, ("0.40", "0.40", [])),
    ({"annual_rate": "5.46"}, ("0.00", "0.00", ["15(3)"])),
]  # fmt: skip


@pytest.mark.parametrize(("change", "wanted"), WORKED)
def test_the_oracle_gives_the_worked_examples(change: Case, wanted: tuple[str, str, list[str]]) -> None:
    told = oracle.answer("assess", claim(**change))
    assert (told["ratio"], told["amount"], told["failed"]) == wanted


@pytest.mark.parametrize(
    ("event", "day", "opens", "closes"),
    [
        ("disbursed", "2024-03-31", "2024-01-01", "2024-04-22"),
        ("report_floor", "2024-10-15", "2024-09-26", "2024-10-15"),
        ("determined", "2024-07-01", None, "2024-10-08"),
        ("determined", "2024-11-30", None, "2025-02-28"),
        ("determined", "2023-09-05", None, "2024-07-01"),
        ("quarter", "2025-01-16", "2025-01-01", "2025-01-22"),
    ],
)
def test_the_oracle_gives_the_worked_days(event: str, day: str, opens: str | None, closes: str) -> None:
    told = oracle.answer("deadlines", {"event": event, "date": day})
    assert (told["opens_on"], told["closes_on"]) == (opens, closes)


# ---- every bound and every day


@pytest.mark.parametrize("made", boundaries.ASSESSED, ids=lambda made: made.__name__)
def test_every_bound_of_a_claim(made: Callable[[], Iterator[Case]]) -> None:
    compared(made.__name__, "assess", made())


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("size", boundaries.sizes),
        ("returns", boundaries.every_recovery),
        ("evaluate", boundaries.every_ranking),
        ("standing", boundaries.every_standing),
    ],
)
def test_every_bound_of_the_other_rules(kind: str, made: Callable[[], Iterator[Case]]) -> None:
    compared(made.__name__, kind, made())


def test_every_day_and_every_deadline() -> None:
    compared("every day", "deadlines", boundaries.every_deadline())


def test_every_day_is_worked_or_not_as_the_notices_say() -> None:
    theirs = official_calendar()
    every = list(boundaries.every_day(oracle_calendar.FIRST_DAY, oracle_calendar.LAST_DAY))
    other = [day for day in every if theirs.is_workday(day) != oracle_calendar.is_working_day(day)]
    unsure = [day for day in every if theirs.provisional_between(day, day) != oracle_calendar.is_provisional(day)]
    assert not other and not unsure


# ---- random cases


def blocks(kind: str, wanted: int, until: float) -> Iterator[Case]:
    """Cases in blocks, each from its own seed, so that a block can be made again alone."""
    for block in range(-(-wanted // BLOCK)):
        if time.monotonic() > until:
            return
        rng = Random(f"{SEED}/{kind}/{block}")
        for _ in range(min(BLOCK, wanted - block * BLOCK)):
            yield cases.MAKERS[kind](rng)


@pytest.mark.parametrize("kind", cases.MAKERS)
def test_random_cases(kind: str) -> None:
    """`ASSURANCE_SECONDS` ends it early: each kind has its share of them."""
    share = cases.SHARES[kind]
    seconds = float(os.environ.get("ASSURANCE_SECONDS", "inf")) * share / sum(cases.SHARES.values())
    made = blocks(kind, size() * share // sum(cases.SHARES.values()), time.monotonic() + seconds)
    compared(f"random {kind}, seed {SEED}", kind, made)


def test_random_claims_are_of_every_sort() -> None:
    """A generator that only makes hopeless claims would compare nothing."""
    told = [oracle.answer("assess", case) for case in blocks("assess", 3000, float("inf"))]
    failed = {article for answer in told for article in answer.get("failed", ())}
    assert failed == {"3", "4", "13", "14", "15(2)", "15(3)", "16(1)", "19(2)", "19(8)", "21", "30", "34"}
    assert {answer["ratio"] for answer in told if "ratio" in answer} == {
        "0.00", "0.10", "0.20", "0.30", "0.40", "0.50", "0.60",
    }  # fmt: skip
    assert sum(answer.get("eligible", False) for answer in told) > 900
    assert sum(answer.get("held", False) for answer in told) > 30
    assert sum(answer.get("provisional", False) for answer in told) > 300
    assert 30 < sum("wrong" in answer for answer in told) < 300


# ---- the command, with the database behind it


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["assess", "deadlines", "returns", "evaluate", "size"])
def test_the_command_gives_the_same_answers(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    # The oracle's documents (16(5)) are in no register here.
    made = [case for case in blocks(kind, 100, float("inf")) if not case.get("special_approval")]
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps(case) + "\n" for case in made), encoding="utf-8")
    call_command("trial", kind, str(file))
    lines = capfd.readouterr().out.splitlines()
    pairs = zip(made, map(json.loads, lines), strict=True)
    asked = [(case, plain(kind, told), oracle.answer(kind, case)) for case, told in pairs]
    assert not [str(Difference(kind, *each)) for each in asked if not same(each[1], each[2])]


def test_both_read_the_same_tables() -> None:
    """A row that only one of them reads would be no difference in any case that does not touch it."""
    lpr, groups = default_refs().lpr, default_refs().sizes.groups
    assert [tuple(quote) for quote in lpr.quotes] == oracle_tables.LPR
    assert lpr.confirmed_through == oracle_tables.LPR_CONFIRMED_THROUGH
    units = {"staff": 1, "revenue": 10000, "assets": 10000}
    assert {group: [tuple(bound) for bound in bounds] for group, bounds in groups.items()} == {
        group: [(measure, *(at * units[measure] for at in bounds)) for measure, *bounds in measures]
        for group, measures in oracle_tables.SIZE.items()
    }
