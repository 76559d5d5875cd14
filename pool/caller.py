"""Who asks, for rows written deep below a view: the request id and the caller's address."""

from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Caller:
    request_id: str = ""
    address: str = ""
    method: str = ""
    path: str = ""
    # Whether this person has lately proven who they are; work that nobody asked for by a browser needs no proof.
    sure: bool = True


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)


def caller() -> Caller:
    return _caller.get() or Caller()


def set_caller(value: Caller | None) -> None:
    _caller.set(value)


def say_sure(sure: bool) -> None:
    _caller.set(replace(caller(), sure=sure))
