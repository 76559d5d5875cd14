"""Spreadsheets as banks send them: every layout that can be understood is read, and the rest is told."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pool.sheets import CellProblem, Limits, SheetRefused, known_codes, read

from .sheet_files import GOOD, HEADERS, SCHEMA, built, csv_file, one, rows_of, workbook

CSV = "编号,名称,金额（元）\n" + "A-1,甲公司,100\n"


def codes(problems: Any) -> list[str]:
    return [problem.code for problem in problems]


def test_a_workbook_gives_typed_rows_with_their_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADERS, GOOD, ["A-2", "乙公司", 1.5]])
    first, second = rows_of(path)
    assert (first.number, second.number) == (2, 3)
    assert first.values["amount"] == Decimal("100.00")
    assert first.values["on"] == datetime.date(2024, 4, 22)
    assert first.values["colours"] == ("red", "blue")
    assert second.values["colours"] == ()


def test_an_excel_date_cell_is_the_day_it_shows(tmp_path: Path) -> None:
    assert one(tmp_path, on=datetime.date(2024, 4, 22)).values["on"] == datetime.date(2024, 4, 22)
    assert one(tmp_path, on=datetime.datetime.fromisoformat("2024-04-22 15:30")).values["on"] == datetime.date(
        2024, 4, 22
    )
    assert one(tmp_path, days=datetime.date(2024, 4, 22)).values["days"] == (datetime.date(2024, 4, 22),)


def test_the_columns_may_stand_in_any_order_and_under_other_usual_names(tmp_path: Path) -> None:
    header = ["企业名称", "＊贷 款 额（必填）", "号码："]
    (row,) = rows_of(workbook(tmp_path / "a.xlsx", [header, ["甲", 5, "A"]]))
    assert (row.values["code"], row.values["name"], row.values["amount"]) == ("A", "甲", Decimal("5.00"))


@pytest.mark.parametrize(
    "header", ["金额（万元）", "金额(万元)", "金额万元", "金额/万元", "金额【单位：万元】", "贷款额〔 万 元 〕"]
)
def test_a_unit_in_the_header_scales_the_amounts(tmp_path: Path, header: str) -> None:
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称", header], ["A", "甲", 123.456789], ["B", "乙", "1,000.5"]])
    assert [row.values["amount"] for row in rows_of(path)] == [Decimal("1234567.89"), Decimal("10005000.00")]


def test_a_unit_that_is_not_money_is_told_and_nothing_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称", "金额（美元）"], ["A", "甲", 1]])
    with read(path, SCHEMA) as reader:
        assert codes(reader.problems) == ["unknown_unit"]
        assert reader.broken
        assert list(reader) == []


def test_a_unit_note_above_the_header_holds_for_amounts_that_state_none(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["测试表", "", "单位：人民币万元"], ["编号", "名称", "金额"], ["A", "甲", 3]])
    with read(path, SCHEMA) as reader:
        (row,) = reader
    assert row.values["amount"] == Decimal("30000.00")
    assert codes(reader.problems) == ["unit_from_title"]
    stated = workbook(tmp_path / "b.xlsx", [["单位：万元"], ["编号", "名称", "金额（元）"], ["A", "甲", 3]])
    assert rows_of(stated)[0].values["amount"] == Decimal("3.00")


def test_titles_and_merged_cells_above_the_header_are_stepped_over(tmp_path: Path) -> None:
    def fill(book: Any, page: Any) -> None:
        page.merge_range("A1:K1", "某银行某季度贷款清单")
        page.merge_range("A3:A4", "编号")
        page.merge_range("B3:C3", "借款人")
        page.write_row("B4", ["名称", "金额（元）"])
        page.write_row("A5", ["A-1", "甲", 7])

    (row,) = rows_of(built(tmp_path / "a.xlsx", fill))
    assert row.number == 5
    assert (row.values["code"], row.values["amount"]) == ("A-1", Decimal("7.00"))


def test_a_sheet_that_begins_far_from_the_corner_keeps_its_addresses(tmp_path: Path) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write_row("C4", ["编号", "名称", "金额（元）"])
        page.write_row("C5", ["A-1", "甲", "坏"])

    (row,) = rows_of(built(tmp_path / "a.xlsx", fill))
    assert [problem.cell for problem in row.problems] == ["E5"]


def test_blank_and_formatted_rows_are_skipped_without_losing_count(tmp_path: Path) -> None:
    def fill(book: Any, page: Any) -> None:
        grey = book.add_format({"bg_color": "#cccccc"})
        page.write_row("A1", HEADERS)
        page.write_row("A4", GOOD)
        page.write_row("A5", ["  ", "　", "\t"])
        for number in range(5, 3000):
            page.write_blank(number, 0, None, grey)
        page.write_row("A3001", GOOD)

    assert [row.number for row in rows_of(built(tmp_path / "a.xlsx", fill))] == [4, 3001]


def test_a_formula_gives_the_value_it_had_when_saved(tmp_path: Path) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write_row("A1", HEADERS)
        page.write_row("A2", GOOD)
        page.write_formula("C2", "=1+2", None, 3.3)
        page.write_formula("B2", '=X1&"甲"', None, "某甲")
        page.write_row("A3", GOOD)
        page.write_formula("C3", "=NA()", None, "#N/A")

    first, second = rows_of(built(tmp_path / "a.xlsx", fill))
    assert (first.values["name"], first.values["amount"]) == ("某甲", Decimal("3.30"))
    assert codes(second.problems) == ["required"]
    assert "公式" in second.problems[0].mend


def test_total_and_signature_lines_are_not_data_and_are_told(tmp_path: Path) -> None:
    rows = [HEADERS, GOOD, ["合计", "", 100], ["填表人：张某", "", ""]]
    with read(workbook(tmp_path / "a.xlsx", rows), SCHEMA) as reader:
        assert [row.number for row in reader] == [2]
        assert [(problem.code, problem.row) for problem in reader.problems] == [("summary_row", 3), ("summary_row", 4)]


def test_a_missing_required_column_is_told_and_no_row_is_read(tmp_path: Path) -> None:
    with read(workbook(tmp_path / "a.xlsx", [["编号", "名称", "日期"], ["A", "甲", ""]]), SCHEMA) as reader:
        (problem,) = reader.problems
        assert (problem.code, problem.header, problem.row) == ("missing_column", "金额（元）", 1)
        assert list(reader) == []


def test_an_unknown_column_is_told_with_the_nearest_name_and_the_rows_are_read(tmp_path: Path) -> None:
    header = [*HEADERS[:3], "客户经理", "利 率水平", "序号", "结果"]
    with read(workbook(tmp_path / "a.xlsx", [header, ["A", "甲", 1, "x", "y", 1, ""]]), SCHEMA) as reader:
        assert len(list(reader)) == 1
    assert codes(reader.problems) == ["unknown_column", "unknown_column_like"]
    assert "利率" in reader.problems[1].mend


def test_a_column_given_twice_is_told_with_both_places(tmp_path: Path) -> None:
    with read(workbook(tmp_path / "a.xlsx", [["编号", "名称", "金额", "贷款额"], ["A", "甲", 1, 2]]), SCHEMA) as reader:
        (problem,) = reader.problems
    assert problem.code == "duplicate_column"
    assert "C 列" in problem.message and "D 列" in problem.message


def test_a_file_without_the_header_is_refused_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(SheetRefused) as caught:
        rows_of(workbook(tmp_path / "a.xlsx", [["随便", "什么"], [1, 2]]))
    assert caught.value.code == "no_header"
    assert "编号" in str(caught.value.mend)


def test_the_sheet_of_the_template_is_preferred_and_else_the_one_with_the_header(tmp_path: Path) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write_row("A1", ["说明"])
        other = book.add_worksheet("第一季度")
        other.write_row("A1", HEADERS)
        other.write_row("A2", GOOD)

    with read(built(tmp_path / "a.xlsx", fill), SCHEMA) as reader:
        assert reader.sheet == "第一季度"
        assert [row.number for row in reader] == [2]
        assert [row.number for row in reader] == [2]


def of_template(version: str) -> Callable[[Any, Any], None]:
    def fill(book: Any, page: Any) -> None:
        page.write_row("A1", HEADERS)
        hidden = book.add_worksheet("_模板")
        hidden.write("A1", version)
        hidden.very_hidden()

    return fill


@pytest.mark.parametrize(("version", "told"), [("TEST-1", []), ("TEST-0", ["template_old"])])
def test_the_template_in_force_and_the_one_before_it_are_read(tmp_path: Path, version: str, told: list[str]) -> None:
    schema = dataclasses.replace(SCHEMA, former="TEST-0")
    with read(built(tmp_path / "a.xlsx", of_template(version)), schema) as reader:
        assert reader.template_version == version
        assert codes(reader.problems) == told
        assert not reader.broken


@pytest.mark.parametrize("version", ["TEST-0", "TEST-00", "别的模板"])
def test_an_older_template_is_refused_with_the_place_of_the_new_one(tmp_path: Path, version: str) -> None:
    schema = dataclasses.replace(SCHEMA, former="TEST-0.5")
    with pytest.raises(SheetRefused) as no:
        read(built(tmp_path / "a.xlsx", of_template(version)), schema)
    assert no.value.code == "template_refused"
    assert version in str(no.value) and "TEST-1、TEST-0.5" in str(no.value) and "下载模板" in str(no.value.mend)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_is_read_in_every_encoding_that_excel_and_wps_write(tmp_path: Path, encoding: str) -> None:
    (row,) = rows_of(csv_file(tmp_path / "a.csv", CSV, encoding))
    assert row.values["name"] == "甲公司"


def test_a_rare_character_of_gb18030_is_kept(tmp_path: Path) -> None:
    (row,) = rows_of(csv_file(tmp_path / "a.csv", "编号,名称,金额\nA,㵘𠮷公司,1\n", "gb18030"))
    assert row.values["name"] == "㵘𠮷公司"


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_csv_may_be_separated_by_comma_tab_or_semicolon(tmp_path: Path, mark: str) -> None:
    path = csv_file(tmp_path / "a.csv", CSV.replace(",", mark))
    assert rows_of(path)[0].values["amount"] == Decimal("100.00")


def test_a_csv_keeps_quoted_commas_and_line_ends_and_counts_records(tmp_path: Path) -> None:
    text = 'sep=,\r\n编号,名称,金额（元）\r\n\r\nA,"甲,\r\n乙","1,000.00"\r\n,,\r\n"\t9144",丙,2\r\n'
    first, second = rows_of(csv_file(tmp_path / "a.csv", text))
    assert (first.number, first.values["name"], first.values["amount"]) == (4, "甲, 乙", Decimal("1000.00"))
    assert (second.number, second.values["code"]) == (6, "9144")


def test_a_row_shorter_or_longer_than_the_header_is_no_trouble(tmp_path: Path) -> None:
    first, second = rows_of(csv_file(tmp_path / "a.csv", CSV + "B,乙\n" + "C,丙,3,多,余\n"))[1:]
    assert codes(first.problems) == ["required"]
    assert second.problems == ()


def test_more_rows_than_the_limit_are_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", CSV + "B,乙,1\n" * 5)
    with read(path, SCHEMA, limits=Limits(rows=3)) as reader, pytest.raises(SheetRefused) as caught:
        list(reader)
    assert caught.value.code == "too_many_rows"


def test_a_reading_that_was_abandoned_can_be_begun_again(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADERS, *([GOOD] * 1200)])
    with read(path, SCHEMA) as reader:
        assert next(iter(reader)).number == 2
        assert sum(1 for _ in reader) == 1200


def test_a_problem_survives_being_kept_as_data_and_holds_no_text(tmp_path: Path) -> None:
    (problem,) = one(tmp_path, amount="坏").problems
    assert CellProblem.from_dict(problem.as_dict()) == problem
    assert problem.message not in str(problem.as_dict())
    assert (problem.cell, problem.header, problem.value, problem.sheet) == ("C2", "金额（元）", "坏", "数据")


def test_the_cells_as_written_can_be_kept_beside_the_values(tmp_path: Path) -> None:
    row = one(tmp_path, amount="１００")
    assert row.raw()["amount"] == "１００"
    assert row.values["amount"] == Decimal("100.00")


def test_every_problem_code_has_its_words() -> None:
    assert {"required", "bad_date", "file_bomb", "no_header"} <= known_codes()
