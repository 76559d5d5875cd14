"""One loan of the demo and the people round it; the verbs that a script may use."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from loans.models import Loan
from pool.models import User

from .lives import Life
from .stage import Stage

Row = TypeVar("Row", bound=Any)
Verb = Callable[..., None]
VERBS: dict[str, Verb] = {}
Acting = AbstractContextManager[tuple[User, datetime.date]]


def verb(fn: Verb) -> Verb:
    """A script calls it by its name."""
    VERBS[fn.__name__] = fn
    return fn


class Case:
    """A loan on its way; the rows are read anew at each step, as on a screen."""

    def __init__(self, stage: Stage, bank: str, life: Life) -> None:
        self.stage, self.bank, self.life = stage, bank, life

    @property
    def loan(self) -> Loan:
        found: Loan = Loan.objects.get(bank=self.stage.bank(self.bank), loan_number=self.life.iou_number)
        return found

    def newest(self, model: type[Row]) -> Row:
        """The loan's last row of a kind: its claim, its request, its closing."""
        found: Row = model.objects.filter(loan=self.loan).latest("id")
        return found

    def maker(self) -> Acting:
        return self.stage.acting(f"{self.bank.lower()}-maker")

    def checker(self) -> Acting:
        return self.stage.acting(f"{self.bank.lower()}-checker")

    def office(self, username: str) -> Acting:
        return self.stage.acting(username)
