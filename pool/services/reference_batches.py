"""A spreadsheet of reference data: uploaded by one person, looked at with what it changes, confirmed by another."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import audit, moves, registry, storage
from pool.chinese import in_chinese
from pool.errors import Refused, SamePerson, Stale
from pool.jobs import lock_number
from pool.models import MANAGER_ROLES, ReferenceBatch, ReferenceCoverage, User
from pool.models.reference import IN_FORCE, ReferenceRow
from pool.permissions import may_confirm_batch, may_enter_reference, may_withdraw_batch, require
from pool.reference_tables import ADDED, CHANGED, ENDED, Difference, Table, Values, differences, table_of_kind, tables
from pool.reference_windows import furthest
from pool.registry import ReferenceChange
from pool.selectors import edition, refs, refs_with
from pool.services.notices import notify
from pool.sheets import whole as read_whole
from pool.sure import be_sure

SHEET = "reference_sheet"
MOST_BYTES = 20 << 20
MOST_ROWS = 20_000
State = ReferenceBatch.State


@dataclass(frozen=True)
class Preview:
    """What the file would change; computed, never stored."""

    batch: ReferenceBatch
    table: Table
    known_through: date | None
    differences: list[Difference]
    same: int
    touched: list[tuple[str, int]]

    def count(self, kind: str) -> int:
        return Counter(one.kind for one in self.differences)[kind]

    @cached_property
    def digest(self) -> str:
        """Of all that a person has looked at: two who saw the same digest saw the same."""
        said = [
            str(self.batch.pk), self.known_through, self.batch.through, [asdict(one) for one in self.differences],
            self.touched,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def article(batch: ReferenceBatch) -> str:
    return str(edition()[table_of_kind(batch.kind).provision].article)


def in_force(table: Table) -> list[Values]:
    return [{name: row[name] for name in table.fields} for row in _standing(table).values(*table.fields)]


def _standing(table: Table) -> Any:
    return table.model._default_manager.filter(IN_FORCE).order_by(*table.keys)


def known_through(table: Table) -> date | None:
    row = ReferenceCoverage.objects.filter(IN_FORCE, kind=table.kind).first()
    if row is None and table.kind == ReferenceCoverage.Kind.LPR:
        return refs().lpr.confirmed_through
    return row.confirmed_through if row else None


def preview(batch: ReferenceBatch, on: date) -> Preview:
    table = table_of_kind(batch.kind)
    standing, given = in_force(table), [table.clean(row) for row in batch.rows]
    found = differences(table, standing, given, batch.effective_on if batch.whole else None)
    after = {table.key_of(one): one for one in standing} | {table.key_of(one.after): one.after for one in found}
    change = ReferenceChange(
        batch.kind, refs(on), refs_with(batch.kind, after.values(), batch.through), known_through(table),
        batch.through, tuple(one.after for one in found),
    )  # fmt: skip
    touched = [(str(label), count) for source in registry.reference_touches for label, count in source.fn(change, on)]
    given_keys = {table.key_of(one.after) for one in found if one.kind != ENDED}
    return Preview(batch, table, known_through(table), found, len(given) - len(given_keys), touched)


# --- by two people ----------------------------------------------------------------------------------------------------


@transaction.atomic
def enter(
    *, slug: str, source: str, sheet: UploadedFile, through: date, whole: bool = False,
    effective_on: date | None = None, by: User, on: date,
) -> ReferenceBatch:  # fmt: skip
    """The rows of the file; nothing of them counts yet."""
    require(may_enter_reference(by))
    table = tables()[slug]
    if not source.strip():
        raise Refused("source_missing", _("请填写依据文件。"), field="source")
    _refuse_wrong_day(table, through, on)
    _refuse_wrong_whole(table, whole, effective_on)
    _one_at_a_time(table)
    if ReferenceBatch.objects.filter(kind=table.kind, state__in=ReferenceBatch.OPEN).exists():
        text = _("%(kind)s已有一份在办理，请先确认、退回或撤回。") % {"kind": table.schema.title}
        raise Refused("batch_open", text, field="sheet")
    stored = storage.keep(sheet, name=sheet.name or "", purpose=SHEET, by=by, max_bytes=MOST_BYTES)
    rows = _rows(table, Path(settings.MEDIA_ROOT) / stored.path, on)
    batch: ReferenceBatch = ReferenceBatch.objects.create(
        kind=table.kind, source=source.strip(), sheet=stored, rows=rows, through=through, whole=whole,
        effective_on=effective_on if whole else None, made_by=by, made_on=on,
    )  # fmt: skip
    batch.refresh_from_db()
    moves.log(batch, field="state", source="", target=batch.state, by=by, on=on)
    after = {"kind": batch.kind, "source": batch.source, "rows": len(rows), "sha256": stored.sha256}
    audit.record("reference_batch.enter", batch, by=by, on=on, after=after)
    return batch


def _rows(table: Table, path: Path, on: date) -> list[Values]:
    read = read_whole(path, table.schema, table.judge(on), field="sheet")
    if len(read) > MOST_ROWS:
        text = _("文件有 %(n)s 行，一次最多 %(most)s 行，请分成几份。") % {"n": len(read), "most": MOST_ROWS}
        raise Refused("too_many_rows", text, field="sheet")
    return [table.clean(one) for row in read for one in table.become(row.values)]


def _refuse_wrong_day(table: Table, through: date, on: date) -> None:
    known, last = known_through(table), furthest(table.kind, on, refs(on).calendar)
    last = max(last, known or last)
    if through > last:
        text = _("“完整至”最晚填 %(last)s：此后的数据尚未公布。") % {"last": last}
        raise Refused("through_future", text, field="through")
    if known is not None and through < known:
        text = _("已确认完整至 %(known)s，不能改早。") % {"known": known}
        raise Refused("through_back", text, field="through")


def _refuse_wrong_whole(table: Table, whole: bool, effective_on: date | None) -> None:
    if whole and not table.last:
        raise Refused("not_a_list", _("该表按日期逐条公布，不能作为全部名单替换。"), field="whole")
    if whole and effective_on is None:
        text = _("作为全部名单的，请填写施行日期：表中没有的，自前一日起终止。")
        raise Refused("effective_missing", text, field="effective_on")


@transaction.atomic
def submit(*, batch_id: UUID, by: User, on: date, version: int, seen: str) -> ReferenceBatch:
    """Who uploaded it has looked at what it changes."""
    batch = _locked(batch_id, by, version)
    require(may_withdraw_batch(by, batch))
    foreseen = _seen_the_same(batch, on, seen)
    known = foreseen.known_through
    if not foreseen.differences and known is not None and batch.through <= known:
        raise Refused("nothing_new", _("表中数据与现行数据完全相同，“完整至”也没有推后，无需提交。"), field="sheet")
    moves.move(batch, "submit", by=by, on=on, seen=seen)
    audit.record("reference_batch.submit", batch, by=by, on=on, after={"seen": seen})
    _ask(batch, on)
    return batch


@in_chinese()
def _ask(batch: ReferenceBatch, on: date) -> None:
    title = _("请确认参考数据：%(kind)s") % {"kind": batch.get_kind_display()}
    for role in MANAGER_ROLES:
        notify(
            key=f"reference:{batch.pk}:asked:{role}", role=role, on=on, url=batch.get_absolute_url(), title=title,
            topic=_("参考数据待确认"),
        )  # fmt: skip


@transaction.atomic
def confirm(*, batch_id: UUID, by: User, on: date, version: int, seen: str) -> ReferenceBatch:
    """Its rows count from now on, in place of those of the same key; the table is complete through its day."""
    require(may_enter_reference(by))
    _one_at_a_time(table_of_kind(ReferenceBatch.objects.only("kind").get(pk=batch_id).kind))
    batch = _locked(batch_id, by, version)
    if batch.made_by_id == by.pk:
        raise SamePerson(_("录入人不能确认自己录入的数据，请由另一人确认。"))
    require(may_confirm_batch(by, batch))
    be_sure()
    foreseen = _seen_the_same(batch, on, seen)
    _put_in_force(foreseen, by)
    counts: dict[str, Any] = {kind: foreseen.count(kind) for kind in (ADDED, CHANGED, ENDED)}
    moves.move(batch, "confirm", by=by, on=on, confirmed_by=by, confirmed_on=on, **counts)
    after = {**counts, "through": batch.through, "touched": foreseen.touched, "seen": seen}
    audit.record("reference_batch.confirm", batch, by=by, on=on, after=after, article=article(batch))
    return batch


def _put_in_force(foreseen: Preview, by: User) -> None:
    batch, table, now = foreseen.batch, foreseen.table, timezone.now()
    said = {
        "source": str(batch)[:300], "entered_by_id": batch.made_by_id, "confirmed_by": by, "confirmed_at": now,
    }  # fmt: skip
    for one in foreseen.differences:
        if one.before is not None:
            same = {name: one.before[name] for name in table.keys}
            table.model._default_manager.filter(IN_FORCE, **same).update(replaced_at=now)
    made = [table.model(**one.after, **said) for one in foreseen.differences]
    table.model._default_manager.bulk_create(made, batch_size=1000)
    if foreseen.known_through is None or batch.through > foreseen.known_through:
        ReferenceCoverage.objects.filter(IN_FORCE, kind=table.kind).update(replaced_at=now)
        ReferenceCoverage.objects.create(kind=table.kind, confirmed_through=batch.through, **said)


@transaction.atomic
def send_back(*, batch_id: UUID, by: User, on: date, version: int, reason: str) -> ReferenceBatch:
    batch = _locked(batch_id, by, version)
    require(may_confirm_batch(by, batch))
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), field="reason")
    moves.move(batch, "send_back", by=by, on=on, reason=reason.strip())
    audit.record("reference_batch.send_back", batch, by=by, on=on, reason=reason.strip())
    with in_chinese():
        words = {"kind": batch.get_kind_display(), "reason": reason.strip()}
        notify(
            key=f"reference:{batch.pk}:returned", user=batch.made_by, on=on, url=batch.get_absolute_url(),
            title=_("参考数据%(kind)s被退回：%(reason)s") % words, topic=_("参考数据被退回"),
        )  # fmt: skip
    return batch


@transaction.atomic
def withdraw(*, batch_id: UUID, by: User, on: date, version: int) -> ReferenceBatch:
    batch = _locked(batch_id, by, version)
    require(may_withdraw_batch(by, batch))
    moves.move(batch, "withdraw", by=by, on=on)
    audit.record("reference_batch.withdraw", batch, by=by, on=on)
    return batch


def _locked(batch_id: UUID, by: User, version: int) -> ReferenceBatch:
    require(may_enter_reference(by))
    batch: ReferenceBatch = ReferenceBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.version != version:
        raise Stale()
    return batch


def _seen_the_same(batch: ReferenceBatch, on: date, seen: str) -> Preview:
    """Somebody looked at figures that are no longer so: they look again before anything counts."""
    now = preview(batch, on)
    if now.digest != seen:
        raise Stale(_("预览在您查看之后已有变化，请重新查看后办理。"), code="preview_changed")
    return now


def _one_at_a_time(table: Table) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("reference", table.kind)])


def exported(table: Table) -> Iterator[Values]:
    """The rows in force as the sheet has them, so that what is taken out may be handed in again."""
    rows: list[Any] = list(_standing(table))
    if table.back is not None:
        yield from table.back(rows)
        return
    for row in rows:
        yield {column.key: _said(row, column.key) for column in table.schema.columns}


def _said(row: ReferenceRow, key: str) -> Any:
    value = getattr(row, key)
    column = next(one for one in table_of_model(type(row)).schema.columns if one.key == key)
    return column.labels.get(value, value) if column.choices else value


def table_of_model(model: type[ReferenceRow]) -> Table:
    return next(one for one in tables().values() if one.model is model)
