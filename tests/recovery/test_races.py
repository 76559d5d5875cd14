"""Many hands at once: a receipt posts once, instalments keep their order, and a closing happens once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections

from pool import scope
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.ledger.models import LedgerTransaction
from recovery import invariants, services
from recovery.models import Closing, Recovery
from tests.factories.recovery import (
    Project,
    accepted_settlement,
    all_received,
    passed_settled,
    prepared,
    project,
    receipt,
    reported,
)

D = Decimal
ON = date(2025, 2, 24)
RECEIVED = date(2025, 2, 20)
HANDS = 8


@pytest.fixture
def one(committed_db: str) -> Project:
    return project()


def at_once(within: Callable[[], AbstractContextManager[None]], *acts: Callable[[], object]) -> tuple[int, list[str]]:
    """Every act in a thread and a transaction of its own, all let go together: how many did it, and why others not."""
    start, done, refused = threading.Barrier(len(acts)), [], []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(timeout=30)
            with within():
                act()
            done.append(1)
        except Refused as no:
            refused.append(no.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(done) + len(refused) == len(acts)
    return len(done), refused


def breaches() -> Iterator[str]:
    with scope.everything():
        yield from invariants.returns_follow_the_formula()
        yield from invariants.states_are_their_logs()


def test_a_receipt_confirmed_by_many_clicks_is_posted_once(one: Project) -> None:
    reported(one.team, one.loan, "333333.33", received_on=RECEIVED, on=ON)
    entered = receipt(one.returns()[0], one.desk, ON)

    def confirm() -> None:
        services.confirm_return_receipt(
            return_id=entered.pk, by=one.desk.finance_approver, on=ON, version=entered.version
        )

    done, refused = at_once(scope.everything, *[confirm] * HANDS)
    assert done == 1 and set(refused) <= {"stale", "move_not_allowed"}
    with scope.everything():
        assert LedgerTransaction.objects.filter(kind="return").count() == 1
        assert ledger.net_compensation(one.claim.pk) == D("266666.67")
    assert not list(breaches())


def test_instalments_submitted_at_once_keep_one_order_and_never_return_too_much(one: Project) -> None:
    parts = ["333333.33", "333333.34", "400000.00", "50000.00"]
    principals = ["333333.33", "333333.34", "333333.33", "0"]
    made = [
        prepared(one.team, one.loan, amount, principal=principal, received_on=RECEIVED, on=ON)
        for amount, principal in zip(parts, principals, strict=True)
    ]

    def submit(row: Recovery) -> Callable[[], object]:
        return lambda: services.submit_recovery(recovery_id=row.pk, by=one.team.checker, on=ON, version=row.version)

    done, refused = at_once(lambda: scope.bank_scope(one.team.pk), *[submit(row) for row in made])
    assert (done, refused) == (4, [])
    with scope.everything():
        positions = Recovery.objects.filter(claim=one.claim).values_list("position", flat=True)
        assert sorted(positions) == [1, 2, 3, 4]
    assert sum(advice.amount for advice in one.returns()) == D("400000.00")
    assert not list(breaches())


def test_two_people_of_the_finance_centre_close_a_project_once(one: Project) -> None:
    reported(one.team, one.loan, "100000.00", received_on=RECEIVED, on=ON)
    accepted_settlement(one, ended_on=RECEIVED, on=ON)
    all_received(one, ON)
    closing = passed_settled(one, ON)

    def close_by(person: object) -> Callable[[], object]:
        return lambda: services.close_settled(closing_id=closing.pk, by=person, on=ON, version=closing.version)

    people = [one.desk.clerk, one.desk.finance_approver]
    done, refused = at_once(scope.everything, *[close_by(person) for person in people])
    assert done == 1 and len(refused) == 1
    with scope.everything():
        assert Closing.objects.filter(state=Closing.State.CLOSED).count() == 1
    assert not list(breaches())
