"""What is written back from a file that was sent, formulas' beginnings in it, stays text: the sixty payloads again."""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from pool.sheets import ERROR, marking_anew, marking_text
from pool.sheets.marking import RowMark
from pool.templates_xlsx import annotate
from tests.pool.sheet_files import SCHEMA
from tests.pool.test_exports import PAYLOADS

HEADERS = [column.header for column in SCHEMA.columns]
MARK = RowMark("有误", "问题", ERROR, {})


def is_text_only(content: bytes) -> list[str]:
    """Formulas and links in the parts; the cells that hold the payloads, as a reader sees them."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        xml = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    wrong = [sign for sign in ("<f>", "<f ", "<hyperlink") if sign in xml]
    book = openpyxl.load_workbook(io.BytesIO(content))
    return wrong + [
        cell.coordinate for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"
    ]


def test_held_rows_go_back_as_text() -> None:
    target = io.BytesIO()
    rows = [
        (number, dict.fromkeys((column.key for column in SCHEMA.columns), one))
        for number, one in enumerate(PAYLOADS, 2)
    ]
    headers = {column.key: PAYLOADS[place] for place, column in enumerate(SCHEMA.columns)}
    annotate(SCHEMA, target, rows, {}, headers=headers, results=lambda number: PAYLOADS[number - 2], mark=PAYLOADS[0])
    assert is_text_only(target.getvalue()) == []
    assert openpyxl.load_workbook(io.BytesIO(target.getvalue()))[SCHEMA.sheet].max_row == len(PAYLOADS) + 1


def test_a_sheet_written_anew_is_text() -> None:
    target = io.BytesIO()
    lines = [HEADERS, *([one] * len(HEADERS) for one in PAYLOADS)]
    rows = [(number, RowMark(one, one, ERROR, {"A": (ERROR, one)})) for number, one in enumerate(PAYLOADS, 2)]
    marking_anew.mark_anew(lines, target, sheet="数据", header_row=1, head=HEADERS, rows=rows)
    assert is_text_only(target.getvalue()) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_csv_keeps_its_own_cells_and_ours_begin_with_our_words(tmp_path: Path, payload: str) -> None:
    """It is the sender's file, to be sent again as it is: quoting their cells would change what they filed."""
    source, target = tmp_path / "a.csv", io.BytesIO()
    quoted = payload.replace('"', '""')
    source.write_bytes(f'姓名,性别,年龄,备注\r\n甲,男,40,"{quoted}"\r\n'.encode("utf-8-sig"))
    marking_text.mark_text(source, target, header_row=1, rows=[(2, MARK)])
    back = list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"), newline="")))
    assert back[1] == ["甲", "男", "40", payload, "有误", "问题"]
