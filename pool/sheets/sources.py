"""Rows as they stand in the file, one list of cells at a time, whatever the format."""

from __future__ import annotations

import codecs
import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from .guards import Limits
from .problems import SheetRefused
from .values import Raw, Serials

Cells = list[Raw]
_CHILD = Path(__file__).with_name("workbook_child.py")
_BLOCK = 1 << 20
csv.field_size_limit(1 << 20)


class Source(Protocol):
    """An open file; its first row has the number `first`."""

    encoding: str
    first: int
    serials: Serials

    def sheets(self) -> list[str]:
        """Names of the visible sheets, in order."""

    def hidden(self) -> list[str]:
        """Names of the hidden sheets."""

    def rows(self, sheet: str, limit: int | None = None) -> Iterator[Cells]:
        """The rows of a sheet from its first, blank ones included."""

    def position(self) -> tuple[int, int]:
        """How far the sheet has been read, and how far it goes, in rows or bytes; both 0 where it is not known."""

    def close(self) -> None:
        """Let go of the file."""


class WorkbookSource:
    """An .xlsx or .xls file, read in a child process whose memory and time are limited."""

    encoding = ""
    first = 1

    def __init__(self, path: Path, memory: int, limits: Limits) -> None:
        self._child = subprocess.Popen(  # our own script, no shell
            [sys.executable, "-I", str(_CHILD), str(path.resolve()), str(memory), str(limits.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self._answering = False
        self._height = self._given = 0
        try:
            told = self._answer()
            self._sheets: list[tuple[str, bool]] = [(name, visible) for name, visible in told["sheets"]]
            self.serials = Serials(told["dates_since"])
        except BaseException:
            self.close()
            raise

    def sheets(self) -> list[str]:
        return [name for name, visible in self._sheets if visible]

    def hidden(self) -> list[str]:
        return [name for name, visible in self._sheets if not visible]

    def rows(self, sheet: str, limit: int | None = None) -> Iterator[Cells]:
        while self._answering:  # what an abandoned reading left unread
            self._answering = self._answer() is not None
        self._tell({"rows": sheet, "limit": limit})
        self._answering = True
        self._height, self._given = self._answer(), 0
        while (chunk := self._answer()) is not None:
            for row in chunk:
                self._given += 1
                yield row
        self._answering = False

    def position(self) -> tuple[int, int]:
        return self._given, self._height

    def _tell(self, command: dict[str, object]) -> None:
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(command) + "\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            raise SheetRefused("file_too_heavy") from None

    def _answer(self) -> Any:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line.endswith("\n"):
            # Ended by the memory or time limit, or broken by what it was given.
            raise SheetRefused("file_too_heavy")
        answer = json.loads(line)
        if isinstance(answer, dict) and "refused" in answer:
            raise SheetRefused(answer["refused"])
        return answer

    def close(self) -> None:
        if self._child.poll() is None:
            self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        self._child.wait()


class CsvSource:
    """A .csv file, streamed: UTF-8 with or without a mark, else GB 18030, else UTF-16 with a mark."""

    first = 1
    serials = Serials.UNSAID

    def __init__(self, path: Path) -> None:
        self._path = path
        self.encoding = _encoding(path)
        self._file = path.open(encoding=self.encoding, newline="", errors="strict")
        self.delimiter = _delimiter(self._file.read(20_000))

    def sheets(self) -> list[str]:
        return [""]

    def hidden(self) -> list[str]:
        return []

    def rows(self, sheet: str, limit: int | None = None) -> Iterator[Cells]:
        self._file.seek(0)
        reader = csv.reader(self._file, delimiter=self.delimiter)
        try:
            for number, row in enumerate(reader):
                if limit is not None and number >= limit:
                    return
                if number == 0 and row and row[0].startswith("sep="):
                    yield []
                else:
                    yield row  # type: ignore[misc]  # a list of str is read as a list of cells
        except csv.Error:
            raise SheetRefused("file_csv_shape", line=str(reader.line_num)) from None

    def position(self) -> tuple[int, int]:
        return self._file.buffer.tell(), self._path.stat().st_size

    def close(self) -> None:
        self._file.close()


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                if b"\x00" in block and not encoding.startswith("utf-16"):
                    return False
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        mark = file.read(2)
    utf16 = mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    candidates = ["utf-16"] if utf16 else ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise SheetRefused("file_encoding")


def _delimiter(start: str) -> str:
    lines = start.splitlines()[:12]
    return max(",\t;|", key=lambda mark: max((line.count(mark) for line in lines), default=0))
