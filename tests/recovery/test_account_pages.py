"""The finance centre's desk over the special account, as its people see it."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from pool import clock, scope
from recovery import account
from recovery.models import AccountLine
from tests.factories.account import Moved, csv_of, imported, lines_of
from tests.factories.recovery import reported
from tests.journeys.acting import words_of_pdf

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def of(paid, *more):
    with scope.everything():
        rows = account.unmatched_movements()
    said = [
        Moved(one.occurred_on, f"{one.amount:.2f}", "CZ01" if one.amount > 0 else one.reference, "对方") for one in rows
    ]
    return csv_of([*said, *more])


def test_the_clerk_takes_a_file_in_and_is_told_what_waits(paid):
    clerk = signed_in(paid.desk.clerk)
    clock.set_day(clock.today() + timedelta(days=1))
    content = of(paid)
    answer = clerk.post(
        reverse("recovery:account_import"),
        {"form_key": uuid4(), "file": SimpleUploadedFile("流水.csv", content)}, follow=True,
    )  # fmt: skip
    text = answer.content.decode()
    assert "已导入 2 笔，其中 1 笔与资金账相符，1 笔待核对" in text
    assert "自动核对" in clerk.get(lines_of(imported_statement())[-1].get_absolute_url()).content.decode()
    assert "核对专户流水" in clerk.get("/").content.decode()


def imported_statement():
    with scope.everything():
        return account.last_statement()


def test_a_file_with_a_hole_is_refused_beside_its_field_and_nothing_is_kept(paid):
    clerk = signed_in(paid.desk.clerk)
    content = of(paid).replace("余额".encode(), b"x")
    answer = clerk.post(
        reverse("recovery:account_import"),
        {"form_key": uuid4(), "file": SimpleUploadedFile("流水.csv", content)},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "缺少必填列“余额”" in answer.content.decode()
    assert imported_statement() is None


def test_the_line_offers_the_return_that_waits_for_it_and_enters_its_advice(paid):
    on = clock.today()
    reported(paid.team, paid.loan, "100000.00", received_on=on, on=on)
    (advice,) = paid.returns()
    line = lines_of(imported(of(paid, Moved(on, f"{advice.amount}", "HK1", "某银行")), paid.desk.clerk, on))[-1]
    clerk = signed_in(paid.desk.clerk)
    page = clerk.get(line.get_absolute_url()).content.decode()
    assert advice.number in page
    answer = clerk.post(
        reverse("recovery:account_enter", args=[line.pk]),
        {"form_key": uuid4(), "version": line.version, "kind": "return", "subject": advice.pk}, follow=True,
    )  # fmt: skip
    assert "已按这笔流水登记回单" in answer.content.decode()
    assert [one.state for one in paid.returns()] == ["receipt_entered"]


def test_interest_is_explained_by_one_and_checked_by_another(paid):
    on = clock.today()
    line = lines_of(imported(of(paid, Moved(on, "12.34", "LX1", remark="结息")), paid.desk.clerk, on))[-1]
    clerk = signed_in(paid.desk.clerk)
    said = {"form_key": uuid4(), "version": line.version, "explanation": "fee", "reason": "结息单"}
    assert clerk.post(reverse("recovery:account_explain", args=[line.pk]), said).status_code == 422
    clerk.post(
        reverse("recovery:account_explain", args=[line.pk]),
        said | {"form_key": uuid4(), "explanation": "interest"},
    )  # fmt: skip
    approver = signed_in(paid.desk.finance_approver)
    page = approver.get(line.get_absolute_url()).content.decode()
    assert "结息单" in page
    assert "复核通过" in page
    with scope.everything():
        version = AccountLine.objects.get(pk=line.pk).version
    approver.post(reverse("recovery:account_confirm", args=[line.pk]), {"form_key": uuid4(), "version": version})
    with scope.everything():
        assert AccountLine.objects.get(pk=line.pk).state == "matched"
        assert account.agreement().difference == 0


def test_the_proof_sheet_tells_that_all_four_agree(paid):
    imported(of(paid), paid.desk.clerk, clock.today())
    page = signed_in(paid.desk.finance_approver).get(reverse("recovery:account_proof")).content.decode()
    assert "四方相符" in page
    assert "银行存款余额调节表" in page


@pytest.mark.draws
def test_the_proof_sheet_is_filed_as_pdf_and_as_workbook(paid):
    imported(of(paid), paid.desk.clerk, clock.today())
    approver = signed_in(paid.desk.finance_approver)
    paper = words_of_pdf(approver.get(reverse("recovery:account_proof_file", args=["pdf"])).content)
    for said in ("拨付四方核对表", "400,000.00", "四方相符", "银行存款余额调节表", "截至", "SHA-256"):
        assert said in paper
    book = approver.get(reverse("recovery:account_proof_file", args=["xlsx"])).content
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(book)).active.iter_rows()]
    assert rows[-1][3:7] == [400000, 400000, 400000, 400000]
    assert "调节后余额" in words_of_pdf(approver.get(reverse("recovery:account_agreement")).content)
    assert approver.get(reverse("recovery:account_proof_file", args=["doc"])).status_code == 404
    assert signed_in(paid.team.maker).get(reverse("recovery:account_agreement")).status_code == 403
