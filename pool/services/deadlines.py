"""Open obligations as rows: computed with their explanation, never counted down; clocks that stand still."""

from collections import defaultdict
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pool import registry, scope
from pool.audit import bank_of
from pool.chinese import in_chinese
from pool.models import ClockInterval, Deadline
from pool.refs import Refs
from pool.rules import Window
from pool.selectors import refs
from pool.workdays import ONE_DAY, Calendar

OPEN = {"fulfilled_on": None, "dropped_on": None}


def open_deadline(
    subject: Any,
    window: Window,
    calendar: Calendar,
    *,
    kind: str = "",
    label: Any = "",
    waiting_for: Any = "",
    bank: UUID | None = None,
) -> Deadline:
    """The obligation of this window, once per subject, kind and event day; opened again, it is computed again.

    What is to be done and who is waited for are kept in Chinese, whatever language the person reads who caused it.
    """
    with in_chinese():
        label, waiting_for = str(label), str(waiting_for)
    values = _values(window, calendar) | {
        "subject_kind": subject._meta.label_lower,
        "bank": bank or bank_of(subject),
        "label": label,
        "waiting_for": waiting_for,
        **OPEN,
        "dropped_because": "",
    }
    row: Deadline = Deadline.objects.update_or_create(
        subject_id=subject.pk, kind=kind or window.event, event_on=window.starts_on, defaults=values
    )[0]
    return row


def _values(window: Window, calendar: Calendar) -> dict[str, Any]:
    return {
        "opens_on": window.opens_on,
        "closes_on": window.closes_on,
        "article": window.article,
        "unit": window.unit,
        "explanation": explain(window, calendar),
        "calendar_version": calendar.version,
        "provisional": window.provisional,
    }


def explain(window: Window, calendar: Calendar) -> dict[str, Any]:
    """Event, count, unit, and each rest day that was stepped over, as JSON."""
    skipped = calendar.rest_days(window.starts_on + ONE_DAY, window.closes_on)
    return {
        "event": window.event,
        "provision": window.provision,
        "starts_on": window.starts_on.isoformat(),
        "count": window.count,
        "unit": window.unit,
        "floor": window.floor,
        "paused_days": window.paused_days,
        "rest_days": [day.isoformat() for day in skipped] if window.unit == "working_day" else [],
    }


# --- computed again ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Move:
    """An open deadline, and what the rules say of it by another calendar."""

    row: Deadline
    window: Window

    @property
    def moved(self) -> bool:
        return (self.row.opens_on, self.row.closes_on) != (self.window.opens_on, self.window.closes_on)

    @property
    def firm(self) -> bool:
        """It was provisional, and is so no longer."""
        return self.row.provisional and not self.window.provisional


def foresee(reference: Refs) -> list[Move]:
    """What that calendar would change of what is open; nothing is written."""
    found = [Move(row, window) for row, window in _reckoned(Deadline.objects.filter(**OPEN).order_by("pk"), reference)]
    return [one for one in found if one.moved or one.row.provisional != one.window.provisional]


def recompute_all(on: date) -> dict[str, Any]:
    """A newly confirmed calendar moves what is still open; the rows say by which calendar they stand."""
    checked, moves = recompute_open(refs(on))
    return {"checked": checked, "moved": sum(one.moved for one in moves)}


def recompute_open(reference: Refs) -> tuple[int, list[Move]]:
    """How many were computed again, and each that changed, as it was before."""
    checked, changed = 0, []
    with scope.everything():
        stale = Deadline.objects.filter(**OPEN).exclude(calendar_version=reference.calendar.version)
        keys = _lock_subjects(stale)
        rows = Deadline.objects.select_for_update().filter(pk__in=keys, **OPEN).order_by("pk")
        for row, window in _reckoned(rows, reference):
            checked += 1
            before = Move(copy(row), window)
            _store(row, window, reference.calendar)
            if before.moved or before.row.provisional != window.provisional:
                changed.append(before)
    return checked, changed


def _reckoned(rows: "QuerySet[Deadline]", reference: Refs) -> Iterator[tuple[Deadline, Window]]:
    for row in rows:
        window = window_of(row, reference)
        if window is not None:
            yield row, window


def _store(row: Deadline, window: Window, calendar: Calendar) -> None:
    """What the rules say now, on the deadline and where its subject repeats it."""
    for name, value in _values(window, calendar).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    rule = rule_of(row)
    if rule is None or not rule.repeated:
        return
    subject = apps.get_model(row.subject_kind)._default_manager.select_for_update(of=("self",)).get(pk=row.subject_id)
    for name, said in rule.repeated.items():
        setattr(subject, name, getattr(row, said))
    subject.version += 1
    subject.save(update_fields=[*rule.repeated, "version"])


def _lock_subjects(rows: "QuerySet[Deadline]") -> list[UUID]:
    """What repeats these deadlines' days, locked before the deadlines and kind by kind, as every service does it."""
    found, keys = list(rows.order_by("pk")), defaultdict(list)
    for row in found:
        rule = rule_of(row)
        if rule is not None and rule.repeated:
            keys[rule.order, row.subject_kind].append(row.subject_id)
    for (_order, kind), ids in sorted(keys.items()):
        rows_of_kind = apps.get_model(kind)._default_manager.select_for_update(of=("self",))
        list(rows_of_kind.filter(pk__in=ids).order_by("pk").values_list("pk"))
    return [row.pk for row in found]


def rule_of(row: Deadline) -> registry.DeadlineRule | None:
    rules = registry.deadline_rules
    return rules.get(f"{row.kind}@{row.subject_kind}") or rules.get(row.kind)


def window_of(row: Deadline, reference: Refs) -> Window | None:
    """What the rules say of this row now, where its room has told how."""
    rule = rule_of(row)
    window: Window | None = rule.fn(row, reference) if rule is not None else None
    return window


# --- done, or owed no longer ------------------------------------------------------------------------------------------


def fulfil(subject_id: UUID, kind: str, *, on: date) -> int:
    """What was owed is done. Gives how many rows were open."""
    return int(Deadline.objects.filter(subject_id=subject_id, kind=kind, **OPEN).update(fulfilled_on=on))


def drop(subject_id: UUID, kind: str = "", *, on: date, because: object = "") -> int:
    """It is owed no longer; without a kind, nothing of this subject is. Why is kept in Chinese."""
    rows = Deadline.objects.filter(subject_id=subject_id, **OPEN)
    if kind:
        rows = rows.filter(kind=kind)
    with in_chinese():
        return int(rows.update(dropped_on=on, dropped_because=str(because)[:200]))


def open_of(subject_id: UUID) -> list[Deadline]:
    return list(Deadline.objects.filter(subject_id=subject_id, **OPEN).order_by("closes_on"))


# --- clocks -----------------------------------------------------------------------------------------------------------


def start_clock(subject_id: UUID, kind: str, *, on: date, bank: UUID | None = None) -> ClockInterval:
    """Runs from this day; a clock that runs already goes on."""
    row: ClockInterval = ClockInterval.objects.get_or_create(
        subject_id=subject_id, kind=kind, stopped_on=None, defaults={"started_on": on, "bank": bank}
    )[0]
    return row


def stop_clock(subject_id: UUID, kind: str, *, on: date, reason: str = "") -> bool:
    rows = ClockInterval.objects.filter(subject_id=subject_id, kind=kind, stopped_on=None)
    return bool(rows.update(stopped_on=on, reason=reason[:200]))


def intervals(subject_id: UUID, kind: str) -> list[ClockInterval]:
    return list(ClockInterval.objects.filter(subject_id=subject_id, kind=kind).order_by("started_on", "id"))


def is_running(subject_id: UUID, kind: str) -> bool:
    return ClockInterval.objects.filter(subject_id=subject_id, kind=kind, stopped_on=None).exists()


def remaining_words(row: Deadline, today: date, calendar: Calendar) -> str:
    """还剩几个工作日, 今天截止 or 已逾期, for pages and notices."""
    if row.closes_on < today:
        return _("已逾期")
    left = calendar.remaining(today, row.closes_on)
    return _("还剩 %(left)s 个工作日") % {"left": left} if left else _("今天截止")
