"""Who asks, for rows written deep below a view: the request id and the caller's address."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    request_id: str = ""
    address: str = ""
    method: str = ""
    path: str = ""


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)


def caller() -> Caller:
    return _caller.get() or Caller()


def set_caller(value: Caller | None) -> None:
    _caller.set(value)
