"""What becomes of a loan that turned non-performing: every day and every amount of it, decided once, written later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from claims import periods, rules
from claims.models import Claim
from pool.money import ZERO, fen, share
from recovery import terms

from .dice import identity, toss
from .scene import Scene, at
from .stream import Bad

_STORY, _KEYS, _MONEY = 30, 31, 32
State = Claim.State


@dataclass(slots=True)
class Instalment:
    """Money that came back: what the bank reported, and what it owed the pool for it."""

    key: UUID
    day: date
    reported_on: date
    amount: Decimal
    principal: Decimal
    return_key: UUID
    due: Decimal = ZERO
    so_far: Decimal = ZERO
    returned_on: date | None = None


@dataclass(slots=True)
class Filed:
    """The claim, as far as it has come by the pool's day."""

    key: UUID
    submitted_on: date
    ratio: Decimal
    amount: Decimal
    refused: bool
    decided_on: date | None = None
    reviewed_on: date | None = None
    posted_on: date | None = None
    cleared_on: date | None = None
    planned_on: date | None = None
    instructed_on: date | None = None
    paid_on: date | None = None
    transferred_on: date | None = None
    number: str = ""


@dataclass(slots=True)
class Story:
    """One determination and what followed."""

    bad: Bad
    life: str
    key: UUID
    classification: str
    determined_on: date
    balance: Decimal
    upgraded_on: date | None = None
    recovered_on: date | None = None
    settled_on: date | None = None
    closed_on: date | None = None
    closed_by_bank: bool = False
    claim: Filed | None = None
    instalments: list[Instalment] = field(default_factory=list)

    @property
    def ended_npl_on(self) -> date | None:
        """The day it left the numerator of article 17."""
        return self.upgraded_on or self.recovered_on


class Stories:
    """Tells the beginning of each story; what the offices and the money do comes after."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        table = scene.shape.table
        self.lives, self.classes, self.left = table("lives"), table("classes"), table("balance_left")
        self.instalments, self.share = table("instalments"), table("recovered")

    def of(self, bad: Bad) -> Story:
        bits = toss(self.scene.seed, _STORY, bad.place)
        life = self.lives[bits]
        story = Story(
            bad, life, self._key(bad, 1, bad.entered_on), self.classes[bits >> 12], self._determined(bad, bits >> 24),
            fen(bad.principal * self.left[bits >> 36] / 100),
        )  # fmt: skip
        {"cured": self._cured, "repaid": self._repaid, "claimed": self._claimed, "lost": self._lost}[life](
            story, bits >> 44
        )
        return story

    def _key(self, bad: Bad, what: int, day: date) -> UUID:
        bits = toss(self.scene.seed, _KEYS, bad.place * 64 + what)
        return identity(bits, int(at(day).timestamp() * 1000), bad.place)

    def _determined(self, bad: Bad, bits: int) -> date:
        """After the entry (13), before the pool's day."""
        last = min(bad.matures_on + timedelta(days=60), self.scene.day - timedelta(days=3))
        first = bad.entered_on + timedelta(days=15)
        return min(first + timedelta(days=bits % max(1, (last - first).days)), last)

    def _cured(self, story: Story, bits: int) -> None:
        day = self.scene.workday(story.determined_on + timedelta(days=40 + bits % 110))
        if day <= self.scene.day:
            story.upgraded_on = day
        else:
            self._lost(story, bits)

    def _repaid(self, story: Story, bits: int) -> None:
        """All of it comes back before anybody has claimed anything."""
        day = self.scene.workday(story.determined_on + timedelta(days=25 + bits % 200))
        alone = self.scene.closes_by_itself_after(story.bad.matures_on, story.determined_on)
        if day + timedelta(days=20) >= alone or day + timedelta(days=20) > self.scene.day:
            self._lost(story, bits)
            return
        self._money(story, 0, day, story.balance)
        story.recovered_on, story.closed_by_bank = day, True
        story.closed_on = day + timedelta(days=20)

    def _lost(self, story: Story, bits: int) -> None:
        """Nobody claims: it closes by itself when its day comes (19(8))."""
        alone = self.scene.closes_by_itself_after(story.bad.matures_on, story.determined_on)
        if alone <= self.scene.day:
            story.closed_on = alone

    def _claimed(self, story: Story, bits: int) -> None:
        scene = self.scene
        submitted = scene.workday(story.determined_on + timedelta(days=18 + bits % 55))
        alone = scene.closes_by_itself_after(story.bad.matures_on, story.determined_on)
        ratio = ratio_of(scene, story)
        if submitted > scene.day:
            return
        if submitted >= alone or not ratio:
            self._lost(story, bits)
            return
        refused = (bits >> 8) % 100 < scene.shape["refused_claims"]
        story.claim = Filed(
            self._key(story.bad, 2, submitted), submitted, ratio, share(story.balance, ratio), refused
        )  # fmt: skip

    def after_payment(self, story: Story) -> None:
        """What the bank recovers of a compensated loan, and returns (19(6))."""
        claim, bits = story.claim, toss(self.scene.seed, _MONEY, story.bad.place)
        if claim is None or claim.paid_on is None or claim.transferred_on is None:
            return
        left, day = story.balance, claim.transferred_on
        for number in range(self.instalments[bits]):
            bits >>= 9
            day = self.scene.workday(day + timedelta(days=20 + bits % 220))
            if day + timedelta(days=8) > self.scene.day or not left:
                break
            amount = left if (part := self.share[bits >> 3]) == 100 else fen(left * part / 100)
            self._money(story, number, day, amount)
            left -= amount
        self._returns(story, claim)
        if not left:
            self._settle(story)

    def _money(self, story: Story, number: int, day: date, principal: Decimal) -> None:
        story.instalments.append(
            Instalment(
                self._key(story.bad, 10 + number, day), day, self.scene.workday(day + timedelta(days=6)),
                principal, principal, self._key(story.bad, 20 + number, day),
            )
        )  # fmt: skip

    def _returns(self, story: Story, claim: Filed) -> None:
        steps = terms.steps(claim.amount, claim.ratio, [one.amount for one in story.instalments])
        for one, step in zip(story.instalments, steps, strict=True):
            one.due, one.so_far = step.due, step.cumulative
            back = self.scene.workday(one.reported_on + timedelta(days=9))
            one.returned_on = back if step.due and back <= self.scene.day else None

    def _settle(self, story: Story) -> None:
        """The whole principal is back: out of the numerator, then settled and closed by both institutions (20(4))."""
        last = story.instalments[-1]
        story.recovered_on = last.day
        if any(one.due and one.returned_on is None for one in story.instalments):
            return
        back = max(one.returned_on or one.reported_on for one in story.instalments)
        day = self.scene.workday(back + timedelta(days=4))
        if day <= self.scene.day:
            story.settled_on = day
            closed = self.scene.workday(day + timedelta(days=10))
            story.closed_on = closed if closed <= self.scene.day else None

    def all(self, bad: list[Bad]) -> Iterator[Story]:
        return (self.of(one) for one in sorted(bad, key=lambda one: one.place))


def ratio_of(scene: Scene, story: Story) -> Decimal:
    """By the rules of article 16, nothing where the balance is past the last step."""
    bad = story.bad
    base, _ = rules.base_ratio(scene.book, bad.borrower.kind, bad.principal + bad.other_balances)
    if base is None:
        return ZERO
    held = tuple(rules.Qualification(kind, bad.disbursed_on) for kind in bad.qualifications)
    qualified, _ = rules.qualification_addition(scene.book, held, bad.disbursed_on)
    featured, _ = rules.feature_addition(scene.book, bad.features)
    return rules.capped(scene.book, base + qualified + featured)[0]


def decide_by(scene: Scene, submitted_on: date) -> date:
    return periods.review_window(scene.book, scene.calendar, submitted_on, ()).closes_on
