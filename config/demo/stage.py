"""Where the demo's people act: who they are, which day it is, and the worker's share of what they ask for."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connections

from banks.models import Bank
from pool import clock, outbox, scope
from pool.models import OutboxTask, User

Row = TypeVar("Row", bound=Any)
LATER: frozenset[str] = frozenset({"loans.make_receipt"})
"""Work that nobody waits for: the demo's own worker does it once it is up."""


class Stage:
    """The demo while it is being made. Every act is a service called by the person whose act it is."""

    def __init__(self, say: Callable[[str], None], later: Collection[str] = LATER) -> None:
        self.say = say
        self.later = frozenset(later)
        self._people: dict[str, User] = {}
        self._banks: dict[str, Bank] = {}

    @property
    def day(self) -> datetime.date:
        return self._day

    def open(self, day: datetime.date) -> None:
        """The first day; from here on days only pass. A power cut may undo a demo: nobody waits for disks."""
        for alias in connections:
            with connections[alias].cursor() as cursor:
                cursor.execute("SET synchronous_commit TO off")
        with scope.everything():
            clock.set_day(day)
        self._day = day

    def until(self, day: datetime.date) -> None:
        """Let the days pass, each with its jobs."""
        if day > self._day:
            clock.advance(day)
            self._day = day
            self.work()

    def person(self, username: str) -> User:
        if username not in self._people:
            self._people[username] = User.objects.get(username=username)
        return self._people[username]

    def bank(self, code: str) -> Bank:
        if code not in self._banks:
            with scope.everything():
                self._banks[code] = Bank.objects.get(code=code)
        return self._banks[code]

    def clerk(self, code: str, post: str) -> User:
        return self.person(f"{code.lower()}-{post}")

    @contextmanager
    def acting(self, username: str) -> Iterator[tuple[User, datetime.date]]:
        """A request of this person: their rows and nobody else's. Gives who acts and on which day."""
        person = self.person(username)
        with scope.scope_for(person):
            yield person, self._day

    def work(self) -> int:
        """Do what was promised, as a worker would; what may wait is left to the demo's own."""
        waiting = OutboxTask.objects.filter(done_at=None).exclude(task__in=self.later).order_by("created_at")
        return sum(outbox.deliver(str(pk)) for pk in list(waiting.values_list("pk", flat=True)))


def fresh(row: Row) -> Row:
    """The row as it is now, whoever owns it."""
    with scope.everything():
        found: Row = type(row).objects.get(pk=row.pk)
    return found
