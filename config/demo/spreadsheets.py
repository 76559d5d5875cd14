"""Spreadsheets to try: files as banks send them, a good one, one with every kind of mistake, and a wild one."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from loans.columns import LOAN_SCHEMA
from loans.template import write_template
from pool.sheets import Schema
from pool.templates_xlsx import fill

from .banks import BY_CODE
from .loans import BY_NAME, OPEN_QUARTER, SEED, Cells, rows
from .mistakes import Mistake, mistakes

TRYING_BANK = "B01"
"""The examples belong to a bank that has filed the open quarter only in part."""
_TRYING_FROM = datetime.date(2024, 12, 1)
_GOOD_ROWS = 120


def as_csv(found: Iterable[Cells], encoding: str = "utf-8-sig", schema: Schema = LOAN_SCHEMA) -> bytes:
    """A file of rows under the template's headers, as quickly as can be."""
    keys = [column.key for column in schema.columns]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([column.header for column in schema.columns])
    writer.writerows([row.get(key, "") for key in keys] for row in found)
    return buffer.getvalue().encode(encoding)


def as_xlsx(found: Iterable[Cells]) -> bytes:
    """The same as a workbook under the template's headers."""
    buffer = io.BytesIO()
    fill(LOAN_SCHEMA, buffer, found)
    return buffer.getvalue()


def form_cells(cells: Mapping[str, object]) -> dict[str, str]:
    """A row as a form would send it: text by key."""
    return {key: value.isoformat() if isinstance(value, datetime.date) else str(value) for key, value in cells.items()}


def good_rows(quarter: str = OPEN_QUARTER, count: int = _GOOD_ROWS, seed: int = SEED) -> tuple[Cells, ...]:
    """Loans of the bank that is to try: none of them has a problem or a warning."""
    found = rows(BY_CODE[TRYING_BANK], BY_NAME[quarter], seed, 60_000)
    plain = [row for row in found if "首笔贷款" not in str(row["features"]) and _is_later(row)]
    return tuple(plain[:: max(1, len(plain) // count)][:count])


def _is_later(row: Cells) -> bool:
    day = row["disbursed_on"]
    return isinstance(day, datetime.date) and day >= _TRYING_FROM


def write_examples(folder: Path, quarter: str = OPEN_QUARTER, seed: int = SEED) -> list[Path]:
    """The files to try, for the quarter whose window is open."""
    folder.mkdir(parents=True, exist_ok=True)
    good = good_rows(quarter, seed=seed)
    paths = [
        folder / f"{quarter}_贷款项目_正确.xlsx",
        folder / f"{quarter}_贷款项目_各类错误.xlsx",
        folder / f"{quarter}_贷款项目_不规范但可读.csv",
        folder / f"{quarter}_贷款项目_缺列.xlsx",
        folder / "贷款项目录入模板.xlsx",
    ]
    fill(LOAN_SCHEMA, paths[0], good)
    write_mistakes(paths[1], mistakes(good[0], quarter))
    paths[2].write_bytes(wild_csv(good[:40]))
    _write_without(paths[3], good[:10], "principal")
    write_template(str(paths[4]))
    return paths


def write_mistakes(path: Path, found: Iterable[Mistake]) -> None:
    """One row for each mistake, exactly as wrong as a person makes it; the remarks say what is wrong."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet(LOAN_SCHEMA.sheet)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, column in enumerate(LOAN_SCHEMA.columns):
            page.write_string(0, place, column.header)
        for number, mistake in enumerate(found, start=1):
            for place, column in enumerate(LOAN_SCHEMA.columns):
                _write_raw(page, number, place, mistake.cells.get(column.key, ""), day)


def _write_raw(page: Any, row: int, place: int, value: object, day: Any) -> None:
    if isinstance(value, datetime.date):
        page.write_datetime(row, place, value, day)
    elif isinstance(value, int | Decimal):
        page.write_number(row, place, value)
    elif value:
        page.write_string(row, place, str(value))


def wild_csv(found: Iterable[Cells]) -> bytes:
    """A file as it comes: GB 18030, a title, amounts in ten thousands, columns moved, blank rows, a total."""
    columns = sorted(LOAN_SCHEMA.columns, key=lambda column: (not column.required, column.key[::-1]))
    scaled = {"principal", "revenue", "assets", "credit_line", "other_balances"}
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["", "2024年第四季度放款清单"])
    writer.writerow(["单位：万元"])
    writer.writerow(["序号", *(column.header.replace("（元）", "") for column in columns), "客户经理"])
    number = 0
    for number, row in enumerate(found, start=1):
        cells = [_wild(row.get(column.key, ""), column.key in scaled, number) for column in columns]
        writer.writerow([str(number), *cells, "张某"])
        if number % 9 == 0:
            writer.writerow([])
    writer.writerow(["合计", f"{number} 笔"])
    return buffer.getvalue().encode("gb18030")


def _wild(value: object, scaled: bool, number: int) -> str:
    if isinstance(value, Decimal) and scaled:
        text = f"{value / 10_000:,f}"
        return text.translate(str.maketrans("0123456789", "０１２３４５６７８９")) if number % 5 == 0 else text
    if isinstance(value, datetime.date):
        return (f"{value:%Y/%m/%d}", f"{value.year}年{value.month}月{value.day}日", f"{value:%Y%m%d}")[number % 3]
    if isinstance(value, Decimal):
        return f"{value}%" if number % 2 else f"{value}"
    return f"{value} " if number % 4 == 0 else str(value)


def _write_without(path: Path, found: Iterable[Cells], key: str) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet(LOAN_SCHEMA.sheet)
        kept = [column for column in LOAN_SCHEMA.columns if column.key != key]
        page.write_row(0, 0, [column.header for column in kept])
        for number, row in enumerate(found, start=1):
            page.write_row(number, 0, [str(row.get(column.key, "")) for column in kept])
