"""The process that unpacks a workbook. Started by `sources.py` with limits on memory and time; imports nothing of ours.

Reads commands from standard input, one JSON object a line, and answers in JSON lines:
{"sheets": [[name, visible], …], "dates_since": "1900" | "1904" | "?"} at the start, then for
{"rows": name, "limit": n|null} the number of rows in the sheet, chunks [[row, …], …] and null.
Rows start at the first row of the sheet, cells at column A. A date is ISO text.
"""

import datetime
import json
import pathlib
import re
import resource
import sys
import zipfile
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

CHUNK = 250


def plain(cell: Any) -> Any:
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return str(cell)
    return cell


def say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=str))
    sys.stdout.write("\n")


def limit(memory: int, seconds: int) -> None:
    for what, amount in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (amount, amount))
        except (ValueError, OSError):  # a system without this limit, or with a lower one already
            continue


_IN_XLSX = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_IN_XLS = re.compile(rb"\x22\x00\x02\x00([\x00\x01])\x00\x0e\x00\x02\x00")
"""The record of the date system, with the one that always follows it."""


def dates_since(path: str) -> str:
    """The day from which the workbook counts its dates; `?` where an .xls does not say it where it usually does."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "1904" if _IN_XLSX.search(archive.read("xl/workbook.xml")) else "1900"
    found = _IN_XLS.search(pathlib.Path(path).read_bytes())
    return "?" if found is None else "1904" if found[1] == b"\x01" else "1900"


def rows(sheet: Any, count: int | None) -> None:
    say(sheet.total_height)
    if sheet.start is None:
        return
    before = [""] * sheet.start[1]
    chunk: list[list[Any]] = []
    for number, row in enumerate(sheet.iter_rows()):
        if count is not None and number >= count:
            break
        cells = [plain(cell) if not isinstance(cell, str | float) else cell for cell in row]
        chunk.append(before + cells if before and row else cells)
        if len(chunk) == CHUNK:
            say(chunk)
            chunk = []
    if chunk:
        say(chunk)


def main() -> int:
    path, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    limit(memory, seconds)
    try:
        # By what is in it: a core system's .xls often bears the name .xlsx.
        workbook = CalamineWorkbook.from_filelike(pathlib.Path(path).open("rb"))  # noqa: SIM115 - until this process ends
        say(
            {
                "sheets": [
                    [sheet.name, sheet.visible == SheetVisibleEnum.Visible]
                    for sheet in workbook.sheets_metadata
                    if sheet.typ == SheetTypeEnum.WorkSheet
                ],
                "dates_since": dates_since(path),
            }
        )
        sys.stdout.flush()
        name, sheet = "", None
        for line in sys.stdin:
            command = json.loads(line)
            if sheet is None or command["rows"] != name:
                name, sheet = command["rows"], workbook.get_sheet_by_name(command["rows"])
            rows(sheet, command["limit"])
            say(None)
            sys.stdout.flush()
    except PasswordError:
        say({"refused": "file_encrypted"})
        return 3
    except (CalamineError, OSError, ValueError):
        say({"refused": "file_damaged"})
        return 3
    except MemoryError:
        return 4
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
