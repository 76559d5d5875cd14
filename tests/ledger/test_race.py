"""Sixteen at once for the last fen: exactly as many win as the money allows."""

import os
import threading
from collections.abc import Callable
from decimal import Decimal

from django.db import connections

from pool import scope
from pool.errors import Refused
from pool.ledger import chart, invariants, services
from pool.models import User
from tests.ledger.conftest import DAY
from tests.pool.people import bank, person

ROUNDS = int(os.environ.get("RACE_ROUNDS", "6"))
RUNNERS = 16


def race(runner: Callable[[int], None]) -> list[BaseException]:
    """Let them start together; give what was raised beside refusals."""
    start, faults = threading.Barrier(RUNNERS), []

    def run(number: int) -> None:
        try:
            start.wait(timeout=30)
            runner(number)
        except BaseException as fault:
            faults.append(fault)
            raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(RUNNERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return faults


def test_the_last_fen_is_promised_once(committed_db: str) -> None:
    with scope.everything():
        clerk: User = person("finance_clerk")
        services.receive_unexplained(key="start", amount=Decimal("0.01"), on=DAY, prepared_by=clerk)
    for number in range(ROUNDS):
        with scope.everything():
            services.receive_unexplained(key=f"fill:{number}", amount=Decimal("50.00"), on=DAY, prepared_by=clerk)
            funds = services.available()
        won, lost = [], []

        def take(runner: int, number: int = number, won: list = won, lost: list = lost) -> None:
            item = services.Item(bank(), bank(), Decimal("7.00"))
            try:
                with scope.everything():
                    services.reserve(key=f"plan:{number}:{runner}", items=[item], on=DAY, prepared_by=clerk)
                won.append(runner)
            except Refused as no:
                assert no.code == "not_enough_money"
                lost.append(runner)

        assert race(take) == []
        assert len(won) == funds // Decimal("7.00")
        assert len(won) + len(lost) == RUNNERS
    with scope.everything():
        assert services.available() < Decimal("7.00")
        assert not list(invariants.money_was_always_there())
        assert not list(invariants.balances_are_their_entries())


def test_one_key_sixteen_times_at_once_posts_once(committed_db: str) -> None:
    with scope.everything():
        clerk: User = person("finance_clerk")
    posted: list[int] = []

    def pay(runner: int) -> None:
        with scope.everything():
            row = services.receive_unexplained(key="line:1", amount=Decimal("5.00"), on=DAY, prepared_by=clerk)
        posted.append(row.pk)

    assert race(pay) == []
    assert len(posted) == RUNNERS
    assert len(set(posted)) == 1
    with scope.everything():
        assert services.balances()[chart.CASH] == Decimal("5.00")
