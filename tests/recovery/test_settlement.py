"""The end of disposal, the settlement library, and the closing by both institutions (19(6), 20(4))."""

from datetime import date
from decimal import Decimal

import pytest

from loans.models import Loan
from pool import moves, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.invariants import deadlines_are_what_the_rules_say
from pool.models import Deadline, Notice
from recovery import invariants, selectors, services
from recovery.models import Closing, Return, Settlement
from tests.factories.claims import approved_upgrade
from tests.factories.recovery import (
    Project,
    accepted_settlement,
    all_received,
    applied_settlement,
    applied_write_off,
    closed_settled,
    passed_settled,
    prepared,
    project,
    reported,
)
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
D = Decimal
ENDED, APPLIED = date(2025, 2, 20), date(2025, 2, 24)
DECIDED, LAST_DAY = date(2025, 2, 26), date(2025, 3, 19)
LATER = date(2025, 3, 10)


@built_once
def recovered(one: Project) -> Project:
    reported(one.team, one.loan, "500000.00", received_on=date(2025, 1, 10), on=date(2025, 1, 20))
    reported(one.team, one.loan, "100000.00", received_on=ENDED, on=APPLIED)
    return one


def test_an_accepted_application_moves_the_loan_to_the_settlement_library(recovered: Project):
    settlement = accepted_settlement(recovered, ended_on=ENDED, on=DECIDED)
    assert settlement.state == Settlement.State.ACCEPTED and not settlement.applied_late
    assert settlement.apply_by == date(2025, 3, 13) and settlement.recovered_total == D("600000.00")
    loan = recovered.loan
    assert (loan.state, loan.library) == (Loan.State.RECOVERED, Loan.Library.SETTLEMENT)
    with scope.everything():
        libraries = [(move.source, move.target) for move in moves.history(loan, "library")]
        assert libraries[-1] == ("compensation", "settlement")
        assert Notice.objects.filter(bank=recovered.team.pk, title__contains=settlement.number).count() == 2


def test_the_last_return_is_due_fifteen_working_days_after_the_approval(recovered: Project):
    accepted_settlement(recovered, ended_on=ENDED, on=DECIDED)
    first, last = recovered.returns()
    assert (first.due_on, first.last) == (date(2025, 4, 22), False)
    assert (last.due_on, last.last) == (LAST_DAY, True)
    with scope.everything():
        rows = Deadline.objects.filter(subject_id=last.pk, dropped_on=None)
        assert [(row.kind, row.closes_on) for row in rows] == [("refund_period", LAST_DAY)]
        assert not list(deadlines_are_what_the_rules_say())


@pytest.mark.parametrize(("on", "late"), [(date(2025, 3, 13), False), (date(2025, 3, 14), True)])
def test_an_application_after_fifteen_working_days_is_marked_late(recovered: Project, on: date, late: bool):
    assert applied_settlement(recovered, ended_on=ENDED, on=on).applied_late is late


def test_a_refused_application_leaves_the_loan_where_it_was_and_says_why(recovered: Project):
    applied = applied_settlement(recovered, ended_on=ENDED, on=APPLIED)
    with scope.everything():
        with pytest.raises(Refused, match="理由"):
            services.decide_settlement(
                settlement_id=applied.pk, accept=False, reason=" ", by=recovered.desk.reviewer, on=DECIDED,
                version=applied.version,
            )  # fmt: skip
        back = services.decide_settlement(
            settlement_id=applied.pk, accept=False, reason="抵债资产尚未过户", by=recovered.desk.reviewer, on=DECIDED,
            version=applied.version,
        )  # fmt: skip
    assert (back.state, recovered.loan.state) == (Settlement.State.REFUSED, Loan.State.COMPENSATED)
    assert applied_settlement(recovered, ended_on=ENDED, on=DECIDED).state == Settlement.State.APPLIED


def test_an_application_waits_for_the_transfer_to_the_compensation_library():
    one = project(transferred=False)
    with pytest.raises(Refused) as no:
        applied_settlement(one, ended_on=ENDED, on=APPLIED)
    assert (no.value.code, no.value.article) == ("not_transferred", "19(4)")


def test_an_application_waits_until_every_recovery_is_reported(recovered: Project):
    prepared(recovered.team, recovered.loan, "10.00", received_on=ENDED, on=APPLIED)
    with pytest.raises(Refused) as no:
        applied_settlement(recovered, ended_on=ENDED, on=APPLIED)
    assert no.value.code == "recovery_open"


def test_both_institutions_close_when_everything_has_come_back(recovered: Project):
    accepted_settlement(recovered, ended_on=ENDED, on=DECIDED)
    with pytest.raises(Refused, match="2 笔"):
        passed_settled(recovered, LATER)
    all_received(recovered, LATER)
    closing = closed_settled(recovered, LATER)
    assert (closing.state, closing.kind, closing.closed_on) == (Closing.State.CLOSED, Closing.Kind.SETTLED, LATER)
    assert closing.manager_by == recovered.desk.reviewer and closing.finance_by == recovered.desk.finance_approver
    loan = recovered.loan
    assert (loan.state, loan.library, loan.closed_on) == (Loan.State.CLOSED, Loan.Library.SETTLEMENT, LATER)
    with scope.everything():
        assert not [*invariants.returns_follow_the_formula(), *invariants.states_are_their_logs()]


def test_the_manager_cannot_close_alone(recovered: Project):
    accepted_settlement(recovered, ended_on=ENDED, on=DECIDED)
    all_received(recovered, LATER)
    closing = passed_settled(recovered, LATER)
    with scope.everything():
        with pytest.raises(NotPermitted):
            services.close_settled(closing_id=closing.pk, by=recovered.desk.reviewer, on=LATER, version=closing.version)
        recovered.desk.reviewer.role = "finance_approver"
        with pytest.raises(SamePerson):
            services.close_settled(closing_id=closing.pk, by=recovered.desk.reviewer, on=LATER, version=closing.version)
    assert recovered.loan.state == Loan.State.RECOVERED


def test_the_finance_centre_may_send_the_accounts_back_and_the_manager_begins_anew(recovered: Project):
    accepted_settlement(recovered, ended_on=ENDED, on=DECIDED)
    all_received(recovered, LATER)
    closing = passed_settled(recovered, LATER)
    with scope.everything():
        back = services.send_back_settled(
            closing_id=closing.pk, reason="流水号有误", by=recovered.desk.clerk, on=LATER, version=closing.version
        )
    assert (back.state, back.refusal_reason) == (Closing.State.REFUSED, "流水号有误")
    assert closed_settled(recovered, LATER).state == Closing.State.CLOSED


def test_money_that_comes_after_the_closing_is_still_returned_up_to_the_cap(recovered: Project):
    accepted_settlement(recovered, ended_on=ENDED, on=DECIDED)
    all_received(recovered, LATER)
    closed_settled(recovered, LATER)
    reported(recovered.team, recovered.loan, "900000.00", principal="400000.00", received_on=LATER, on=LATER)
    assert [advice.amount for advice in recovered.returns()] == [D("200000.00"), D("40000.00"), D("160000.00")]
    all_received(recovered, date(2025, 4, 10))
    assert recovered.loan.state == Loan.State.CLOSED
    with scope.everything():
        assert selectors.tape(recovered.claim).headroom == 0
        assert not list(invariants.returns_follow_the_formula())


def test_a_stale_page_decides_nothing(recovered: Project):
    applied = applied_settlement(recovered, ended_on=ENDED, on=APPLIED)
    with scope.everything(), pytest.raises(Stale):
        services.decide_settlement(
            settlement_id=applied.pk, accept=True, reason="", by=recovered.desk.reviewer, on=DECIDED,
            version=applied.version - 1,
        )  # fmt: skip


def test_one_way_out_at_a_time(recovered: Project):
    applied_write_off(recovered, APPLIED)
    with pytest.raises(Refused) as no:
        applied_settlement(recovered, ended_on=ENDED, on=APPLIED)
    assert no.value.code == "closing_open"


def test_an_upgraded_loan_cannot_be_settled(recovered: Project):
    approved_upgrade(recovered.claim, recovered.team, recovered.desk, APPLIED)
    with pytest.raises(Refused) as no:
        applied_settlement(recovered, ended_on=ENDED, on=APPLIED)
    assert no.value.code == "not_non_performing"


def test_an_overdue_return_stays_overdue_when_the_application_is_accepted(one: Project):
    reported(one.team, one.loan, "500000.00", received_on=date(2024, 12, 31), on=date(2025, 1, 20))
    overdue = one.returns()[0]
    accepted_settlement(one, ended_on=ENDED, on=DECIDED)
    again = one.returns()[0]
    assert (again.due_on, again.last, again.state) == (overdue.due_on, False, Return.State.DUE)
