"""Spreadsheets of reference data, filled in as the desk would."""

from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from pool import scope
from pool.models import ReferenceBatch, Role, User
from pool.reference_tables import tables
from pool.services import reference_batches as service
from pool.templates_xlsx import fill
from tests.factories.people import TODAY, person

SOURCE = "全国银行间同业拆借中心公告"
LPR = ({"published_on": date(2024, 12, 20), "one_year": "3.05", "five_year": "3.55"},)


def sheet(slug: str, rows: Iterable[Mapping[str, Any]]) -> SimpleUploadedFile:
    buffer = BytesIO()
    fill(tables()[slug].schema, buffer, rows)
    return SimpleUploadedFile("数据.xlsx", buffer.getvalue())


def entered_batch(
    slug: str, rows: Iterable[Mapping[str, Any]], through: date | None = None, *, by: User | None = None,
    on: date = TODAY, **given: Any,
) -> ReferenceBatch:  # fmt: skip
    with scope.everything():
        return service.enter(
            slug=slug, source=given.pop("source", SOURCE), sheet=sheet(slug, rows), through=through or on,
            by=by or person(Role.MANAGER_STATISTICS), on=on, **given,
        )  # fmt: skip


def submitted_batch(*args: Any, on: date = TODAY, **given: Any) -> ReferenceBatch:
    batch = entered_batch(*args, on=on, **given)
    with scope.everything():
        seen = service.preview(batch, on).digest
        return service.submit(batch_id=batch.pk, by=batch.made_by, on=on, version=batch.version, seen=seen)


def confirmed_batch(*args: Any, on: date = TODAY, **given: Any) -> ReferenceBatch:
    batch = submitted_batch(*args, on=on, **given)
    with scope.everything():
        seen = service.preview(batch, on).digest
        return service.confirm(
            batch_id=batch.pk, by=person(Role.MANAGER_APPROVER), on=on, version=batch.version, seen=seen
        )
