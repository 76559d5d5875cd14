"""Judging the rows of an upload, in a worker: form, rules, duplicates. No query per row; progress per chunk."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from time import perf_counter_ns
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, Sum

from loans.kinds import kind_of
from loans.models import Upload, UploadRow
from loans.services.confirming import remember
from loans.services.rows import principal_of, store
from pool import audit, scope
from pool.moves import move
from pool.sheets import CellProblem, Reader, SheetRefused, read

CHUNK = 1000
NANOSECONDS = 1_000_000_000
State = Upload.State
Status = UploadRow.Status


def check_upload(upload_id: UUID | str) -> None:
    """Read the file and judge every row. Killed at any point and called again, it goes on where it stood."""
    with scope.everything():
        upload = Upload.objects.select_for_update(of=("self",)).select_related("file").get(pk=upload_id)
        if upload.state == State.RECEIVED:
            move(upload, "start_check", by=None, on=upload.made_on)
        if upload.state != State.CHECKING:
            return
    try:
        with read(Path(settings.MEDIA_ROOT) / upload.file.path, kind_of(upload).schema) as reader:
            _check_rows(upload, reader)
    except SheetRefused as refused:
        _fail(upload, [CellProblem("", 0, "", "", "", refused.code, params=refused.params)])


def _check_rows(upload: Upload, reader: Reader) -> None:
    if reader.broken:
        _fail(upload, reader.problems)
        return
    with scope.bank_scope(upload.bank_id):
        done = UploadRow.objects.filter(upload=upload).count()
        seen = dict(
            UploadRow.objects.filter(upload=upload, loan_number_key__gt="").values_list("loan_number_key", "row")
        )
        judge = kind_of(upload).judge(upload.made_on, seen)
    pace = _Pace(reader)
    for chunk in _chunks(islice(reader, done, None)):
        judged = [judge.judge(row, reader.sheet) for row in chunk]
        with scope.bank_scope(upload.bank_id):
            if not Upload.objects.select_for_update().filter(pk=upload.pk, state=State.CHECKING).exists():
                return  # given up meanwhile
            judge.compare(upload.bank_id, judged)
            remember(upload.bank_id, judged)
            store(upload, judged)
            Upload.objects.filter(pk=upload.pk).update(**pace.after(done, len(judged)))
        done += len(judged)
    with scope.bank_scope(upload.bank_id):
        locked = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if locked.state != State.CHECKING:
            return
        if not done:
            _fail(locked, [CellProblem(reader.sheet, 0, "", "", "", "no_rows")])
            return
        locked.template_version = reader.template_version
        locked.headers = dict(reader.headers())
        locked.problems = [problem.as_dict() for problem in reader.problems]
        finish(locked, on=upload.made_on)


class _Pace:
    """How fast this attempt goes, and how many rows there will be."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.began, self.rows = reader, perf_counter_ns(), 0

    def after(self, before: int, chunk: int) -> dict[str, int]:
        self.rows += chunk
        done = before + chunk
        return {
            "rows_done": done,
            "rows_expected": self.reader.expected(done),
            "rows_per_second": self.rows * NANOSECONDS // max(perf_counter_ns() - self.began, 1),
        }


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def finish(upload: Upload, *, on: date) -> None:
    """Count the rows of a locked upload and offer it to the checker."""
    rows = UploadRow.objects.filter(upload=upload)
    good = Q(status=Status.GOOD)
    counts = rows.aggregate(
        rows_total=Count("id"),
        rows_good=Count("id", filter=good),
        rows_held=Count("id", filter=Q(status=Status.HELD)),
        rows_known=Count("id", filter=Q(status=Status.KNOWN)),
        rows_late=Count("id", filter=good & Q(late=True)),
        rows_warned=Count("id", filter=good & ~Q(problems=[], findings=[])),
        rows_unconfirmed=Count("id", filter=Q(unconfirmed=True)),
        principal_good=Sum(principal_of(), filter=good, default=0),
    )
    counts["rows_done"] = counts["rows_total"]
    move(upload, "finish_check", by=None, on=on, **counts)
    audit.record("loans.check_upload", upload, by=None, on=on, after=counts)


def _fail(upload: Upload, problems: list[CellProblem]) -> None:
    """No row can be read; the file's problems say why."""
    with scope.bank_scope(upload.bank_id):
        locked = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        on = locked.made_on
        told = [problem.as_dict() for problem in problems]
        move(locked, "fail", by=None, on=on, problems=told)
        audit.record("loans.fail_upload", locked, by=None, on=on, after={"codes": [item["code"] for item in told]})
