"""A person's own .csv goes back in its encoding, with its separator, and two columns more: result, what is wrong."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from .marking import RESULT, TELLS, Ahead, RowMark, places_before
from .sources import CsvSource


def mark_text(source: Path, target: IO[bytes], *, header_row: int, rows: Iterable[tuple[int, RowMark]]) -> None:
    """`rows` by rising numbers, as the reader counts them."""
    opened = CsvSource(source)
    try:
        _copy(opened, source, target, header_row, Ahead(rows))
    finally:
        opened.close()


def _copy(opened: CsvSource, source: Path, target: IO[bytes], header_row: int, rows: Ahead) -> None:
    encoding, ending = _as_written(source, opened.encoding)
    places = _places(_lines(source, opened), header_row)
    out = io.TextIOWrapper(target, encoding, newline="", write_through=True)
    writer = csv.writer(out, delimiter=opened.delimiter, lineterminator=ending)
    for number, cells in _lines(source, opened):
        if number == 1 and cells and cells[0].startswith("sep="):
            out.write(f"sep={opened.delimiter}{ending}")
            continue
        said = rows.of(number) or (RowMark(RESULT, TELLS) if number == header_row else None)
        writer.writerow(_with(cells, places, said) if said else cells)
    out.flush()
    out.detach()


def _lines(source: Path, opened: CsvSource) -> Iterator[tuple[int, list[str]]]:
    with source.open(encoding=opened.encoding, newline="") as file:
        yield from enumerate(csv.reader(file, delimiter=opened.delimiter), start=1)


def _as_written(source: Path, encoding: str) -> tuple[str, str]:
    """With the mark in front and the line ends that the file has."""
    with source.open("rb") as file:
        start = file.read(1 << 16)
    if encoding == "utf-8-sig" and not start.startswith(codecs.BOM_UTF8):
        encoding = "utf-8"
    wide = encoding == "utf-16"
    return encoding, "\r\n" if (b"\r\0\n" if wide else b"\r\n") in start else "\n"


def _places(lines: Iterable[tuple[int, list[str]]], header_row: int) -> tuple[int, int]:
    """Those of an earlier return, or the two columns after the last one used."""
    widest = 0
    for number, cells in lines:
        if number == header_row and (earlier := places_before([cell.strip() for cell in cells])):
            return earlier
        widest = max(widest, len(cells))
    return widest, widest + 1


def _with(cells: list[str], places: tuple[int, int], said: RowMark) -> list[str]:
    row: list[Any] = cells + [""] * (max(places) + 1 - len(cells))
    for place, text in zip(places, (said.result, said.tells), strict=True):
        row[place] = text.replace("\n", " ")
    return row
