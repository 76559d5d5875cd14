"""The trial calculation keeps its contract: shapes, errors by field, order, languages."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evaluation.trial import EVENTS, KINDS, run
from evaluation.trial.lines import answer_line, answers, stream
from pool.refs import default_refs
from pool.rulebook import load

BOOK = load("shenzhen/2024")
REFS = default_refs()
BASES = yaml.safe_load((Path(__file__).parent.parent / "articles/shenzhen_2024/_base.yaml").read_text(encoding="utf-8"))
CASE: dict[str, Any] = {
    **BASES["enterprise"],
    "qualifications": [{"kind": "high_tech", "valid_from": "2023-11-15", "valid_to": "2026-11-14"}],
    "features": ["green"],
}


def assess(**changes: Any) -> dict[str, Any]:
    return run("assess", {**CASE, **changes}, REFS, BOOK)


def test_the_contract_case_is_eligible_at_the_cap() -> None:
    told = assess()
    assert (told["eligible"], told["failed"], told["ratio"], told["amount"]) == (True, [], "0.50", "1250000.00")
    assert "provisional" not in told and all("provisional" not in finding for finding in told["findings"])
    assert next(item for item in told["findings"] if item["article"] == "16(1)")["outcome"] == "pass"


def test_every_reason_is_told_at_once_and_sorted_as_strings() -> None:
    told = assess(
        in_shenzhen=False, other_balances="30000000.00", entered_on="2024-12-01", product="mortgage", use="on_lending",
        annual_rate="9.00", bank_dishonest=True, determined_on="2028-08-11", submitted_on="2029-08-11",
        credit_report_on="2029-01-01",
    )  # fmt: skip
    assert told["failed"] == ["13", "14", "15(2)", "15(3)", "19(2)", "19(8)", "3", "30", "34", "4"]
    assert (told["eligible"], told["ratio"], told["amount"]) == (False, "0.00", "0.00")


def test_findings_stand_in_the_same_order_whatever_fails() -> None:
    articles = [finding["article"] for finding in assess()["findings"]]
    failing = assess(in_shenzhen=False, use="on_lending", bank_dishonest=True, annual_rate="9.00")
    assert [finding["article"] for finding in failing["findings"]] == articles


def test_a_held_claim_is_neither_eligible_nor_failed() -> None:
    told = assess(
        disbursed_on="2023-04-10", matures_on="2024-04-10", entered_on="2023-05-01", determined_on="2023-08-09",
        submitted_on="2023-08-10", credit_report_on="2023-08-10", annual_rate="4.00",
    )  # fmt: skip
    assert (told["eligible"], told["failed"], told["ratio"]) == (False, [], "0.00")
    assert [item["article"] for item in told["findings"] if item["outcome"] == "hold"] == ["21"]


def test_a_provisional_day_marks_its_finding_and_the_answer() -> None:
    told = assess(
        matures_on="2027-01-10", determined_on="2026-12-01", submitted_on="2026-12-02", credit_report_on="2026-12-02"
    )
    assert told["provisional"] is True
    assert [item["code"] for item in told["findings"] if item.get("provisional")] == ["claim_in_time"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"borrower_kind": "bank"}, "borrower_kind"),
        ({"industry_group": "education"}, "industry_group"),
        ({"other_cover": "pledge"}, "other_cover"),
        ({"classification": "bad"}, "classification"),
        ({"industry_code": ""}, "industry_code"),
        ({"industry_code": "6611"}, "industry_code"),
        ({"product": ""}, "product"),
        ({"use": None}, "use"),
        ({"principal": "-1.00"}, "principal"),
        ({"principal": "1.001"}, "principal"),
        ({"principal": "0.00"}, "principal"),
        ({"principal": 3000000}, "principal"),
        ({"principal": 3000000.0}, "principal"),
        ({"other_balances": "1,000.00"}, "other_balances"),
        ({"npl_principal": "3000000.01"}, "npl_principal"),
        ({"annual_rate": "-0.01"}, "annual_rate"),
        ({"annual_rate": "4.35%"}, "annual_rate"),
        ({"staff": -1}, "staff"),
        ({"staff": "45"}, "staff"),
        ({"staff": True}, "staff"),
        ({"in_shenzhen": "true"}, "in_shenzhen"),
        ({"bank_dishonest": 0}, "bank_dishonest"),
        ({"disbursed_on": "2024-02-30"}, "disbursed_on"),
        ({"disbursed_on": "20240510"}, "disbursed_on"),
        ({"disbursed_on": "2019-08-19"}, "disbursed_on"),
        ({"disbursed_on": "9999-12-31"}, "disbursed_on"),
        ({"matures_on": "2024-05-10"}, "matures_on"),
        ({"entered_on": "2024-05-09"}, "entered_on"),
        ({"submitted_on": "2025-08-19"}, "submitted_on"),
        ({"qualifications": {}}, "qualifications"),
        ({"qualifications": ["high_tech"]}, "qualifications[0]"),
        ({"qualifications": [{"kind": "high_tech", "valid_from": "2024-01-01"}]}, "qualifications[0].valid_to"),
        (
            {"qualifications": [{"kind": "high_tech", "valid_from": "2024-01-02", "valid_to": "2024-01-01"}]},
            "qualifications[0].valid_to",
        ),
        ({"features": "green"}, "features"),
        ({"features": [1]}, "features[0]"),
    ],
)
def test_a_malformed_case_names_its_field(changes: dict[str, Any], field: str) -> None:
    told = assess(**changes)
    assert set(told) == {"error", "field"} and told["field"] == field


@pytest.mark.parametrize("name", sorted(CASE))
def test_a_missing_field_is_named(name: str) -> None:
    told = run("assess", {key: value for key, value in CASE.items() if key != name}, REFS, BOOK)
    assert told["field"] == name and "缺少" in told["error"]


def test_edges_that_are_no_error() -> None:
    assert "error" not in assess(disbursed_on="2019-08-20")
    assert "error" not in assess(matures_on="2024-05-11")
    assert "error" not in assess(entered_on="2024-05-10")
    assert "error" not in assess(submitted_on="2025-08-20", credit_report_on="2025-08-20")
    assert "error" not in assess(npl_principal="3000000.00")
    assert "error" not in assess(features=["unheard_of"], qualifications=[{"kind": "unheard_of"}])
    assert "error" not in assess(unheard_of=1)


def test_the_same_answer_in_english() -> None:
    told = run("assess", {**CASE, "use": "on_lending"}, REFS, BOOK, "en")
    failing = next(item for item in told["findings"] if item["outcome"] == "fail")
    assert failing["message"] == "Used for on-lending, not the borrower's own business." and failing["mend"]
    assert run("assess", {}, REFS, BOOK, "en")["error"] == "borrower_kind: missing"


def test_every_event_answers_with_the_four_keys() -> None:
    for event in EVENTS:
        told = run("deadlines", {"event": event, "date": "2025-01-16"}, REFS, BOOK)
        assert list(told) == ["opens_on", "closes_on", "provisional", "article"], event


@pytest.mark.parametrize(
    ("kind", "case", "field"),
    [
        ("deadlines", {"event": "lunch", "date": "2025-01-16"}, "event"),
        ("deadlines", {"event": "paid"}, "date"),
        ("deadlines", {"event": "auto_close", "date": "2025-01-16", "determined": "soon"}, "determined"),
        ("returns", {"compensated": "1.00", "ratio": "40", "recoveries": []}, "ratio"),
        ("returns", {"compensated": "1.00", "ratio": "0.40", "recoveries": ["1.00", "-1.00"]}, "recoveries[1]"),
        ("size", {"group": "mining", "staff": 1, "revenue": "1.00", "assets": "1.00"}, "group"),
        ("size", {"group": "industry", "staff": 1.5, "revenue": "1.00", "assets": "1.00"}, "staff"),
        ("evaluate", {}, "banks"),
        ("evaluate", {"banks": [{"bank": "a"}]}, "banks[0].amount"),
    ],
)
def test_the_other_kinds_name_the_field_too(kind: str, case: dict[str, Any], field: str) -> None:
    assert run(kind, case, REFS, BOOK)["field"] == field


def test_evaluation_needs_last_borrowers_only_where_there_was_a_year_before() -> None:
    base = {"bank": "a", "amount": "5.00", "borrowers": 1, "violations": 0, "last_borrowers": None}
    for last, wrong in (("0.00", False), (None, False), ("0.01", True)):
        told = run("evaluate", {"banks": [{**base, "last_amount": last}]}, REFS, BOOK)
        assert ("error" in told) == wrong
    twice = run("evaluate", {"banks": [{**base, "last_amount": None}] * 2}, REFS, BOOK)
    assert twice["field"] == "banks[1].bank"


def test_the_examples_of_the_contract() -> None:
    assert run("size", {"group": "industry", "staff": 45, "revenue": "36000000.00", "assets": "0.00"}, REFS, BOOK) == {
        "size": "small"
    }
    told = run("evaluate", {"banks": [{"bank": "b01", "amount": "5.00", "borrowers": 1, "last_amount": "4.00",
                                       "last_borrowers": 1, "violations": 0}]}, REFS, BOOK)  # fmt: skip
    assert told == {"grades": {"b01": "qualified"}, "ranks": {"b01": {"amount": 1, "borrowers": 1, "growth": 1}}}


def test_a_line_is_answered_as_the_case_is() -> None:
    for changes in (
        {},
        {"use": '理财"产品\\'},
        {"entered_on": "2024-12-01"},
        {"principal": "x"},
        {"borrower_kind": "owner"},
    ):
        for language in ("zh", "en"):
            case = {**CASE, **changes}
            line = answer_line("assess", json.dumps(case), REFS, BOOK, language)
            assert json.loads(line) == run("assess", case, REFS, BOOK, language) and "\n" not in line


def test_lines_are_answered_in_order_and_one_bad_line_stops_nothing() -> None:
    good = json.dumps({"event": "paid", "date": "2025-01-16"})
    out = io.StringIO()
    count = stream("deadlines", [good + "\n", "{oops\n", "\n", "[]\n", "null\n", good + "\n", "\n"], out, REFS, BOOK)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert count == 6 and ["error" in item for item in told] == [False, True, True, True, True, False]
    assert told[1]["field"] is None


def test_the_stream_is_lazy() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield json.dumps({"event": "paid", "date": "2025-01-16"})

    told = answers("deadlines", endless(), REFS, BOOK)
    assert [next(told) for _ in range(3)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(KINDS)), JSON)
def test_nothing_that_can_be_written_in_json_raises(kind: str, case: Any) -> None:
    told = run(kind, case, REFS, BOOK)
    assert "error" in told or told == {"grades": {}, "ranks": {}}


@given(st.sampled_from(sorted(CASE)), JSON)
def test_one_field_of_any_shape_never_raises(name: str, value: Any) -> None:
    told = assess(**{name: value})
    assert told.get("field", name).startswith(name) or "error" not in told or told["field"] in CASE


@given(st.sampled_from(sorted(EVENTS)), st.dates())
def test_every_date_has_a_deadline_or_an_error(event: str, day: Any) -> None:
    told = run("deadlines", {"event": event, "date": day.isoformat(), "determined": day.isoformat()}, REFS, BOOK)
    assert ("closes_on" in told) == (1991 <= day.year <= 2099)
