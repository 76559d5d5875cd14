"""Determinations by file: held against the library row by row, put into force by a second person, once."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from banks.models import Standing
from loans import invariants, services
from loans.columns import CLASSIFICATION_SCHEMA
from loans.models import ClassificationChange, Determination, Loan, UploadRow
from pool import clock, scope
from pool.errors import SamePerson
from pool.models import Deadline, Role
from tests.factories.loans import (
    class_cells,
    classified_upload,
    determine,
    entered,
    entered_loan,
    fresh,
)
from tests.factories.people import TODAY, bank_team

pytestmark = pytest.mark.django_db


def loan_of(team, **given) -> Loan:
    return entered_loan(team, date(2024, 11, 20), **given)


def rows_of(upload) -> list[UploadRow]:
    with scope.everything():
        return list(UploadRow.objects.filter(upload=upload).order_by("row"))


def again(loan) -> Loan:
    with scope.everything():
        return Loan.objects.get(pk=loan.pk)


def test_a_file_of_classifications_takes_effect_at_the_checkers_submission(team):
    one, two, same = loan_of(team), loan_of(team), loan_of(team)
    rows = [class_cells(one), class_cells(two, after="关注"), class_cells(same, after="正常")]
    upload = classified_upload(team, rows)
    assert (upload.rows_good, upload.rows_held, upload.rows_known) == (2, 0, 1)
    assert again(one).state == "entered"
    upload = entered(team, upload)
    assert (upload.state, upload.get_state_display(), upload.rows_entered) == ("entered", "已生效", 2)
    assert upload.principal_entered == Decimal("5000000.00")
    found = again(one)
    assert (found.state, found.classification, again(two).classification) == (
        "non_performing", "substandard", "special_mention",
    )  # fmt: skip
    with scope.everything():
        standing = Determination.objects.get(loan=one)
        assert (standing.made_by, standing.checked_by) == (team.maker, team.checker)
        assert Standing.objects.get(bank=team.bank).npl_principal == Decimal("2500000.00")
        assert Deadline.objects.get(subject_id=one.pk, kind="claim_period").closes_on == date(2025, 4, 16)
        assert ClassificationChange.objects.filter(loan=two).count() == 1
        assert not list(invariants.standings_add_up())


def test_entering_the_same_file_twice_does_nothing_more(team):
    upload = entered(team, classified_upload(team, [class_cells(loan_of(team))]))
    with scope.everything():
        services.enter_upload(upload.pk)
        assert Determination.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"iou_number": "NOWHERE"}, "class_not_in_library"),
        ({"borrower_name": "别家公司"}, "class_other_name"),
        ({"on_date": "2025-01-17"}, "class_date_ahead"),
        ({"on_date": "2024-11-07"}, "class_date_too_early"),
        ({"principal_balance": "3000000.01"}, "class_balance_range"),
        ({"principal_balance": "0"}, "class_balance_nothing"),
        ({"after": "不良"}, "bad_choice"),
        ({"reason": ""}, "required"),
    ],
)
def test_a_row_that_cannot_take_effect_is_held_and_says_why(team, given, code):
    upload = classified_upload(team, [class_cells(loan_of(team), **given)])
    assert [problem["code"] for problem in rows_of(upload)[0].problems] == [code]
    assert upload.rows_held == 1


def test_an_upgrade_goes_another_way(team):
    loan = loan_of(team)
    determine(team, loan, TODAY)
    problem = rows_of(classified_upload(team, [class_cells(loan, after="正常")]))[0].problems[0]
    assert (problem["code"], problem["article"]) == ("class_upgrade_elsewhere", "19(5)")


def test_two_rows_of_one_loan_are_not_guessed(team):
    loan = loan_of(team)
    upload = classified_upload(team, [class_cells(loan), class_cells(loan, after="损失")])
    assert [row.status for row in rows_of(upload)] == ["good", "held"]


def test_another_banks_loan_is_not_there(team):
    other = loan_of(bank_team("乙银行"))
    upload = classified_upload(team, [class_cells(other)])
    assert rows_of(upload)[0].problems[0]["code"] == "class_not_in_library"


def test_what_changed_after_the_check_is_held_and_the_rest_takes_effect(team):
    one, two = loan_of(team), loan_of(team)
    upload = classified_upload(team, [class_cells(one), class_cells(two)])
    determine(team, one, TODAY)
    upload = entered(team, upload)
    assert (upload.rows_entered, upload.rows_held) == (1, 1)
    assert rows_of(upload)[0].problems[-1]["code"] == "class_same_class"


def test_nobody_submits_the_file_they_sent(team):
    upload = classified_upload(team, [class_cells(loan_of(team))])
    team.maker.role = Role.BANK_CHECKER
    with scope.bank_scope(team.pk), pytest.raises(SamePerson):
        services.submit_upload(upload_id=upload.pk, by=team.maker, on=TODAY, version=upload.version)


def test_the_pages_take_a_file_show_it_and_give_held_rows_and_the_receipt_back(team):
    clock.set_day(TODAY)
    maker, checker = Client(), Client()
    maker.force_login(team.maker)
    checker.force_login(team.checker)
    good, bad = loan_of(team), loan_of(team)
    upload = classified_upload(team, [class_cells(good), class_cells(bad, principal_balance="x")])
    page = checker.get(upload.get_absolute_url()).content.decode()
    assert "立即生效" in page and "五级分类" in page
    body = maker.get(reverse("loans:upload_held", args=[upload.pk])).getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(body))[CLASSIFICATION_SCHEMA.sheet]
    assert sheet.max_row == 2 and "不是金额" in sheet.cell(2, 2).value
    upload = entered(team, upload)
    with scope.everything():
        services.make_receipt(upload.pk)
    assert fresh(upload).receipt_id
    page = maker.get(f"{upload.get_absolute_url()}?rows=entered").content.decode()
    assert good.get_absolute_url() in page
    template = maker.get(reverse("loans:classes_template")).getvalue()
    assert openpyxl.load_workbook(io.BytesIO(template))[CLASSIFICATION_SCHEMA.sheet].max_column == 6
    assert maker.get(reverse("loans:classes_new")).status_code == 200
