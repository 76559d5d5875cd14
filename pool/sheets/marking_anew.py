"""A sheet whose file we cannot write in (.xls) goes back as an .xlsx: the same rows and places, with our marks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

import xlsxwriter

from .marking import ERROR_FILL, LONGEST_NOTE, RESULT, TELLS, WARNING_FILL, Ahead, RowMark, index_of, places_before
from .problems import ERROR, WARNING
from .sources import Cells

_WIDTH, _TELLS_WIDTH = 14, 60


def mark_anew(
    lines: Iterable[Cells],
    target: IO[bytes],
    *,
    sheet: str,
    header_row: int,
    head: list[str],
    rows: Iterable[tuple[int, RowMark]],
) -> None:
    """`lines` from the first row of the sheet, `rows` by rising numbers. Text stays text: nothing becomes a formula."""
    ahead = Ahead(rows)
    places = places_before(head) or (len(head), len(head) + 1)
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        formats = {
            ERROR: book.add_format({"bg_color": f"#{ERROR_FILL[2:]}"}),
            WARNING: book.add_format({"bg_color": f"#{WARNING_FILL[2:]}"}),
        }
        page = book.add_worksheet(sheet[:31])
        page.set_column(0, max(places), _WIDTH)
        page.set_column(places[1], places[1], _TELLS_WIDTH)
        for number, cells in enumerate(lines, start=1):
            said = ahead.of(number) or (RowMark(RESULT, TELLS) if number == header_row else None)
            _write_row(page, number - 1, cells, places, said, formats)
        page.freeze_panes(header_row, 0)


def _write_row(
    page: Any, row: int, cells: Cells, places: tuple[int, int], said: RowMark | None, formats: dict[str, Any]
) -> None:
    marked = {} if said is None else {index_of(letters): told for letters, told in said.cells.items()}
    for place in range(max(len(cells), max(marked, default=0) + 1)):
        severity, note = marked.get(place, ("", ""))
        if said is None or place not in places:
            _write_cell(page, row, place, cells[place] if place < len(cells) else "", formats.get(severity))
        if note:
            page.write_comment(row, place, note[:LONGEST_NOTE], {"x_scale": 2, "y_scale": 2})
    if said is not None:
        page.write_string(row, places[0], said.result, formats.get(said.severity))
        page.write_string(row, places[1], said.tells[:LONGEST_NOTE])


def _write_cell(page: Any, row: int, place: int, cell: Any, style: Any) -> None:
    if isinstance(cell, bool):
        page.write_boolean(row, place, cell, style)
    elif isinstance(cell, int | float):
        page.write_number(row, place, cell, style)
    elif cell:
        page.write_string(row, place, str(cell)[:LONGEST_NOTE], style)
    elif style is not None:
        page.write_blank(row, place, None, style)
