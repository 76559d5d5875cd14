"""Open obligations as rows: computed with their explanation, never counted down; clocks that stand still."""

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from pool import registry, scope
from pool.audit import bank_of
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
    with translation.override(settings.LANGUAGE_CODE):
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


def recompute(row: Deadline, window: Window, calendar: Calendar) -> bool:
    """Store what the rules say now; gives whether the days changed."""
    before = (row.opens_on, row.closes_on)
    for name, value in _values(window, calendar).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    return before != (row.opens_on, row.closes_on)


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


def recompute_all(on: date) -> dict[str, Any]:
    """A newly confirmed calendar moves what is still open; the rows say by which calendar they stand."""
    reference = refs(on)
    checked = moved = 0
    with scope.everything():
        stale = Deadline.objects.select_for_update().filter(**OPEN)
        for row in stale.exclude(calendar_version=reference.calendar.version).order_by("pk"):
            window = window_of(row, reference)
            if window is not None:
                checked += 1
                moved += recompute(row, window, reference.calendar)
    return {"checked": checked, "moved": moved}


def window_of(row: Deadline, reference: Refs) -> Window | None:
    """What the rules say of this row now, where its room has told how."""
    rule = registry.deadline_rules.get(row.kind)
    window: Window | None = rule.fn(row, reference) if rule is not None else None
    return window


def fulfil(subject_id: UUID, kind: str, *, on: date) -> int:
    """What was owed is done. Gives how many rows were open."""
    return int(Deadline.objects.filter(subject_id=subject_id, kind=kind, **OPEN).update(fulfilled_on=on))


def drop(subject_id: UUID, kind: str = "", *, on: date, because: str = "") -> int:
    """It is owed no longer; without a kind, nothing of this subject is."""
    rows = Deadline.objects.filter(subject_id=subject_id, **OPEN)
    if kind:
        rows = rows.filter(kind=kind)
    return int(rows.update(dropped_on=on, dropped_because=because[:200]))


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
