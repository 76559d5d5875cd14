"""The only writer of workbooks and CSV files.

Columns are those of the screen (`pool.tables.Column`), so what is exported is what was shown. A text can never become a
formula: in a workbook it is a typed string with the quote mark of Excel itself, in CSV it gets an apostrophe.
Rows are streamed; nothing is held but the row at hand.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pool import caller, formats
from pool.citations import cite
from pool.tables import Column, Text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
ROWS_PER_SHEET = 1_000_000
LONGEST_TEXT = 32_767
# What a spreadsheet program may read as the start of a formula, half and full width, also behind blanks.
STARTS_A_FORMULA = frozenset("=+-@|＝＋－＠")
BREAKS_A_CELL = frozenset("\t\r\n")
WIDTHS = {"money": 18, "percent": 10, "points": 10, "int": 10, "date": 12, "moment": 17, "status": 12, "article": 22}
NUMBER_FORMATS = {
    "money": "#,##0.00",
    "percent": "0.00%",
    "points": "0.00",
    "int": "#,##0",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet program could take the text for a formula."""
    bare = text.lstrip(" \u00a0\u3000\ufeff\u200b\x00")
    return bool(bare) and (bare[0] in STARTS_A_FORMULA or bare[0] in BREAKS_A_CELL)


@dataclass
class Sheet:
    """One sheet of a workbook: its name, its columns, its rows, and a totals row by column label if there is one."""

    name: Text
    columns: Sequence[Column]
    rows: Iterable[Any]
    title: Text = ""
    totals: dict[Text, Any] = field(default_factory=dict)


def watermark(person: str, institution: str = "", at: datetime | None = None) -> str:
    """Who took this data out, when, and under which number: the first line of an export of client data.

    The number is that of the request, by which the access log is searched.
    """
    words = {"person": person, "institution": institution, "time": formats.moment(at or timezone.now())}
    mark = gettext("%(person)s %(institution)s 于 %(time)s 导出，内含客户信息，仅限履行职责使用。") % words
    number = caller.caller().request_id
    return mark + gettext("导出编号 %(number)s。") % {"number": number} if number else mark


def plain(value: Any, kind: str) -> Any:
    """The value as its column's kind is stored: exact figures and days stay such, all else becomes words."""
    if value is None or value == "":
        return None
    if kind in ("money", "percent", "points", "int"):
        return formats.exact(value)
    if kind in ("date", "moment"):
        return value
    if kind == "status":
        return _state_word(value)
    if kind == "article":
        return "、".join(_cited(short) for short in (value if isinstance(value, list) else [value]))
    return formats.show(value) if isinstance(value, bool) else str(value)


def _cited(short: Any) -> str:
    return cite(str(short)) if str(short)[:1].isdigit() else str(short)


def _state_word(value: Any) -> str:
    if isinstance(value, tuple | list):
        return str(value[1])
    display = getattr(value, "get_state_display", None)
    return str(display() if display else value)


# ---- CSV ----------------------------------------------------------------------------------------------------------


def csv_lines(columns: Sequence[Column], rows: Iterable[Any], *, mark: str = "") -> Iterator[bytes]:
    """UTF-8 with the signature by which Excel knows it, line by line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")

    def line(cells: Sequence[str]) -> bytes:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(cells)
        return buffer.getvalue().encode("utf-8", errors="replace")

    yield b"\xef\xbb\xbf"
    if mark:
        yield line([_quoted(mark)])
    yield line([_quoted(_head(column)) for column in columns])
    for row in rows:
        yield line([_csv_cell(column.read(row), column.kind) for column in columns])


def _csv_cell(value: Any, kind: str) -> str:
    stored = plain(value, kind)
    if stored is None:
        return ""
    if isinstance(stored, Decimal):
        return f"{stored:f}"
    if kind == "date":
        return formats.day(stored)
    if kind == "moment":
        return formats.moment(stored)
    return _quoted(stored)


def _quoted(text: str) -> str:
    return f"'{text}" if is_dangerous(text) else text


def _head(column: Column) -> str:
    unit = f"（{column.unit}）" if column.unit else ""
    return f"{column.label}{unit}"


# ---- workbooks ----------------------------------------------------------------------------------------------------


def xlsx_bytes(sheets: Sequence[Sheet], *, mark: str = "") -> bytes:
    """A small workbook at once; a long one goes to a file with `write_xlsx`."""
    buffer = io.BytesIO()
    write_xlsx(buffer, sheets, mark=mark)
    return buffer.getvalue()


def write_xlsx(target: IO[bytes] | Path, sheets: Sequence[Sheet], *, mark: str = "") -> int:
    """Streams the sheets into a workbook and returns the number of rows; a sheet that is full goes on in another."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options) as book:
        book.set_properties({"comments": mark} if mark else {})
        writer = _Writer(book, mark)
        return sum(writer.sheet(sheet) for sheet in sheets)


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, mark: str) -> None:
        self.book, self.mark = book, mark
        self.names: set[str] = set()
        base = {"font_name": "微软雅黑", "font_size": 10, "valign": "vcenter"}
        self.note = book.add_format(base | {"font_color": "#566070", "font_size": 9})
        self.title = book.add_format(base | {"font_size": 14, "bold": True})
        self.head = book.add_format(
            base | {"bold": True, "bg_color": "#14294A", "font_color": "#FFFFFF", "border": 1, "text_wrap": True}
        )
        text, total = base | {"num_format": "@"}, {"bold": True, "top": 2, "bg_color": "#F1EDE4"}
        self.text = book.add_format(text)
        self.quoted = book.add_format(text | {"quote_prefix": True})
        self.total_text = book.add_format(text | total)
        self.kinds = {kind: book.add_format(base | {"num_format": code}) for kind, code in NUMBER_FORMATS.items()}
        self.totals = {
            kind: book.add_format(base | total | {"num_format": code}) for kind, code in NUMBER_FORMATS.items()
        }

    def sheet(self, sheet: Sheet) -> int:
        written, rows, part = 0, iter(sheet.rows), 1
        row, more = next(rows, None), True
        while more:
            page, line = self._open(sheet, part)
            room = line + ROWS_PER_SHEET
            while row is not None and line < room:
                for place, column in enumerate(sheet.columns):
                    self._cell(page, line, place, column.read(row), column.kind)
                line, written, row = line + 1, written + 1, next(rows, None)
            more, part = row is not None, part + 1
            if not more and sheet.totals:
                self._total(page, line, sheet)
        return written

    def _open(self, sheet: Sheet, part: int) -> tuple[Worksheet, int]:
        page = self.book.add_worksheet(self._name(str(sheet.name), part))
        line = 0
        for text, style in ((self.mark, self.note), (str(sheet.title), self.title)):
            if text:
                page.write_string(line, 0, text, style)
                line += 1
        if self.mark:
            page.set_footer(f"&L{self.mark.replace('&', '&&')}&R&P / &N")
        page.set_row(line, 24)
        for place, column in enumerate(sheet.columns):
            head = _head(column)
            page.set_column(place, place, column.width or WIDTHS.get(column.kind) or max(16, len(head) * 2 + 2))
            page.write_string(line, place, head, self.head)
        page.freeze_panes(line + 1, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(line)
        return page, line + 1

    def _name(self, wanted: str, part: int) -> str:
        """Excel allows 31 characters, a few signs not at all, and no name twice."""
        bare = "".join("_" if sign in "[]:*?/\\'" else sign for sign in wanted) or "Sheet"
        while True:
            tail = f" ({part})" if part > 1 else ""
            name = bare[: 31 - len(tail)] + tail
            if name.casefold() not in self.names:
                self.names.add(name.casefold())
                return name
            part += 1

    def _cell(self, page: Worksheet, line: int, place: int, value: Any, kind: str) -> None:
        stored = plain(value, kind)
        if stored is None:
            return
        if isinstance(stored, Decimal):
            self._figure(page, line, place, stored, self.kinds[kind])
        elif isinstance(stored, datetime | date):
            page.write_datetime(line, place, _local(stored), self.kinds.get(kind) or self.kinds["date"])
        else:
            self._words(page, line, place, stored, self.quoted if is_dangerous(stored) else self.text)

    @staticmethod
    def _figure(page: Worksheet, line: int, place: int, figure: Decimal, style: Format) -> None:
        """Excel keeps 15 digits; a longer figure is written as text rather than changed."""
        if len(figure.as_tuple().digits) > 15:
            page.write_string(line, place, f"{figure:f}", style)
        else:
            page.write_number(line, place, figure, style)  # the workbook stores its decimal text

    @staticmethod
    def _words(page: Worksheet, line: int, place: int, text: str, style: Format) -> None:
        page.write_string(line, place, text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…", style)

    def _total(self, page: Worksheet, line: int, sheet: Sheet) -> None:
        for place, column in enumerate(sheet.columns):
            stored = plain(sheet.totals.get(column.label), column.kind)
            if isinstance(stored, Decimal):
                self._figure(page, line, place, stored, self.totals[column.kind])
            else:
                words = stored if isinstance(stored, str) else gettext("合计") if place == 0 else ""
                page.write_string(line, place, words, self.total_text)


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
