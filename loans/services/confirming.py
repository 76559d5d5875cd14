"""Warnings confirmed with a reason, row by row, and remembered for that IOU as long as the figures stay the same."""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loans import permissions as may
from loans.models import Confirmation, Upload, UploadRow
from loans.services.judging import Judged
from pool import audit, crypto
from pool.errors import Refused
from pool.models import User
from pool.sheets import CellProblem

TRUTH = "11(3)"
"""The bank answers for the truth of what it enters."""
NAMED_ROWS = 8
_AT_ONCE = 2000
Place = tuple[str, str, str, str]
"""The IOU's key, and of the doubt: code, column, facts."""

Known = dict[Place, Confirmation]


def remember(bank_id: UUID, judged: Iterable[Judged]) -> None:
    """What is doubtful in good rows, and whether all of it was confirmed before; one question for a chunk."""
    doubtful = []
    for item in judged:
        warnings = [problem for problem in item.problems if problem.is_warning]
        if item.status == UploadRow.Status.GOOD and warnings:
            item.doubts = [_doubt(item, problem) for problem in warnings]
            doubtful.append(item)
    known = confirmations(bank_id, (item.key for item in doubtful))
    for item in doubtful:
        item.unconfirmed = any(place not in known for place in places(item.key, item.doubts))


def _doubt(item: Judged, problem: CellProblem) -> dict[str, str]:
    facts = [problem.code, problem.key, str(item.row.values.get(problem.key)), sorted(problem.params.items())]
    mark = crypto.blind_index(json.dumps(facts, ensure_ascii=False), "warning")
    return {"code": problem.code, "column": problem.key, "facts": mark}


def places(key: str, doubts: Iterable[dict[str, str]]) -> Iterator[Place]:
    return ((key, doubt["code"], doubt["column"], doubt["facts"]) for doubt in doubts)


def confirmations(bank_id: UUID, keys: Iterable[str]) -> Known:
    """The latest word on each doubt about these loans."""
    found: Known = {}
    for some in _batches(sorted(set(keys))):
        rows = Confirmation.objects.filter(bank_id=bank_id, loan_number_key__in=some).select_related("made_by")
        for row in rows.order_by("id"):
            found[row.loan_number_key, row.code, row.column, row.facts] = row
    return found


def of_rows(rows: Iterable[UploadRow]) -> Known:
    """The same for rows of one bank."""
    doubtful = [row for row in rows if row.doubts]
    return confirmations(doubtful[0].bank_id, (row.loan_number_key for row in doubtful)) if doubtful else {}


def said(row: UploadRow, problem: CellProblem, known: Known) -> Confirmation | None:
    """The word on this warning of this row, if there is one."""
    mine = [doubt for doubt in row.doubts if (doubt["code"], doubt["column"]) == (problem.code, problem.key)]
    return next((known[place] for place in places(row.loan_number_key, mine) if place in known), None)


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


@transaction.atomic
def confirm_warnings(
    *, upload_id: UUID, by: User, on: date, reason: str, rows: Collection[UUID] = (), code: str = ""
) -> int:
    """The maker says why these rows are right: every warning of the rows named, or this warning wherever it is open.

    Gives the number of rows that were confirmed.
    """
    upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    may.require(may.may_make(by, upload.bank_id))
    _require_open(upload, reason)
    chosen = _chosen(upload, rows, code)
    if not chosen:
        raise Refused("no_rows_chosen", _("没有选中带提示的行；请先勾选，或选择一类提示。"), TRUTH, "rows")
    made = [
        Confirmation(
            bank_id=upload.bank_id, upload=upload, loan_number=row.loan_number, loan_number_key=row.loan_number_key,
            row=row.row, code=doubt["code"], column=doubt["column"], facts=doubt["facts"], reason=reason.strip(),
            made_by=by, made_on=on,
        )
        for row in chosen for doubt in row.doubts if code in ("", doubt["code"])
    ]  # fmt: skip
    Confirmation.objects.bulk_create(made, batch_size=_AT_ONCE)
    _mark_confirmed(upload, chosen)
    after = {"rows": len(chosen), "warnings": len(made), "codes": sorted({one.code for one in made})}
    audit.record("loans.confirm_warnings", upload, by=by, on=on, after=after, article=TRUTH, reason=reason.strip())
    return len(chosen)


def _require_open(upload: Upload, reason: str) -> None:
    if upload.state != Upload.State.CHECKED:
        words = {"state": upload.get_state_display()}
        raise Refused("upload_not_open", _("批次当前为“%(state)s”，不能确认提示。") % words, TRUTH)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明这些行为什么无误，复核人员和管理机构都会看到。"), TRUTH, "reason")


def _chosen(upload: Upload, rows: Collection[UUID], code: str) -> list[UploadRow]:
    doubtful = UploadRow.objects.filter(upload=upload, status=UploadRow.Status.GOOD).exclude(doubts=[])
    if code:
        doubtful = doubtful.filter(unconfirmed=True, doubts__contains=[{"code": code}])
    else:
        doubtful = doubtful.filter(pk__in=rows)
    return list(doubtful.only("pk", "row", "loan_number", "loan_number_key", "doubts").order_by("sheet", "row"))


def _mark_confirmed(upload: Upload, chosen: list[UploadRow]) -> None:
    known = confirmations(upload.bank_id, (row.loan_number_key for row in chosen))
    done = [row.pk for row in chosen if all(place in known for place in places(row.loan_number_key, row.doubts))]
    for some in _batches(done):
        UploadRow.objects.filter(pk__in=some).update(unconfirmed=False)
    upload.rows_unconfirmed = UploadRow.objects.filter(upload=upload, unconfirmed=True).count()
    upload.version += 1
    upload.save(update_fields=["rows_unconfirmed", "version"])


def require_confirmed(upload: Upload) -> None:
    """Before the checker's submission: how many rows are in doubt, and which."""
    if not upload.rows_unconfirmed:
        return
    rows = UploadRow.objects.filter(upload=upload, unconfirmed=True).order_by("sheet", "row")
    numbers = "、".join(str(number) for number in rows.values_list("row", flat=True)[:NAMED_ROWS])
    more = "……" if upload.rows_unconfirmed > NAMED_ROWS else ""
    words = {"rows": f"{upload.rows_unconfirmed:,}", "numbers": numbers + more}
    raise Refused(
        "warnings_unconfirmed",
        _("还有 %(rows)s 行的提示没有确认（第 %(numbers)s 行）。请经办人员在本批次“待确认”一栏逐行说明理由，再行提交。")
        % words,
        TRUTH,
    )
