"""我的下载: a long list or file becomes a workbook in the background, for its owner, as long as they may have it."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pool import exports, lists, outbox, registry, scope
from pool.clock import today
from pool.errors import Refused
from pool.lists import Listing
from pool.models import ListExport, User
from pool.registry import LongFile
from pool.services.notices import notify
from pool.tables import Column

AT_ONCE = 5_000
"""So many rows are written while the person waits; more are made in the background."""
MOST_OPEN = 3
KEPT_FOR = timedelta(days=7)
TASK = "pool.make_export"
CHUNK = 1000


@transaction.atomic
def ask(*, name: str, query: str, columns: Sequence[str] = (), mark: str, by: User) -> ListExport:
    """A list or a long file of that name. The same question again while the first is being made is the first."""
    mine = ListExport.objects.select_for_update().filter(user=by, state__in=ListExport.OPEN)
    waiting = list(mine.filter(expires_at__gt=timezone.now()))
    same = (name, query, list(columns))
    for row in waiting:
        if (row.listing, row.query, row.columns) == same:
            return row
    if len(waiting) >= MOST_OPEN:
        raise Refused(
            "too_many_exports",
            _("您已有 %(most)s 个导出正在生成，请待完成后再申请。") % {"most": MOST_OPEN},
        )
    made: ListExport = ListExport.objects.create(
        user=by, bank=by.institution, listing=name, query=query, columns=list(columns), mark=mark,
        language=translation.get_language() or settings.LANGUAGE_CODE, expires_at=timezone.now() + KEPT_FOR,
    )  # fmt: skip
    outbox.enqueue(TASK, export_id=made.pk)
    return made


def make(export_id: UUID | str) -> None:
    """For the worker; rows are streamed into the file. Killed and called again, it begins anew and ends the same."""
    row = _begin(export_id)
    if row is not None:
        _make(row)


def _make(row: ListExport) -> None:
    with translation.override(row.language), scope.scope_for(row.user):
        work = work_of(row)
        if work is None or not work.may(row):
            _fail(row, _("您已无权导出该清单。"))
            return
        path = place(row)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        written, label = work.write(row, part), work.label(row)
    part.chmod(0o440)
    part.replace(path)
    _finish(row, label, written, path)


def work_of(row: ListExport) -> LongFile | None:
    """What is to be made: a file of the rooms, or the list of that name."""
    listing = lists.listing_of(row.listing)
    return registry.long_files.get(row.listing) or (_of_list(listing) if listing else None)


def _of_list(listing: Listing) -> LongFile:
    return LongFile(
        listing.name,
        label=lambda row: str(listing.label),
        told=lambda row: lists.told(listing, row.user, row.query),
        may=lambda row: listing.may_export(row.user)[0],
        write=lambda row, target: _write_list(listing, row, target),
    )


def _write_list(listing: Listing, row: ListExport, target: Path) -> int:
    rows, columns = _what(listing, row)
    sheet = exports.Sheet(name=listing.label, columns=columns, rows=rows.iterator(chunk_size=CHUNK))
    with listing.within():
        return exports.write_xlsx(target, [sheet], mark=row.mark)


def place(row: ListExport) -> Path:
    return Path(settings.MEDIA_ROOT) / "exports" / f"{row.pk}.xlsx"


def _begin(export_id: UUID | str) -> ListExport | None:
    with scope.everything():
        rows = ListExport.objects.select_for_update(of=("self",)).select_related("user")
        row: ListExport | None = rows.filter(pk=export_id, state__in=ListExport.OPEN).first()
        if row is None or row.expires_at <= timezone.now():
            return None
        if not row.user.is_active or row.user.institution != row.bank:
            _fail(row, _("您已无权导出该清单。"))
            return None
        row.begin()
        row.save(update_fields=["state"])
    return row


def _what(listing: Listing, row: ListExport) -> tuple["QuerySet[Any]", list[Column]]:
    params = QueryDict(row.query)
    _form, rows = lists.narrowed(listing, row.user, params)
    columns = [column for column in listing.columns(row.user) if column.name in row.columns]
    return rows.order_by(*lists.order_of(listing, params)), columns


def _fail(row: ListExport, why: str) -> None:
    with scope.everything():
        row.fail(why)
        row.save(update_fields=["state", "trouble"])


def _finish(row: ListExport, label: str, written: int, path: Path) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    now = timezone.now()
    with scope.everything():
        kept = ListExport.objects.select_for_update().filter(pk=row.pk).first()
        if kept:
            kept.finish(written, path.stat().st_size, digest)
            kept.made_at, kept.expires_at = now, now + KEPT_FOR
            kept.save()
            with translation.override(row.language):
                title = _("导出文件已生成：%(list)s") % {"list": label}
            notify(
                key=f"export:{row.pk}", title=title, user=row.user, bank=row.bank, on=today(),
                url=reverse("downloads"), topic=_("导出文件已生成"),
            )  # fmt: skip
    if not kept:
        path.unlink(missing_ok=True)


def mine(user: User) -> "QuerySet[ListExport]":
    """One's own that have not run out, of the institution one works for now."""
    rows: QuerySet[ListExport] = ListExport.objects.filter(
        user=user, bank=user.institution, expires_at__gt=timezone.now()
    )
    return rows


@transaction.atomic
def drop(*, export_id: UUID, by: User) -> None:
    """Its owner needs it no longer."""
    row = ListExport.objects.select_for_update().get(pk=export_id, user=by)
    clear(ListExport.objects.filter(pk=row.pk))
    row.delete()


def clear(rows: "QuerySet[ListExport]") -> None:
    """The files of rows that are about to go."""
    for row in rows:
        place(row).unlink(missing_ok=True)
