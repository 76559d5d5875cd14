"""Recovered money, what it makes due, and its way back into the pool (19(6), reading 11)."""

from datetime import date
from decimal import Decimal

import pytest

from banks.models import Standing
from loans.models import Determination, Loan
from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.invariants import deadlines_are_what_the_rules_say
from pool.ledger import services as ledger
from pool.ledger.models import LedgerTransaction
from pool.models import Deadline
from recovery import invariants, selectors, services
from recovery.models import Recovery, Return
from tests.factories.claims import approved_upgrade, npl_loan, submitted_claim
from tests.factories.recovery import (
    Project,
    fresh,
    good_team,
    prepared,
    project,
    receipt,
    received,
    reported,
)

pytestmark = pytest.mark.django_db
D = Decimal
SOON, LATER = date(2025, 2, 20), date(2025, 3, 20)
Q1, Q2 = date(2025, 1, 22), date(2025, 4, 22)


def breaches() -> list[str]:
    with scope.everything():
        return [
            *invariants.returns_follow_the_formula(), *invariants.states_are_their_logs(),
            *deadlines_are_what_the_rules_say(), *invariants.four_eyes(),
        ]  # fmt: skip


def test_the_worked_example_returns_the_compensation_to_the_fen_and_then_nothing(one: Project):
    assert (one.claim.amount, one.claim.ratio) == (D("400000.00"), D("0.40"))
    for amount, principal in (("333333.33", None), ("333333.34", None), ("400000.00", "333333.33"), ("50000.00", "0")):
        reported(one.team, one.loan, amount, principal=principal, received_on=SOON, on=SOON)
    assert [advice.amount for advice in one.returns()] == [D("133333.33"), D("133333.34"), D("133333.33")]
    with scope.everything():
        tape = selectors.tape(one.claim)
    assert [line.due for line in tape.lines] == [D("133333.33"), D("133333.34"), D("133333.33"), D("0.00")]
    assert [line.cumulative for line in tape.lines][-1] == D("1116666.67")
    assert tape.headroom == 0 and tape.lines[-1].capped
    assert not breaches()


def test_a_return_is_received_by_two_people_and_posted_once(one: Project):
    reported(one.team, one.loan, "333333.33", received_on=SOON, on=SOON)
    advice = one.returns()[0]
    got = received(advice, one.desk, LATER)
    assert got.state == Return.State.RECEIVED
    with scope.everything():
        posted = LedgerTransaction.objects.get(key=f"return:{advice.pk}")
        assert (posted.occurred_on, posted.prepared_by, posted.approved_by) == (
            LATER, one.desk.clerk, one.desk.finance_approver
        )  # fmt: skip
        assert ledger.net_compensation(one.claim.pk) == D("266666.67")
        with pytest.raises(Stale):
            services.confirm_return_receipt(
                return_id=advice.pk, by=one.desk.finance_approver, on=LATER, version=got.version - 1
            )
        with pytest.raises(Refused):
            services.confirm_return_receipt(
                return_id=advice.pk, by=one.desk.finance_approver, on=LATER, version=got.version
            )
        assert LedgerTransaction.objects.filter(kind="return").count() == 1
    assert not breaches()


def test_the_person_who_entered_a_receipt_cannot_confirm_it(one: Project):
    reported(one.team, one.loan, "100000.00", received_on=SOON, on=SOON)
    entered = receipt(one.returns()[0], one.desk, LATER)
    one.desk.clerk.role = "finance_approver"
    with scope.everything(), pytest.raises(SamePerson):
        services.confirm_return_receipt(return_id=entered.pk, by=one.desk.clerk, on=LATER, version=entered.version)


def test_a_receipt_that_differs_from_what_is_due_is_refused(one: Project):
    reported(one.team, one.loan, "100000.00", received_on=SOON, on=SOON)
    advice = one.returns()[0]
    with scope.everything(), pytest.raises(Refused, match=r"40,000\.00") as no:
        services.enter_return_receipt(
            return_id=advice.pk, amount=D("40000.01"), reference="HD1", received_on=LATER, by=one.desk.clerk, on=LATER,
            version=advice.version,
        )  # fmt: skip
    assert no.value.field == "amount"


def test_a_rejected_receipt_waits_for_its_clerk_again(one: Project):
    reported(one.team, one.loan, "100000.00", received_on=SOON, on=SOON)
    entered = receipt(one.returns()[0], one.desk, LATER)
    with scope.everything():
        back = services.reject_return_receipt(
            return_id=entered.pk, by=one.desk.finance_approver, on=LATER, version=entered.version, reason="流水中无此款"
        )
    assert (back.state, back.bank_reference, back.received_on) == (Return.State.DUE, "", None)
    assert received(back, one.desk, LATER).state == Return.State.RECEIVED


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2025, 1, 10), Q2),
        (date(2025, 1, 22), Q2),
        (date(2025, 3, 31), Q2),
        (date(2025, 4, 1), date(2025, 7, 21)),
    ],
)
def test_money_of_one_quarter_is_due_in_the_window_of_the_next(one: Project, received_on: date, due_on: date):
    on = max(received_on, SOON)
    recovery = reported(one.team, one.loan, "100000.00", received_on=received_on, on=on)
    advice = one.returns()[0]
    assert (recovery.report_by, advice.due_on) == (due_on, due_on)
    with scope.everything():
        row = Deadline.objects.get(subject_id=advice.pk)
    assert (row.closes_on, row.article, row.kind) == (due_on, "19(6)", "recovery_window")
    assert not breaches()


@pytest.mark.parametrize(("on", "late"), [(date(2025, 4, 21), False), (Q2, False), (date(2025, 4, 23), True)])
def test_a_report_after_the_window_is_marked_late(one: Project, on: date, late: bool):
    assert reported(one.team, one.loan, "100000.00", received_on=SOON, on=on).reported_late is late


def test_money_received_before_the_payment_counts_and_is_due_in_the_first_window_after_it():
    team = good_team()
    one = project(team, transferred=False)
    before = date(2024, 12, 20)
    assert before < one.claim.paid_on
    recovery = reported(team, one.loan, "200000.00", received_on=before, on=SOON)
    assert [(advice.amount, advice.due_on) for advice in one.returns()] == [(D("80000.00"), Q1)]
    assert recovery.reported_late


def test_what_was_reported_before_the_payment_is_advised_by_the_daily_job():
    team = good_team()
    loan = npl_loan(team, "1000000.00")
    early = reported(team, loan, "250000.00", received_on=date(2024, 12, 5), on=date(2024, 12, 9))
    assert early.claim_id is None and early.report_by is None
    one = project(team, loan=loan)
    assert one.returns() == []
    with scope.everything():
        assert services.advise_open(SOON)["advised"] == 1
        assert services.advise_open(SOON)["advised"] == 0
    assert [advice.amount for advice in one.returns()] == [D("100000.00")]
    assert fresh(early).claim_id == one.claim.pk
    clock.set_day(SOON)
    assert not breaches()


def test_a_loan_repaid_in_full_before_payment_voids_its_claim():
    team = good_team()
    loan = npl_loan(team, "1000000.00")
    claim = submitted_claim(team, loan)
    on = date(2024, 12, 12)
    reported(team, loan, "1000000.00", received_on=date(2024, 12, 11), on=on)
    assert fresh(claim).state == "lapsed"
    with scope.everything():
        assert Determination.objects.get(loan=loan).recovered_on == date(2024, 12, 11)


def test_the_loan_leaves_the_numerator_only_when_its_whole_principal_is_back(one: Project):
    with scope.everything():
        before = Standing.objects.get(bank_id=one.team.pk).npl_principal
    reported(one.team, one.loan, "999999.99", received_on=SOON, on=SOON)
    with scope.everything():
        assert Standing.objects.get(bank_id=one.team.pk).npl_principal == before
    reported(one.team, one.loan, "5.00", principal="0.01", received_on=SOON, on=SOON)
    with scope.everything():
        assert Standing.objects.get(bank_id=one.team.pk).npl_principal == before - D("1000000.00")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"received_on": date(2024, 12, 2)}, "before_determination"),
        ({"received_on": date(2025, 2, 21)}, "in_the_future"),
        ({"amount": "0.00", "principal": "0"}, "not_money"),
        ({"amount": "1.001", "principal": "0"}, "not_money"),
        ({"amount": "100.00", "principal": "100.01"}, "principal_over_amount"),
        ({"amount": "2000000.00", "principal": "1000000.01"}, "principal_over_balance"),
    ],
)
def test_a_recovery_that_cannot_be_is_refused_with_its_field(one: Project, change: dict, code: str):
    given = {"amount": "100000.00", "received_on": SOON, "on": SOON, **change}
    with pytest.raises(Refused) as no:
        prepared(one.team, one.loan, **given)
    assert no.value.code == code and no.value.article == "19(6)"


def test_the_day_after_the_determination_counts(one: Project):
    assert prepared(one.team, one.loan, "1.00", received_on=date(2024, 12, 3), on=SOON).state == "prepared"


def test_two_people_of_the_bank_report(one: Project):
    recovery = prepared(one.team, one.loan, "100000.00", received_on=SOON, on=SOON)
    with scope.bank_scope(one.team.pk):
        with pytest.raises(NotPermitted):
            services.submit_recovery(recovery_id=recovery.pk, by=one.team.maker, on=SOON, version=recovery.version)
        one.team.maker.role = "bank_checker"
        with pytest.raises(SamePerson):
            services.submit_recovery(recovery_id=recovery.pk, by=one.team.maker, on=SOON, version=recovery.version)
    assert one.returns() == []


def test_a_recovery_is_submitted_once(one: Project):
    done = reported(one.team, one.loan, "100000.00", received_on=SOON, on=SOON)
    with scope.bank_scope(one.team.pk), pytest.raises(Refused):
        services.submit_recovery(recovery_id=done.pk, by=one.team.checker, on=SOON, version=done.version)
    assert len(one.returns()) == 1


def test_a_cancelled_recovery_makes_nothing_due_and_frees_its_principal(one: Project):
    recovery = prepared(one.team, one.loan, "1000000.00", received_on=SOON, on=SOON)
    with scope.bank_scope(one.team.pk):
        services.cancel_recovery(recovery_id=recovery.pk, by=one.team.maker, on=SOON, version=recovery.version)
    reported(one.team, one.loan, "1000000.00", received_on=SOON, on=SOON)
    assert [advice.amount for advice in one.returns()] == [D("400000.00")]
    with scope.everything():
        assert not Deadline.objects.filter(subject_id=recovery.pk, dropped_on=None).exists()


def test_another_bank_sees_nothing_of_it(one: Project):
    reported(one.team, one.loan, "100000.00", received_on=SOON, on=SOON)
    other = good_team()
    with scope.bank_scope(other.pk):
        assert not Recovery.objects.exists() and not Return.objects.exists()
        assert not Loan.objects.filter(pk=one.loan.pk).exists()
        with pytest.raises(Loan.DoesNotExist):
            services.report_recovery(
                loan_id=one.loan.pk, received_on=SOON, amount=D("1.00"), principal_part=D("1.00"), method="other",
                by=other.maker, on=SOON,
            )  # fmt: skip
    with scope.nobody():
        assert not Recovery.objects.exists()


def test_after_an_approved_upgrade_open_returns_fall_away_and_cannot_be_received(one: Project):
    reported(one.team, one.loan, "100000.00", received_on=SOON, on=SOON)
    upgrade = approved_upgrade(one.claim, one.team, one.desk, LATER)
    assert upgrade.refund_due == D("400000.00")
    with pytest.raises(Refused, match="上调"):
        receipt(one.returns()[0], one.desk, LATER)
    with scope.everything():
        assert services.advise_open(LATER)["dropped"] == 1
    assert [advice.state for advice in one.returns()] == [Return.State.CANCELLED]
    assert not breaches()
