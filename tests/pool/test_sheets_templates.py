"""The template that goes out can be filled in and read; the workbook that goes back explains every red cell."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pool.sheets import Kind, read
from pool.templates_xlsx import CHOICES_SHEET, Instruction, annotate, build, fill, mark

from .sheet_files import GOOD, HEADERS, SCHEMA, workbook

EXAMPLE = {"code": "0012", "name": "=甲公司", "amount": Decimal("1234567.89"), "on": datetime.date(2024, 4, 22)}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.xlsx"
    build(SCHEMA, path, instructions=[Instruction("早些填写。", "19(1)")], examples=[EXAMPLE])
    return path


def filled(template: Path, cells: dict[str, Any]) -> Path:
    book = openpyxl.load_workbook(template)
    for address, value in cells.items():
        book["数据"][address] = value
    book.save(template)
    return template


def test_an_untouched_template_has_its_header_its_version_and_no_rows(template: Path) -> None:
    with read(template, SCHEMA) as reader:
        assert reader.template_version == "TEST-1"
        assert reader.problems == []
        assert list(reader) == []
        assert reader.sheet == "数据"


def test_a_template_filled_in_is_read_back(template: Path) -> None:
    day = datetime.date(2024, 5, 10)
    path = filled(template, {"A2": "0012", "B2": "甲", "C2": 12.5, "F2": day, "H2": "红色", "J2": "是"})
    with read(path, SCHEMA) as reader:
        (row,) = reader
    assert row.problems == ()
    assert (row.values["code"], row.values["amount"], row.values["on"]) == ("0012", Decimal("12.50"), day)


def test_the_headers_show_what_is_required_and_carry_notes(template: Path) -> None:
    page = openpyxl.load_workbook(template)["数据"]
    assert page["A1"].value == "*编号"
    assert page["H1"].value == "△颜色"
    assert page["D1"].value == "利率（%）"
    assert "红色、蓝色、绿色" in page["H1"].comment.text
    assert page.freeze_panes == "B2"


def test_every_choice_has_its_list_and_dates_and_amounts_are_guarded(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    rules = {str(rule.sqref).split("2")[0]: rule for rule in book["数据"].data_validations.dataValidation}
    kinds = {chr(65 + place): column for place, column in enumerate(SCHEMA.columns)}
    for letter, column in kinds.items():
        if column.kind in (Kind.CHOICE, Kind.CHOICES):
            name = rules[letter].formula1
            target = book.defined_names[name].attr_text
            assert CHOICES_SHEET in target and target.endswith("$4")
            assert rules[letter].showErrorMessage is (column.kind is Kind.CHOICE)
    assert (rules["C"].type, rules["C"].operator) == ("decimal", "greaterThan")
    assert rules["F"].type == "date"
    assert rules["J"].formula1 == '"是,否"'
    assert book[CHOICES_SHEET].sheet_state == "hidden"
    assert book[SCHEMA.version_sheet].sheet_state == "veryHidden"
    assert book.defined_names["template_version"].attr_text


def test_codes_are_text_cells_so_that_excel_keeps_their_digits(template: Path) -> None:
    page = openpyxl.load_workbook(template)["数据"]
    assert page.column_dimensions["A"].width
    assert page["A2"].number_format == "@" or page.column_dimensions["A"].number_format == "@"


def test_the_example_stands_on_its_own_sheet_and_is_never_a_formula(template: Path) -> None:
    page = openpyxl.load_workbook(template)["示例"]
    assert page["B2"].value == "=甲公司" and page["B2"].data_type == "s"
    assert page["A2"].value == "0012"
    assert page["C2"].value == pytest.approx(1234567.89)


def test_the_instructions_name_their_articles(template: Path) -> None:
    page = openpyxl.load_workbook(template)["填写说明"]
    assert ("早些填写。", "19(1)") in {(row[1].value, row[2].value) for row in page.iter_rows()}


def test_what_fill_writes_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    fill(SCHEMA, path, [{**EXAMPLE, "rate": Decimal("4.35"), "staff": 3, "local": "否"}])
    with read(path, SCHEMA) as reader:
        (row,) = reader
    assert row.problems == ()
    assert (row.values["name"], row.values["rate"], row.values["staff"]) == ("=甲公司", Decimal("4.3500"), 3)


def _returned(tmp_path: Path, source: Path) -> Path:
    back = tmp_path / "back.xlsx"
    with read(source, SCHEMA) as reader:
        rows = list(reader)
        problems = {row.number: row.problems for row in rows}
        annotate(SCHEMA, back, [(row.number, row.raw()) for row in rows], problems, headers=reader.headers())
    return back


def test_the_workbook_that_goes_back_marks_and_explains_each_faulty_cell(tmp_path: Path) -> None:
    bad = list(GOOD)
    bad[2], bad[5] = "十万", "2024-02-30"
    back = _returned(tmp_path, workbook(tmp_path / "a.xlsx", [["标题"], HEADERS, GOOD, bad]))
    page = openpyxl.load_workbook(back)["数据"]
    good, faulty = list(page.iter_rows(min_row=2))
    assert (good[0].value, good[2].value) == ("无误", 3)
    assert not good[1].value
    assert (faulty[0].value, faulty[2].value) == ("有误，未入库", 4)
    assert "不是金额" in faulty[1].value and "没有这一天" in faulty[1].value
    red = faulty[5].fill.fgColor.rgb
    assert faulty[5].value == "十万" and faulty[5].comment is not None and "不是金额" in faulty[5].comment.text
    assert faulty[8].fill.fgColor.rgb == red
    assert faulty[4].fill.fgColor.rgb != red and faulty[4].comment is None


def test_the_workbook_that_went_back_can_be_mended_and_uploaded_as_it_is(tmp_path: Path) -> None:
    bad = list(GOOD)
    bad[2] = "十万"
    back = _returned(tmp_path, workbook(tmp_path / "a.xlsx", [HEADERS, bad]))
    book = openpyxl.load_workbook(back)
    book["数据"]["F2"] = "100,000"
    book.save(back)
    with read(back, SCHEMA) as reader:
        (row,) = reader
        assert reader.problems == []
    assert row.problems == ()
    assert row.values["amount"] == Decimal("100000.00")


@pytest.mark.parametrize("rows", [[["编号", "名称", "金额（万元）"]], [["单位：万元"], ["编号", "名称", "金额"]]])
def test_the_unit_of_the_file_goes_back_with_it(tmp_path: Path, rows: list[list[str]]) -> None:
    back = _returned(tmp_path, workbook(tmp_path / "a.xlsx", [*rows, ["A", "甲", 12.5]]))
    with read(back, SCHEMA) as reader:
        (row,) = reader
        assert reader.headers()["amount"] == "金额（万元）"
    assert row.values["amount"] == Decimal("125000.00")


def test_the_marks_of_the_headers_are_not_part_of_their_names() -> None:
    assert [mark(column) for column in SCHEMA.columns[:3]] == ["*编号", "*名称", "*金额（元）"]
