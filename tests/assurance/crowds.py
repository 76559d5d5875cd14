"""Many at once, each with a connection of its own; what was done, refused, and how many were really inside together."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from django.db import connections

from pool.errors import Refused

Act = Callable[[], Any]
PATIENCE = 120


@dataclass
class Rush:
    """One round: the answers and the refusals by the number of the act, and who was inside when."""

    answers: dict[int, Any] = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)
    faults: list[BaseException] = field(default_factory=list)
    inside: list[tuple[float, float]] = field(default_factory=list)

    @property
    def codes(self) -> set[str]:
        return {no.code for no in self.refused.values()}

    def overlaps(self) -> int:
        """How many were inside while another was: begun before all earlier ones had ended."""
        count, last = 0, 0.0
        for begun, ended in sorted(self.inside):
            count += begun < last
            last = max(last, ended)
        return count


class Crowd:
    """Threads that stay for many rounds, so that no round waits for connections to be made."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._tasks: SimpleQueue[Any] = SimpleQueue()
        self._left: SimpleQueue[None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._live, daemon=True) for _ in range(width)]
        self.rounds = self.overlapping = self.overlaps = 0

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join(PATIENCE)

    def rush(self, acts: Sequence[Act]) -> Rush:
        """Let them go together; gives the round when the last has come out. A fault is raised."""
        assert len(acts) <= self.width
        rush, start, done = Rush(), threading.Barrier(len(acts)), threading.Barrier(len(acts) + 1)
        for number, act in enumerate(acts):
            self._tasks.put((number, act, rush, start, done))
        done.wait(PATIENCE)
        for fault in rush.faults:
            raise fault
        together = rush.overlaps()
        self.rounds, self.overlaps = self.rounds + 1, self.overlaps + together
        self.overlapping += together > 0
        return rush

    def forget_connections(self) -> None:
        """After another database was chosen: each thread closes its own."""
        counted = self.rounds, self.overlapping, self.overlaps
        self.rush([connections.close_all] * self.width)
        self.rounds, self.overlapping, self.overlaps = counted

    def _live(self) -> None:
        while task := self._tasks.get():
            number, act, rush, start, done = task
            try:
                start.wait(PATIENCE)
                begun = time.monotonic()
                try:
                    rush.answers[number] = act()
                except Refused as no:
                    rush.refused[number] = no
                rush.inside.append((begun, time.monotonic()))
            except BaseException as fault:  # noqa: BLE001 - raised again by `rush`
                rush.faults.append(fault)
            done.wait(PATIENCE)
        connections.close_all()
