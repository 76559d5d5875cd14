"""A row of the loan template becomes facts, or says everything that is wrong with it."""

from __future__ import annotations

import dataclasses
import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from stdnum.cn import ric, uscc

from loans.columns import LOAN_SCHEMA
from loans.intake import (
    LoanFacts,
    assess_part,
    credit_code_fault,
    facts_from_dict,
    facts_to_dict,
    id_number_fault,
    parse_row,
)
from pool.sheets import CellProblem, row_of

D = datetime.date


def credit_code(start: str = "91440300", body: str = "MA5TEXT01") -> str:
    return start + body + uscc.calc_check_digit(start + body)


def id_number(region: str = "440305", born: str = "19800229", serial: str = "123") -> str:
    body = region + born + serial
    return body + ric.calc_check_digit(body + "0")


ENTERPRISE: dict[str, Any] = {
    "iou_number": "JJ-2024-0001",
    "contract_number": "HT-2024-0001",
    "borrower_kind": "企业",
    "borrower_name": "深圳市试样科技有限公司",
    "credit_code": credit_code(),
    "industry_code": "C3921",
    "industry_group": "工业",
    "staff": 45,
    "revenue": "36,000,000.00",
    "assets": 12000000.0,
    "in_shenzhen": "是",
    "quasi_financial": "否",
    "product": "流动资金贷款",
    "use": "生产经营",
    "other_cover": "无",
    "principal": 3000000.0,
    "other_balances": 1000000.0,
    "annual_rate": 4.35,
    "disbursed_on": "2024-05-10",
    "matures_on": "2025-05-10",
    "qualifications": "国家高新技术企业",
    "qualification_from": "2023-11-15",
    "qualification_to": "2026-11-14",
    "features": "绿色信贷",
}
OWNER: dict[str, Any] = {
    **ENTERPRISE,
    "borrower_kind": "小微企业主",
    "borrower_name": "",
    "owner_name": "张某某",
    "owner_id_number": id_number(),
    "firm_name": "深圳市试样科技有限公司",
    "product": "个人经营性贷款",
    "credit_line": 5000000.0,
}
SOLE_TRADER: dict[str, Any] = {
    **{key: value for key, value in ENTERPRISE.items() if key not in ("staff", "revenue", "assets")},
    "borrower_kind": "个体工商户",
    "borrower_name": "深圳市南山区试样商行",
    "credit_code": credit_code("92440300"),
    "industry_code": "F5211",
    "industry_group": "零售业",
    "product": "个人经营性贷款",
    "credit_line": 5000000.0,
}


def parsed(
    base: dict[str, Any] | None = None, on: D | None = None, **changes: Any
) -> tuple[LoanFacts | None, list[CellProblem]]:
    return parse_row(row_of(LOAN_SCHEMA, {**(base or ENTERPRISE), **changes}), on=on)


def facts(base: dict[str, Any] | None = None, **changes: Any) -> LoanFacts:
    found, problems = parsed(base, **changes)
    assert found is not None, problems
    assert problems == []
    return found


def found(base: dict[str, Any] | None = None, on: D | None = None, **changes: Any) -> list[tuple[str, str, str]]:
    facts, problems = parsed(base, on, **changes)
    assert (facts is None) == any(problem.is_error for problem in problems)
    for problem in problems:
        assert "%(" not in problem.message + problem.mend
    return [(problem.key, problem.code, problem.severity) for problem in problems]


def test_a_good_row_of_every_kind_of_borrower_has_no_problem() -> None:
    assert facts().borrower_name == "深圳市试样科技有限公司"
    assert facts(OWNER).borrower_name == "张某某"
    trader = facts(SOLE_TRADER)
    assert (trader.staff, trader.revenue, trader.assets) == (0, Decimal("0.00"), Decimal("0.00"))


def test_the_facts_are_the_words_and_figures_of_the_trial_calculation() -> None:
    assert assess_part(facts()) == {
        "borrower_kind": "enterprise",
        "industry_group": "industry",
        "industry_code": "C3921",
        "quasi_financial": False,
        "staff": 45,
        "revenue": "36000000.00",
        "assets": "12000000.00",
        "in_shenzhen": True,
        "credit_line": "0.00",
        "product": "working_capital",
        "use": "operations",
        "other_cover": "none",
        "principal": "3000000.00",
        "other_balances": "1000000.00",
        "annual_rate": "4.3500",
        "disbursed_on": "2024-05-10",
        "matures_on": "2025-05-10",
        "qualifications": [{"kind": "high_tech", "valid_from": "2023-11-15", "valid_to": "2026-11-14"}],
        "features": ["green"],
    }


def test_a_loan_in_another_currency_is_assessed_only_by_its_principal_in_yuan() -> None:
    dollars = facts(currency="美元", principal="400000")
    assert dollars.currency == "USD"
    with pytest.raises(ValueError, match="yuan"):
        assess_part(dollars)
    assert assess_part(dollars, principal=Decimal("2880000.00"))["principal"] == "2880000.00"


@pytest.mark.parametrize("base", [ENTERPRISE, OWNER, SOLE_TRADER])
def test_facts_survive_json_exactly(base: dict[str, Any]) -> None:
    before = facts(base, security="保证、抵押", remarks="备注")
    assert facts_from_dict(json.loads(json.dumps(facts_to_dict(before)))) == before


def test_every_column_of_the_template_reaches_the_facts() -> None:
    fields = {field.name for field in dataclasses.fields(LoanFacts)}
    assert {column.key for column in LOAN_SCHEMA.columns} == fields | {"qualification_from", "qualification_to"}


@pytest.mark.parametrize(
    ("base", "missing"),
    [
        (ENTERPRISE, {"borrower_name", "staff", "revenue", "assets"}),
        (OWNER, {"owner_name", "owner_id_number", "firm_name", "staff", "revenue", "assets", "credit_line"}),
        (SOLE_TRADER, {"borrower_name", "credit_line"}),
    ],
)
def test_what_only_this_kind_of_borrower_must_state(base: dict[str, Any], missing: set[str]) -> None:
    conditional = {column.key for column in LOAN_SCHEMA.columns if column.required_when}
    problems = found(base, **dict.fromkeys(conditional, ""))
    assert {key for key, code, _ in problems if code == "required_when"} == missing


def test_what_every_borrower_must_state() -> None:
    required = {column.key for column in LOAN_SCHEMA.columns if column.required}
    empty, problems = parse_row(row_of(LOAN_SCHEMA, {}))
    assert empty is None
    assert {problem.key for problem in problems} == required


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (credit_code(), None),
        (credit_code("92440300"), None),
        (credit_code()[:-1] + ("0" if credit_code()[-1] != "0" else "1"), "credit_code_check"),
        (credit_code()[:-1], "credit_code_length"),
        ("91440300MA5TEXTO1X", "credit_code_letters"),
        ("9144030OMA5TEXT01X", "credit_code_letters"),
    ],
)
def test_a_credit_code_is_checked_to_its_last_digit(code: str, fault: str | None) -> None:
    judged = credit_code_fault(code)
    assert (judged[0] if judged else None) == fault


@pytest.mark.parametrize(
    ("number", "kind", "fault"),
    [
        (id_number(), "resident_id", None),
        (id_number("440306", "19620101"), "resident_id", None),  # older than its county's number
        (id_number("810000", "19750101"), "residence_permit", None),
        (id_number(born="19810229"), "resident_id", "id_check"),
        (id_number()[:-1] + ("0" if id_number()[-1] != "0" else "1"), "resident_id", "id_check"),
        ("440305800101123", "resident_id", "id_length"),
        ("E12345678", "passport", None),
        ("E1234-678", "passport", "id_other"),
        ("护照12345678", "other", "id_other"),
    ],
)
def test_a_personal_number_is_checked_by_its_kind(number: str, kind: str, fault: str | None) -> None:
    judged = id_number_fault(number, kind)
    assert (judged[0] if judged else None) == fault


def test_a_personal_number_never_stands_in_a_problem() -> None:
    number = id_number()[:-1] + "A"
    _, problems = parsed(OWNER, owner_id_number=number)
    assert [problem.code for problem in problems] == ["id_check"]
    assert number not in str([problem.as_dict() for problem in problems]) + problems[0].message


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"industry_code": "A3921"}, ("industry_code", "industry_letter", "error")),
        ({"industry_code": "9901"}, ("industry_code", "industry_unknown", "error")),
        ({"industry_code": "制造业"}, ("industry_code", "code_format", "error")),
        ({"matures_on": "2024-05-10"}, ("matures_on", "maturity_order", "error")),
        ({"annual_rate": 0.0435}, ("annual_rate", "rate_fraction", "error")),
        ({"annual_rate": "-1"}, ("annual_rate", "below_minimum", "error")),
        ({"principal": 0}, ("principal", "not_positive", "error")),
        ({"other_balances": -1}, ("other_balances", "below_minimum", "error")),
        ({"qualification_from": ""}, ("qualification_from", "qualification_without_dates", "error")),
        ({"qualification_to": "2023-11-14"}, ("qualification_to", "qualification_dates_order", "error")),
        ({"qualification_to": "2026-1-1、2027-1-1"}, ("qualification_to", "qualification_dates_count", "error")),
        ({"qualification_to": "长期"}, ("qualification_to", "bad_date", "error")),
        ({"qualifications": ""}, ("qualifications", "qualification_dates_alone", "warning")),
        ({"features": "首笔贷款"}, ("features", "first_loan_with_balances", "warning")),
        ({"features": "纯信用、知识产权质押"}, ("features", "credit_with_pledge", "warning")),
        ({"features": "纯信用", "security": "信用、抵押"}, ("features", "credit_with_pledge", "warning")),
        ({"credit_line": 2999999.99}, ("credit_line", "line_under_principal", "warning")),
        ({"industry_group": "建筑业"}, ("industry_group", "group_against_code", "warning")),
        ({"product": "个人经营性贷款"}, ("product", "product_against_borrower", "warning")),
        ({"credit_code": credit_code("92440300")}, ("credit_code", "code_against_borrower", "warning")),
        ({"principal": 300}, ("principal", "amount_tiny", "warning")),
        ({"principal": "10亿元"}, ("principal", "amount_huge", "warning")),
        ({"annual_rate": "0.5"}, ("annual_rate", "rate_low", "warning")),
        ({"annual_rate": "36"}, ("annual_rate", "rate_high", "warning")),
        ({"matures_on": "2035-05-10"}, ("matures_on", "term_long", "warning")),
    ],
)
def test_each_mistake_is_found_at_its_cell(changes: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert found(**changes) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {"matures_on": "2024-05-11"},
        {"annual_rate": "1"},
        {"annual_rate": "24"},
        {"principal": "10000"},
        {"credit_line": 3000000.0},
        {"credit_line": ""},
        {"features": "首笔贷款", "other_balances": 0},
        {"features": "纯信用、绿色信贷", "security": "信用"},
        {"qualification_to": "2023-11-15"},
        {"matures_on": "2034-05-10"},
        {"industry_code": "3921"},
        {"qualifications": "", "qualification_from": "", "qualification_to": ""},
    ],
)
def test_what_is_just_right_is_not_remarked(changes: dict[str, Any]) -> None:
    assert found(**changes) == []


def test_a_loan_dated_after_today_has_not_been_made() -> None:
    assert found(on=D(2024, 5, 9)) == [("disbursed_on", "disbursed_later", "error")]
    assert found(on=D(2024, 5, 10)) == []


def test_a_warning_lets_the_row_become_facts() -> None:
    judged, problems = parsed(features="首笔贷款")
    assert judged is not None and judged.features == ("first_loan",)
    assert problems[0].article == "16(3)"


def test_several_qualifications_share_one_validity_or_have_one_each() -> None:
    shared = facts(qualifications="小巨人、高企")
    assert [each.kind for each in shared.qualifications] == ["srdi_little_giant", "high_tech"]
    assert {each.valid_to for each in shared.qualifications} == {D(2026, 11, 14)}
    each = facts(
        qualifications="小巨人、高企",
        qualification_from="2023-01-01、2024-01-01",
        qualification_to="2026-01-01、2027-01-01",
    )
    assert [one.valid_to for one in each.qualifications] == [D(2026, 1, 1), D(2027, 1, 1)]


def test_an_industry_code_without_its_letter_receives_it() -> None:
    assert facts(industry_code="3921").industry_code == "C3921"
    assert facts(industry_code=6510.0, industry_group="软件业").industry_code == "I6510"


def test_the_owner_is_the_borrower_of_an_owners_loan() -> None:
    assert found(OWNER, borrower_name="李某某") == [("borrower_name", "owner_name_differs", "warning")]


def test_problems_come_in_the_order_of_the_columns() -> None:
    keys = [key for key, _, _ in found(credit_code="1", annual_rate="x", iou_number="", features="首笔贷款")]
    assert keys == ["iou_number", "credit_code", "annual_rate", "features"]
