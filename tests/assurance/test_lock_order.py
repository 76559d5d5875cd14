"""Two who want the same rows never wait for each other in a ring; `tests/plugins/lock_order.py` watches every test."""

import time
from datetime import date, timedelta

from django.db import transaction

from banks import standing
from claims.models import Claim
from loans.models import Loan
from pool import scope
from recovery import services as recovery
from tests.assurance.crowds import Crowd
from tests.assurance.ending import verify
from tests.assurance.sizes import rounds, told
from tests.factories import claims as make
from tests.factories.loans import entered_loan
from tests.factories.people import bank_team
from tests.plugins import lock_order

ON = date(2025, 2, 24)


@transaction.atomic
def backwards(claim: Claim) -> None:
    """The wrong way round: the claim, then its loan, then the bank."""
    Claim.objects.select_for_update().get(pk=claim.pk)
    Loan.objects.select_for_update().get(pk=claim.loan_id)
    standing.lock(claim.bank_id)


@transaction.atomic
def forwards(claim: Claim) -> None:
    standing.lock(claim.bank_id)
    Loan.objects.select_for_update().get(pk=claim.loan_id)
    Claim.objects.select_for_update().get(pk=claim.pk)


def test_a_wrong_order_is_seen_and_the_right_one_is_not(db: None) -> None:
    claim = make.submitted_claim(make.good_team())
    with scope.everything():
        forwards(claim)
        assert lock_order.WRONG == []
        backwards(claim)
    seen = [(wrong.table, wrong.after) for wrong in lock_order.WRONG]
    lock_order.WRONG.clear()
    assert seen == [("loans_loan", "claims_claim"), ("banks_standing", "claims_claim")]


def test_opposite_lists_of_the_same_loans_never_wait_in_a_ring(committed_db: str) -> None:
    """Two checkers tick the same loans from opposite ends; PostgreSQL would end a ring with a fault."""
    began, team = time.monotonic(), bank_team()
    with Crowd(2) as crowd:
        for _number in rounds(8, 400):
            prepared = _prepared(team)
            there, back = dict(prepared), dict(reversed(prepared))
            rush = crowd.rush([lambda seen=seen: _close(seen, team) for seen in (there, back)])
            assert (len(rush.answers), len(rush.refused)) == (1, 1)
    assert crowd.overlapping >= crowd.rounds * 9 // 10
    verify()
    told("lock order", began, rounds=crowd.rounds, overlapping=crowd.overlapping, deadlocks=0)


def _prepared(team) -> list:
    loans = [entered_loan(team, date(2025, 1, 16)) for _ in range(3)]
    with scope.bank_scope(team.pk):
        items = [recovery.PaidOff(loan.pk, ON - timedelta(1)) for loan in loans]
        return [(row.pk, row.version) for row in recovery.prepare_paid_off(items=items, by=team.maker, on=ON)]


def _close(seen, team):
    with scope.bank_scope(team.pk):
        return recovery.close_all_paid_off(seen=seen, by=team.checker, on=ON)
