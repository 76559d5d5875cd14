"""Recoveries by file: the rules and messages of the form, a row an instalment, returns in the order of the rows."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from loans import services as uploads
from loans.models import Determination, UploadRow
from pool import scope
from pool.errors import SamePerson
from pool.invariants import deadlines_are_what_the_rules_say
from pool.models import Role
from recovery import invariants
from recovery.columns import METHODS, RECOVERY_SCHEMA
from recovery.models import Recovery
from recovery.services.recoveries import Facts, why_not
from tests.factories.loans import entered, entered_loan
from tests.factories.recovery import Project, fresh, prepared, recoveries_upload, recovery_cells, reported

pytestmark = pytest.mark.django_db
D = Decimal
SOON = date(2025, 2, 20)


def row(one: Project, amount: str, **given) -> dict[str, str]:
    return recovery_cells(one.loan, amount, **{"received_on": SOON, **given})


def rows_of(upload) -> list[UploadRow]:
    with scope.everything():
        return list(UploadRow.objects.filter(upload=upload).order_by("row"))


def breaches() -> list[str]:
    with scope.everything():
        return [
            *invariants.returns_follow_the_formula(), *invariants.states_are_their_logs(),
            *deadlines_are_what_the_rules_say(), *invariants.four_eyes(),
        ]  # fmt: skip


def test_the_worked_example_in_one_file_returns_the_compensation_to_the_fen_and_then_nothing(one):
    rows = [
        row(one, "333333.33"), row(one, "333333.34"), row(one, "400000.00", principal_part="333333.33"),
        row(one, "50000.00", principal_part="0"),
    ]  # fmt: skip
    upload = recoveries_upload(one.team, rows, SOON)
    told = ["133333.33", "133333.34", "133333.33", "0.00"]
    assert (upload.rows_good, upload.principal_good) == (4, D("1116666.67"))
    assert [item.facts["due"] for item in rows_of(upload)] == told
    assert one.returns() == []
    upload = entered(one.team, upload, SOON)
    assert (upload.state, upload.rows_entered, upload.principal_entered) == ("entered", 4, D("1116666.67"))
    assert [str(advice.amount) for advice in one.returns()] == told[:3]
    assert [item.facts["due"] for item in rows_of(upload)] == told
    with scope.everything():
        made = Recovery.objects.filter(loan=one.loan).order_by("position")
        assert [item.amount for item in made] == [D("333333.33"), D("333333.34"), D("400000.00"), D("50000.00")]
        assert {(item.made_by, item.submitted_by) for item in made} == {(one.team.maker, one.team.checker)}
        assert Determination.objects.get(loan=one.loan).recovered_on == SOON
    assert not breaches()


def test_the_file_goes_on_where_the_form_stopped(one):
    reported(one.team, one.loan, "333333.33", received_on=SOON, on=SOON)
    upload = recoveries_upload(one.team, [row(one, "333333.34")], SOON)
    assert rows_of(upload)[0].facts["due"] == "133333.34"
    entered(one.team, upload, SOON)
    assert [advice.amount for advice in one.returns()] == [D("133333.33"), D("133333.34")]


@pytest.mark.parametrize(
    ("given", "code", "key"),
    [
        ({"iou_number": "NOWHERE"}, "recovery_not_in_library", "iou_number"),
        ({"borrower_name": "别家公司"}, "recovery_other_name", "borrower_name"),
        ({"received_on": "2025-02-21"}, "recovery_in_the_future", "received_on"),
        ({"received_on": "2024-01-02"}, "recovery_before_determination", "received_on"),
        ({"principal_part": "200000.00"}, "recovery_principal_over_amount", "principal_part"),
        ({"amount": "1000000.01", "principal_part": "1000000.01"}, "recovery_principal_over_balance", "principal_part"),
        ({"amount": "0"}, "not_positive", "amount"),
        ({"method": "送礼"}, "bad_choice", "method"),
    ],
)
def test_a_row_the_form_would_refuse_is_held_and_says_why(one, given, code, key):
    upload = recoveries_upload(one.team, [row(one, **{"amount": "100000.00", **given})], SOON)
    problem = rows_of(upload)[0].problems[0]
    assert (problem["code"], problem["key"], upload.rows_held) == (code, key, 1)


def test_what_is_said_of_a_row_is_what_the_form_says(one):
    item = rows_of(recoveries_upload(one.team, [row(one, "100000.00", received_on="2025-02-21")], SOON))[0]
    with scope.everything():
        determination = Determination.objects.get(loan=one.loan)
    facts = Facts(date(2025, 2, 21), D(100000), D(100000))
    no = why_not(facts, one.loan, determination, one.claim, SOON, D(1000000))
    assert no is not None
    assert item.problems[0]["params"]["message"] == str(no.message)
    assert item.problems[0]["article"] == no.article


def test_rows_share_the_principal_that_is_left(one):
    upload = recoveries_upload(one.team, [row(one, "600000.00"), row(one, "400000.01")], SOON)
    assert [item.status for item in rows_of(upload)] == ["good", "held"]


def test_what_was_reported_already_is_known_and_never_counts_twice(one):
    prepared(one.team, one.loan, "100000.00", received_on=SOON, on=SOON)
    rows = [row(one, "100000.00"), row(one, "100000.00", note="回单 2"), row(one, "100000.00", note="回单 2")]
    upload = recoveries_upload(one.team, rows, SOON)
    assert [item.status for item in rows_of(upload)] == ["known", "good", "held"]


def test_what_changed_after_the_check_is_held_and_the_rest_is_reported(one):
    upload = recoveries_upload(one.team, [row(one, "600000.00"), row(one, "400000.00")], SOON)
    reported(one.team, one.loan, "500000.00", received_on=SOON, on=SOON)
    upload = entered(one.team, upload, SOON)
    assert (upload.rows_entered, upload.rows_held) == (1, 1)
    held, done = rows_of(upload)
    assert held.problems[-1]["code"] == "recovery_principal_over_balance"
    assert done.facts["due"] == str(one.returns()[-1].amount)
    assert not breaches()


def test_a_row_that_comes_late_is_told_so_and_reported_as_late(one):
    upload = recoveries_upload(one.team, [row(one, "100000.00")], date(2025, 4, 30))
    item = rows_of(upload)[0]
    assert [(problem["code"], problem["severity"]) for problem in item.problems] == [("recovery_late", "note")]
    entered(one.team, upload, date(2025, 4, 30))
    with scope.everything():
        assert Recovery.objects.get(loan=one.loan).reported_late


def test_a_loan_without_a_determination_has_nothing_to_recover(one):
    loan = entered_loan(one.team, date(2024, 11, 20))
    upload = recoveries_upload(one.team, [recovery_cells(loan, "100.00", received_on=SOON)], SOON)
    assert rows_of(upload)[0].problems[0]["code"] == "recovery_not_non_performing"


def test_entering_the_same_file_twice_does_nothing_more(one):
    upload = entered(one.team, recoveries_upload(one.team, [row(one, "100000.00")], SOON), SOON)
    with scope.everything():
        uploads.enter_upload(upload.pk)
        assert Recovery.objects.count() == 1


def test_nobody_submits_the_file_they_sent(one):
    upload = recoveries_upload(one.team, [row(one, "100000.00")], SOON)
    one.team.maker.role = Role.BANK_CHECKER
    with scope.bank_scope(one.team.pk), pytest.raises(SamePerson):
        uploads.submit_upload(upload_id=upload.pk, by=one.team.maker, on=SOON, version=upload.version)


def test_the_sheet_offers_every_way_of_the_form():
    assert {choice.word for choice in METHODS} == set(Recovery.Method.values)
    assert {choice.label for choice in METHODS} == {str(label) for label in Recovery.Method.labels}


def test_the_pages_take_a_file_show_what_goes_back_and_give_the_held_rows_and_the_receipt(one):
    maker, checker = Client(), Client()
    maker.force_login(one.team.maker)
    checker.force_login(one.team.checker)
    upload = recoveries_upload(one.team, [row(one, "100000.00"), row(one, "x")], SOON)
    page = checker.get(f"{upload.get_absolute_url()}?rows=good").content.decode()
    assert "清收上报" in page and "应返还 40,000.00 元" in page
    assert "2025-04-22" in page, "the last day of the window in which it is due"
    body = maker.get(reverse("loans:upload_held", args=[upload.pk])).getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(body))[RECOVERY_SCHEMA.sheet]
    assert sheet.max_row == 2 and "不是金额" in sheet.cell(2, 2).value
    upload = entered(one.team, upload, SOON)
    with scope.everything():
        uploads.make_receipt(upload.pk)
    assert fresh(upload).receipt_id
    template = maker.get(reverse("recovery:batch_template")).getvalue()
    assert openpyxl.load_workbook(io.BytesIO(template))[RECOVERY_SCHEMA.sheet].max_column == 7
    assert "清收上报表" in maker.get(reverse("recovery:batch_new")).content.decode()
