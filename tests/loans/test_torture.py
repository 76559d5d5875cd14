"""Whole files as bank clerks make them: what is read is exactly what the tidy file says, the rest is told."""

import dataclasses
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from loans.columns import LOAN_SCHEMA
from loans.intake import LoanFacts, parse_row
from loans.template import write_template
from pool.sheets import Reader, SheetRefused, read
from pool.templates_xlsx import fill
from tests.factories.loans import loan_cells, owner_cells
from tests.loans import libreoffice
from tests.loans.wild_files import by_openpyxl, by_wps, by_xlsxwriter, by_xlwt

LIBREOFFICE = Path(__file__).parent / "data" / "libreoffice"
COLUMNS = LOAN_SCHEMA.columns
HEADERS = [column.header for column in COLUMNS]
WRITERS = [by_openpyxl, by_xlsxwriter, by_xlwt, by_wps]
NBSP, WIDE_BLANK, NOTHING_WIDE = "\u00a0", "\u3000", "\u200b"


@dataclasses.dataclass
class Reading:
    """A file as it was read: facts of each row (None where it is held), what is said, and of the file itself."""

    facts: list[LoanFacts | None]
    codes: list[list[str]]
    numbers: list[int]
    file: list[str]
    broken: bool


def reading(tmp_path: Path, body: bytes, name: str = "a.xlsx", schema: Any = LOAN_SCHEMA) -> Reading:
    path = tmp_path / name
    path.write_bytes(body)
    with read(path, schema) as reader:
        return _read(reader)


def _read(reader: Reader) -> Reading:
    rows = list(reader)
    judged = [parse_row(row) for row in rows]
    return Reading(
        [facts for facts, _ in judged],
        [[problem.code for problem in problems] for _, problems in judged],
        [row.number for row in rows],
        [problem.code for problem in reader.problems],
        reader.broken,
    )


def line(row: dict[str, Any]) -> list[Any]:
    return [row.get(column.key, "") for column in COLUMNS]


def tidy(tmp_path: Path, rows: list[dict[str, Any]]) -> list[LoanFacts | None]:
    """The same rows as the template has them."""
    fill(LOAN_SCHEMA, str(tmp_path / "tidy.xlsx"), rows)
    with read(tmp_path / "tidy.xlsx", LOAN_SCHEMA) as reader:
        found = _read(reader)
    assert None not in found.facts
    return found.facts


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    return [loan_cells(), owner_cells(), loan_cells(qualifications="国家高新技术企业、专精特新中小企业",
            qualification_from="2023-11-15", qualification_to="2026-11-14", features="绿色信贷")]  # fmt: skip


@pytest.mark.parametrize("write", WRITERS)
def test_every_writer_s_plain_file_says_the_same(tmp_path, rows, write):
    found = reading(tmp_path, write([HEADERS, *map(line, rows)]))
    assert found.facts == tidy(tmp_path, rows)
    assert (found.numbers, found.file, found.codes) == ([2, 3, 4], [], [[], [], []])


def test_a_file_is_read_by_what_is_in_it_whatever_its_name_says(tmp_path, rows):
    grid = [HEADERS, *map(line, rows)]
    for name in ("a.xlsx", "a.xls", "a.csv"):
        assert reading(tmp_path, by_xlwt(grid), name).facts == tidy(tmp_path, rows)
        assert reading(tmp_path, by_openpyxl(grid), name).facts == tidy(tmp_path, rows)


@pytest.mark.parametrize("write", WRITERS)
def test_titles_a_note_of_the_unit_blank_rows_totals_and_signatures(tmp_path, rows, write):
    in_wan = [
        {**row, **{key: str(int(float(row[key])) / 10000) for key in ("revenue", "assets", "principal", "credit_line",
         "other_balances") if row[key]}} for row in rows
    ]  # fmt: skip
    grid = [
        ["深圳某支行 2024 年第四季度贷款清单"], ["填报日期：2025-01-10", "", "单位：万元"], [],
        [column.header.replace("（元）", "") for column in COLUMNS], *map(line, in_wan[:2]), [], [NBSP, WIDE_BLANK],
        line(in_wan[2]), ["合计", "", "", 900], ["经办人：张三", "", "复核人：李四"],
    ]  # fmt: skip
    found = reading(tmp_path, write(grid))
    assert found.facts == tidy(tmp_path, rows)
    assert found.numbers == [5, 6, 9]
    assert found.file == ["unit_from_title", "summary_row", "summary_row"]


@pytest.mark.parametrize("write", WRITERS)
def test_columns_in_any_order_with_own_ones_between_and_units_in_the_header(tmp_path, rows, write):
    places = sorted(range(len(COLUMNS)), key=lambda place: (place * 7) % len(COLUMNS))
    headers = [HEADERS[place].replace("（元）", "(万元)") for place in places]
    grid: list[list[Any]] = [["序号", *headers[:5], "客户经理", *headers[5:]]]
    for number, row in enumerate(rows, start=1):
        cells = [_wan(COLUMNS[place].header, line(row)[place]) for place in places]
        grid.append([number, *cells[:5], "张三", *cells[5:]])
    found = reading(tmp_path, write(grid))
    assert found.facts == tidy(tmp_path, rows)
    assert found.file == ["unknown_column"]


def _wan(header: str, cell: str) -> str:
    return f"{float(cell) / 10000:,.4f}" if "（元）" in header and cell else cell


@pytest.mark.parametrize("write", WRITERS)
def test_full_width_thousands_separators_marks_and_blanks_that_are_not_seen(tmp_path, rows, write):
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    wild = []
    for row in rows:
        wild.append({
            **row,
            "iou_number": row["iou_number"].translate(wide) + NBSP,
            "credit_code": f"{NOTHING_WIDE} {row['credit_code'].lower()}{NBSP}",
            "borrower_name": f"{WIDE_BLANK}{row['borrower_name']}{NBSP} \t" if row["borrower_name"] else NBSP,
            "principal": f"¥{float(row['principal']):,.2f}".translate(wide).replace(",", "，"),
            "revenue": f"{float(row['revenue']):,.2f}元",
            "staff": f"{row['staff']} 人",
            "annual_rate": row["annual_rate"].translate(wide) + "％",
            "in_shenzhen": " 是 ", "quasi_financial": "N",
        })  # fmt: skip
    found = reading(tmp_path, write([[f"*{header}\n" for header in HEADERS], *map(line, wild)]))
    assert found.facts == tidy(tmp_path, rows)


SPELLINGS = [
    "2024-11-08", "2024/11/8", "2024.11.8", "2024年11月8日", "20241108", "2024-11-08 00:00:00", "２０２４－１１－０８",
]  # fmt: skip


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_dates_as_text(tmp_path, write, spelling):
    row = loan_cells(disbursed_on="2024-11-08")
    found = reading(tmp_path, write([HEADERS, line({**row, "disbursed_on": spelling})]))
    assert found.facts == tidy(tmp_path, [row])
    assert found.codes == [[]]


def _since_1904(book: Any, sheet: Any) -> None:
    book.epoch = CALENDAR_MAC_1904


def _xls_since_1904(book: Any, sheet: Any) -> None:
    book.dates_1904 = True


@pytest.mark.parametrize(
    ("serial", "write"),
    [
        (45604, by_openpyxl),
        (45604.5, by_xlsxwriter),
        ("45604", by_wps),
        (45604, by_xlwt),
        (44142, lambda grid: by_openpyxl(grid, _since_1904)),
        (44142, lambda grid: by_xlsxwriter(grid, date_1904=True)),
        (44142, lambda grid: by_xlwt(grid, _xls_since_1904)),
    ],
)
def test_a_day_left_as_a_number_is_read_by_the_file_s_own_date_system(tmp_path, serial, write):
    row = loan_cells(disbursed_on="2024-11-08")
    found = reading(tmp_path, write([HEADERS, line({**row, "disbursed_on": serial})]))
    assert found.facts == tidy(tmp_path, [row])
    assert found.codes == [["date_serial_read"]]


def test_in_a_csv_it_is_read_and_asked_about(tmp_path):
    row = loan_cells(disbursed_on="2024-11-08")
    text = ",".join(HEADERS) + "\n" + ",".join(line({**row, "disbursed_on": "45604"})) + "\n"
    for encoding in ("utf-8", "gb18030"):
        found = reading(tmp_path, text.encode(encoding), "a.csv")
        assert found.facts == tidy(tmp_path, [row])
        assert found.codes == [["date_serial_unsaid"]]


@pytest.mark.parametrize("serial", ["12", "454", "99999", 45604.25 * 100])
def test_a_number_that_is_no_day_is_held(tmp_path, serial):
    found = reading(tmp_path, by_openpyxl([HEADERS, line({**loan_cells(), "disbursed_on": serial})]))
    assert (found.facts, found.codes) == ([None], [["bad_date"]])


@pytest.mark.parametrize("since_1904", [False, True])
def test_true_dates_of_either_date_system(tmp_path, since_1904):
    row = loan_cells(disbursed_on="2024-11-08", matures_on="2025-11-08")
    dates = {"disbursed_on": datetime.date(2024, 11, 8), "matures_on": datetime.datetime(2025, 11, 8, 15, 30)}  # noqa: DTZ001 - a cell has no zone
    body = by_openpyxl([HEADERS, line({**row, **dates})], _since_1904 if since_1904 else lambda book, sheet: None)
    found = reading(tmp_path, body)
    assert (found.facts, found.codes) == (tidy(tmp_path, [row]), [[]])


def _two_tiers(book: Any, sheet: Any) -> None:
    """The header in two rows: groups above, merged across; single columns merged downwards."""
    sheet.insert_rows(1, 2)
    sheet["A1"] = "贷款项目清单"
    sheet.merge_cells("A1:H1")
    for place in range(1, len(HEADERS) + 1):
        column = sheet.cell(3, place).column_letter
        if place <= 3:
            sheet.cell(2, place).value = sheet.cell(3, place).value
            sheet.cell(3, place).value = None
            sheet.merge_cells(f"{column}2:{column}3")
    sheet["D2"] = "借款人情况"
    sheet.merge_cells("D2:K2")


def test_a_header_in_two_rows_of_merged_cells(tmp_path, rows):
    found = reading(tmp_path, by_openpyxl([HEADERS, *map(line, rows)], _two_tiers))
    assert found.facts == tidy(tmp_path, rows)
    assert found.numbers == [4, 5, 6]


def _hide_and_dress(book: Any, sheet: Any) -> None:
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[3].hidden = True
    sheet.auto_filter.ref = sheet.dimensions
    for row in sheet.iter_rows(min_row=1, max_row=400, max_col=60):
        for cell in row:
            cell.font = Font(name="楷体", bold=True, color="FFFF0000")
            cell.fill = PatternFill("solid", fgColor="FF00FF00")
            cell.alignment = Alignment(wrap_text=True)
            cell.number_format = '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ '


def test_hidden_columns_and_rows_are_read_and_pasted_formats_say_nothing(tmp_path, rows):
    body = by_openpyxl([HEADERS, *map(line, rows)], _hide_and_dress)
    found = reading(tmp_path, body)
    assert found.facts == tidy(tmp_path, rows)
    assert (found.numbers, found.file) == ([2, 3, 4], [])


def _formulas(with_values: bool) -> Callable[[Any, Any], None]:
    places = {column.key: place for place, column in enumerate(COLUMNS)}

    def change(book: Any, page: Any) -> None:
        for key, formula, value in (
            ("principal", "=1500000*2", 3000000), ("borrower_name", '=CONCATENATE("深圳","甲公司")', "深圳甲公司"),
            ("disbursed_on", "=DATE(2024,11,8)", 45604),
        ):  # fmt: skip
            style = book.add_format({"num_format": "yyyy-mm-dd"}) if key == "disbursed_on" else None
            page.write_formula(1, places[key], formula, style, value if with_values else "")

    return change


def test_a_formula_counts_by_its_value(tmp_path):
    row = loan_cells(principal="3000000.00", borrower_name="深圳甲公司", disbursed_on="2024-11-08")
    found = reading(tmp_path, by_xlsxwriter([HEADERS, line(row)], _formulas(with_values=True)))
    assert (found.facts, found.codes) == (tidy(tmp_path, [row]), [[]])


def test_a_formula_that_was_never_computed_is_told(tmp_path):
    body = by_xlsxwriter([HEADERS, line(loan_cells())], _formulas(with_values=False))
    path = tmp_path / "a.xlsx"
    path.write_bytes(body)
    with read(path, LOAN_SCHEMA) as reader:
        (row,) = list(reader)
        problems = parse_row(row)[1]
    assert {(problem.code, problem.key) for problem in problems} >= {("required", "principal")}
    assert all("公式" in problem.mend for problem in problems if problem.code.startswith("required"))


def test_a_long_number_that_excel_cut_is_held_and_text_behind_an_equals_sign_is_text(tmp_path):
    kept = loan_cells(iou_number="JJ-9")
    body = by_openpyxl([HEADERS, line({**loan_cells(), "iou_number": 1234567890123456789})])
    assert reading(tmp_path, body).codes == [["code_damaged"]]
    text = ",".join(HEADERS) + "\n" + ",".join(line({**kept, "iou_number": '"=""JJ-9"""'})) + "\n"
    assert reading(tmp_path, text.encode("gb18030"), "a.csv").facts == tidy(tmp_path, [kept])


@pytest.mark.parametrize("write", WRITERS)
def test_a_column_twice_stops_the_file_and_names_both(tmp_path, rows, write):
    body = write([[*HEADERS, "贷款金额（元）"], *([*line(row), "1"] for row in rows)])
    path = tmp_path / "a.xlsx"
    path.write_bytes(body)
    with read(path, LOAN_SCHEMA) as reader:
        (problem,) = reader.problems
        assert (problem.code, reader.broken, list(reader)) == ("duplicate_column", True, [])
        assert problem.params["second"] in problem.message and "只保留一列" in problem.mend


def test_a_second_sheet_with_rows_is_told_and_a_cover_is_not(tmp_path, rows):
    def more(book: Any, sheet: Any) -> None:
        cover = book.create_sheet("封面", 0)
        cover["A1"] = "某支行报送材料"
        second = book.create_sheet("十二月")
        second.append(HEADERS)
        second.append(line(loan_cells()))
        empty = book.create_sheet("一月")
        empty.append(HEADERS)

    path = tmp_path / "a.xlsx"
    path.write_bytes(by_openpyxl([HEADERS, *map(line, rows)], more))
    with read(path, LOAN_SCHEMA) as reader:
        assert reader.sheet == "清单" and len(list(reader)) == 3
        (problem,) = reader.problems
    assert (problem.code, problem.value, reader.broken) == ("other_sheet", "十二月", False)
    assert "“十二月”" in problem.message and "清单" in problem.message


def test_the_template_s_own_example_is_no_second_sheet(tmp_path, rows):
    path = tmp_path / "a.xlsx"
    write_template(str(path))
    with read(path, LOAN_SCHEMA) as reader:
        assert (list(reader), reader.problems, reader.template_version) == ([], [], LOAN_SCHEMA.code)


def test_the_last_two_templates_are_taken_and_an_older_one_says_where_the_new_one_is(tmp_path, rows):
    fill(LOAN_SCHEMA, str(tmp_path / "a.xlsx"), rows)
    body = (tmp_path / "a.xlsx").read_bytes()
    next_one = dataclasses.replace(LOAN_SCHEMA, code="SZ-LOAN-2025.1", former=LOAN_SCHEMA.code)
    found = reading(tmp_path, body, schema=next_one)
    assert (found.facts, found.file, found.broken) == (tidy(tmp_path, rows), ["template_old"], False)
    one_more = dataclasses.replace(LOAN_SCHEMA, code="SZ-LOAN-2026.1", former="SZ-LOAN-2025.1")
    with pytest.raises(SheetRefused) as no:
        reading(tmp_path, body, schema=one_more)
    assert no.value.code == "template_refused"
    assert "SZ-LOAN-2024.1" in str(no.value) and "下载模板" in str(no.value.mend)


@pytest.mark.parametrize("write", WRITERS)
def test_one_of_everything_that_is_wrong_is_told_at_its_cell(tmp_path, write):
    wrong = loan_cells(principal="三百万", staff="四十五", annual_rate="0.0435", disbursed_on="2024-11-31",
                       credit_code="91440300MA5EXA0", in_shenzhen="也许")  # fmt: skip
    path = tmp_path / "a.xlsx"
    path.write_bytes(write([HEADERS, line(loan_cells()), line(wrong)]))
    with read(path, LOAN_SCHEMA) as reader:
        told = {(problem.cell[-1:], problem.key, problem.code) for problem in parse_row(list(reader)[1])[1]}
    assert told == {
        ("3", "principal", "bad_money"), ("3", "staff", "bad_integer"), ("3", "annual_rate", "rate_fraction"),
        ("3", "disbursed_on", "bad_date"), ("3", "credit_code", "credit_code_length"),
        ("3", "in_shenzhen", "bad_yes_no"),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["plain.xlsx", "plain.xls", "plain.csv", "wild.xlsx", "wild.xls"])
def test_what_libreoffice_itself_wrote_says_the_same(tmp_path, name):
    found = reading(tmp_path, (LIBREOFFICE / name).read_bytes(), name)
    assert found.facts == tidy(tmp_path, libreoffice.rows())
    assert found.numbers == ([3, 4, 5] if name.startswith("wild") else [2, 3, 4])
    assert (found.file, found.codes, found.broken) == ([], [[], [], []], False)


def test_its_own_format_is_told_and_not_guessed_at(tmp_path):
    with pytest.raises(SheetRefused) as refused, read(LIBREOFFICE / "plain.ods", LOAN_SCHEMA):
        pass
    assert (refused.value.code, refused.value.params) == ("file_binary_workbook", {"format": ".ods"})
