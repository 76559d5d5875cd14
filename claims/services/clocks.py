"""Clocks that stand still: the manager's thirty days and the finance centre's ten (readings 13 and 26).

A clock runs while the case is on that desk, the bank is not suspended and owes no answer. All three are on record (the
transition log, the standing's series, the questions), so the running stretches are derived from them and never counted
down; what is stored repeats them.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from banks.models import StandingEvent
from claims.models import Claim, PapersPacket, Question
from claims.services import due
from pool import moves
from pool.chinese import in_chinese
from pool.models import ClockInterval, Deadline
from pool.refs import Refs
from pool.rules import Pause, Window


@dataclass(frozen=True)
class Stretch:
    """From `start` on, up to `stop`; still running where there is no stop."""

    start: date
    stop: date | None
    reason: str = ""


REVIEW, PAYMENT = "review_period", "payment_period"
ON_THE_DESK: dict[str, frozenset[str]] = {
    REVIEW: frozenset({Claim.State.SUBMITTED, Claim.State.REVIEWING}),
    PAYMENT: frozenset({PapersPacket.State.SUBMITTED, PapersPacket.State.COMPLETE}),
}
RESTING: dict[str, frozenset[str]] = {
    REVIEW: frozenset({Claim.State.RETURNED, Claim.State.HELD}),
    PAYMENT: frozenset({PapersPacket.State.OPEN}),
}
SUSPENDED = _("该行不良率超过界限，暂停办理")
ASKED = _("向银行询问，等待答复")
LEFT_THE_DESK = _("已离开本环节")
NOT_BEGUN = _("计时停止")


def at_desk(row: Any, kind: str) -> list[Stretch]:
    """The stretches in which the case lay on that desk, by the transition log.

    Payment papers that were sent back were no complete set: only the last handing-in counts (20(3)).
    """
    found: list[Stretch] = []
    for move in moves.history(row, "state"):
        here = move.target in ON_THE_DESK[kind]
        running = bool(found) and found[-1].stop is None
        if here and not running:
            found.append(Stretch(move.on, None))
        elif running and not here:
            found[-1] = Stretch(found[-1].start, move.on, str(LEFT_THE_DESK))
    return found[-1:] if kind == PAYMENT else found


def suspensions(bank_id: UUID) -> list[Stretch]:
    """The stretches in which the bank stood over the limit of article 17, by the standing's series."""
    found: list[Stretch] = []
    for event in StandingEvent.objects.filter(bank_id=bank_id, turned=True).order_by("number"):
        if event.is_suspended:
            found.append(Stretch(event.on, None, str(SUSPENDED)))
        elif found and found[-1].stop is None:
            found[-1] = Stretch(found[-1].start, event.on, str(SUSPENDED))
    return found


def questions(claim: Claim) -> list[Stretch]:
    """From the day a question was sent to the day it was answered or withdrawn (reading 26)."""
    rows = Question.objects.filter(claim=claim).order_by("round")
    asked = [Stretch(one.asked_on, one.ended_on, str(ASKED)) for one in rows]
    return [one for one in asked if one.start != one.stop]


def without(running: Iterable[Stretch], paused: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the running stretches outside the paused ones."""
    left = list(running)
    for pause in paused:
        left = [piece for stretch in left for piece in _cut(stretch, pause)]
    return left


def _cut(stretch: Stretch, pause: Stretch) -> list[Stretch]:
    begins_after = pause.stop is not None and pause.stop <= stretch.start
    ends_before = stretch.stop is not None and stretch.stop <= pause.start
    if begins_after or ends_before:
        return [stretch]
    pieces = []
    if stretch.start < pause.start:
        pieces.append(Stretch(stretch.start, pause.start, pause.reason))
    if pause.stop is not None and (stretch.stop is None or pause.stop < stretch.stop):
        pieces.append(Stretch(pause.stop, stretch.stop, stretch.reason))
    return pieces


def running(row: Any, kind: str) -> list[Stretch]:
    left = without(at_desk(row, kind), suspensions(row.bank_id))
    return without(left, questions(row)) if kind == REVIEW else left


@in_chinese()
def refresh(row: Any, kind: str, on: date) -> Window | None:
    """Bring the stored stretches and the deadline in line with the record; the period now running, if it is.

    The period is reckoned from the first stretch's start; the gaps between stretches prolong it.
    """
    stretches = running(row, kind)
    _store(row, kind, stretches)
    if stretches and stretches[-1].stop is None:
        return due.start(row, kind, stretches[0].start, pauses(stretches))
    if _is_done(row, kind):
        due.fulfil(row, kind, on)
    else:
        due.drop(row, kind, on, stretches[-1].reason if stretches else str(NOT_BEGUN))
    return None


def pauses(stretches: list[Stretch]) -> list[Pause]:
    """The gaps between the stretches."""
    gaps = itertools.pairwise(stretches)
    return [Pause(before.stop, after.start) for before, after in gaps if before.stop is not None]


def window_again(row: Deadline, reference: Refs) -> Window:
    """What the rules say of a kept period now, by that calendar."""
    stopped: list[Pause] = []
    if row.kind in ON_THE_DESK:
        subject = apps.get_model(row.subject_kind)._default_manager.get(pk=row.subject_id)
        stopped = pauses(running(subject, row.kind))
    return due.compute(row.kind, row.event_on, stopped, reference.calendar)


def _is_done(row: Any, kind: str) -> bool:
    """Off the desk because the work is done, not because it rests."""
    return row.state not in RESTING[kind] | ON_THE_DESK[kind]


def _store(row: Any, kind: str, stretches: list[Stretch]) -> None:
    stored = list(ClockInterval.objects.filter(subject_id=row.pk, kind=kind).order_by("started_on", "id"))
    for place, stretch in enumerate(stretches):
        values = {"started_on": stretch.start, "stopped_on": stretch.stop, "reason": stretch.reason[:200]}
        if place >= len(stored):
            ClockInterval.objects.create(subject_id=row.pk, bank=row.bank_id, kind=kind, **values)
        elif any(getattr(stored[place], name) != value for name, value in values.items()):
            ClockInterval.objects.filter(pk=stored[place].pk).update(**values)
    for surplus in stored[len(stretches) :]:
        surplus.delete()


def standing_still_since(row: Any, kind: str) -> Stretch | None:
    """Why the clock of a case on the desk does not run now, and since when."""
    stops = suspensions(row.bank_id)
    if row.state in ON_THE_DESK[kind] and stops and stops[-1].stop is None:
        return stops[-1]
    return None
