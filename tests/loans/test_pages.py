"""The pages of the loan library as their people use them."""

import io
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from loans import reports, services
from loans.columns import LOAN_SCHEMA
from loans.models import Loan, Upload
from pool import clock, scope
from pool.models import AccessLog, Role
from tests.factories.loans import as_csv, entered_loan, entered_upload, fresh, loan_cells, owner_cells, received_upload
from tests.factories.people import TODAY, person
from tests.factories.words import id_number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day():
    clock.set_day(TODAY)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def uploads_of(team) -> list[Upload]:
    with scope.everything():
        return list(Upload.objects.filter(bank=team.bank))


def posted(client: Client, name: str, *args, key: str = "", **data):
    return client.post(reverse(name, args=args), {"form_key": key or str(uuid4()), **data})


# ---- sending


def test_a_file_sent_twice_by_a_double_click_is_one_upload(team):
    maker, key, file = signed_in(team.maker), str(uuid4()), as_csv([loan_cells()])
    answers = [
        posted(maker, "loans:upload_new", key=key, file=SimpleUploadedFile("a.csv", file)) for _click in range(2)
    ]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert len(uploads_of(team)) == 1


def test_a_double_click_of_the_checker_submits_once(team):
    upload = received_upload(team, [loan_cells()])
    checker, key = signed_in(team.checker), str(uuid4())
    for _ in range(2):
        answer = posted(checker, "loans:upload_submit", upload.pk, key=key, version=upload.version)
        assert answer.status_code == 302
    assert fresh(upload).state == "submitted"


def test_a_page_that_has_grown_old_submits_nothing(team):
    upload = received_upload(team, [loan_cells()])
    answer = posted(signed_in(team.checker), "loans:upload_submit", upload.pk, version=upload.version - 1)
    assert answer.status_code == 409
    assert fresh(upload).state == "checked"


def test_the_form_tells_every_mistake_beside_its_field(team):
    cells = loan_cells(principal="三百万", staff="", credit_code="91")
    page = posted(signed_in(team.maker), "loans:form_entry", **cells).content.decode()
    assert "“三百万”不是金额" in page
    assert "统一社会信用代码应为 18 位" in page
    assert uploads_of(team) == []


def test_the_form_names_the_article_of_a_loan_that_does_not_belong(team):
    page = posted(signed_in(team.maker), "loans:form_entry", **loan_cells(in_shenzhen="否")).content.decode()
    assert "不在深圳实际经营" in page
    assert "第三条" in page


def test_a_good_form_waits_for_the_checker(team):
    answer = posted(signed_in(team.maker), "loans:form_entry", **loan_cells())
    assert answer.status_code == 302
    page = signed_in(team.checker).get(answer.url).content.decode()
    assert "复核并提交" in page


def test_the_progress_bar_asks_for_the_page_again_once_the_check_is_done(team):
    upload = received_upload(team, [loan_cells()])
    answer = signed_in(team.maker).get(reverse("loans:upload_progress", args=[upload.pk]))
    assert answer.headers["HX-Refresh"] == "true"


def test_the_page_goes_on_looking_until_the_receipt_is_there(team):
    """The worker writes it once the entry is committed."""
    upload = entered_upload(team, [loan_cells()])
    page = signed_in(team.checker).get(reverse("loans:upload", args=[upload.pk])).content.decode()
    assert "正在编制回执" in page and reverse("loans:upload_progress", args=[upload.pk]) in page
    assert "HX-Refresh" not in signed_in(team.checker).get(reverse("loans:upload_progress", args=[upload.pk])).headers
    with scope.everything():
        services.make_receipt(upload.pk)
    answer = signed_in(team.checker).get(reverse("loans:upload_progress", args=[upload.pk]))
    assert answer.headers["HX-Refresh"] == "true"


# ---- the workbook that goes back


def test_held_rows_come_back_as_a_workbook_that_can_be_mended_and_sent_again(team):
    number = id_number(3)
    rows = [loan_cells(), loan_cells(staff="四十五"), owner_cells(owner_id_number=number, principal="x")]
    upload = received_upload(team, rows)
    body = signed_in(team.maker).get(reverse("loans:upload_held", args=[upload.pk])).getvalue()
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book[LOAN_SCHEMA.sheet]
    heads = {str(cell.value).lstrip("*△"): cell.column for cell in sheet[1]}
    assert sheet.max_row == 3
    taken = book["导出记录"]["A1"].value
    assert taken.startswith(team.maker.display_name) and "导出编号" in taken
    assert taken[:8] in sheet.oddFooter.left.text
    assert "不是整数" in sheet.cell(2, 2).value
    assert sheet.cell(3, heads["企业主证件号码"]).value == number
    sheet.cell(2, heads["从业人数"]).value = "45"
    sheet.cell(3, heads["贷款金额（元）"]).value = "3000000"
    mended = io.BytesIO()
    book.save(mended)
    posted(signed_in(team.maker), "loans:upload_new", file=SimpleUploadedFile("mended.xlsx", mended.getvalue()))
    again = next(item for item in uploads_of(team) if item.pk != upload.pk)
    services.check_upload(again.pk)
    again = fresh(again)
    assert (again.state, again.rows_good, again.rows_held, again.problems) == ("checked", 2, 0, [])


def test_a_failing_rule_is_told_beside_its_cell(team):
    upload = received_upload(team, [loan_cells(other_balances="40000000")])
    with scope.everything():
        row = upload.rows.get()
    problem = reports.problems_of(row)[-1]
    assert (problem.key, problem.article) == ("other_balances", "4")
    assert "超过30,000,000.00元" in problem.message


# ---- finding and reading


def listed(client: Client, **asked) -> str:
    return client.get(reverse("loans:list"), asked).content.decode()


def test_a_loan_is_found_by_number_code_or_the_start_of_a_name(team):
    loan = entered_loan(team, iou_number="JJ-2024-7", borrower_name="深圳市海风科技有限公司")
    entered_loan(team, borrower_name="深圳市山石科技有限公司")
    maker = signed_in(team.maker)
    for words in ("ｊｊ-2024-7", loan.credit_code, "深圳市海风"):
        page = listed(maker, q=words)
        assert "海风科技" in page
        assert "山石科技" not in page
    assert "海风科技" not in listed(maker, q="海风")


def test_the_list_is_narrowed_by_state_quarter_and_lateness(team):
    entered_loan(team, iou_number="SPRING", disbursed_on="2024-05-10", matures_on="2026-05-10")
    entered_loan(team, iou_number="AUTUMN")
    maker = signed_in(team.maker)
    assert "SPRING" in listed(maker, late="1")
    assert "AUTUMN" not in listed(maker, late="1")
    assert "AUTUMN" in listed(maker, quarter="2024-10-01")
    assert "SPRING" not in listed(maker, quarter="2024-10-01")
    assert "AUTUMN" not in listed(maker, state="closed")


def test_a_long_list_goes_by_pages(team):
    entered_upload(team, [loan_cells(iou_number=f"N{number:03d}") for number in range(60)])
    first = signed_in(team.maker).get(reverse("loans:list"))
    table = first.context["table"]
    assert len(list(table.rows)) == 50
    second = signed_in(team.maker).get(f"{reverse('loans:list')}?{table.page.next_query}")
    assert len(list(second.context["table"].rows)) == 10


def test_an_exported_list_names_who_took_it_and_holds_no_personal_number(team):
    number = id_number(5)
    entered_upload(team, [owner_cells(owner_id_number=number)])
    body = signed_in(team.checker).get(reverse("list_export", args=["loans"])).getvalue()
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(body)).active for cell in row]
    assert team.checker.display_name in cells[0]
    assert number not in str(cells)
    with scope.everything():
        assert AccessLog.objects.filter(kind="download", user_id=team.checker.pk).exists()


def test_a_loans_page_masks_the_owners_number_and_logs_the_reader(team):
    number = id_number(9)
    upload = entered_upload(team, [owner_cells(owner_id_number=number)])
    with scope.everything():
        loan = Loan.objects.get(upload=upload)
    reader = person(Role.MANAGER_REVIEWER)
    page = signed_in(reader).get(loan.get_absolute_url()).content.decode()
    assert number not in page
    assert f"{number[:6]}**********{number[-2:]}" in page
    assert AccessLog.objects.filter(kind="read", user_id=reader.pk, subject_id=str(loan.pk)).exists()


def test_a_loans_page_says_what_is_next_to_the_person_who_does_it(team):
    loan = entered_loan(team)
    assert "登记分类调整" in signed_in(team.maker).get(loan.get_absolute_url()).content.decode()
    assert "登记分类调整" not in signed_in(team.admin).get(loan.get_absolute_url()).content.decode()


def test_the_banks_page_says_how_far_the_line_is(team):
    entered_loan(team)
    page = signed_in(team.maker).get(reverse("banks:detail", args=[team.pk])).content.decode()
    assert "距暂停尚余" in page
    assert "9.00 万元" in page
