"""What must always hold is seen to hold over whole lives, and each breach is seen when it is made."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from banks.models import StandingEvent
from claims import invariants
from claims.models import Claim, Payment, Publicity
from pool import scope
from pool.invariants import deadlines_are_what_the_rules_say
from pool.ledger import services as ledger
from pool.ledger.services import Item
from pool.models import Deadline, Transition
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
ALL = (
    invariants.nobody_is_compensated_twice,
    invariants.paid_is_approved_or_nothing,
    invariants.reserved_is_planned,
    invariants.no_payment_past_a_gate,
    invariants.one_person_in_one_stage,
    invariants.states_follow_the_log,
    deadlines_are_what_the_rules_say,
)


def breaches(check: Callable[[], Iterable[str]]) -> list[str]:
    with scope.everything():
        return list(check())


@built_once
def lives(stage: Stage) -> Claim:
    """A paid claim, one in review, one back at the bank, one planned, one refunded."""
    make.submitted_claim(stage.team)
    returned = make.reviewed_claim(stage.team, stage.desk, opinion="return", balance="500000.00")
    make._decided(returned, stage.desk, date(2024, 12, 12), "return")
    planned = make.cleared_claim(stage.team, stage.desk, balance="100000.00")
    make.money("40000.00", stage.desk)
    make.issued_plan([planned], stage.desk)
    refunded = make.paid_claim(stage.team, stage.desk, transferred=True, balance="100000.00")
    make.refunded_upgrade(refunded, stage.team, stage.desk, date(2025, 1, 10))
    return make.paid_claim(stage.team, stage.desk, transferred=True, balance="200000.00")


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
def test_whole_lives_keep_every_promise(lives: Claim, check: Callable[[], Iterable[str]]) -> None:
    assert breaches(check) == []


def test_a_second_payment_for_a_claim_is_seen(stage: Stage, lives: Claim) -> None:
    make.money("80000.00", stage.desk)
    items = [Item(lives.pk, lives.bank_id, Decimal("80000.00"))]
    with scope.everything():
        ledger.reserve(key="again", items=items, on=date(2025, 1, 15), prepared_by=stage.desk.clerk)
        ledger.post_payment(
            key="again!", items=items, on=date(2025, 1, 15), prepared_by=stage.desk.clerk,
            approved_by=stage.desk.finance_approver,
        )  # fmt: skip
    assert len(breaches(invariants.nobody_is_compensated_twice)) == 1
    assert len(breaches(invariants.paid_is_approved_or_nothing)) == 1


def test_money_reserved_for_nothing_is_seen(stage: Stage, lives: Claim) -> None:
    make.money("1.00", stage.desk)
    with scope.everything():
        ledger.reserve(
            key="stray", items=[Item(lives.pk, lives.bank_id, Decimal("1.00"))], on=date(2025, 1, 15),
            prepared_by=stage.desk.clerk,
        )  # fmt: skip
    assert len(breaches(invariants.reserved_is_planned)) == 1


def test_a_payment_while_suspended_is_seen_in_the_replay(lives: Claim) -> None:
    with scope.everything():
        last = StandingEvent.objects.filter(bank_id=lives.bank_id).order_by("number").last()
        moves = Transition.objects.filter(subject_kind="claims.payment", target=Payment.State.INSTRUCTED)
        instructed = moves.order_by("id").last()
        event = StandingEvent.objects.create(
            bank_id=lives.bank_id, on=date(2024, 12, 1), cause="rechecked", number=last.number + 1,
            entered_principal=last.entered_principal, npl_principal=last.npl_principal, is_suspended=True, turned=True,
        )  # fmt: skip
        Transition.objects.create(
            subject_kind=instructed.subject_kind, subject_id=instructed.subject_id, bank=instructed.bank,
            field="state", source="prepared", target="instructed", on=date(2025, 1, 1),
            at=event.recorded_at + timedelta(seconds=1),
        )  # fmt: skip
    assert len(breaches(invariants.no_payment_past_a_gate)) == 1


def test_a_payment_before_the_notice_was_over_is_seen(lives: Claim) -> None:
    with scope.everything():
        Publicity.objects.filter(items__claim=lives).update(last_day=date(2025, 6, 30))
    assert len(breaches(invariants.no_payment_past_a_gate)) == 1


def test_a_state_that_no_move_led_to_is_seen(lives: Claim) -> None:
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("UPDATE claims_claim SET state = 'approved' WHERE id = %s", [lives.pk])
    assert len(breaches(invariants.states_follow_the_log)) == 1


def test_a_deadline_moved_by_hand_is_seen(lives: Claim) -> None:
    with scope.everything():
        row = Deadline.objects.filter(kind="review_period", fulfilled_on=None, dropped_on=None).get()
        Deadline.objects.filter(pk=row.pk).update(closes_on=row.closes_on + timedelta(days=1))
    assert len(breaches(deadlines_are_what_the_rules_say)) == 1


def test_one_person_in_two_stages_is_seen(stage: Stage, lives: Claim) -> None:
    with scope.everything():
        Claim.objects.filter(pk=lives.pk).update(submitted_by=stage.desk.reviewer)
    assert len(breaches(invariants.one_person_in_one_stage)) == 1
