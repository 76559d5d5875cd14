"""Every example in the folder beside this file holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from claims.rules import assess
from evaluation.trial import EVENTS, run
from evaluation.trial.cases import claim_facts
from pool.refs import default_refs
from pool.rulebook import Edition, load
from pool.rulebook.listing import example_files
from recovery.rules import auto_closing
from tests.articles.calls import CALLS, MORE_EVENTS

FOLDER = Path(__file__).parent / "shenzhen_2024"
BASE = yaml.safe_load((FOLDER / "_base.yaml").read_text(encoding="utf-8"))


def examples() -> Iterator[Any]:
    for path in example_files(FOLDER):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for group in document["provisions"]:
            for item in group["examples"]:
                name = f"{path.stem}-{group['slugs'][0]}-{item['title']}"
                yield pytest.param(group, item, id=name)


@pytest.fixture(scope="module")
def book() -> Edition:
    return load("shenzhen/2024")


def answer_assess(book: Edition, group: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    case = {**BASE[group["base"]], **item["change"]}
    told = run("assess", case, default_refs(), book)
    assert "error" not in told, told
    facts = claim_facts(case, book, default_refs())
    return {
        **told,
        "codes": [finding["code"] for finding in told["findings"]],
        "held": assess(facts, book, default_refs()).held,
        "provisional": told.get("provisional", False),
    }


def answer_deadline(book: Edition, group: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    event, on = group["event"], date.fromisoformat(item["date"])
    calendar = default_refs().calendar
    if "determined" in item:
        window = auto_closing(book, calendar, on, date.fromisoformat(item["determined"]))
    else:
        window = {**EVENTS, **MORE_EVENTS}[event](book, calendar, on)
    answer: dict[str, Any] = {
        "opens_on": window.opens_on.isoformat() if window.opens_on else None,
        "closes_on": window.closes_on.isoformat(),
    }
    if "acted_on" in item:
        answer["in_time"] = window.holds(date.fromisoformat(item["acted_on"]))
    if event in EVENTS:
        case = {"event": event, "date": item["date"], "determined": item.get("determined")}
        told = run("deadlines", case, default_refs(), book)
        assert told["closes_on"] == answer["closes_on"] and told["opens_on"] == answer["opens_on"]
    return answer


@pytest.mark.parametrize(("group", "item"), list(examples()))
def test_the_example_holds(book: Edition, group: dict[str, Any], item: dict[str, Any]) -> None:
    kind = group["kind"]
    if kind == "assess":
        answer = answer_assess(book, group, item)
    elif kind == "deadline":
        answer = answer_deadline(book, group, item)
    elif kind == "rule":
        answer = CALLS[group["call"]](book, item["given"])
    else:
        answer = run(kind, item["given"], default_refs(), book)
    for name, wanted in item["expect"].items():
        if name == "codes" and kind == "assess":
            assert set(wanted) <= set(answer["codes"])
        else:
            assert answer[name] == wanted, name
