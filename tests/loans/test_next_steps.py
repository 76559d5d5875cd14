"""A batch's page and the day's list say what comes next: send it again, by when, which rows have something to say."""

import io
import json

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from loans import reports, services
from loans.models import Upload, UploadRow
from loans.todos import todos
from loans.views.batch import progress_of
from pool import clock, outbox, scope
from pool.models import ListExport, Role, User
from pool.services import downloads
from pool.sheets import marking
from tests.factories.loans import as_csv, entered, fresh, loan_cells, received_upload
from tests.factories.people import TODAY, BankTeam, bank_team, person
from tests.loans.test_own_workbook import by_xlsxwriter, cell_of, returned, sent
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
DEAR = {"annual_rate": "9.9"}


@built_once
def team() -> BankTeam:
    clock.set_day(TODAY)
    return bank_team("甲银行")


def page(user: User, upload: Upload, query: str = "") -> str:
    client = Client()
    client.force_login(user)
    return str(client.get(upload.get_absolute_url() + query).content.decode())


def asked_of(user: User, words: str) -> list[object]:
    with scope.scope_for(user):
        return [todo.due for todo in todos(user, TODAY) if words in todo.title]


@pytest.mark.parametrize("end", ["unreadable", "cancelled", "held"])
def test_after_a_file_that_did_not_go_through_the_maker_is_led_to_the_next_one(team, end):
    body = b"hello" if end == "unreadable" else as_csv([loan_cells(staff="x"), loan_cells()])
    upload = sent(team, body, name="a.csv")
    if end == "cancelled":
        with scope.everything():
            services.cancel_upload(upload_id=upload.pk, by=team.maker, on=TODAY, version=upload.version)
    way = f'href="{reverse("loans:upload_new")}"'
    assert way in page(team.maker, upload), "the maker sends the mended file from here"
    assert way not in page(team.checker, upload), "a checker sends none"


def test_a_file_that_cannot_be_read_waits_for_its_maker_until_the_window_closes(team):
    seen = page(team.maker, sent(team, b"hello", name="a.csv"))
    assert "按上面的说明改正文件，重新上传" in seen and "2025-01-22" in seen and "本行经办人员" in seen


def test_held_rows_and_open_warnings_have_the_day_on_which_they_become_late(team):
    last = clock.today().replace(month=1, day=22)
    doubtful = received_upload(team, [loan_cells(credit_line="1000000.00"), loan_cells(staff="x")])
    assert asked_of(team.maker, f"确认批次 {doubtful.number}") == [last]
    assert asked_of(team.maker, f"改正批次 {doubtful.number}") == [last]
    past = received_upload(team, [loan_cells(disbursed_on="2024-05-10", staff="x"), loan_cells()])
    assert asked_of(team.maker, f"改正批次 {past.number}") == [None], "late already, no window waits for them"


def test_the_checker_is_shown_the_rows_that_enter_with_something_to_say(team):
    rows = [loan_cells() for _ in range(40)] + [loan_cells(iou_number="DEAR01", **DEAR)]
    upload = received_upload(team, rows)
    assert (upload.rows_good, upload.rows_warned) == (41, 1)
    seen = page(team.checker, upload)
    assert "?rows=told" in seen and "DEAR01" not in seen
    told = page(team.checker, upload, "?rows=told")
    assert "DEAR01" in told and told.count('<li class="finding') == 1
    assert "DEAR01" in page(team.checker, entered(team, upload), "?rows=told"), "and after it is entered"


def test_a_loan_twice_in_a_file_is_told_with_its_own_amount(team):
    row = loan_cells(principal="1234567.00")
    upload = received_upload(team, [row, row])
    assert upload.rows_held == 1
    seen = page(team.maker, upload, "?rows=held")
    assert "1,234,567.00 元" in seen and " 0.00 元" not in seen


def test_the_page_of_a_running_check_says_when_it_goes_on_after_a_death():
    minutes = int(outbox.RING_AGAIN_AFTER.total_seconds() // 60)
    message = progress_of(Upload(state=Upload.State.CHECKING))["message"]
    assert f"约 {minutes} 分钟内自动从中断处接着办" in message


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> None:
    """Two rows are long here."""
    monkeypatch.setattr(reports, "LONGEST_AT_ONCE", 1)
    settings.MEDIA_ROOT = str(tmp_path)


def asked(user: User, upload: Upload) -> ListExport:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("loans:upload_marked", args=[upload.pk]))
    assert answer["Location"] == reverse("downloads")
    with scope.everything():
        return ListExport.objects.get(user=user)


def test_a_long_workbook_comes_back_whole_by_way_of_my_downloads(team, long):
    upload = sent(team, by_xlsxwriter([loan_cells(), loan_cells(staff="x"), loan_cells()]))
    assert "在“我的下载”领取" in page(team.maker, upload)
    row = asked(team.maker, upload)
    assert asked(team.maker, upload).pk == row.pk, "asked for twice, made once"
    downloads.make(row.pk)
    with scope.everything():
        row.refresh_from_db()
    assert (row.state, row.rows) == ("ready", 3)
    client = Client()
    client.force_login(team.maker)
    assert f"{upload.number}-校验结果" in client.get(reverse("downloads")).content.decode()
    body = client.get(reverse("download", args=[row.pk])).getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    assert [cell_of(sheet, number, "结果").value for number in (2, 3, 4)] == [
        "无误，待复核提交", "有误，未入库", "无误，待复核提交",
    ]  # fmt: skip


def test_a_short_workbook_and_any_csv_are_not_waited_for(team, long):
    short = sent(team, by_xlsxwriter([loan_cells()]))
    text = sent(team, as_csv([loan_cells(), loan_cells()]), name="a.csv")
    lines = sent(team, json.dumps(loan_cells()).encode(), name="a.jsonl")
    with scope.everything():
        batches = [Upload.objects.select_related("file").get(pk=one.pk) for one in (short, text, lines)]
        assert [reports.takes_long(one) for one in batches] == [False, False, False]


def test_who_may_no_longer_see_the_batch_gets_nothing_of_it(team, long):
    upload = sent(team, by_xlsxwriter([loan_cells(), loan_cells()]))
    row = asked(team.maker, upload)
    with scope.everything():
        User.objects.filter(pk=team.maker.pk).update(role=Role.REGULATOR, institution=None)
        ListExport.objects.filter(pk=row.pk).update(bank=None)
    downloads.make(row.pk)
    with scope.everything():
        row.refresh_from_db()
    assert (row.state, downloads.place(row).exists()) == ("failed", False)
    stranger = Client()
    stranger.force_login(person(Role.AUDITOR))
    assert stranger.get(reverse("download", args=[row.pk])).status_code == 404


def test_of_very_many_wrong_cells_the_first_get_notes_and_all_are_told(team, monkeypatch):
    monkeypatch.setattr(marking, "MOST_NOTES", 2)
    upload = sent(team, by_xlsxwriter([loan_cells(staff="x") for _ in range(4)]))
    sheet = openpyxl.load_workbook(io.BytesIO(returned(upload))).worksheets[0]
    cells = [cell_of(sheet, number, "从业人数") for number in (2, 3, 4, 5)]
    assert [cell.comment is not None for cell in cells] == [True, True, False, False]
    assert all("不是整数" in cell_of(sheet, number, "问题与改法").value for number in (2, 3, 4, 5))
    with scope.everything():
        assert UploadRow.objects.filter(upload=fresh(upload), status="held").count() == 4
