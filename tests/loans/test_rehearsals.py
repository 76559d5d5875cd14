"""A rehearsal checks a file as in earnest and files nothing; the same file is then filed without being sent again."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from loans import reports, selectors, services
from loans.models import Loan, Upload, UploadRow
from loans.services import confirm_warnings
from pool import registry, scope
from pool.errors import NotPermitted, Refused
from tests.factories.loans import entered, fresh, loan_cells, received_upload
from tests.factories.people import TODAY

pytestmark = pytest.mark.django_db
LOW = {"credit_line": "1000000.00"}


def filed(team, tried: Upload) -> Upload:
    with scope.bank_scope(team.pk):
        made = services.file_rehearsal(upload_id=tried.pk, by=team.maker, on=TODAY)
    services.check_upload(made.pk)
    return fresh(made)


def told(upload: Upload) -> list[tuple]:
    with scope.everything():
        rows = UploadRow.objects.filter(upload=upload).order_by("row")
        return [(row.row, row.status, row.problems, row.findings, row.doubts) for row in rows]


def test_it_tells_what_an_upload_in_earnest_tells(team):
    rows = [loan_cells(), loan_cells(staff="x"), loan_cells(**LOW), loan_cells(in_shenzhen="否")]
    tried = received_upload(team, rows, rehearsal=True)
    assert (tried.state, tried.rows_good, tried.rows_held, tried.rows_unconfirmed) == ("checked", 2, 2, 1)
    assert tried.number.startswith("SY2025-") and str(tried.get_state_display()) == "试运行完毕"
    made = filed(team, tried)
    assert told(made) == told(tried)
    assert (made.file_id, made.rehearsed_as_id, made.rehearsal) == (tried.file_id, tried.pk, False)
    assert made.number == "RK2025-000001", "a rehearsal takes no number of the filings"


def test_nothing_is_filed_of_it(team):
    tried = received_upload(team, [loan_cells()], rehearsal=True)
    with scope.bank_scope(team.pk), pytest.raises(Refused) as no:
        services.submit_upload(upload_id=tried.pk, by=team.checker, on=TODAY, version=tried.version)
    assert no.value.code == "rehearsal" and "正式导入" in str(no.value)
    with scope.everything():
        assert not Loan.objects.exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            Upload.objects.filter(pk=tried.pk).update(state="submitted")
    with scope.bank_scope(team.pk):
        assert selectors.on_the_way(team.pk)[0] == 0
        todos = list(registry.todos["loans"].fn(team.checker, TODAY))
        assert not [todo for todo in todos if tried.number in todo.title]
        assert not [draft for draft in registry.drafts["loans"].fn(team.maker) if draft.count]


def test_its_loans_enter_through_the_batch_that_files_it(team):
    made = entered(team, filed(team, received_upload(team, [loan_cells()], rehearsal=True)))
    assert (made.state, made.rows_entered) == ("entered", 1)


def test_a_reason_given_in_the_rehearsal_stays(team):
    tried = received_upload(team, [loan_cells(**LOW)], rehearsal=True)
    with scope.bank_scope(team.pk):
        confirm_warnings(upload_id=tried.pk, code="line_under_principal", by=team.maker, on=TODAY, reason="已核对")
    assert filed(team, tried).rows_unconfirmed == 0


def test_it_may_be_tried_again_and_filed_once(team):
    cells = loan_cells()
    tried = received_upload(team, [cells], rehearsal=True)
    again = received_upload(team, [cells], rehearsal=True)
    filed(team, tried)
    for one in (tried, again):
        with pytest.raises(Refused) as no:
            filed(team, one)
        assert no.value.code == "same_file_pending"


def test_only_a_checked_rehearsal_is_filed_and_only_by_a_maker_of_the_bank(team):
    with pytest.raises(Refused) as no:
        filed(team, received_upload(team, [loan_cells()]))
    assert no.value.code == "no_rehearsal"
    tried = received_upload(team, [loan_cells()], rehearsal=True)
    with scope.bank_scope(team.pk), pytest.raises(NotPermitted):
        services.file_rehearsal(upload_id=tried.pk, by=team.checker, on=TODAY)


def test_the_screens_keep_it_apart(team):
    cells = loan_cells()
    tried, earnest = received_upload(team, [cells], rehearsal=True), received_upload(team, [loan_cells()])
    maker = Client()
    maker.force_login(team.maker)
    page = maker.get(tried.get_absolute_url()).content.decode()
    assert "什么也没有报送" in page and "正式导入" in page and "复核并提交" not in page
    listed = maker.get(reverse("loans:uploads")).content.decode()
    assert earnest.number in listed and tried.number not in listed
    tries = maker.get(reverse("loans:uploads"), {"rehearsal": "1"}).content.decode()
    assert tried.number in tries and earnest.number not in tries
    answer = maker.post(reverse("loans:upload_file", args=[tried.pk]), {"form_key": str(uuid4())})
    with scope.everything():
        made = Upload.objects.get(rehearsed_as=tried)
    assert answer.url == made.get_absolute_url()
    page = maker.get(tried.get_absolute_url()).content.decode()
    assert made.number in page and "已用同一文件正式导入" in page


def test_the_workbook_says_that_nothing_was_filed(team):
    tried = received_upload(team, [loan_cells(), loan_cells(**LOW), loan_cells(staff="x")], rehearsal=True)
    with scope.everything():
        words = [reports._result(tried, row) for row in UploadRow.objects.filter(upload=tried).order_by("row")]
    assert words == ["试运行：无误，尚未报送", "试运行：有提示，待确认", "试运行：有误"]
