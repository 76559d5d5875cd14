"""The order of locks, watched while every test runs: whoever takes a row out of it fails the test it happens in.

A transaction is what the application would commit: the outermost block that the application's code opens. Blocks that
a test opens round several services are the test's own and hold nothing together.
"""

import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest
from django.db.backends.signals import connection_created
from django.db.transaction import Atomic

from config.dev.places import ROOT

ORDER = (
    ("evaluation_inspection",),
    ("evaluation_inspectioncase",),
    ("evaluation_finding",),
    ("banks_violation",),
    ("banks_standing",),
    ("loans_loan",),
    ("claims_claim",),
    (
        "loans_classificationrequest", "loans_withdrawalrequest", "loans_extension", "loans_correction",
        "claims_publicity", "claims_fundingplan",
        "claims_question", "claims_upgrade", "claims_endingrequest", "recovery_settlement", "recovery_package",
    ),
    ("claims_objection", "claims_planitem", "recovery_recovery"),
    ("recovery_return",),
    ("recovery_clawback",),
    ("recovery_closing",),
    ("claims_paperspacket",),
    ("claims_payment",),
    ("recovery_accountline",),
    ("recovery_suspenseuse",),
    ("ledger_monthclosing",),
    ("ledger_account",),
)  # fmt: skip
"""Who holds a row of a later line takes no new row of an earlier one."""
PLACE = {table: place for place, tables in enumerate(ORDER) for table in tables}
LOCKING = re.compile(r'FROM "(?P<table>\w+)".* FOR UPDATE(?: OF "(?P<of>\w+)")?', re.DOTALL)
CHANGING = re.compile(r'UPDATE "(?P<table>\w+)" SET .* WHERE "\w+"\."id" = %s$', re.DOTALL)
BY_KEY = re.compile(r'"id" (?:= %s|IN \()')
SOME = "found by another column"
TELLERS, HERE = (str(ROOT / "tests"), str(ROOT / "config" / "demo")), __file__
"""Who tells a story of many people's acts in one block: the tests and the demo."""


@dataclass
class Held:
    """What one connection's transaction has locked so far."""

    depth: int = 0
    rows: dict[str, set[str]] = field(default_factory=dict)

    def last(self) -> str:
        """The table that stands last in the order, of those that are held."""
        return max(self.rows, key=PLACE.__getitem__)


@dataclass(frozen=True)
class Wrong:
    """A lock that came too late."""

    table: str
    after: str
    where: str

    def __str__(self) -> str:
        return f"{self.table} was locked after {self.after}:\n{self.where}"


WRONG: list[Wrong] = []
_held = threading.local()


def held(alias: str) -> Held:
    found: dict[str, Held] = _held.__dict__.setdefault("by_alias", {})
    return found.setdefault(alias, Held())


@dataclass(frozen=True)
class Lock:
    """A statement that locks rows of a table; `change` is an UPDATE, mostly of what its transaction holds already."""

    table: str
    keys: frozenset[str]
    change: bool = False

    def is_new(self, known: set[str]) -> bool:
        return not self.keys <= known and not (self.change and SOME in known)


def lock_of(sql: str, params: Any) -> Lock | None:
    changing = CHANGING.match(sql)
    if changing is not None:
        return Lock(changing["table"], frozenset([str(params[-1])]), change=True)
    locking = LOCKING.search(sql)
    if locking is None:
        return None
    given = [str(one) for one in params or ()]
    keys = given if BY_KEY.search(sql) else [SOME, f"{sql} {given}"]
    return Lock(locking["of"] if locking["of"] in PLACE else locking["table"], frozenset(keys))


class Watch:
    """Stands round every statement of one connection."""

    def __init__(self, alias: str) -> None:
        self.alias = alias

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        mine = held(self.alias)
        lock = lock_of(sql, params) if mine.depth and isinstance(sql, str) else None
        if lock is not None and lock.table in PLACE:
            self._take(mine, lock)
        return execute(sql, params, many, context)

    def _take(self, mine: Held, lock: Lock) -> None:
        known, last = mine.rows.setdefault(lock.table, set()), mine.last()
        if PLACE[lock.table] < PLACE[last] and lock.is_new(known):
            WRONG.append(Wrong(lock.table, last, "".join(_application_only(traceback.extract_stack()))))
        known |= lock.keys


def _application_only(stack: traceback.StackSummary) -> list[str]:
    own = [line for line in stack if line.filename.startswith(str(ROOT)) and "site-packages" not in line.filename]
    return traceback.format_list([line for line in own if line.filename != HERE])[-8:]


def _is_tests_own(frame: FrameType | None) -> bool:
    """Whether a test or the demo opened this block by hand, itself or through `pool.scope`; a service never is one."""
    while frame is not None:
        name = frame.f_code.co_filename
        if name.endswith("contextlib.py") and frame.f_code.co_name == "inner":
            return False
        if not name.endswith(("contextlib.py", "pool/scope.py")):
            return name.startswith(TELLERS)
        frame = frame.f_back
    return False


def _watched(enter: Callable[..., Any], leave: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    marks = threading.local()

    def opened(block: Atomic) -> Any:
        counts = not getattr(block, "_from_testcase", False) and not _is_tests_own(sys._getframe(1))
        marks.__dict__.setdefault("stack", []).append(counts)
        mine = held(block.using or "default")
        if counts:
            if mine.depth == 0:
                mine.rows.clear()
            mine.depth += 1
        try:
            return enter(block)
        except BaseException:  # a block that could not be opened is not closed either
            mine.depth -= marks.stack.pop()
            raise

    def closed(block: Atomic, *problem: Any) -> Any:
        mine = held(block.using or "default")
        if marks.stack.pop():
            mine.depth -= 1
        return leave(block, *problem)

    return opened, closed


def _watch_connection(connection: Any, **_told: Any) -> None:
    if not any(isinstance(one, Watch) for one in connection.execute_wrappers):
        connection.execute_wrappers.append(Watch(connection.alias))


def pytest_configure(config: pytest.Config) -> None:
    Atomic.__enter__, Atomic.__exit__ = _watched(Atomic.__enter__, Atomic.__exit__)
    connection_created.connect(_watch_connection)


@pytest.fixture(autouse=True)
def locks_in_order() -> Iterator[None]:
    """What threads of the test did counts as well; a test that seeds a wrong order clears `WRONG` itself."""
    WRONG.clear()
    yield
    found, WRONG[:] = list(WRONG), []
    if found:
        pytest.fail("\n\n".join(map(str, dict.fromkeys(found))), pytrace=False)
