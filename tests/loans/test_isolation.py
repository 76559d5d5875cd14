"""A bank sees its rows only: once by the query, once more by PostgreSQL where the query forgets."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from banks.models import Agreement, Membership, PayeeAccount, Standing, StandingEvent, Violation
from loans.models import (
    Borrower,
    ClassificationChange,
    ClassificationRequest,
    Confirmation,
    Determination,
    Loan,
    Upload,
    UploadRow,
)
from pool import scope
from pool.models import Role
from tests.factories.banks import confirmed_violation, payee_account
from tests.factories.loans import determined_loan, entered_loan
from tests.factories.people import bank_team, person
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db

BANK_OWNED = [
    Agreement, Membership, PayeeAccount, Standing, StandingEvent, Violation, Upload, UploadRow, Loan,
    ClassificationChange, ClassificationRequest, Determination, Confirmation,
]  # fmt: skip


@built_once
def one():
    team = bank_team("甲银行")
    payee_account(team)
    confirmed_violation(team, 2024)
    determined_loan(team)
    entered_loan(team, credit_line="1000000.00")  # its warning is confirmed
    return team


@pytest.fixture
def other():
    return bank_team("乙银行")


@pytest.mark.parametrize("model", BANK_OWNED, ids=lambda model: model.__name__)
def test_a_bank_sees_nothing_of_another_even_without_the_filter(one, other, model):
    with scope.everything():
        assert model.objects.filter(bank=one.bank).exists()
    with scope.bank_scope(other.pk):
        assert not model.objects.filter(bank=one.bank).exists()
        assert not model.objects.exclude(bank=other.bank).exists()


@pytest.mark.parametrize("model", BANK_OWNED, ids=lambda model: model.__name__)
def test_without_a_context_there_are_no_rows(one, model):
    with scope.nobody():
        assert not model.objects.exists()


@pytest.mark.parametrize("model", BANK_OWNED, ids=lambda model: model.__name__)
def test_the_first_wall_gives_a_banks_people_their_bank_only(one, other, model):
    with scope.everything():
        assert not model.objects.visible_to(other.maker).filter(bank=one.bank).exists()
        assert model.objects.visible_to(one.maker).exists()
        assert model.objects.visible_to(person(Role.MANAGER_REVIEWER)).filter(bank=one.bank).exists()


def test_no_bank_can_list_borrowers(one):
    with scope.bank_scope(one.pk):
        assert not Borrower.objects.exists()


def test_a_bank_cannot_write_into_another(one, other):
    loan = entered_loan(other)
    with scope.bank_scope(one.pk):
        assert Loan.objects.filter(pk=loan.pk).update(remarks="mine") == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            Violation.objects.create(
                bank=other.bank, year=2024, description="x", document_number="x", entered_by=one.maker, number="x",
                entered_on=loan.entered_on,
            )  # fmt: skip


def test_a_row_cannot_point_into_another_banks_data(one, other):
    loan = entered_loan(other)
    with scope.everything(), pytest.raises(IntegrityError), transaction.atomic():
        Determination.objects.create(
            bank=one.bank, loan=loan, classification="loss", determined_on=loan.entered_on, principal_balance=1,
            made_by=one.maker, checked_by=one.checker,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("model", [StandingEvent, ClassificationChange, Confirmation])
def test_history_is_only_ever_added_to(one, model):
    with scope.everything():
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            model.objects.update(version=9)
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            model.objects.all().delete()
