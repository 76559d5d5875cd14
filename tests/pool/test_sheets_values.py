"""What people type into cells is read exactly, or refused with the way to mend it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from pool.sheets import Row, row_of

from .sheet_files import GOOD, SCHEMA

D = datetime.date


def cell(key: str, raw: Any) -> Row:
    cells = dict(zip((column.key for column in SCHEMA.columns), GOOD, strict=True))
    return row_of(SCHEMA, {**cells, key: raw})


def value(key: str, raw: Any) -> Any:
    row = cell(key, raw)
    assert row.problems == ()
    return row.values[key]


def fault(key: str, raw: Any) -> str:
    (problem,) = cell(key, raw).problems
    assert problem.key == key
    assert problem.message and problem.mend
    assert "%(" not in problem.message + problem.mend
    return problem.code


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (3000000.0, "3000000.00"),
        ("3,000,000.00", "3000000.00"),
        ("３，０００，０００．５０", "3000000.50"),
        (" 3000000 ", "3000000.00"),
        ("¥3,000,000", "3000000.00"),
        ("3000000元", "3000000.00"),
        ("300万元", "3000000.00"),
        ("123.456789万", "1234567.89"),
        ("1.5亿元", "150000000.00"),
        (1234567.89, "1234567.89"),
        (0.1 + 0.2, "0.30"),
        (9999999999999.99, "9999999999999.99"),
        (".5", "0.50"),
    ],
)
def test_money_is_read_to_the_fen_however_it_is_written(raw: Any, expected: str) -> None:
    assert value("amount", raw) == Decimal(expected)
    assert str(value("amount", raw)) == expected


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("12,34", "bad_money"),
        ("1.234.567,89", "bad_money"),
        ("约300万", "bad_money"),
        ("三百万元", "bad_money"),
        ("(1,000.00)", "bad_money"),
        (True, "bad_money"),
        ("3E+06", "scientific"),
        ("100.005", "too_precise"),
        (100.005, "too_precise"),
        ("1.00000000000000000000000000001", "bad_money"),
        ("0.1234567万元", "too_precise"),
        (0, "not_positive"),
        ("-5", "not_positive"),
        ("99999999999999999", "above_maximum"),
    ],
)
def test_money_that_can_be_read_in_two_ways_or_none_is_refused(raw: Any, code: str) -> None:
    assert fault("amount", raw) == code


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(4.35, "4.3500"), ("4.35%", "4.3500"), ("４．３５％", "4.3500"), ("43.5‰", "4.3500"), (3, "3.0000")],
)
def test_a_percent_is_read_in_points(raw: Any, expected: str) -> None:
    assert value("rate", raw) == Decimal(expected)


@pytest.mark.parametrize(
    ("raw", "code"), [("LPR+90BP", "bad_percent"), ("4.35001", "too_precise"), (True, "bad_percent")]
)
def test_a_rate_that_is_no_number_is_refused(raw: Any, code: str) -> None:
    assert fault("rate", raw) == code


@pytest.mark.parametrize(
    "raw",
    [
        "2024-04-22",
        "2024/4/22",
        "2024.4.22",
        "2024年4月22日",
        "2024年04月22",
        "２０２４年４月２２日",
        "2024 年 4 月 22 日",
        "20240422",
        20240422.0,
        "2024-04-22 00:00:00",
        "2024/4/22 9:30",
        " 2024-4-22\t",
    ],
)
def test_a_date_is_read_in_every_usual_writing(raw: Any) -> None:
    assert value("on", raw) == D(2024, 4, 22)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2024-02-30", "bad_date"),
        ("2024-13-01", "bad_date"),
        ("22/04/2024", "bad_date"),
        ("4/22/2024", "bad_date"),
        ("2024-04", "bad_date"),
        ("长期", "bad_date"),
        ("2024年4月22日左右", "bad_date"),
        ("2024-4-2 2", "bad_date"),
        ("0204-04-22", "date_range"),
        ("2204-04-22", "date_range"),
        (True, "bad_date"),
        (0.5, "bad_date"),
    ],
)
def test_a_date_that_is_none_or_ambiguous_is_refused(raw: Any, code: str) -> None:
    assert fault("on", raw) == code


def test_a_date_shown_as_a_serial_number_is_refused_with_the_day_it_probably_is() -> None:
    (problem,) = cell("on", 45404.0).problems
    assert problem.code == "date_serial"
    assert "2024-04-22" in problem.mend


def test_several_dates_are_separated_like_several_words() -> None:
    assert value("days", "2024-01-01、2025/1/1") == (D(2024, 1, 1), D(2025, 1, 1))
    assert value("days", "") == ()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(45.0, 45), ("45", 45), ("1,200人", 1200), ("４５", 45), ("45.0", 45), (0, 0)],
)
def test_a_count_is_a_whole_number(raw: Any, expected: int) -> None:
    assert value("staff", raw) == expected


@pytest.mark.parametrize(("raw", "code"), [(4.5, "bad_integer"), ("四十五", "bad_integer"), ("-1", "below_minimum")])
def test_a_count_that_is_not_whole_is_refused(raw: Any, code: str) -> None:
    assert fault("staff", raw) == code


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("jj 2024－001", "JJ2024-001"),
        ("ＪＪ２０２４", "JJ2024"),
        ("\t91440300X\t", "91440300X"),
        ('="0012"', "0012"),
        (20240001.0, "20240001"),
        ("HT—2024—1", "HT-2024-1"),
    ],
)
def test_a_code_is_brought_to_one_writing(raw: Any, expected: str) -> None:
    assert value("code", raw) == expected


@pytest.mark.parametrize("raw", [914403001234567890.0, 9.1440300123456e17, "9.14403E+17", 1e15])
def test_a_long_code_typed_as_a_number_is_damaged_and_refused(raw: Any) -> None:
    assert fault("code", raw) == "code_damaged"


def test_a_code_of_the_wrong_shape_is_refused_and_a_personal_number_is_masked_in_the_problem() -> None:
    (problem,) = cell("secret", "44030119900101123").problems
    assert problem.code == "code_format"
    assert problem.value == "440301*********23"
    assert "44030119900101123" not in str(problem.as_dict()) + problem.message


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (" 甲公司　", "甲公司"),
        ("甲（深圳）公司", "甲（深圳）公司"),
        ("甲\n公司", "甲 公司"),
        (123.0, "123"),
        ("甲\u200b公司", "甲公司"),
    ],
)
def test_a_name_is_trimmed_but_not_rewritten(raw: Any, expected: str) -> None:
    assert value("name", raw) == expected


def test_a_name_that_is_too_long_is_refused() -> None:
    assert fault("name", "长" * 21) == "too_long"


@pytest.mark.parametrize("raw", ["红色", "red", "RED", " 红 色 ", "红", "“红色”"])
def test_a_choice_is_known_by_label_word_and_synonym(raw: str) -> None:
    assert value("colour", raw) == "red"


def test_a_choice_off_the_list_is_refused_with_the_list_and_the_nearest() -> None:
    (problem,) = cell("colour", "红色的").problems
    assert problem.code == "bad_choice_like"
    assert "红色" in problem.mend and "绿色" in problem.mend
    assert fault("colour", "黄") == "bad_choice"


@pytest.mark.parametrize(
    "raw", ["红色、蓝色", "红色;蓝色", "红；蓝色", "红色,蓝色", "红色，蓝色，红色", "红色\n蓝色", "red|blue"]
)
def test_several_choices_are_separated_by_any_usual_mark(raw: str) -> None:
    assert value("colours", raw) == ("red", "blue")


@pytest.mark.parametrize("raw", ["", "无", None, "-", "/"])
def test_no_choice_is_an_empty_list(raw: Any) -> None:
    assert value("colours", raw) == ()


@pytest.mark.parametrize(
    ("raw", "expected"), [("是", True), ("否", False), (True, True), ("Y", True), (0.0, False), ("√", True)]
)
def test_yes_and_no_are_read(raw: Any, expected: bool) -> None:
    assert value("local", raw) is expected


def test_neither_yes_nor_no_is_refused() -> None:
    assert fault("local", "大概") == "bad_yes_no"


def test_a_blank_required_cell_is_told_and_a_blank_optional_cell_is_not() -> None:
    assert fault("name", "  ") == "required"
    assert value("rate", "") is None


def test_what_is_required_only_in_a_case_is_told_with_the_case() -> None:
    (problem,) = cell("colour", "").problems
    assert problem.code == "required_when"
    assert "是否本地" in problem.message and "颜色" in problem.message
    cells = {**dict(zip((column.key for column in SCHEMA.columns), GOOD, strict=True)), "colour": "", "local": "否"}
    assert row_of(SCHEMA, cells).problems == ()


def test_all_problems_of_a_row_come_at_once() -> None:
    row = row_of(SCHEMA, {"code": "A", "amount": "x", "rate": "y", "on": "z"})
    assert {(problem.key, problem.code) for problem in row.problems} == {
        ("name", "required"),
        ("amount", "bad_money"),
        ("rate", "bad_percent"),
        ("on", "bad_date"),
    }
