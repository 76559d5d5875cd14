"""What every list of bank-owned rows has in common: a bank's people neither choose nor read which bank it is."""

from collections.abc import Callable, Iterable
from typing import Any

from banks.forms import BankFilter
from pool.models import User
from pool.tables import Column

BANK = "bank.short_name"


def filter_for(form: type[BankFilter]) -> Callable[[Any, User], BankFilter]:
    """The list's filter, with a field for the bank where there is more than one."""
    return lambda data, user: form(data, with_bank=user.institution is None)


def columns_for(columns: Iterable[Column]) -> Callable[[User], list[Column]]:
    """The list's columns, without the bank's own name for its people."""
    every = list(columns)
    return lambda user: [column for column in every if user.institution is None or column.value != BANK]
