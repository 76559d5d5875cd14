"""A .jsonl file: one object a line, the columns by their keys. For programs; row 1 is its first line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from .problems import SheetRefused
from .sources import Cells
from .values import Serials


class JsonLinesSource:
    """Read twice: once for the keys that occur, which make the header, then line by line."""

    encoding = "utf-8"
    serials = Serials.NONE
    first = 0
    """The header is no line of the file, so that the numbers of rows are those of its lines."""

    def __init__(self, path: Path) -> None:
        self._size = path.stat().st_size
        self._file = path.open(encoding="utf-8-sig", errors="strict")
        self._keys = list(dict.fromkeys(key for item in self._objects() for key in item))

    def sheets(self) -> list[str]:
        return [""]

    def hidden(self) -> list[str]:
        return []

    def rows(self, sheet: str, limit: int | None = None) -> Iterator[Cells]:
        yield list(self._keys)
        for number, item in enumerate(self._objects(), start=1):
            if limit is not None and number >= limit:
                return
            yield [item.get(key) for key in self._keys]

    def _objects(self) -> Iterator[dict[str, str | None]]:
        self._file.seek(0)
        number = 1
        try:
            for line in self._file:
                yield _cells(line) if line.strip() else {}
                number += 1
        except (ValueError, RecursionError):
            raise SheetRefused("file_json_line", line=str(number)) from None

    def position(self) -> tuple[int, int]:
        return self._file.buffer.tell(), self._size

    def close(self) -> None:
        self._file.close()


def _cells(line: str) -> dict[str, str | None]:
    """Raises ValueError on anything but an object of plain values and lists of them."""
    found = json.loads(line, parse_float=Decimal, parse_constant=_refuse)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return {key: _text(value) for key, value in found.items()}


def _text(value: Any) -> str | None:
    """As a person would have typed it into the cell."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, list):
        return "、".join(_text(item) or "" for item in value)
    raise ValueError("a value of no plain kind")


def _refuse(name: str) -> None:
    raise ValueError(name)
