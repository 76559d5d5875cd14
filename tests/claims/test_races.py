"""Two at once, with real commits: the last fen is planned once, a transfer posts once, a claim is filed once."""

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections

from claims import services
from claims.models import Claim, FundingPlan, Payment
from pool import scope
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.ledger.models import LedgerTransaction
from pool.models import Transition
from tests.factories import claims as make

ISSUED = date(2024, 12, 26)


def together(*acts: Callable[[], object]) -> tuple[list[object], list[Refused]]:
    """Run them at the same moment, each in a transaction of its own that sees everything; (answers, refusals)."""
    start = threading.Barrier(len(acts))
    answers: list[object] = []
    refusals: list[Refused] = []
    faults: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(timeout=30)
            with scope.everything():
                answer = act()
            answers.append(answer)
        except Refused as no:
            refusals.append(no)
        except BaseException as fault:
            faults.append(fault)
            raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not faults
    return answers, refusals


def test_two_plans_and_money_for_one(committed_db: str) -> None:
    team, desk = make.good_team(), make.Desk()
    claims = make.cleared_claims([make.approved_claim(team, desk) for _ in range(2)], desk)
    make.money("1000000.00", desk)
    with scope.everything():
        plans = [
            services.draft_plan(by=desk.authority, on=ISSUED, claim_ids=[claim.pk], reason="分批下达")
            for claim in claims
        ]
    answers, refusals = together(
        *(
            lambda plan=plan: services.issue_plan(
                plan_id=plan.pk, by=desk.second_authority, on=ISSUED, version=plan.version
            )
            for plan in plans
        )
    )
    assert len(answers) == 1
    assert [no.code for no in refusals] == ["plan_short_of_cash"]
    with scope.everything():
        assert ledger.available() == 0
        assert FundingPlan.objects.filter(state=FundingPlan.State.ISSUED).count() == 1
        assert sorted(Claim.objects.values_list("state", flat=True)) == ["cleared", "planned"]


def test_a_transfer_confirmed_many_times_at_once_posts_once(committed_db: str) -> None:
    team, desk = make.good_team(), make.Desk()
    claim = make.cleared_claim(team, desk)
    make.money("1000000.00", desk)
    payment = make.instructed_payment(make.issued_plan([claim], desk, on=ISSUED), team, desk)
    with scope.everything():
        payment = services.enter_confirmation(
            payment_id=payment.pk, by=desk.clerk, on=payment.instructed_on, version=payment.version,
            value_date=payment.instructed_on, bank_reference="HD-RACE",
        )  # fmt: skip
    day, version = payment.instructed_on, payment.version
    answers, refusals = together(
        *[lambda: services.confirm_payment(payment_id=payment.pk, by=desk.finance_approver, on=day, version=version)]
        * 6
    )
    assert (len(answers), refusals) == (6, [])
    with scope.everything():
        assert LedgerTransaction.objects.filter(key=f"payment:{claim.pk}").count() == 1
        assert ledger.net_compensation(claim.pk) == Decimal("1000000.00")
        assert Payment.objects.get().state == Payment.State.POSTED
        assert Transition.objects.filter(subject_id=claim.pk, target="paid").count() == 1


def test_a_claim_submitted_many_times_at_once_is_filed_once(committed_db: str) -> None:
    team = make.good_team()
    claim = make.drafted_claim(team)
    answers, refusals = together(
        *[
            lambda: services.submit_claim(
                claim_id=claim.pk, by=team.checker, on=make.SUBMITTED_ON, version=claim.version
            )
        ]
        * 6
    )
    assert (len(answers), {no.code for no in refusals}) == (1, {"stale"})
    with scope.everything():
        assert Transition.objects.filter(subject_id=claim.pk, target="submitted").count() == 1


def test_many_drafts_at_once_are_one(committed_db: str) -> None:
    team = make.good_team()
    loan = make.npl_loan(team)
    answers, refusals = together(
        *[lambda: services.draft_claim(loan_id=loan.pk, by=team.maker, on=make.SUBMITTED_ON)] * 6
    )
    assert refusals == []
    assert len({claim.pk for claim in answers}) == 1


@pytest.mark.parametrize("first", ["upgrade", "instruct"])
def test_an_upgrade_and_the_instruction_at_once_never_both(committed_db: str, first: str) -> None:
    """Either the claim lapses and nothing leaves, or the transfer leaves and the upgrade waits."""
    team, desk = make.good_team(), make.Desk()
    claim = make.cleared_claim(team, desk)
    make.money("1000000.00", desk)
    payment = make.prepared_payment(make.issued_plan([claim], desk, on=ISSUED), team, desk)
    day = payment.prepared_on
    request = make.prepared_ending(team, claim.loan, day)
    acts = {
        "upgrade": lambda: services.upgrade_unpaid(
            request_id=request.pk, by=team.checker, on=day, version=request.version
        ),
        "instruct": lambda: services.approve_payment(
            payment_id=payment.pk, by=desk.finance_approver, on=day, version=payment.version
        ),
    }
    answers, refusals = together(*(acts[name] for name in sorted(acts, key=lambda name: name != first)))
    assert (len(answers), len(refusals)) == (1, 1)
    with scope.everything():
        found = Claim.objects.get(pk=claim.pk)
        reserved = ledger.reserved_for(claim.pk)
        assert (found.state, reserved) in {("lapsed", Decimal("0.00")), ("instructed", Decimal("1000000.00"))}
