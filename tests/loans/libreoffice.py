"""What the samples in `data/libreoffice` were made from; `python -m tests.loans.libreoffice FOLDER` writes it."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from loans.columns import LOAN_SCHEMA
from tests.factories.loans import loan_cells
from tests.factories.words import credit_code

DAYS = ("disbursed_on", "matures_on")
SUMS = ("revenue", "assets", "principal", "credit_line", "other_balances")
STYLED_TO = 400


def rows() -> list[dict[str, str]]:
    """Always the same three."""
    return [
        loan_cells(
            iou_number=f"JJ00{number}", contract_number=f"0012345678901234{number}", credit_code=credit_code(number),
            borrower_name=f"深圳市样张{number}有限公司", use_detail="采购原材料", **given,
        )
        for number, given in enumerate(({}, {"annual_rate": "3.45"}, {"security": "信用", "features": "纯信用"}), 1)
    ]  # fmt: skip


def plain() -> openpyxl.Workbook:
    """Headers and rows; true days, true numbers, codes as text."""
    book = openpyxl.Workbook()
    book.active.title = "清单"
    book.active.append([column.header for column in LOAN_SCHEMA.columns])
    for row in rows():
        book.active.append([_value(column.key, row) for column in LOAN_SCHEMA.columns])
    return book


def wild() -> openpyxl.Workbook:
    """A merged title, sums in 万元, a header in two runs, borders far below the table, a cover in front."""
    book = openpyxl.Workbook()
    book.active.title = "封面"
    book.active["A1"] = "某支行报送"
    sheet = book.create_sheet("清单")
    sheet["A1"] = "某支行 2024 年第四季度贷款清单"
    sheet.merge_cells("A1:H1")
    sheet["A1"].alignment, sheet["A1"].font = Alignment(horizontal="center"), Font(bold=True, size=16)
    line = Side(style="thin")
    for place, column in enumerate(LOAN_SCHEMA.columns, start=1):
        head = sheet.cell(2, place, column.header.replace("（元）", "（万元）"))
        head.fill = PatternFill("solid", fgColor="FFDDEBF7")
        for number, row in enumerate(rows(), start=3):
            sheet.cell(number, place, _value(column.key, row, 10_000))
        for number in range(3, STYLED_TO):
            sheet.cell(number, place).border = Border(line, line, line, line)
    sheet["A2"] = CellRichText(TextBlock(InlineFont(b=True, color="FFFF0000"), "借据"), "号")
    for number in (3, 4, 5):
        for place, column in enumerate(LOAN_SCHEMA.columns, start=1):
            if column.key in DAYS:
                sheet.cell(number, place).number_format = 'yyyy"年"m"月"d"日"'
            if column.key in SUMS:
                sheet.cell(number, place).number_format = "#,##0.00"
    sheet.column_dimensions["C"].hidden = True
    sheet.freeze_panes = "B3"
    sheet.auto_filter.ref = "A2:F5"
    return book


def _value(key: str, row: dict[str, str], unit: int = 1) -> Any:
    text = row.get(key, "")
    if not text:
        return None
    if key in DAYS:
        return date.fromisoformat(text)
    if key in SUMS:
        return float(text) / unit
    return float(text) if key == "annual_rate" else int(text) if key == "staff" else text


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    plain().save(folder / "plain.xlsx")
    wild().save(folder / "wild.xlsx")
