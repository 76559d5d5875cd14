"""What cannot be recovered: the chain of four offices and its closing (19(7), 20(6))."""

from datetime import date
from decimal import Decimal

import pytest

from loans.models import Loan
from pool import scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import Deadline, Notice, Role
from recovery import invariants, services
from recovery.models import Closing
from tests.factories.people import person
from tests.factories.recovery import (
    Offices,
    Project,
    all_received,
    applied_settlement,
    applied_write_off,
    fresh,
    passed_write_off,
    prepared_write_off,
    proof,
    reported,
    written_off,
)

pytestmark = pytest.mark.django_db
D = Decimal
ON, DECIDE_BY = date(2025, 2, 24), date(2025, 3, 26)
State = Closing.State


@pytest.fixture
def offices() -> Offices:
    return Offices()


def test_four_offices_and_the_manager_close_what_is_lost(one: Project, offices: Offices):
    closing = written_off(one, ON, offices)
    assert (closing.state, closing.closed_on, closing.loss_amount) == (State.CLOSED, ON, D("600000.00"))
    signed = [closing.manager_by, closing.finance_by, closing.authority_by, closing.supervisor_by, closing.closed_by]
    assert signed == [offices.reviewer, offices.finance, offices.authority, offices.supervisor, offices.closer]
    loan = one.loan
    assert (loan.state, loan.library, loan.closed_on) == (Loan.State.CLOSED, Loan.Library.COMPENSATION, ON)
    with scope.everything():
        assert not [*invariants.states_are_their_logs(), *invariants.four_eyes()]


def test_manager_and_finance_centre_together_have_thirty_days(one: Project, offices: Offices):
    closing = applied_write_off(one, ON)
    assert closing.decide_by == DECIDE_BY
    with scope.everything():
        row = Deadline.objects.get(subject_id=closing.pk)
        assert (row.closes_on, row.article, row.fulfilled_on) == (DECIDE_BY, "20(6)", None)
        passed_write_off(closing, [offices.reviewer], date(2025, 3, 3))
        assert fresh(row).fulfilled_on is None
        passed_write_off(closing, [offices.finance], date(2025, 3, 5))
        assert fresh(row).fulfilled_on == date(2025, 3, 5)


@pytest.mark.parametrize("step", range(5))
def test_no_office_but_the_one_whose_turn_it_is_may_act(one: Project, offices: Offices, step: int):
    order = offices.in_order()
    closing = passed_write_off(applied_write_off(one, ON), order[:step], ON)
    for place, somebody in enumerate(order):
        if place == step or (place, step) in {(0, 4), (4, 0)}:
            continue
        with scope.everything(), pytest.raises(NotPermitted):
            services.pass_write_off(closing_id=closing.pk, by=somebody, on=ON, version=closing.version)


@pytest.mark.parametrize(
    ("passed", "role"),
    [
        (0, Role.MANAGER_REVIEWER),
        (1, Role.FINANCE_APPROVER),
        (2, Role.AUTHORITY),
        (3, Role.SUPERVISOR),
        (4, Role.MANAGER_APPROVER),
    ],
)
def test_whoever_has_signed_cannot_sign_again_in_another_office(one: Project, offices: Offices, passed: int, role: str):
    """Even a person whose role was changed in between."""
    closing = passed_write_off(applied_write_off(one, ON), offices.in_order()[:passed], ON)
    somebody = one.team.checker if passed == 0 else offices.in_order()[passed - 1]
    somebody.role, somebody.institution = role, None
    with scope.everything(), pytest.raises(SamePerson):
        services.pass_write_off(closing_id=closing.pk, by=somebody, on=ON, version=closing.version)


def test_the_reviewer_who_passed_it_cannot_close_it(one: Project, offices: Offices):
    closing = passed_write_off(applied_write_off(one, ON), offices.in_order()[:4], ON)
    with scope.everything():
        with pytest.raises(SamePerson):
            services.pass_write_off(closing_id=closing.pk, by=offices.reviewer, on=ON, version=closing.version)
        another = person(Role.MANAGER_REVIEWER)
        done = services.pass_write_off(closing_id=closing.pk, by=another, on=ON, version=closing.version)
    assert done.state == State.CLOSED


@pytest.mark.parametrize("step", range(4))
def test_any_office_may_send_it_back_with_a_reason(one: Project, offices: Offices, step: int):
    order = offices.in_order()
    closing = passed_write_off(applied_write_off(one, ON), order[:step], ON)
    with scope.everything():
        with pytest.raises(Refused, match="理由"):
            services.send_back_write_off(
                closing_id=closing.pk, reason="", by=order[step], on=ON, version=closing.version
            )
        back = services.send_back_write_off(
            closing_id=closing.pk, reason="责任认定不完整", by=order[step], on=ON, version=closing.version
        )
        assert (back.state, back.refused_by, one.loan.state) == (State.REFUSED, order[step], Loan.State.COMPENSATED)
        assert not Deadline.objects.filter(subject_id=closing.pk, fulfilled_on=None, dropped_on=None).exists()
        assert Notice.objects.filter(bank=one.team.pk, body="责任认定不完整").count() == 2
    assert applied_write_off(one, ON).state == State.APPLIED


def test_two_people_of_the_bank_apply(one: Project):
    made = prepared_write_off(one, ON)
    one.team.maker.role = Role.BANK_CHECKER
    with scope.bank_scope(one.team.pk), pytest.raises(SamePerson):
        services.submit_write_off(closing_id=made.pk, by=one.team.maker, on=ON, version=made.version)


def test_a_write_off_waits_until_what_was_recovered_has_been_returned(one: Project, offices: Offices):
    reported(one.team, one.loan, "100000.00", received_on=date(2025, 2, 10), on=ON)
    closing = applied_write_off(one, ON)
    with pytest.raises(Refused) as no:
        passed_write_off(closing, [offices.reviewer], ON)
    assert no.value.code == "returns_open"
    all_received(one, ON)
    assert passed_write_off(closing, offices.in_order(), ON).state == State.CLOSED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("loss_amount", D("0.00")),
        ("responsibility", " "),
        ("reason", ""),
        ("written_off_on", date(2025, 2, 25)),
        ("written_off_on", date(2024, 12, 2)),
    ],
)
def test_an_application_must_tell_loss_responsibility_and_reason(one: Project, field: str, value: object):
    told = {
        "written_off_on": ON,
        "loss_amount": D("1.00"),
        "responsibility": "已尽职",
        "reason": "无可执行财产",
        "evidence": proof(one.team),
    }
    with scope.bank_scope(one.team.pk), pytest.raises(Refused) as no:
        services.apply_write_off(loan_id=one.claim.loan_id, by=one.team.maker, on=ON, **(told | {field: value}))
    assert no.value.field == field and no.value.article == "19(7)"


def test_a_write_off_is_passed_once_from_one_page(one: Project, offices: Offices):
    closing = applied_write_off(one, ON)
    seen = closing.version
    passed_write_off(closing, [offices.reviewer], ON)
    with scope.everything(), pytest.raises(Stale):
        services.pass_write_off(closing_id=closing.pk, by=offices.finance, on=ON, version=seen)


def test_a_settlement_application_stops_a_write_off(one: Project):
    applied_settlement(one, ended_on=date(2025, 2, 20), on=ON)
    with pytest.raises(Refused) as no:
        prepared_write_off(one, ON)
    assert no.value.code == "settlement_open"


def test_money_that_comes_after_a_write_off_is_still_returned(one: Project):
    written_off(one, ON)
    reported(one.team, one.loan, "50000.00", received_on=date(2025, 3, 3), on=date(2025, 3, 4))
    assert [advice.amount for advice in one.returns()] == [D("20000.00")]
    assert one.loan.state == Loan.State.CLOSED
