"""A small schema and the makers of spreadsheets, good and hostile, for the tests of the reader."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from pool.sheets import Choice, Column, Kind, Row, Schema, read

COLOURS = (Choice("red", "红色", ("红",)), Choice("blue", "蓝色"), Choice("green", "绿色"))

SCHEMA = Schema(
    code="TEST-1",
    title="测试表",
    sheet="数据",
    columns=(
        Column("code", "编号", Kind.CODE, required=True, synonyms=("号码",), max_length=30, article="1"),
        Column("name", "名称", Kind.TEXT, required=True, synonyms=("企业名称",), max_length=20),
        Column("amount", "金额（元）", Kind.MONEY, required=True, synonyms=("贷款额",), positive=True),
        Column("rate", "利率（%）", Kind.PERCENT, places=4),
        Column("staff", "人数", Kind.INTEGER, minimum=Decimal(0)),
        Column("on", "日期", Kind.DATE),
        Column("days", "有效期", Kind.DATES),
        Column("colour", "颜色", Kind.CHOICE, choices=COLOURS, required_when={"local": frozenset({True})}),
        Column("colours", "多色", Kind.CHOICES, choices=COLOURS),
        Column("local", "是否本地", Kind.YES_NO),
        Column("secret", "证件号", Kind.CODE, sensitive=True, pattern=r"\d{18}", expected="18 位数字"),
    ),
)
HEADERS = [column.header for column in SCHEMA.columns]
GOOD = ["A-1", "甲公司", 100, 4.35, 45, "2024-04-22", "", "红色", "红色、蓝色", "是", ""]


def workbook(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "数据") -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(number, place, cell)
            else:
                page.write(number, place, cell)
    book.close()
    return path


def built(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    fill(book, book.add_worksheet("数据"))
    book.close()
    return path


def csv_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def rows_of(path: Path, schema: Schema = SCHEMA) -> list[Row]:
    with read(path, schema) as reader:
        return list(reader)


def one(path: Path, **cells: Any) -> Row:
    """The one row of a workbook with a good row, some cells of which are replaced."""
    row = list(GOOD)
    for key, value in cells.items():
        row[[column.key for column in SCHEMA.columns].index(key)] = value
    (found,) = rows_of(workbook(path / "one.xlsx", [HEADERS, row]))
    return found


def repacked(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same archive with some of its parts changed."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target
