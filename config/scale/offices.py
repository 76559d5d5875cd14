"""The round of the offices: decisions, a notice each month, a plan after it, a transfer for each bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from claims import periods
from pool.money import total
from pool.rules import add_months

from .dice import identity, toss
from .scene import House, Scene, at
from .standings import Standings
from .stories import Filed, Story

_KEYS = 50


@dataclass(slots=True)
class Transfer:
    """One bank's share of a plan: its papers, then one payment."""

    key: UUID
    payment: UUID
    house: House
    stories: list[Story]
    papers_on: date | None = None
    instructed_on: date | None = None
    paid_on: date | None = None

    @property
    def amount(self) -> Decimal:
        return total(claim_of(story).amount for story in self.stories)


@dataclass(slots=True)
class Round:
    """A notice, and the plan that followed it."""

    number: int
    notice: UUID
    posted_on: date
    last_day: date
    shown: list[Story]
    ended_on: date | None = None
    plan: UUID | None = None
    planned_on: date | None = None
    transfers: list[Transfer] = field(default_factory=list)

    @property
    def planned(self) -> list[Story]:
        return [story for transfer in self.transfers for story in transfer.stories]


def claim_of(story: Story) -> Filed:
    assert story.claim is not None
    return story.claim


class Offices:
    """Takes every claim as far as the pool's day allows."""

    def __init__(self, scene: Scene, standings: Standings) -> None:
        self.scene, self.standings = scene, standings

    def decide(self, story: Story) -> None:
        """Within the thirty days, or as soon as the bank's business goes on."""
        claim, scene = claim_of(story), self.scene
        bits = toss(scene.seed, _KEYS, story.bad.place)
        reviewed = scene.workday(claim.submitted_on + timedelta(days=5 + bits % 12))
        if reviewed > scene.day:
            return
        claim.reviewed_on = reviewed
        first = scene.workday(reviewed + timedelta(days=2 + (bits >> 8) % 9))
        claim.decided_on = self.standings.free_on(story.bad.house.place, first, scene.day)

    def rounds(self, stories: Sequence[Story]) -> Iterator[Round]:
        """Month by month, in order."""
        waiting = [story for story in stories if claim_of(story).decided_on and not claim_of(story).refused]
        waiting.sort(key=lambda story: (claim_of(story).decided_on, story.bad.place))
        cleared: list[Story] = []
        month, number = waiting[0].determined_on.replace(day=10) if waiting else self.scene.day, 0
        while (posted := self.scene.workday(month)) <= self.scene.day and (waiting or cleared):
            shown = [story for story in waiting if _before(claim_of(story).decided_on, posted)]
            if shown or cleared:
                number += 1
                yield self._round(number, posted, shown, cleared)
                waiting = waiting[len(shown) :]
                cleared = [story for story in [*cleared, *shown] if self._waits(story)]
            month = add_months(month, 1)

    def _waits(self, story: Story) -> bool:
        claim = claim_of(story)
        return claim.cleared_on is not None and claim.planned_on is None

    def _round(self, number: int, posted: date, shown: list[Story], cleared: Sequence[Story]) -> Round:
        scene = self.scene
        last = periods.publicity_window(scene.book, scene.calendar, posted).closes_on
        one = Round(number, self._key(number, 1, posted), posted, last, shown)
        for story in shown:
            claim_of(story).posted_on = posted
        if (ended := last + timedelta(days=1)) > scene.day:
            return one
        one.ended_on = ended if shown else None
        for story in shown:
            claim_of(story).cleared_on = ended
        planned = scene.workday(ended + timedelta(days=2))
        if planned <= scene.day:
            self._plan(one, planned, [*cleared, *shown])
        return one

    def _plan(self, one: Round, day: date, cleared: Sequence[Story]) -> None:
        """Whoever's bank is suspended waits for another plan (reading 13)."""
        by_bank: dict[int, list[Story]] = defaultdict(list)
        for story in cleared:
            if not self.standings.suspended(story.bad.house.place, day):
                by_bank[story.bad.house.place].append(story)
                claim_of(story).planned_on = day
        if not by_bank:
            return
        one.plan, one.planned_on = self._key(one.number, 2, day), day
        for place, stories in sorted(by_bank.items()):
            what = 100 + place * 2
            transfer = Transfer(
                self._key(one.number, what, day), self._key(one.number, what + 1, day), stories[0].bad.house, stories
            )
            self._pay(transfer, day)
            one.transfers.append(transfer)

    def _pay(self, transfer: Transfer, planned: date) -> None:
        scene = self.scene
        papers = scene.calendar.add_workdays(planned, 2)
        if papers > scene.day:
            return
        transfer.papers_on = papers
        first = scene.calendar.add_workdays(papers, 3)
        sent = self.standings.free_on(transfer.house.place, first, scene.day) if first <= scene.day else None
        if sent is None or (paid := scene.calendar.add_workdays(sent, 1)) > scene.day:
            return
        transfer.instructed_on, transfer.paid_on = sent, paid
        moved = scene.calendar.add_workdays(paid, 6)
        for story in transfer.stories:
            claim = claim_of(story)
            claim.instructed_on, claim.paid_on = sent, paid
            claim.transferred_on = moved if moved <= scene.day else None

    def _key(self, number: int, what: int, day: date) -> UUID:
        bits = toss(self.scene.seed, _KEYS + 1, number * 1000 + what)
        return identity(bits, int(at(day).timestamp() * 1000), what)


def _before(day: date | None, other: date) -> bool:
    return day is not None and day < other
