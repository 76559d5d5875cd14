"""Loans come in as they do in life: a bank's file, checked by the worker, submitted by a second person, entered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loans import selectors, services
from loans.models import Upload

from .loans import Cells
from .spreadsheets import as_csv, form_cells
from .stage import Stage, fresh

REASON = "已与借款合同、授信批复核对一致。"


def receive(stage: Stage, bank: str, rows: Iterable[Cells], name: str) -> Upload:
    """The maker's file; the worker has not looked at it yet."""
    return receive_bytes(stage, bank, as_csv(rows), name)


def receive_bytes(stage: Stage, bank: str, content: bytes, name: str, **given: Any) -> Upload:
    with stage.acting(f"{bank.lower()}-maker") as (by, on):
        return services.receive_upload(file=content, name=name, by=by, on=on, **given)


def check(stage: Stage, bank: str, rows: Iterable[Cells], name: str) -> Upload:
    """Checked, and waiting for the bank's second person."""
    upload = receive(stage, bank, rows, name)
    stage.work()
    return fresh(upload)


def enter(stage: Stage, bank: str, rows: Iterable[Cells], name: str) -> Upload:
    """All the way: the good rows are loans."""
    return submit(stage, bank, check(stage, bank, rows, name))


def confirm(stage: Stage, bank: str, upload: Upload, kinds: int | None = None) -> Upload:
    """The maker says of the rows with a warning why they are right; of so many kinds of warning, or of all."""
    with stage.acting(f"{bank.lower()}-maker") as (by, on):
        for code, _count, _first in selectors.open_warnings(upload)[:kinds]:
            services.confirm_warnings(upload_id=upload.pk, code=code, reason=REASON, by=by, on=on)
    return fresh(upload)


def submit(stage: Stage, bank: str, upload: Upload) -> Upload:
    if upload.rows_unconfirmed:
        upload = confirm(stage, bank, upload)
    with stage.acting(f"{bank.lower()}-checker") as (by, on):
        services.submit_upload(upload_id=upload.pk, by=by, on=on, version=upload.version)
    stage.work()
    return fresh(upload)


def enter_form(stage: Stage, bank: str, cells: Cells) -> Upload:
    """One loan typed in, submitted by the second person."""
    with stage.acting(f"{bank.lower()}-maker") as (by, on):
        upload = services.enter_form(cells=form_cells(cells), by=by, on=on)
    return submit(stage, bank, upload)
