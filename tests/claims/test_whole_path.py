"""One claim from the determination to the money and back, to the fen (the worked example of article 16)."""

from datetime import date
from decimal import Decimal

import pytest

from claims.models import Claim, PapersPacket, Payment, Publicity
from loans.models import Loan
from pool import scope
from pool.ledger import services as ledger
from pool.models import Deadline, Hat, Transition
from tests.factories import claims as make

pytestmark = pytest.mark.django_db
AMOUNT = Decimal("493827.16")
EXAMPLE = {
    "principal": "4000000.00", "other_balances": "1000000.00", "credit_line": "4000000.00", "staff": "8",
    "revenue": "2000000.00", "assets": "900000.00", "balance": "1234567.89",
}  # fmt: skip


def test_the_worked_example_is_paid_to_the_fen_and_moves_to_the_compensation_library() -> None:
    team, desk = make.good_team(), make.Desk()
    claim = make.approved_claim(team, desk, **EXAMPLE)
    assert (claim.ratio, claim.amount) == (Decimal("0.4000"), AMOUNT)
    assert claim.state == Claim.State.APPROVED
    make.money("493827.16", desk)
    (claim,) = make.cleared_claims([claim], desk)
    plan = make.issued_plan([claim], desk)
    assert plan.total == AMOUNT
    with scope.everything():
        assert ledger.available() == 0
        assert ledger.reserved_for(claim.pk) == AMOUNT
    payment = make.posted_payment(plan, team, desk)
    claim = make.transferred_claim(claim, team)
    with scope.everything():
        loan = Loan.objects.get(pk=claim.loan_id)
        assert payment.state == Payment.State.POSTED
        assert make.packet_of(plan, team).state == PapersPacket.State.PAID
        assert claim.state == Claim.State.PAID
        assert (loan.state, loan.library) == (Loan.State.COMPENSATED, Loan.Library.COMPENSATION)
        assert ledger.net_compensation(claim.pk) == AMOUNT
        assert ledger.reserved_for(claim.pk) == 0
        assert ledger.balances()["cash"] == 0


def test_every_step_has_its_day_by_the_rules() -> None:
    team, desk = make.good_team(), make.Desk()
    claim = make.submitted_claim(team, **EXAMPLE)
    assert claim.decide_by == date(2025, 1, 9)
    claim = make._decided(make.give_opinion(claim, desk, date(2024, 12, 11)), desk, date(2024, 12, 12), "pass")
    with scope.everything():
        publicity = make.posted_publicity([claim], desk, on=date(2024, 12, 13))
        assert publicity.last_day == date(2024, 12, 24)
        assert Publicity.objects.get().state == Publicity.State.POSTED
        decision = Deadline.objects.get(subject_id=claim.pk, kind="review_period")
        assert (decision.closes_on, decision.fulfilled_on) == (date(2025, 1, 9), date(2024, 12, 12))


def test_the_log_tells_every_state_and_no_person_wears_two_hats() -> None:
    team, desk = make.good_team(), make.Desk()
    claim = make.paid_claim(team, desk, **EXAMPLE)
    with scope.everything():
        states = list(
            Transition.objects.filter(subject_id=claim.pk, field="state")
            .order_by("id")
            .values_list("target", flat=True)
        )
        assert states == [
            "draft", "submitted", "reviewing", "approved", "publicised", "cleared", "planned", "instructed", "paid",
        ]  # fmt: skip
        people = list(Hat.objects.filter(case=claim.pk).values_list("person_id", flat=True))
        assert len(people) == len(set(people)) == 5
