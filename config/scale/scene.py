"""What stands before the first loan: the rules, the calendar, the banks with their people, and who acts for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from uuid import UUID

from banks.models import Bank, Membership, PayeeAccount
from config.demo.banks import DemoBank
from loans import rules as loan_rules
from pool import clock, scope
from pool.models import User
from pool.rulebook import PASS, Edition
from pool.rules import Window, next_quarter_start
from pool.selectors import edition, refs
from pool.services import editions
from pool.workdays import Calendar
from recovery import rules as recovery_rules

from .shape import Quarter, Shape

MORNING, NOON = time(10), time(12)


@dataclass(frozen=True)
class House:
    """One bank: its key, its people, its account."""

    place: int
    bank: DemoBank
    pk: UUID
    maker: User
    checker: User
    payee: UUID
    key: str
    hands: tuple[str, str]
    """Of the bank, and of its maker and checker, as COPY reads them."""


@dataclass(frozen=True)
class Scene:
    """Everything the rows refer to."""

    shape: Shape
    seed: int
    loans: int
    scheme: str
    book: Edition
    book_hash: str
    calendar: Calendar
    houses: tuple[House, ...]
    people: dict[str, User]
    laws: dict[str, str]
    """Articles of the closings, asked for a million times."""

    @property
    def day(self) -> date:
        return self.shape.day

    def article(self, slug: str) -> str:
        return str(self.book[slug].article)

    def governs(self, determined_on: date) -> bool:
        """Whether this edition decides claims for determinations of that day (21)."""
        stages = self.book["transition"].value
        return any(stage.outcome == PASS and stage.period.holds(determined_on) for stage in stages)

    def workday(self, day: date) -> date:
        """This day, or the next on which offices are open."""
        return self.calendar.on_or_after(day)

    def entered_on(self, quarter: Quarter, place: int) -> date:
        """The working day of the next quarter on which a bank hands the quarter in, never after the pool's day."""
        count = 3 + place * 5 % 11
        day = self.calendar.nth_workday_of_quarter(next_quarter_start(quarter.first), count)
        return min(day, self.calendar.on_or_after(self.day) if self.calendar.is_workday(self.day) else self.day)

    def entry_closes_on(self, quarter: Quarter) -> date:
        return loan_rules.entry_window(self.book, self.calendar, quarter.first).closes_on

    def recovery_window(self, day: date) -> Window:
        """The reporting window of the quarter after that day."""
        return recovery_rules.recovery_window(self.book, self.calendar, next_quarter_start(day))

    def closes_by_itself(self, matures_on: date) -> date:
        return _closes_by_itself(self.book, self.calendar, matures_on, None)

    def closes_by_itself_after(self, matures_on: date, determined_on: date) -> date:
        return _closes_by_itself(self.book, self.calendar, matures_on, determined_on)


@lru_cache(maxsize=1 << 14)
def _closes_by_itself(book: Edition, calendar: Calendar, matures_on: date, determined_on: date | None) -> date:
    return recovery_rules.auto_closing(book, calendar, matures_on, determined_on).closes_on


@lru_cache(maxsize=1 << 14)
def stamp(day: date) -> str:
    """Noon of that day, as COPY reads it."""
    return str(at(day))


@lru_cache(maxsize=1 << 14)
def at(day: date, moment: time = NOON) -> datetime:
    return clock.at_instant(day, moment)


def scene_of(shape: Shape, seed: int, loans: int, banks: Sequence[DemoBank]) -> Scene:
    """Read what the founding made."""
    with scope.everything():
        book = edition()
        rows = {bank.code: bank for bank in Bank.objects.all()}
        return Scene(
            shape, seed, loans, next(iter(rows.values())).scheme_id, book, editions.use(book),
            refs(shape.day).calendar, tuple(_house(place, one, rows[one.code]) for place, one in enumerate(banks)),
            {user.username: user for user in User.objects.filter(institution=None)},
            {slug: str(book[slug].article) for slug in ("payoff_closing", "auto_closing")},
        )  # fmt: skip


def _house(place: int, one: DemoBank, bank: Bank) -> House:
    people = {row.user.role: row.user for row in Membership.objects.filter(bank=bank).select_related("user")}
    payee = PayeeAccount.objects.get(bank=bank, confirmed_by__isnull=False)
    maker, checker = people["bank_maker"], people["bank_checker"]
    hands = (str(maker.pk), str(checker.pk))
    return House(place, one, UUID(str(bank.pk)), maker, checker, payee.pk, str(bank.pk), hands)
