import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from django.utils import translation

from pool import exports
from pool.exports import Sheet
from pool.tables import Column

BEGINNINGS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\u3000=", "\ufeff=", "＝", "＋", "－", "＠", "|"]
CORES = [
    "cmd|'/C calc'!A0",
    'HYPERLINK("http://127.0.0.1/?x="&A1,"点击")',
    "SUM(1+1)*cmd|' /C notepad'!'A1'",
    'WEBSERVICE("http://127.0.0.1")',
]
PAYLOADS = [beginning + core for beginning in BEGINNINGS for core in CORES]

COLUMNS = (
    Column("借款人", "name"),
    Column("余额", "amount", "money", unit="元"),
    Column("利率", "rate", "percent"),
    Column("笔数", "count", "int"),
    Column("发放日", "day", "date"),
    Column("状态", "state", "status"),
)
ROW = {
    "name": "深圳市南岭精密五金有限公司",
    "amount": Decimal("1234567.89"),
    "rate": Decimal("0.0345"),
    "count": 12000,
    "day": date(2024, 4, 22),
    "state": ("entered", "已入库"),
}


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def xml_of(content: bytes, name: str = "xl/worksheets/sheet1.xml") -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(name).decode()


def test_there_are_sixty_payloads() -> None:
    assert len(set(PAYLOADS)) == 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_a_formula_in_a_workbook(payload: str) -> None:
    content = exports.xlsx_bytes([Sheet("贷款", COLUMNS, [ROW | {"name": payload}])])
    root = ElementTree.fromstring(xml_of(content))
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    assert root.findall(".//m:f", space) == []
    cell = root.find(".//m:c[@r='A2']", space)
    assert cell is not None and cell.get("t") in {"s", "inlineStr"}
    shown = opened(content).active["A2"]
    assert shown.data_type != "f" and shown.quotePrefix
    assert "<hyperlink" not in xml_of(content)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_a_formula_in_csv(payload: str) -> None:
    content = b"".join(exports.csv_lines(COLUMNS, [ROW | {"name": payload}]))
    cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1]
    assert cells[0] == f"'{payload}"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_heads_watermarks_titles_and_sheet_names_are_as_safe_as_cells(payload: str) -> None:
    columns = (Column(payload, "name"),)
    content = exports.xlsx_bytes([Sheet(payload, columns, [ROW], title=payload)], mark=payload)
    assert "<f>" not in xml_of(content)
    lines = b"".join(exports.csv_lines(columns, [ROW], mark=payload)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(lines, newline="")))
    assert rows[0][0].startswith("'") and rows[1][0].startswith("'")


@pytest.mark.parametrize("harmless", ["深圳市", "A=1", "a@b.cn", "1-2", "", " 空格", "（测试）"])
def test_an_ordinary_text_stays_as_it_is(harmless: str) -> None:
    assert not exports.is_dangerous(harmless)


def test_figures_and_days_keep_their_type_and_format() -> None:
    sheet = opened(exports.xlsx_bytes([Sheet("贷款", COLUMNS, [ROW])])).active
    assert [cell.value for cell in sheet[1]] == ["借款人", "余额（元）", "利率", "笔数", "发放日", "状态"]
    name, amount, rate, count, day, state = sheet[2]
    assert name.value == ROW["name"] and not name.quotePrefix
    assert (amount.value, amount.number_format) == (1234567.89, "#,##0.00")
    assert (rate.value, rate.number_format) == (0.0345, "0.00%")
    assert (count.value, count.number_format) == (12000, "#,##0")
    assert (str(day.value), day.number_format) == ("2024-04-22 00:00:00", "yyyy-mm-dd")
    assert state.value == "已入库"
    assert sheet.freeze_panes == "B2"


def test_an_amount_is_written_with_its_own_digits_and_one_too_long_for_excel_as_text() -> None:
    content = exports.xlsx_bytes([Sheet("贷款", COLUMNS, [ROW, ROW | {"amount": Decimal("12345678901234.56")}])])
    assert "<v>1234567.89</v>" in xml_of(content)
    assert opened(content).active["B3"].value == "12345678901234.56"


def test_a_number_that_is_a_name_keeps_all_its_digits() -> None:
    columns = (Column("身份标识", "code", "code"),)
    content = exports.xlsx_bytes([Sheet("表", columns, [{"code": "914403001922038216"}, {"code": "007"}])])
    assert [row[0].value for row in opened(content).active.iter_rows(min_row=2)] == ["914403001922038216", "007"]


def test_the_watermark_says_who_and_when_and_the_totals_stand_below() -> None:
    at = datetime(2025, 1, 16, 2, 22, tzinfo=UTC)
    mark = exports.watermark("陈晓岚", "加盟银行", at)
    totals = {"余额": Decimal("1234567.89")}
    sheet = opened(
        exports.xlsx_bytes([Sheet("贷款", COLUMNS, [ROW], title="入库贷款", totals=totals)], mark=mark)
    ).active
    assert "陈晓岚" in sheet["A1"].value and "2025-01-16 10:22" in sheet["A1"].value
    assert sheet["A2"].value == "入库贷款"
    assert sheet["A3"].value == "借款人"
    assert (sheet["A5"].value, sheet["B5"].value) == ("合计", 1234567.89)


def test_an_instant_is_exported_in_shanghai_time() -> None:
    columns = (Column("时间", "at", "moment"),)
    row = {"at": datetime(2024, 4, 21, 17, 30, tzinfo=UTC)}
    shown = opened(exports.xlsx_bytes([Sheet("表", columns, [row])])).active["A2"].value
    assert str(shown) == "2024-04-22 01:30:00"
    assert "2024-04-22 01:30" in b"".join(exports.csv_lines(columns, [row])).decode("utf-8-sig")


def test_a_sheet_that_is_full_goes_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ROWS_PER_SHEET", 3)
    rows = [ROW | {"count": number} for number in range(7)]
    buffer = io.BytesIO()
    assert exports.write_xlsx(buffer, [Sheet("贷款", COLUMNS, rows, totals={"笔数": 21})]) == 7
    book = opened(buffer.getvalue())
    assert book.sheetnames == ["贷款", "贷款 (2)", "贷款 (3)"]
    assert [sheet["D2"].value for sheet in book] == [0, 3, 6]
    assert book["贷款 (3)"]["D3"].value == 21


def test_sheet_names_that_excel_would_refuse_are_mended() -> None:
    sheets = [Sheet("表:一/二", COLUMNS, []), Sheet("表:一/二", COLUMNS, []), Sheet("长" * 40, COLUMNS, [])]
    assert opened(exports.xlsx_bytes(sheets)).sheetnames == ["表_一_二", "表_一_二 (2)", "长" * 31]


def test_a_very_long_text_is_cut_and_not_lost() -> None:
    content = exports.xlsx_bytes([Sheet("表", COLUMNS, [ROW | {"name": "字" * 40000}])])
    assert opened(content).active["A2"].value == "字" * 32766 + "…"


def test_a_long_export_is_streamed(tmp_path: Path) -> None:
    def rows(count: int) -> Iterator[dict]:
        for number in range(count):
            yield ROW | {"name": f"公司{number}" * 10}

    def peak(count: int) -> int:
        tracemalloc.start()
        exports.write_xlsx(tmp_path / f"{count}.xlsx", [Sheet("贷款", COLUMNS, rows(count))])
        for _line in exports.csv_lines(COLUMNS, rows(count)):
            pass
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(4000) < peak(500) + 1_500_000
