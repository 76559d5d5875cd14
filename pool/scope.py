"""Whose rows may be seen and written: said to PostgreSQL at the start of each transaction. Nothing said, no rows."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

ALL, BANK, PUBLIC, NOBODY = "all", "bank", "public", "none"


def current() -> tuple[str, UUID | None]:
    """The scope in force on this connection, and its bank."""
    if not connection.in_atomic_block:
        return NOBODY, None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.scope', true), current_setting('app.bank', true)")
        scope, bank = cursor.fetchone()
    return scope or NOBODY, UUID(bank) if bank else None


def _say(scope: str, bank: UUID | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.scope', %s, true), set_config('app.bank', %s, true)",
            [scope, str(bank) if bank else ""],
        )


@contextmanager
def _within(scope: str, bank: UUID | None = None) -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        before = (NOBODY, None) if outermost else current()
        _say(scope, bank)
        yield
        # A failure rolls the setting back with the savepoint, and the end of the transaction forgets it;
        # only success inside another block has to put it back.
        if not outermost and not connection.needs_rollback:
            _say(*before)


def everything() -> AbstractContextManager[None]:
    return _within(ALL)


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything as of one instant: whatever is read here, others' commits in between are not seen.

    PostgreSQL takes the level of isolation before a transaction's first question only, so this begins one of its own.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a snapshot begins its own transaction")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        _say(ALL, None)
        yield


def bank_scope(bank_id: UUID) -> AbstractContextManager[None]:
    return _within(BANK, UUID(str(bank_id)))


def nobody() -> AbstractContextManager[None]:
    return _within(NOBODY)


def public() -> AbstractContextManager[None]:
    """A visitor without sign-in: no bank's rows; a publicity page asks `everything()` around its one selector."""
    return _within(PUBLIC)


def scope_for(user: Any) -> AbstractContextManager[None]:
    """Bank roles see their bank, other roles everything, a visitor nothing bank-owned."""
    if user is None or not user.is_authenticated or not user.is_active:
        return public()
    if user.role.startswith("bank_"):
        return bank_scope(user.institution)
    return everything()


def become(user: Any) -> None:
    """For an API token, which tells its person inside the view: the rest of this transaction sees what they may see."""
    if user.role.startswith("bank_"):
        _say(BANK, user.institution)
    else:
        _say(ALL, None)


def scoped_task(task: Callable[P, R]) -> Callable[P, R]:
    """For background work: the whole body in one transaction that sees everything."""

    @wraps(task)
    def within(*args: P.args, **kwargs: P.kwargs) -> R:
        with everything():
            return task(*args, **kwargs)

    return within


def unscoped(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a view that opens its own scopes, each its own transaction; `ScopeMiddleware` leaves it alone."""

    @wraps(view)
    def alone(*args: P.args, **kwargs: P.kwargs) -> R:
        return view(*args, **kwargs)

    alone.unscoped = True  # type: ignore[attr-defined]
    return alone
