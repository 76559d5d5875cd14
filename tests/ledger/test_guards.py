"""What the database itself refuses, whoever asks."""

from decimal import Decimal
from uuid import UUID

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from pool import scope
from pool.ledger import chart, invariants, services
from pool.ledger.models import Account, Entry, LedgerTransaction
from tests.ledger.conftest import DAY, Cashier
from tests.plugins.postgres import owner_session
from tests.pool.people import person


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_ledgertransaction"])
@pytest.mark.parametrize("act", ["UPDATE {} SET bank_id = NULL", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_may_not_change_what_is_posted(cashier: Cashier, table: str, act: str) -> None:
    cashier.fill("1.00")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("UPDATE ledger_entry SET amount = amount + 1", "append-only"),
        ("DELETE FROM ledger_entry", "append-only"),
        ("TRUNCATE ledger_entry", "append-only"),
        ("DELETE FROM ledger_ledgertransaction", "append-only"),
        ("DELETE FROM ledger_account", "append-only"),
        ("UPDATE ledger_account SET code = 'mine'", "may change in balance, version only"),
        ("UPDATE ledger_account SET balance = balance + 1 WHERE code = 'suspense'", "differs from its entries"),
        ("SET session_replication_role = replica; DELETE FROM ledger_entry", "permission denied|append-only"),
    ],
)
def test_the_owner_may_not_either(committed_db: str, act: str, words: str) -> None:
    with scope.everything():
        clerk = person("finance_clerk")
        services.receive_unexplained(key="a", amount=Decimal("5.00"), on=DAY, prepared_by=clerk)
    with owner_session(committed_db) as s, s.cursor() as cursor, pytest.raises(psycopg2.Error, match=words):
        cursor.execute(act)
    with scope.everything():
        assert services.balances()[chart.CASH] == Decimal("5.00")


def test_a_transaction_that_does_not_sum_to_zero_cannot_be_committed(cashier: Cashier) -> None:
    cashier.fill("10.00")
    first = LedgerTransaction.objects.get()
    cash = Account.objects.get(code=chart.CASH)
    with pytest.raises(IntegrityError, match=r"sums to 1\.00 over 3 entries"), transaction.atomic():
        Entry.objects.create(
            transaction=first, account=cash, amount=Decimal("1.00"), balance_after=Decimal("11.00"), account_version=2
        )
        cash.balance, cash.version = Decimal("11.00"), 2
        cash.save(update_fields=["balance", "version"])
        connection.check_constraints()


def test_a_transaction_without_entries_cannot_be_committed(cashier: Cashier) -> None:
    with pytest.raises(IntegrityError, match="over 0 entries"), transaction.atomic():
        LedgerTransaction.objects.create(key="empty", body_hash="", kind="fee", occurred_on=DAY)
        connection.check_constraints()


def test_the_zero_sum_is_checked_even_after_the_scope_is_gone(cashier: Cashier) -> None:
    with pytest.raises(IntegrityError, match="over 0 entries"), transaction.atomic():
        LedgerTransaction.objects.create(key="empty", body_hash="", kind="fee", occurred_on=DAY)
        with scope.nobody():
            connection.check_constraints()


def test_a_balance_cannot_move_without_an_entry(cashier: Cashier) -> None:
    cashier.fill("10.00")
    with pytest.raises(IntegrityError, match="differs from its entries"), transaction.atomic():
        Account.objects.filter(code=chart.APPROPRIATION).update(balance=Decimal("-9.00"))
        connection.check_constraints()


@pytest.mark.parametrize("code", [chart.CASH, chart.RESERVED])
def test_cash_and_reservations_never_go_below_zero_in_the_database(cashier: Cashier, code: str) -> None:
    cashier.fill("10.00")
    with pytest.raises(IntegrityError, match="account_cash_and_reserved"), transaction.atomic():
        Account.objects.filter(code=code).update(balance=Decimal("-0.01"))


def test_verification_finds_a_balance_changed_behind_the_triggers(committed_db: str) -> None:
    """As only a superuser could: the triggers switched off."""
    with scope.everything():
        clerk = person("finance_clerk")
        services.receive_unexplained(key="a", amount=Decimal("5.00"), on=DAY, prepared_by=clerk)
    with owner_session(committed_db) as session, session.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_account DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_account SET balance = 6 WHERE code = 'cash'")
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET amount = 7 WHERE amount = 5")
    with scope.everything():
        assert len(list(invariants.transactions_sum_to_zero())) == 1
        assert any("cash" in line for line in invariants.balances_are_their_entries())


def test_verification_finds_money_promised_that_was_never_there(committed_db: str) -> None:
    with scope.everything():
        clerk = person("finance_clerk")
        services.earn_interest(key="a", amount=Decimal("5.00"), on=DAY, prepared_by=clerk)
        item = services.Item(UUID(int=1), UUID(int=2), Decimal("5.00"))
        services.reserve(key="plan", items=[item], on=DAY, prepared_by=clerk)
        assert not list(invariants.money_was_always_there())
    with owner_session(committed_db) as session, session.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE ledger_entry SET amount = 6 FROM ledger_account a WHERE a.id = account_id AND a.code = 'reserved'"
        )
    with scope.everything():
        assert len(list(invariants.money_was_always_there())) == 1


@pytest.mark.parametrize(
    ("table", "column", "allowed"),
    [
        ("ledger_account", "balance", True),
        ("ledger_account", "code", False),
        ("pool_auditevent", "hash", True),
        ("pool_auditevent", "reason", False),
        ("pool_lprrate", "confirmed_at", True),
        ("pool_lprrate", "one_year", False),
        ("pool_jobrun", "slot", False),
    ],
)
def test_the_application_is_granted_only_the_columns_it_must_change(
    db: None, table: str, column: str, allowed: bool
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_column_privilege(%s, %s, 'UPDATE')", [table, column])
        assert cursor.fetchone() == (allowed,)
