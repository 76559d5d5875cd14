"""The workbook that goes back to the bank: held rows as they were written, with what is wrong and how to mend it."""

import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from loans.columns import LOAN_SCHEMA
from loans.kinds import kind_of
from loans.models import Upload, UploadRow
from loans.selectors import rows_of, visible_uploads
from loans.services import confirming
from loans.services.confirming import Known
from loans.services.judging import MARKED_ONLY
from loans.services.rows import SENSITIVE
from pool import crypto, exports
from pool.models import ListExport
from pool.registry import LongFile
from pool.rulebook import Finding
from pool.selectors import edition
from pool.sheets import (
    ERROR,
    WARNING,
    CellProblem,
    Reader,
    Schema,
    SheetRefused,
    Wording,
    declare,
    marking,
    marking_anew,
    marking_text,
    read,
)
from pool.sheets.headers import letter
from pool.templates_xlsx import annotate, told

LONGEST_AT_ONCE = 20_000
"""Rows of a .xlsx that goes back while the person waits; a longer one is made by the worker. A .csv takes next to no
time, and no .xls is longer."""
OWN_KINDS = {".xlsx", ".xls", ".csv"}
AT_ONCE = 2000
COPIED_AT_ONCE = 1 << 20

declare({"entry_rule": Wording(_("%(message)s"), _("%(mend)s"))})

# Beside which cell a failing rule is told.
_CELL_OF_RULE = {
    "sme_size": "staff",
    "owner_firm_size": "staff",
    "shenzhen_business": "in_shenzhen",
    "excluded_sections": "industry_code",
    "restricted_industry": "industry_code",
    "quasi_financial": "quasi_financial",
    "balance_limit": "other_balances",
    "credit_line_limit": "credit_line",
    "covered_products": "product",
    "excluded_cover": "other_cover",
    "permitted_use": "use",
    "rate_spread": "annual_rate",
    "timely_entry": "disbursed_on",
    "validity": "disbursed_on",
}


def workbook(upload: Upload, mark: str = "") -> io.BytesIO:
    """The held rows; `mark` says who took them and when."""
    held = list(rows_of(upload, UploadRow.Status.HELD))
    buffer = io.BytesIO()
    annotate(
        schema_of(upload),
        buffer,
        [(row.row, _raw(row)) for row in held],
        {row.row: problems_of(row) for row in held},
        headers=upload.headers,
        mark=mark,
    )
    buffer.seek(0)
    return buffer


@dataclass(frozen=True)
class Returned:
    """A file that goes back: what is in it, how its name ends, and its kind."""

    file: IO[bytes]
    suffix: str = ".xlsx"
    content_type: str = exports.XLSX


def goes_back_whole(upload: Upload) -> bool:
    """Whether the bank's own sheet goes back, not its held rows only."""
    return upload.rows_total > 0 and _ending(upload) in OWN_KINDS


def takes_long(upload: Upload) -> bool:
    """Whether nobody should wait for it."""
    return _ending(upload) == ".xlsx" and upload.rows_total > LONGEST_AT_ONCE


def _ending(upload: Upload) -> str:
    return Path(upload.file.name).suffix.lower() if upload.file else ""


def own_workbook(upload: Upload, mark: str = "") -> Returned:
    """The bank's own sheet with results, red cells and notes; where that cannot be made, the held rows."""
    if not goes_back_whole(upload):
        return Returned(workbook(upload, mark))
    path = Path(settings.MEDIA_ROOT) / upload.file.path
    target = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response that sends it
    try:
        with read(path, schema_of(upload)) as reader:
            returned = _write_own(upload, path, reader, target)
    except (marking.CannotMark, SheetRefused):
        target.close()
        return Returned(workbook(upload, mark))
    target.seek(0)
    return returned


def _asked(row: ListExport) -> Upload | None:
    found: Upload | None = visible_uploads(row.user).select_related("file", "bank").filter(pk=row.query).first()
    return found


def _named(row: ListExport) -> str:
    upload = _asked(row)
    return f"{upload.number}-{gettext('校验结果')}" if upload else gettext("校验结果")


def _sent_as(row: ListExport) -> str:
    upload = _asked(row)
    return str(upload.file.name) if upload else ""


def _write_returned(row: ListExport, target: Path) -> int:
    upload = _asked(row)
    assert upload is not None  # `may` was asked in the same transaction
    with own_workbook(upload, row.mark).file as made, target.open("wb") as kept:
        shutil.copyfileobj(made, kept, COPIED_AT_ONCE)
    return int(upload.rows_total)


RETURNED = LongFile(
    "loans.returned", label=_named, told=_sent_as, may=lambda row: _asked(row) is not None, write=_write_returned
)


def _write_own(upload: Upload, path: Path, reader: Reader, target: IO[bytes]) -> Returned:
    marks = _marks(upload, {match.column.key: letter(match.index) for match in reader.header.matches})
    if reader.kind == "csv":
        marking_text.mark_text(path, target, header_row=reader.header_row, rows=marks)
        return Returned(target, ".csv", "text/csv")
    head = reader.head()
    if reader.kind == "xlsx":
        marking.mark(path, target, sheet=reader.sheet, header_row=reader.header_row, head=head, rows=marks)
    elif reader.kind == "xls":
        marking_anew.mark_anew(
            reader.lines(), target, sheet=reader.sheet, header_row=reader.header_row, head=head, rows=marks
        )
    else:
        raise marking.CannotMark(reader.kind)
    return Returned(target)


def _marks(upload: Upload, places: dict[str, str]) -> Iterator[tuple[int, marking.RowMark]]:
    """Row by row, so that a long file takes no memory; most rows have nothing to say and are not looked into."""
    quiet = Q(problems=[], findings=[]) & ~Q(status=UploadRow.Status.HELD)
    return merge(_quiet(upload, quiet), _telling(upload, quiet, places), key=itemgetter(0))


def _quiet(upload: Upload, quiet: Q) -> Iterator[tuple[int, marking.RowMark]]:
    by_status: dict[str, marking.RowMark] = {}
    for number, status in rows_of(upload).filter(quiet).values_list("row", "status").iterator(chunk_size=AT_ONCE):
        if status not in by_status:
            by_status[status] = marking.RowMark(_result(upload, UploadRow(status=status)))
        yield number, by_status[status]


def _telling(upload: Upload, quiet: Q, places: dict[str, str]) -> Iterator[tuple[int, marking.RowMark]]:
    known = confirming.of_rows(rows_of(upload).exclude(doubts=[]))
    for row in rows_of(upload).exclude(quiet).defer("facts").iterator(chunk_size=AT_ONCE):
        yield row.row, _mark(upload, row, places, known)


def _mark(upload: Upload, row: UploadRow, places: dict[str, str], known: Known) -> marking.RowMark:
    found = [(problem, _told(row, problem, known)) for problem in problems_of(row)]
    cells: dict[str, tuple[str, str]] = {}
    for problem, words in found:
        place = places.get(problem.key)
        if place:
            severity, note = cells.get(place, ("", ""))
            cells[place] = (_worse(severity, problem), "\n".join(filter(None, [note, words])))
    held = row.status == UploadRow.Status.HELD
    severity = ERROR if held else WARNING if any(problem.is_warning for problem, _words in found) else ""
    return marking.RowMark(_result(upload, row), "\n".join(words for _problem, words in found), severity, cells)


def _worse(severity: str, problem: CellProblem) -> str:
    if problem.is_error or severity == ERROR:
        return ERROR
    return WARNING if problem.is_warning else severity


def _told(row: UploadRow, problem: CellProblem, known: Known) -> str:
    """The problem, and of a warning who said why the row is right, or that nobody has yet."""
    said = confirming.said(row, problem, known)
    if said is not None:
        words = {"reason": said.reason, "who": said.made_by.display_name, "day": said.made_on}
        return told(problem) + gettext("（已确认：%(reason)s %(who)s，%(day)s）") % words
    return told(problem) + (gettext("（待确认）") if row.unconfirmed and problem.is_warning else "")


def _result(upload: Upload, row: UploadRow) -> str:
    if upload.rehearsal and row.status in (UploadRow.Status.HELD, UploadRow.Status.GOOD):
        good = _("试运行：有提示，待确认") if row.unconfirmed else _("试运行：无误，尚未报送")
        return gettext(good if row.status == UploadRow.Status.GOOD else _("试运行：有误"))
    if row.status == UploadRow.Status.GOOD and row.unconfirmed:
        return gettext("有提示，待确认")
    return str(kind_of(upload).words.results[UploadRow.Status(row.status)])


def schema_of(upload: Upload) -> Schema:
    return kind_of(upload).schema


def _raw(row: UploadRow) -> dict[str, str]:
    return {key: crypto.decrypt(value) if key in SENSITIVE else value for key, value in row.raw.items()}


def problems_of(row: UploadRow) -> list[CellProblem]:
    """The cells' problems and the failing rules, in one list."""
    found = [CellProblem.from_dict(item) for item in row.problems]
    return found + [_as_problem(row, Finding.from_json(item)) for item in row.findings]


def _as_problem(row: UploadRow, finding: Finding) -> CellProblem:
    book = edition()
    key = _CELL_OF_RULE.get(finding.provision, "iou_number")
    severity = "warning" if finding.provision in MARKED_ONLY else "error"
    words = {"message": book.message(finding), "mend": book.mend(finding)}
    return CellProblem(
        row.sheet, row.row, "", LOAN_SCHEMA[key].header, row.raw.get(key, ""), "entry_rule", key, severity,
        finding.article, words,
    )  # fmt: skip
