"""Deadline rows of this room. The kind of a deadline is the slug of the provision that sets it."""

from datetime import date
from typing import Any

from pool.rules import Window
from pool.selectors import refs
from pool.services import deadlines


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
    deadlines.drop(row.pk, on=on, because=because)
