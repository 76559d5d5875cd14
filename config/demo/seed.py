"""The demo from an empty database to its day: everything through the services, the clock moved forward day by day."""

from __future__ import annotations

import datetime
import gc
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.utils import timezone

from banks.models import Bank
from loans.models import Loan
from pool import scope
from pool.models import JobRun

from . import account, acts_of_the_bank, acts_of_the_offices, desk, entering, founding, oversight
from .batches import RITES, Batches
from .cases import VERBS, Case
from .loans import DEMO_DAY, DemoFile
from .offices import OFFICES
from .script import Story, lines
from .stage import LATER, Stage
from .troubles import Trouble, troubles
from .world import World, cases, with_followed

START = datetime.date(2023, 8, 1)
MARK = "demo.seed"
WORDS = (acts_of_the_bank, acts_of_the_offices, oversight)
"""Read for the verbs they declare."""


@dataclass(order=True)
class Event:
    """Something of the agenda: on one day files come first, then bad news, the followed lives, the offices."""

    day: datetime.date
    turn: int
    number: int
    words: str = field(compare=False)
    act: Callable[[], object] = field(compare=False)


class HalfMade(Exception):
    """An earlier run was interrupted."""


def is_seeded() -> bool:
    """Whether the demo is there; raises where it is there by half."""
    mark = JobRun.objects.filter(job=MARK).first()
    if mark is None:
        with scope.everything():
            if Bank.objects.exists():
                raise HalfMade("there are banks already that the demo did not make")
        return False
    if mark.finished_at is None:
        raise HalfMade("an earlier run was interrupted")
    return True


def without_litter(make: Callable[..., Stage]) -> Callable[..., Stage]:
    """What stands before a long making is not searched for litter again and again."""

    @wraps(make)
    def tidy(*args: Any, **kwargs: Any) -> Stage:
        before = gc.get_threshold()
        gc.freeze()
        gc.set_threshold(100_000, 20, 100)
        try:
            return make(*args, **kwargs)
        finally:
            gc.set_threshold(*before)
            gc.unfreeze()

    return tidy


@without_litter
def seed(world: World, say: Callable[[str], None], until: datetime.date = DEMO_DAY) -> Stage:
    mark = JobRun.objects.create(job=MARK, slot="once", on=START, started_at=timezone.now())
    stage = Stage(say, LATER)
    stage.open(START)
    founding.found(stage, world.banks)
    say(f"{len(world.banks)} banks and their people")
    play(stage, agenda(stage, world), until)
    stage.until(until)
    desk.lay_out(stage, world)
    account.lay_out(stage)
    mark.finished_at = timezone.now()
    mark.save(update_fields=["finished_at"])
    return stage


def play(stage: Stage, events: list[Event], until: datetime.date) -> None:
    """Each event on its day; between them the days pass with their jobs."""
    month, began = "", time.monotonic()
    for event in events:
        if event.day > until:
            break
        if f"{event.day:%Y-%m}" != month:
            month = f"{event.day:%Y-%m}"
            stage.say(f"{month}  {_loans():>6} loans  {time.monotonic() - began:5.0f} s")
        stage.until(event.day)
        try:
            event.act()
            stage.work()
        except Exception as fault:
            fault.add_note(f"in the demo's script: {event.day} {event.words}")
            raise


def _loans() -> int:
    with scope.everything():
        return Loan.objects.count()


def agenda(stage: Stage, world: World) -> list[Event]:
    made = list(world.files())
    followed = cases(stage)
    batches = Batches(stage, _batches(followed))
    found = [*_files(stage, with_followed(made)), *_troubles(stage, troubles(total=world.total, made=made))]
    found += [*_lives(followed), *_offices(batches)]
    return sorted(found)


def _batches(followed: list[tuple[Story, Case]]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for story, case in followed:
        for batch in story.batch.split():
            found.setdefault(batch, []).append(case)
    return found


def _files(stage: Stage, made: Iterable[DemoFile]) -> Iterator[Event]:
    for number, file in enumerate(made):
        name = f"{file.quarter.name}-{file.bank.short_name}.csv"
        yield Event(
            file.uploaded_on, 0, number, name,
            lambda file=file, name=name: entering.enter(stage, file.bank.code, file.rows, name),  # type: ignore[misc]
        )  # fmt: skip


def _troubles(stage: Stage, found: list[Trouble]) -> Iterator[Event]:
    for number, one in enumerate(found):
        yield Event(
            one.on, 1, number, f"{one.iou_number} {one.classification}",
            lambda one=one: acts_of_the_bank.goes_bad(stage, one),  # type: ignore[misc]
        )  # fmt: skip


def _lives(followed: list[tuple[Story, Case]]) -> Iterator[Event]:
    for number, (story, case) in enumerate(followed):
        title = f"{story.bank} {story.title}"
        if story.arrives:
            yield Event(
                story.arrives, 2, number * 100, f"{title}: arrives",
                lambda case=case: entering.enter_form(case.stage, case.bank, case.life.cells),  # type: ignore[misc]
            )  # fmt: skip
        for place, line in enumerate(story.lines, start=1):
            yield Event(
                line.day, 2, number * 100 + place, f"{title}: {line}",
                lambda case=case, line=line: VERBS[line.verb](case, *line.words),  # type: ignore[misc]
            )  # fmt: skip


def _offices(batches: Batches) -> Iterator[Event]:
    for number, line in enumerate(lines(OFFICES)):
        yield Event(
            line.day, 3, number, f"offices: {line}",
            lambda line=line: RITES[line.verb](batches, *line.words),  # type: ignore[misc]
        )  # fmt: skip
