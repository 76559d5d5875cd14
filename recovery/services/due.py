"""Deadline rows of this room. The kind of a deadline is the slug of the provision that sets it."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from pool.models import Deadline
from pool.rules import Window
from pool.selectors import refs
from pool.services import deadlines
from recovery.models import Closing, Recovery, Return, Settlement


def start(row: Any, window: Window, *, label: object, waiting_for: object) -> None:
    """Open the deadline of a subject with its explanation; the same event twice is once."""
    calendar = refs(window.starts_on).calendar
    deadlines.open_deadline(row, window, calendar, kind=window.provision, label=label, waiting_for=waiting_for)


def fulfil(row: Any, on: date) -> None:
    """What the subject owed is done: each of this room's subjects owes one thing at a time."""
    for open_row in deadlines.open_of(row.pk):
        deadlines.fulfil(row.pk, open_row.kind, on=on)


def drop(row: Any, on: date, because: object) -> None:
    """Nothing is owed any more on this subject."""
    deadlines.drop(row.pk, on=on, because=str(because))


def lock_followers(rows: Iterable[Deadline]) -> None:
    """What repeats these deadlines' days, locked before the deadlines and kind by kind, as every service does it."""
    by_model: dict[Any, list[UUID]] = {}
    for row in rows:
        model, _column = FOLLOWS.get((row.subject_kind.rpartition(".")[2], row.kind), (None, ""))
        by_model.setdefault(model, []).append(row.subject_id)
    for model in (Settlement, Recovery, Return, Closing):
        ids = by_model.get(model, [])
        list(model.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values_list("pk"))


def follow_deadline(row: Deadline) -> None:
    """A deadline was computed again: what repeats its day follows."""
    kind = row.subject_kind.rpartition(".")[2]
    model, column = FOLLOWS.get((kind, row.kind), (None, ""))
    if model is None:
        return
    subject = model.objects.select_for_update(of=("self",)).get(pk=row.subject_id)
    setattr(subject, column, row.closes_on)
    if isinstance(subject, Return):
        subject.due_provisional = row.provisional
    subject.version += 1
    subject.save()


FOLLOWS: dict[tuple[str, str], tuple[Any, str]] = {
    ("recovery", "recovery_window"): (Recovery, "report_by"),
    ("return", "recovery_window"): (Return, "due_on"),
    ("return", "refund_period"): (Return, "due_on"),
    ("settlement", "settlement_period"): (Settlement, "apply_by"),
    ("closing", "closing_review"): (Closing, "decide_by"),
    ("closing", "payoff_closing"): (Closing, "apply_by"),
}
