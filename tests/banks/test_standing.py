"""The 3 % of article 17: what counts, where the line runs, and that it turns by itself."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections

from banks import standing
from banks.models import Standing, StandingEvent
from loans import services as loans
from loans.models import Loan
from pool import registry, scope
from pool.jobs import run_job
from pool.models import Notice, Role
from tests.factories.loans import determine, entered_loan, entered_upload, loan_cells
from tests.factories.people import TODAY, bank_team

ENTRY = date(2024, 11, 20)


def standing_of(team) -> Standing:
    with scope.everything():
        return Standing.objects.get(bank=team.bank)


def team_with(*principals: str):
    """A bank whose library holds loans of these principals."""
    team = bank_team()
    rows = [loan_cells(principal=amount, credit_line=amount, other_balances="0") for amount in principals]
    entered_upload(team, rows, ENTRY)
    return team


def loans_of(team) -> list[Loan]:
    with scope.everything():
        return list(Loan.objects.filter(bank=team.bank).order_by("principal", "pk"))


@pytest.mark.django_db
def test_entering_adds_to_the_denominator_and_puts_it_on_record():
    team = team_with("3000000.00", "7000000.00")
    row = standing_of(team)
    assert row.entered_principal == Decimal("10000000.00")
    assert row.npl_principal == 0
    with scope.everything():
        event = StandingEvent.objects.get(bank=team.bank)
    assert (event.cause, event.entered_principal) == ("entered", Decimal("10000000.00"))


@pytest.mark.django_db
@pytest.mark.parametrize(("balance", "suspended"), [("599999.99", False), ("600000.00", False), ("600000.01", True)])
def test_exactly_three_percent_is_not_suspended_and_one_fen_more_is(balance, suspended):
    team = team_with("1000000.00", "19000000.00")
    determine(team, loans_of(team)[0], TODAY, balance)
    assert standing_of(team).is_suspended is suspended
    with scope.everything():
        assert standing.is_suspended(team.pk) is suspended


@pytest.mark.django_db
def test_a_suspension_is_on_record_and_told_to_bank_and_managers():
    team = team_with("1000000.00", "19000000.00")
    determine(team, loans_of(team)[0], TODAY, "900000.00")
    with scope.everything():
        turned = StandingEvent.objects.get(bank=team.bank, turned=True)
        told = set(Notice.objects.filter(bank=team.pk, key__startswith="standing:").values_list("role", flat=True))
    assert (turned.cause, turned.is_suspended, turned.on) == ("determined", True, TODAY)
    assert {Role.BANK_MAKER, Role.BANK_CHECKER, Role.MANAGER_STATISTICS} <= told


@pytest.mark.django_db
def test_new_entries_resume_a_suspended_bank_by_themselves():
    team = team_with("1000000.00", "19000000.00")
    determine(team, loans_of(team)[0], TODAY, "660000.00")
    assert standing_of(team).is_suspended
    entered_loan(team, TODAY, principal="2000000.00", credit_line="2000000.00")
    assert not standing_of(team).is_suspended


@pytest.mark.django_db
def test_a_loan_whose_principal_is_recovered_leaves_the_numerator_once():
    team = team_with("1000000.00", "19000000.00")
    loan = loans_of(team)[0]
    determine(team, loan, TODAY, "900000.00")
    with scope.everything():
        assert loans.mark_principal_recovered(loan_id=loan.pk, on_date=TODAY, by=None, on=TODAY)
        assert not loans.mark_principal_recovered(loan_id=loan.pk, on_date=TODAY, by=None, on=TODAY)
    row = standing_of(team)
    assert (row.npl_principal, row.is_suspended) == (0, False)


@pytest.mark.django_db
def test_late_loans_count_and_withdrawn_ones_do_not():
    team = bank_team()
    late = entered_loan(team, TODAY, disbursed_on="2024-05-10", matures_on="2026-05-10")
    assert late.entered_late
    assert standing_of(team).entered_principal == Decimal("3000000.00")
    with scope.bank_scope(team.pk):
        request = loans.prepare_withdrawal(loan_id=late.pk, by=team.maker, on=TODAY, reason="误录")
        loans.withdraw_loan(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)
    assert standing_of(team).entered_principal == 0


@pytest.mark.django_db
def test_the_nightly_recheck_corrects_what_does_not_add_up_and_says_so():
    team = team_with("1000000.00", "19000000.00")
    with scope.everything():
        Standing.objects.filter(bank=team.bank).update(entered_principal=1)
        assert list(registry.invariants["standing"].fn())
    first = run_job("recheck_standing", TODAY)
    assert first.result["corrected"] == [team.bank.short_name]
    assert standing_of(team).entered_principal == Decimal("20000000.00")
    with scope.everything():
        assert not list(registry.invariants["standing"].fn())
    assert run_job("recheck_standing", TODAY).repeated


def test_two_determinations_at_once_both_count_and_only_one_crosses_the_line(committed_db):
    """Each alone stays at 2.5 %, together they are at 5 %: the locked row must see the other."""
    team = team_with("500000.00", "500001.00", "18999999.00")
    first, second, _rest = loans_of(team)
    with scope.bank_scope(team.pk):
        requests = [
            loans.prepare_classification(
                loan_id=loan.pk, after="substandard", on_date=TODAY, principal_balance=Decimal("500000.00"),
                by=team.maker, on=TODAY,
            )
            for loan in (first, second)
        ]  # fmt: skip
    gate = threading.Barrier(2)
    faults: list[BaseException] = []

    def submit(request) -> None:
        try:
            gate.wait()
            with scope.bank_scope(team.pk):
                loans.submit_classification(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)
        except BaseException as fault:  # noqa: BLE001
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=submit, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    row = standing_of(team)
    assert (row.npl_principal, row.is_suspended) == (Decimal("1000000.00"), True)
    with scope.everything():
        series = StandingEvent.objects.filter(bank=team.bank, cause="determined").order_by("number")
        assert [(event.npl_principal, event.turned) for event in series] == [
            (Decimal("500000.00"), False),
            (Decimal("1000000.00"), True),
        ]
