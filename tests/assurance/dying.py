"""A child that is killed at the k-th thing it tells the database or the broker, as by a power cut."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from itertools import count
from typing import Any, NoReturn

from django.db import Error, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config.celery import app

Act = Callable[[], Any]
FAULT = 3
INHERITED: list[Any] = []


class ChildFailed(AssertionError):
    """The child neither died nor came to its end: its trace is in the captured output."""


class Points:
    """Counts statements, both sides of each commit, and both sides of each publication; dies at the `at`-th."""

    def __init__(self, at: int) -> None:
        self.at, self._number = at, count(1)
        self.said: list[str] = []

    def reached(self) -> None:
        if next(self._number) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        for alias in connections:
            connections[alias].execute_wrappers.append(self._statement)
        commit: Any = BaseDatabaseWrapper._commit
        BaseDatabaseWrapper._commit = lambda connection: self._around(lambda: commit(connection))  # type: ignore[method-assign]
        app.conf.task_always_eager = False
        app.send_task = lambda *_given, **_named: self._around(lambda: None)

    def _statement(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.said.append(f"{str(sql)[:120]} {params if len(str(params)) < 200 else ''}")
        self.reached()
        return execute(sql, params, many, context)

    def _around(self, act: Act) -> Any:
        self.said.append("".join(traceback.format_stack(limit=6)[:-1]))
        self.reached()
        answer = act()
        self.reached()
        return answer


def died(act: Act, at: int) -> bool:
    """Run `act` in a child; whether it was killed at that point, or came to its end before. The broker loses all."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        _live(act, at)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    if os.WEXITSTATUS(status) != 0:
        raise ChildFailed(f"at point {at}")
    return False


def _live(act: Act, at: int) -> NoReturn:
    points = Points(at)
    try:
        _own_connections()
        points.watch()
        act()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - a child of a test must never return into it
        traceback.print_exc()
        print(*points.said, _where(), sep="\n", file=sys.stderr, flush=True)
        os._exit(FAULT)


def _own_connections() -> None:
    """Put aside what this thread inherits; the parent still speaks on it, so it is not closed.

    While the parent runs an event loop (a browser's driver leaves one), Django keeps connections in another store than
    without. The child has no loop: it would find those that were opened before the browser, in another database.
    """
    for one in connections.all(initialized_only=True):
        INHERITED.append(one.connection)
        one.connection = None


def _where() -> str:
    """The child's database and scope, asked after its failure: is it the copy, and whose rows may it see?"""
    wanted = connection.settings_dict["NAME"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database(), current_setting('app.scope', true), pg_current_snapshot()")
            return f"wanted database {wanted}; database, scope, snapshot: {cursor.fetchone()}"
    except Error as problem:
        return f"wanted database {wanted}; it cannot be asked: {problem}"
