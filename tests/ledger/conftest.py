from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from pool import scope
from pool.ledger import services
from pool.ledger.services import Item
from pool.models import Role, User
from tests.pool.people import bank, person

DAY = date(2025, 1, 16)


@dataclass
class Cashier:
    clerk: User
    approver: User
    bank: UUID

    def fill(self, amount: str) -> None:
        services.appropriate(
            key=f"fill:{amount}", amount=Decimal(amount), on=DAY, prepared_by=self.clerk, approved_by=self.approver
        )

    def item(self, amount: str, subject: UUID | None = None) -> Item:
        return Item(subject or bank(), self.bank, Decimal(amount))

    def reserve(self, key: str, *items: Item) -> services.LedgerTransaction:
        return services.reserve(key=key, items=items, on=DAY, prepared_by=self.clerk, article="20(2)")

    def pay(self, key: str, *items: Item) -> services.LedgerTransaction:
        return services.post_payment(
            key=key, items=items, on=DAY, prepared_by=self.clerk, approved_by=self.approver, article="20(3)"
        )


@pytest.fixture
def cashier(db: None) -> Iterator[Cashier]:
    """Two finance people and a bank, in a scope that sees everything."""
    with scope.everything():
        yield Cashier(person(Role.FINANCE_CLERK), person(Role.FINANCE_APPROVER), bank())
