"""Reference rows: one person enters with the source, another confirms; the older row is replaced, never changed."""

from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import audit
from pool.errors import Refused, SamePerson
from pool.models import CalendarDay, CalendarYear, User
from pool.models.reference import ReferenceRow
from pool.permissions import may_confirm_reference, may_enter_reference, require

Row = TypeVar("Row", bound=ReferenceRow)


BY_NOTICE = (CalendarYear, CalendarDay)
"""A year's days are entered together, looked at together and confirmed together: `pool.services.holidays`."""


def _refuse_single_day(model: type[ReferenceRow]) -> None:
    if model in BY_NOTICE:
        raise Refused("by_notice", _("节假日按年度通知整体录入和确认，请在“节假日安排”办理。"))


@transaction.atomic
def enter(model: type[Row], *, by: User, on: date, source: str, **values: Any) -> Row:
    """A row that does not count yet."""
    require(may_enter_reference(by))
    _refuse_single_day(model)
    if not source.strip():
        raise Refused("source_missing", _("请填写依据文件。"), field="source")
    row: Row = model.objects.create(source=source.strip(), entered_by=by, **values)
    audit.record("reference.enter", row, by=by, on=on, after={"source": source, **values})
    return row


@transaction.atomic
def confirm(model: type[Row], *, row_id: UUID, by: User, on: date) -> Row:
    """From now on it counts, in place of the row of the same key."""
    row: Row = model.objects.select_for_update().get(pk=row_id)
    if row.confirmed_at is not None:
        return row
    if row.entered_by_id == by.pk:
        raise SamePerson(_("录入人不能确认自己录入的数据，请由另一人确认。"))
    require(may_confirm_reference(by, row))
    _refuse_single_day(model)
    replaced = _replace(row)
    row.confirmed_by, row.confirmed_at = by, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    audit.record("reference.confirm", row, by=by, on=on, after={"source": row.source, "replaced": replaced})
    return row


def _replace(row: ReferenceRow) -> int:
    same = {name: getattr(row, name) for name in row.key_fields}
    older = type(row).objects.select_for_update().filter(confirmed_at__isnull=False, replaced_at=None, **same)
    return int(older.update(replaced_at=timezone.now()))


def load(model: type[Row], *, source: str, **values: Any) -> bool:
    """For the installation: a row as published, with its source and without people; an equal one is left alone."""
    names = model.key_fields
    same = model.objects.filter(
        confirmed_at__isnull=False, replaced_at=None, **{name: values[name] for name in names}
    ).first()
    if same is not None and all(getattr(same, name) == value for name, value in values.items()):
        return False
    if same is not None and same.confirmed_by_id is not None:
        # What two people confirmed is not overruled by a file.
        return False
    row = model(source=source, confirmed_at=timezone.now(), **values)
    if same is not None:
        _replace(row)
    row.save(force_insert=True)
    return True
