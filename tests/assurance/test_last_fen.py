"""Many plans for the last money: exactly as many win as it allows, and what the pool holds is never promised twice."""

import time
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError

from claims import services as claims
from claims.models import FundingPlan
from pool import scope
from pool.ledger import chart, services
from pool.ledger.models import Account
from pool.models import User
from tests.assurance import ending
from tests.assurance.crowds import Crowd, Rush
from tests.assurance.sizes import rounds, told, width
from tests.factories import claims as make
from tests.ledger.conftest import DAY
from tests.pool.people import bank, person

SHARE, FILLED = Decimal("7.00"), Decimal("50.00")
ISSUED = date(2024, 12, 26)


def reserving(crowd: Crowd, number: int, clerk: User) -> Rush:
    """Each of the crowd wants its share at the same moment."""

    def take(runner: int) -> object:
        with scope.everything():
            item = services.Item(bank(), bank(), SHARE)
            return services.reserve(key=f"plan:{number}:{runner}", items=[item], on=DAY, prepared_by=clerk)

    return crowd.rush([lambda runner=runner: take(runner) for runner in range(crowd.width)])


def filled(number: int, clerk: User) -> Decimal:
    """A little more money; what may be promised now."""
    with scope.everything():
        services.earn_interest(key=f"fill:{number}", amount=FILLED, on=DAY, prepared_by=clerk)
        return services.available()


def test_the_last_fen_is_promised_once(committed_db: str) -> None:
    began, won = time.monotonic(), 0
    with scope.everything():
        clerk = person("finance_clerk")
    with Crowd(width(16, 64)) as crowd:
        for number in rounds(100, 2000, share=0.5):
            funds = filled(number, clerk)
            rush = reserving(crowd, number, clerk)
            assert len(rush.answers) == funds // SHARE
            assert rush.codes == {"not_enough_money"}
            won += len(rush.answers)
        told(
            "last fen", began, rounds=crowd.rounds, at_once=crowd.width, won=won,
            overlapped=f"{crowd.overlapping}/{crowd.rounds}", inside_together=crowd.overlaps,
        )  # fmt: skip
        assert crowd.overlapping > crowd.rounds * 0.9, "the crowd did not meet: the proof saw no race"
    with scope.everything():
        assert services.available() < SHARE
    # Nobody drew a plan for these reservations, and the verification is to say so; nothing else is wrong.
    assert set(ending.breaches()) == {"reserved"}


def test_one_key_many_times_at_once_posts_once(committed_db: str) -> None:
    with scope.everything():
        clerk = person("finance_clerk")

    def pay() -> int:
        with scope.everything():
            return services.earn_interest(key="line:1", amount=FILLED, on=DAY, prepared_by=clerk).pk

    with Crowd(16) as crowd:
        rush = crowd.rush([pay] * 16)
    assert len(rush.answers) == 16 and len(set(rush.answers.values())) == 1
    with scope.everything():
        assert services.balances()[chart.CASH] == FILLED
    ending.verify()


def test_plans_issued_at_once_take_the_money_once(committed_db: str) -> None:
    """The whole way: drafts of the same money are issued at once; after each round the winners are withdrawn."""
    began, drafts, affordable = time.monotonic(), 4, 2
    team, desk = make.good_team(), make.Desk()
    ready = make.cleared_claims([make.approved_claim(team, desk, balance="100000.00") for _ in range(drafts)], desk)
    make.money(str(affordable * ready[0].amount), desk)
    make.reach(ISSUED)
    with Crowd(drafts) as crowd:
        for _number in rounds(3, 200, share=0.5):
            with scope.everything():
                plans = [
                    claims.draft_plan(by=desk.authority, on=ISSUED, claim_ids=[claim.pk], reason="分批下达")
                    for claim in ready
                ]
            rush = crowd.rush([lambda plan=plan: issued(plan, desk) for plan in plans])
            assert len(rush.answers) == affordable
            assert rush.codes == {"plan_short_of_cash"}
            with scope.everything():
                assert services.available() == 0
            ending.verify()
            for plan in plans:
                withdrawn(plan, desk)
        told(
            "last fen, plans",
            began,
            rounds=crowd.rounds,
            plans=drafts,
            overlapped=f"{crowd.overlapping}/{crowd.rounds}",
        )
        assert crowd.overlapping > crowd.rounds * 0.9
    with scope.everything():
        assert services.available() == affordable * ready[0].amount
    ending.verify()


def issued(plan: FundingPlan, desk: make.Desk) -> FundingPlan:
    with scope.everything():
        return claims.issue_plan(plan_id=plan.pk, by=desk.second_authority, on=ISSUED, version=plan.version)


def withdrawn(plan: FundingPlan, desk: make.Desk) -> None:
    with scope.everything():
        version = FundingPlan.objects.get(pk=plan.pk).version
        claims.withdraw_plan(plan_id=plan.pk, by=desk.authority, on=ISSUED, version=version, reason="重新拟定")


def no_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether the money suffices."""
    monkeypatch.setattr(services, "_check_floor", lambda *_accounts: None)


def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The accounts are read, not locked."""

    def read(scheme: str, codes: Iterable[str]) -> dict[str, Account]:
        return {account.code: account for account in Account.objects.filter(scheme=scheme, code__in=set(codes))}

    monkeypatch.setattr(chart, "locked", read)


@pytest.mark.parametrize("seeded", [no_floor, no_lock], ids=lambda bug: bug.__name__)
def test_a_seeded_bug_is_seen(committed_db: str, monkeypatch: pytest.MonkeyPatch, seeded: Any) -> None:
    with scope.everything():
        clerk = person("finance_clerk")
    filled(0, clerk)
    with Crowd(16) as crowd:
        reserving(crowd, 0, clerk)
        funds = filled(1, clerk)
        seeded(monkeypatch)
        try:
            rush = reserving(crowd, 1, clerk)
            wrong: Any = len(rush.answers) != funds // SHARE or set(ending.breaches()) - {"reserved"}
        except DatabaseError as stopped:
            wrong = str(stopped)
    assert wrong, "the proof is blind"
