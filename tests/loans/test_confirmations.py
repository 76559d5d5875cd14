"""A warning asks for a reason, row by row; it is remembered as long as the figures stay, and stands everywhere."""

import io

import openpyxl
import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from loans import reports, selectors, services
from loans.models import Confirmation, Loan, Upload, UploadRow
from loans.services import entering
from pool import pdf, scope
from pool.errors import NotPermitted, Refused
from pool.models import AuditEvent
from tests.factories.loans import entered, fresh, loan_cells, received_upload
from tests.factories.people import TODAY, bank_team
from tests.loans.test_own_workbook import by_xlsxwriter, sent

pytestmark = pytest.mark.django_db
LOW = {"credit_line": "1000000.00"}
"""A line under the principal: plausible only with a word of the bank."""
WHY = "授信总额为续授信前的额度，已核对批复"


def rows_of(upload: Upload) -> list[UploadRow]:
    with scope.everything():
        return list(UploadRow.objects.filter(upload=upload).order_by("row"))


def confirm(team, upload: Upload, **given) -> int:
    with scope.bank_scope(team.pk):
        asked = {"by": team.maker, "on": TODAY, "reason": WHY, **given}
        return services.confirm_warnings(upload_id=upload.pk, **asked)


def submit(team, upload: Upload) -> Upload:
    upload = fresh(upload)
    with scope.bank_scope(team.pk):
        return services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=upload.version)


def test_an_upload_with_an_unconfirmed_warning_is_not_submitted_and_says_which_rows(team):
    upload = received_upload(team, [loan_cells(), loan_cells(**LOW), loan_cells(), loan_cells(principal="5000")])
    assert (upload.rows_good, upload.rows_unconfirmed) == (4, 2)
    with pytest.raises(Refused) as no:
        submit(team, upload)
    assert (no.value.code, no.value.article) == ("warnings_unconfirmed", "11(3)")
    assert "2 行" in str(no.value) and "第 3、5 行" in str(no.value)


def test_rows_are_confirmed_one_by_one(team):
    upload = received_upload(team, [loan_cells(**LOW), loan_cells(**LOW)])
    first, second = rows_of(upload)
    assert confirm(team, upload, rows=[first.pk]) == 1
    assert fresh(upload).rows_unconfirmed == 1
    with pytest.raises(Refused):
        submit(team, upload)
    confirm(team, upload, rows=[second.pk])
    assert submit(team, upload).state == "submitted"


def test_many_rows_take_the_same_reason_by_their_kind(team):
    rows = [loan_cells(**LOW) for _ in range(3)] + [loan_cells(principal="5000", credit_line="1000.00")]
    upload = received_upload(team, rows)
    assert confirm(team, upload, code="line_under_principal") == 4
    assert fresh(upload).rows_unconfirmed == 1, "the last row has another doubt"
    with scope.bank_scope(team.pk):
        assert ("amount_tiny", 1) in [(code, count) for code, count, _ in selectors.open_warnings(upload)]
    confirm(team, upload, code="amount_tiny")
    assert fresh(upload).rows_unconfirmed == 0


def test_the_next_upload_remembers_and_a_changed_figure_asks_again(team):
    same = loan_cells(**LOW)
    upload = received_upload(team, [same])
    confirm(team, upload, code="line_under_principal")
    again = received_upload(team, [same | {"remarks": "再传", "credit_line": "1,000,000"}])
    assert (again.rows_warned, again.rows_unconfirmed) == (1, 0)
    changed = received_upload(team, [same | {"credit_line": "900000.00"}])
    assert changed.rows_unconfirmed == 1
    other = received_upload(team, [loan_cells(**LOW)])
    assert other.rows_unconfirmed == 1, "another loan is another doubt"


def test_what_one_bank_confirmed_is_nothing_to_another(team):
    same, stranger = loan_cells(**LOW), bank_team("乙银行")
    confirm(team, received_upload(team, [same]), code="line_under_principal")
    assert received_upload(stranger, [same]).rows_unconfirmed == 1


def test_the_latest_reason_counts_and_none_is_changed(team):
    upload = received_upload(team, [loan_cells(**LOW)])
    (row,) = rows_of(upload)
    confirm(team, upload, rows=[row.pk], reason="写错了")
    confirm(team, upload, rows=[row.pk])
    with scope.everything():
        assert selectors.rows_of(upload).get().unconfirmed is False
        assert [one.reason for one in Confirmation.objects.order_by("id")] == ["写错了", WHY]
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            Confirmation.objects.update(reason="x")
        told = AuditEvent.objects.filter(action="loans.confirm_warnings").latest("id")
        assert (told.reason, told.after["rows"]) == (WHY, 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": "  "}, "reason_missing"),
        ({"code": ""}, "no_rows_chosen"),
        ({"code": "amount_tiny"}, "no_rows_chosen"),
    ],
)
def test_nothing_is_confirmed_without_a_reason_or_a_row(team, given, code):
    upload = received_upload(team, [loan_cells(**LOW)])
    with pytest.raises(Refused) as no:
        confirm(team, upload, **{"code": "line_under_principal", **given})
    assert no.value.code == code


def test_the_checker_confirms_nothing_and_a_row_of_another_upload_is_none(team):
    upload, other = received_upload(team, [loan_cells(**LOW)]), received_upload(team, [loan_cells(**LOW)])
    with pytest.raises(NotPermitted):
        confirm(team, upload, code="line_under_principal", by=team.checker)
    with pytest.raises(Refused):
        confirm(team, upload, rows=[rows_of(other)[0].pk])


def test_a_submitted_upload_is_past_confirming(team):
    upload = received_upload(team, [loan_cells(**LOW)])
    confirm(team, upload, code="line_under_principal")
    submit(team, upload)
    with pytest.raises(Refused) as no:
        confirm(team, upload, rows=[rows_of(upload)[0].pk])
    assert no.value.code == "upload_not_open"


def test_who_when_and_why_stand_in_the_workbook_on_the_receipt_and_on_the_loan(team, monkeypatch):
    upload = sent(team, by_xlsxwriter([loan_cells(**LOW), loan_cells(**LOW)]))
    first, second = rows_of(upload)
    confirm(team, upload, rows=[first.pk])
    results, tells = _results(upload)
    assert results == ["无误，待复核提交", "有提示，待确认"]
    assert f"已确认：{WHY} {team.maker.display_name}，2025-01-16" in tells[0] and tells[1].endswith("（待确认）")
    confirm(team, upload, rows=[second.pk])
    upload = entered(team, fresh(upload))
    printed = {}
    monkeypatch.setattr(pdf, "render", lambda template, context: printed.update(context) or b"%PDF-1.4")
    with scope.everything():
        entering.make_receipt(upload.pk)
        loan = Loan.objects.filter(upload=upload).first()
    assert [line["said"].reason for line in printed["confirmed"]] == [WHY, WHY]
    for person in (team.checker, team.maker):
        assert WHY in _page(person, loan.get_absolute_url())


def _results(upload: Upload) -> tuple[list[str], list[str]]:
    with scope.everything():
        whole = Upload.objects.select_related("file").get(pk=upload.pk)
        sheet = openpyxl.load_workbook(io.BytesIO(reports.own_workbook(whole).file.read())).worksheets[0]
    head = [cell.value for cell in sheet[1]]
    places = head.index("结果"), head.index("问题与改法")
    return tuple([row[place].value for row in sheet.iter_rows(min_row=2)] for place in places)


def _page(person, url: str) -> str:
    client = Client()
    client.force_login(person)
    return client.get(url).content.decode()


def test_on_the_page_the_maker_ticks_rows_and_the_checker_reads_why(team):
    upload = received_upload(team, [loan_cells(**LOW), loan_cells(**LOW), loan_cells()])
    maker = Client()
    maker.force_login(team.maker)
    url = upload.get_absolute_url()
    page = maker.get(url, {"rows": "unconfirmed"})
    assert page.context["confirmation"] is not None and "待确认" in page.content.decode()
    assert "复核并提交" not in _page(team.checker, url)
    ticked = [str(row.pk) for row in rows_of(upload)[:2]]
    answer = maker.post(
        reverse("loans:upload_confirm", args=[upload.pk]),
        {"rows": ticked, "code": "ticked", "reason": WHY, "form_key": "0b8b4bd4-7d2f-4c49-9d5e-0b8b4bd47d2f"},
    )
    assert answer.status_code == 302 and answer.url.endswith("?rows=good")
    seen = _page(team.checker, f"{url}?rows=good")
    assert WHY in seen and "复核并提交" in seen


def test_a_form_without_a_reason_comes_back_with_the_rows(team):
    upload = received_upload(team, [loan_cells(**LOW)])
    maker = Client()
    maker.force_login(team.maker)
    answer = maker.post(
        reverse("loans:upload_confirm", args=[upload.pk]),
        {"code": "line_under_principal", "reason": "", "form_key": "0b8b4bd4-7d2f-4c49-9d5e-0b8b4bd47d2e"},
    )
    assert answer.status_code == 422 and answer.context["confirmation"].errors["reason"]


def test_a_file_of_thirty_pages_costs_few_questions(team, django_assert_max_num_queries):
    upload = received_upload(team, [loan_cells(**LOW) for _ in range(60)])
    with django_assert_max_num_queries(30):
        confirm(team, upload, code="line_under_principal")
