"""Where each bank stood under article 17 on every day, and so when its compensation business stood still."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from banks import rules
from banks.models import Standing, StandingEvent
from pool.money import ZERO

from .copying import Sheaf
from .dice import identity, toss
from .scene import MORNING, House, Scene, at
from .stories import Story

Cause = StandingEvent.Cause


@dataclass(order=True, slots=True)
class Shift:
    """One change of a bank's two sums."""

    day: date
    turn: int
    subject: UUID
    cause: str
    entered: Decimal = ZERO
    npl: Decimal = ZERO


class Standings:
    """The series of every bank."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.shifts: dict[int, list[Shift]] = defaultdict(list)
        self._days: dict[int, list[date]] = {}
        self._held: dict[int, list[bool]] = {}

    def entered(self, house: House, day: date, upload: UUID, principal: Decimal) -> None:
        self.shifts[house.place].append(Shift(day, 0, upload, Cause.ENTERED, entered=principal))

    def tell(self, story: Story) -> None:
        place, subject = story.bad.house.place, story.bad.pk
        self.shifts[place].append(Shift(story.determined_on, 1, subject, Cause.DETERMINED, npl=story.balance))
        self.left(story)

    def left(self, story: Story) -> None:
        """Out of the numerator again."""
        if story.ended_npl_on is not None:
            cause = Cause.UPGRADED if story.upgraded_on else Cause.RECOVERED
            day, subject = story.ended_npl_on, story.bad.pk
            self.shifts[story.bad.house.place].append(Shift(day, 2, subject, cause, npl=-story.balance))

    def reckon(self) -> None:
        """When each bank was over the limit, without what compensated loans bring back later."""
        for place, shifts in self.shifts.items():
            shifts.sort()
            days, held, entered, npl = [], [], ZERO, ZERO
            for shift in shifts:
                entered, npl = entered + shift.entered, npl + shift.npl
                days.append(shift.day)
                held.append(self._over(npl, entered))
            self._days[place], self._held[place] = days, held

    def _over(self, npl: Decimal, entered: Decimal) -> bool:
        return bool(rules.standing(self.scene.book, npl, entered).finding.failed)

    def suspended(self, place: int, day: date) -> bool:
        """At the end of that day, nothing later in it counted."""
        found = bisect_right(self._days.get(place, []), day)
        return bool(found) and self._held[place][found - 1]

    def free_on(self, place: int, day: date, last: date, step: int = 30) -> date | None:
        """The first of these days on which the bank's business does not stand still."""
        while day <= last:
            if not self.suspended(place, day):
                return day
            day = self.scene.workday(day + timedelta(days=step))
        return None

    def write(self, sheaf: Sheaf, standing: Standing, house: House) -> None:
        """The series and the row where it ends."""
        entered = npl = ZERO
        over, since, number = False, None, 1
        for shift in sorted(self.shifts[house.place]):
            entered, npl, number = entered + shift.entered, npl + shift.npl, number + 1
            turned = self._over(npl, entered) != over
            over = over != turned
            since = shift.day if turned or since is None else since
            moment = at(shift.day, MORNING) + timedelta(microseconds=number)
            bits = toss(self.scene.seed, 40 + house.place, number)
            sheaf.add_row(
                StandingEvent(
                    id=identity(bits, int(moment.timestamp() * 1000), number),
                    scheme_id=self.scene.scheme, version=1, created_at=moment, bank_id=house.pk, on=shift.day,
                    recorded_at=moment, cause=shift.cause, subject=shift.subject, number=number,
                    entered_principal=entered, npl_principal=npl, is_suspended=over, turned=turned,
                )
            )  # fmt: skip
        standing.entered_principal, standing.npl_principal, standing.is_suspended = entered, npl, over
        standing.since, standing.version = since, number


def uploads(standings: Standings, batches: Iterable[tuple[House, date, UUID, int]]) -> None:
    for house, day, upload, principal in batches:
        if principal:
            standings.entered(house, day, upload, Decimal(principal))
