"""Determination and its end, the history of classes, withdrawal, and moving many at once."""

from datetime import date
from decimal import Decimal

import pytest

from banks.models import Standing
from loans import services
from loans.models import ClassificationChange, ClassificationRequest, Determination, Loan
from loans.services.moves import TABLE
from loans.words import Classification
from pool import registry, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import Deadline, Role, Transition
from tests.factories.loans import determine, determined_loan, entered_loan, entered_upload, healthy_volume, loan_cells
from tests.factories.people import TODAY, person
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db


@built_once
def loan(team):
    return entered_loan(team, date(2024, 11, 20), principal="3000000.00")


def prepared(team, loan, **given):
    wanted = {
        "loan_id": loan.pk,
        "after": Classification.SUBSTANDARD,
        "on_date": TODAY,
        "principal_balance": Decimal("2500000.00"),
        "by": team.maker,
        "on": TODAY,
    }
    with scope.bank_scope(team.pk):
        return services.prepare_classification(**{**wanted, **given})


def submitted(team, request, by=None):
    with scope.bank_scope(team.pk):
        return services.submit_classification(
            request_id=request.pk, by=by or team.checker, on=TODAY, version=request.version
        )


def again(loan) -> Loan:
    with scope.everything():
        return Loan.objects.get(pk=loan.pk)


def test_a_prepared_determination_changes_nothing_yet(team, loan):
    prepared(team, loan)
    assert again(loan).state == "entered"
    with scope.everything():
        assert not Determination.objects.exists()


def test_a_submitted_determination_moves_loan_standing_and_clock_together(team, loan):
    submitted(team, prepared(team, loan))
    found = again(loan)
    assert (found.state, found.classification, found.library) == ("non_performing", "substandard", "loan")
    with scope.everything():
        standing = Determination.objects.get(loan=loan)
        assert (standing.determined_on, standing.principal_balance) == (TODAY, Decimal("2500000.00"))
        assert Standing.objects.get(bank=team.bank).npl_principal == Decimal("2500000.00")
        due = Deadline.objects.get(subject_id=loan.pk, kind="claim_period")
        assert (due.closes_on, due.article) == (date(2025, 4, 16), "19(2)")
        change = ClassificationChange.objects.get(loan=loan)
        assert (change.before, change.after) == ("normal", "substandard")
        assert Transition.objects.filter(subject_id=loan.pk, field="state", target="non_performing").count() == 1


def test_nobody_submits_the_classification_they_prepared(team, loan):
    request = prepared(team, loan)
    team.maker.role = Role.BANK_CHECKER
    with pytest.raises(SamePerson):
        submitted(team, request, by=team.maker)
    assert again(loan).state == "entered"


def test_a_submission_of_what_has_changed_is_stale(team, loan):
    request = prepared(team, loan)
    with scope.bank_scope(team.pk), pytest.raises(Stale):
        services.submit_classification(request_id=request.pk, by=team.checker, on=TODAY, version=request.version + 1)


def test_a_change_among_performing_classes_determines_nothing(team, loan):
    submitted(team, prepared(team, loan, after=Classification.SPECIAL_MENTION))
    found = again(loan)
    assert (found.state, found.classification) == ("entered", "special_mention")
    with scope.everything():
        assert not Determination.objects.exists()
        assert Standing.objects.get(bank=team.bank).npl_principal == 0


def test_a_further_downgrade_keeps_the_first_determination(team, loan):
    submitted(team, prepared(team, loan))
    submitted(team, prepared(team, again(loan), after=Classification.LOSS, principal_balance=Decimal("2400000.00")))
    with scope.everything():
        assert Determination.objects.get(loan=loan).principal_balance == Decimal("2500000.00")
        assert Standing.objects.get(bank=team.bank).npl_principal == Decimal("2500000.00")
        assert ClassificationChange.objects.filter(loan=loan).count() == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"on_date": date(2025, 1, 17)}, "date_ahead"),
        ({"on_date": date(2024, 11, 7)}, "date_too_early"),
        ({"principal_balance": Decimal("3000000.01")}, "balance_range"),
        ({"principal_balance": Decimal("1.001")}, "balance_range"),
        ({"principal_balance": Decimal("0")}, "balance_nothing"),
        ({"after": Classification.NORMAL}, "same_class"),
    ],
)
def test_a_classification_that_cannot_be_is_refused(team, loan, given, code):
    with pytest.raises(Refused) as no:
        prepared(team, loan, **given)
    assert no.value.code == code


def test_the_whole_principal_may_be_the_balance(team, loan):
    assert prepared(team, loan, principal_balance=Decimal("3000000.00")).pk


def test_an_upgrade_is_no_plain_change_of_class(team, loan):
    submitted(team, prepared(team, loan))
    with pytest.raises(Refused) as no:
        prepared(team, again(loan), after=Classification.NORMAL)
    assert (no.value.code, no.value.article) == ("upgrade_elsewhere", "19(5)")


def test_one_request_at_a_time(team, loan):
    prepared(team, loan)
    with pytest.raises(Refused) as no:
        prepared(team, loan)
    assert no.value.code == "request_open"


def test_a_cancelled_request_makes_room(team, loan):
    request = prepared(team, loan)
    with scope.bank_scope(team.pk):
        services.cancel_classification(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)
    assert prepared(team, loan).pk != request.pk


def test_a_public_body_classifies_nothing(team, loan):
    with scope.everything(), pytest.raises(NotPermitted):
        services.prepare_classification(
            loan_id=loan.pk, after="loss", on_date=TODAY, principal_balance=Decimal("1"),
            by=person(Role.MANAGER_APPROVER), on=TODAY,
        )  # fmt: skip


# ---- the end of a determination


@pytest.mark.parametrize(("ending", "cause"), [("upgraded", "upgraded"), ("voided", "voided")])
def test_an_ended_determination_takes_the_loan_back(team, ending, cause):
    healthy_volume(team)
    loan = determined_loan(team)
    with scope.everything():
        services.end_determination(
            loan_id=loan.pk, ending=ending, after="normal", on_date=TODAY, made_by=team.maker, by=team.checker,
            on=TODAY, reason="恢复还款",
        )  # fmt: skip
        found = Loan.objects.get(pk=loan.pk)
        assert (found.state, found.classification) == ("entered", "normal")
        row = Standing.objects.get(bank=team.bank)
        assert row.npl_principal == 0
        deadline = Deadline.objects.get(subject_id=loan.pk)
        assert (deadline.dropped_on, deadline.dropped_because) == (TODAY, "恢复还款")
        ended = Determination.objects.get(loan=loan)
        assert (ended.ended_on, ended.ending) == (TODAY, cause)


def test_a_loan_whose_principal_was_recovered_is_not_taken_off_twice(team):
    loan = determined_loan(team)
    with scope.everything():
        services.mark_principal_recovered(loan_id=loan.pk, on_date=TODAY, by=None, on=TODAY)
        services.end_determination(
            loan_id=loan.pk, ending="voided", after="normal", on_date=TODAY, made_by=team.maker, by=team.checker,
            on=TODAY, reason="误认定",
        )  # fmt: skip
        assert Standing.objects.get(bank=team.bank).npl_principal == 0


def test_what_does_not_stand_cannot_end(team, loan):
    with scope.everything(), pytest.raises(Refused) as no:
        services.end_determination(
            loan_id=loan.pk, ending="voided", after="normal", on_date=TODAY, made_by=team.maker, by=team.checker,
            on=TODAY, reason="x",
        )  # fmt: skip
    assert no.value.code == "nothing_stands"


def test_a_loan_may_be_determined_again_after_an_upgrade(team):
    loan = determined_loan(team, determined_on=date(2025, 1, 6))
    with scope.everything():
        services.end_determination(
            loan_id=loan.pk, ending="upgraded", after="normal", on_date=date(2025, 1, 10), made_by=team.maker,
            by=team.checker, on=date(2025, 1, 10), reason="还款",
        )  # fmt: skip
    second = determine(team, loan, TODAY, "2000000.00")
    with scope.everything():
        assert Determination.objects.filter(loan=loan).count() == 2
        assert Determination.objects.get(loan=loan, ended_on__isnull=True) == second


# ---- withdrawal


def withdrawn(team, loan):
    with scope.bank_scope(team.pk):
        request = services.prepare_withdrawal(loan_id=loan.pk, by=team.maker, on=TODAY, reason="误录")
        return services.withdraw_loan(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)


def test_a_loan_entered_in_error_is_withdrawn_by_two_people(team, loan):
    withdrawn(team, loan)
    assert again(loan).state == "withdrawn"


def test_a_loan_that_was_ever_determined_stays(team):
    loan = determined_loan(team)
    with scope.everything():
        services.end_determination(
            loan_id=loan.pk, ending="voided", after="normal", on_date=TODAY, made_by=team.maker, by=team.checker,
            on=TODAY, reason="x",
        )  # fmt: skip
    with pytest.raises(Refused) as no:
        withdrawn(team, loan)
    assert no.value.code == "not_withdrawable"


def test_a_determination_submitted_meanwhile_stops_the_withdrawal(team, loan):
    with scope.bank_scope(team.pk):
        request = services.prepare_withdrawal(loan_id=loan.pk, by=team.maker, on=TODAY, reason="误录")
    submitted(team, prepared(team, loan))
    with scope.bank_scope(team.pk), pytest.raises(Refused):
        services.withdraw_loan(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)


def test_a_withdrawn_loan_cannot_be_classified(team, loan):
    withdrawn(team, loan)
    with pytest.raises(Refused) as no:
        prepared(team, loan)
    assert no.value.code == "loan_not_open"


# ---- many at once


def test_many_are_moved_with_one_log(team):
    upload = entered_upload(team, [loan_cells() for _ in range(5)])
    with scope.everything():
        ids = list(Loan.objects.filter(upload=upload).values_list("pk", flat=True))
        moved = services.move_many(
            ids=ids, name="close", by=None, on=TODAY, article="19(8)", reason="到期自动结项", closed_on=TODAY
        )
        assert moved == 5
        assert set(Loan.objects.filter(pk__in=ids).values_list("state", "closed_on", "version")) == {
            ("closed", TODAY, 2)
        }
        assert Transition.objects.filter(subject_id__in=ids, target="closed", article="19(8)").count() == 5
        assert not list(registry.invariants["loan_states"].fn())


def test_if_one_may_not_move_none_does(team):
    loan, other = entered_loan(team), entered_loan(team)
    withdrawn(team, other)
    with scope.everything():
        with pytest.raises(Refused):
            services.move_many(ids=[loan.pk, other.pk], name="close", by=None, on=TODAY)
        assert Loan.objects.get(pk=loan.pk).state == "entered"


def test_the_table_of_moves_is_the_one_of_the_rules():
    assert set(TABLE) == {
        ("entered", "non_performing"),
        ("entered", "withdrawn"),
        ("entered", "closed"),
        ("non_performing", "entered"),
        ("non_performing", "compensated"),
        ("non_performing", "closed"),
        ("compensated", "entered"),
        ("compensated", "non_performing"),  # the transfer came back and is paid again (decision 0013)
        ("compensated", "recovered"),
        ("compensated", "closed"),
        ("recovered", "closed"),
    }


# ---- what always holds


def test_a_state_that_left_the_log_behind_is_seen(team, loan):
    with scope.everything():
        assert not list(registry.invariants["loan_states"].fn())
        Loan.objects.filter(pk=loan.pk).update(state="closed")
        assert len(list(registry.invariants["loan_states"].fn())) == 1


def test_a_deadline_that_says_another_day_is_seen(team):
    loan = determined_loan(team)
    with scope.everything():
        assert not list(registry.invariants["I10"].fn())
        Deadline.objects.filter(subject_id=loan.pk).update(closes_on=date(2025, 4, 17))
        assert len(list(registry.invariants["I10"].fn())) == 1


def test_a_request_is_open_until_it_is_submitted(team, loan):
    request = prepared(team, loan)
    submitted(team, request)
    with scope.everything():
        assert ClassificationRequest.objects.get(pk=request.pk).state == "submitted"
