"""The two logs that every act leaves: the moves of states and the audit trail with its chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from pool import audit
from pool.models import AuditEvent, Hat, User
from pool.services import sealing

from .copying import NULL, Sheaf
from .scene import Scene, at
from .stream import MOVES


@dataclass(frozen=True, slots=True)
class Row:
    """What an act was about."""

    kind: str
    key: UUID
    bank: UUID | None = None
    label: str = ""


@dataclass(order=True, slots=True)
class Act:
    """A line of the trail that still waits for its place in the chain."""

    moment: datetime
    number: int
    action: str = field(compare=False)
    row: Row = field(compare=False)
    by: User | None = field(compare=False)
    law: str = field(compare=False)
    after: Mapping[str, Any] = field(compare=False)


class Pen:
    """Writes into the sheaf at hand; the trail is chained at the end, in the order of time."""

    def __init__(self, scene: Scene, numbers: Counter[tuple[str, int]]) -> None:
        self.scene, self.numbers = scene, numbers
        self.sheaf = Sheaf()
        self.acts: list[Act] = []

    def number(self, kind: str, day: date) -> int:
        self.numbers[kind, day.year] += 1
        return self.numbers[kind, day.year]

    def move(self, row: Row, source: str, target: str, by: User | None, day: date, law: str = "", what: str = "state",
             reason: str = "") -> None:  # fmt: skip
        self.sheaf.lines.setdefault(MOVES, []).append(
            f"{row.kind}\t{row.key}\t{row.bank or NULL}\t{what}\t{source}\t{target}\t{by.pk if by else NULL}\t{day}\t"
            f"{at(day)}\t{reason}\t{law}"
        )

    def act(self, action: str, row: Row, by: User | None, day: date, law: str = "", **after: Any) -> None:
        self.acts.append(Act(at(day), len(self.acts), action, row, by, law, after))

    def hat(self, case: UUID, person: User, hat: str, day: date) -> None:
        self.sheaf.add_row(Hat(case=case, person_id=person.pk, hat=hat, at=at(day)))

    def seal(self, first: int, seq: int, head: str) -> Sheaf:
        """The trail's rows, numbered from `first`, chained on from what is sealed already."""
        sheaf = Sheaf()
        for place, act in enumerate(sorted(self.acts)):
            event, seq = self._event(act, first + place), seq + 1
            event.seq, event.prev_hash, event.algorithm = seq, head, settings.AUDIT_HASH
            event.hash = head = sealing.digest(sealing.canonical(event, seq, head), settings.AUDIT_HASH)
            sheaf.add_row(event)
        return sheaf

    def _event(self, act: Act, number: int) -> AuditEvent:
        by = act.by
        return AuditEvent(
            id=number, at=act.moment, on=act.moment.date(), actor_id=by.pk if by else None,
            actor_name=by.display_name if by else "", role=by.role if by else "", action=act.action,
            subject_kind=act.row.kind, subject_id=str(act.row.key), subject_label=act.row.label[:200],
            bank=act.row.bank, article=act.law, after=audit.plain(dict(act.after)),
        )  # fmt: skip
