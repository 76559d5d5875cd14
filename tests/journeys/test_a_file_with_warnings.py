"""The evening before a window closes: tried, filed, doubts explained, the red row mended in the file that came back."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import expect

from config.demo.spreadsheets import as_xlsx
from loans.models import Loan, Upload
from pool import clock, scope
from pool.models import User
from tests.factories.loans import loan_cells
from tests.factories.people import TODAY, bank_team
from tests.journeys.acting import Album, Person

FIELD = "贷款项目录入表"
WHY = "授信总额为续授信前的额度，已核对授信批复"


@pytest.mark.draws
def test_a_file_is_tried_filed_explained_mended_and_entered(
    committed_db: str, somebody: Callable[[User | None], Person], album: Album
) -> None:
    clock.set_day(TODAY)
    team = bank_team("夜班银行")
    maker, checker = somebody(team.maker), somebody(team.checker)
    rows = [loan_cells(), loan_cells(credit_line="1000000.00"), loan_cells(credit_line="2000000.00")]
    rows.append(loan_cells(staff="四十五"))
    the_maker_tries_the_file(maker, as_xlsx(rows), album)
    batch = the_maker_files_it(maker, checker, album)
    the_maker_says_why(maker, batch, album)
    the_checker_submits(checker, batch, 3, album)
    again = the_maker_mends_the_red_row(maker, batch, album)
    the_checker_submits(checker, again, 1, album)
    the_reason_stands_on_the_receipt_and_on_the_loan(checker, batch, rows[1]["iou_number"], album)
    with scope.everything():
        assert Loan.objects.filter(bank=team.bank).count() == 4


def the_maker_tries_the_file(maker: Person, content: bytes, album: Album) -> None:
    maker.go("/loans/uploads/new/")
    album.keep(maker)
    maker.upload(FIELD, content, "四季度.xlsx", button="试运行")
    maker.sees("什么也没有报送", "试运行完毕", "不是整数")
    maker.cannot_press("复核并提交")
    album.keep(maker)
    sheet = openpyxl.load_workbook(io.BytesIO(maker.downloads("下载原表"))).worksheets[0]
    results = [row[_place(sheet, "结果")].value for row in sheet.iter_rows(min_row=2)]
    assert results == ["试运行：无误，尚未报送", "试运行：有提示，待确认", "试运行：有提示，待确认", "试运行：有误"]


def the_maker_files_it(maker: Person, checker: Person, album: Album) -> str:
    """The same file by one button; what waits for a reason is not to be submitted."""
    maker.confirm("正式导入")
    maker.sees("已按同一文件生成正式批次", "文件已先行试运行", "2 行有提示，写明理由后才能复核提交")
    with scope.everything():
        tried, filed = Upload.objects.order_by("id")
        assert (tried.rehearsal, filed.rehearsed_as_id, filed.file_id) == (True, tried.pk, tried.file_id)
    checker.go(maker.address)
    checker.cannot_press("复核并提交")
    return maker.address


def the_maker_says_why(maker: Person, batch: str, album: Album) -> None:
    maker.go(f"{batch}?rows=unconfirmed")
    boxes = maker.window.locator("input[name=rows]")
    expect(boxes).to_have_count(2)
    boxes.first.check()
    maker.sees("已选 1 行")
    maker.fill("理由", WHY)
    album.keep(maker)
    on_a_telephone(maker, album)
    maker.press("确认无误")
    maker.sees("已确认 1 行，理由已记录")
    maker.field("确认哪些行").select_option(index=1)
    maker.fill("理由", WHY)
    maker.press("确认无误")
    maker.sees("已确认 1 行，理由已记录", f"确认：{WHY}"[:3])
    album.keep(maker)


def on_a_telephone(maker: Person, album: Album) -> None:
    """Nothing stands beyond the right edge."""
    size = maker.window.viewport_size
    maker.window.set_viewport_size({"width": 390, "height": 844})
    assert maker.window.evaluate("document.documentElement.scrollWidth") <= 390
    album.keep(maker)
    maker.window.set_viewport_size(size)


def the_checker_submits(checker: Person, batch: str, rows: int, album: Album) -> None:
    checker.go(f"{batch}?rows=good")
    album.keep(checker)
    checker.confirm("复核并提交")
    checker.sees("已入库", "入库回执")
    with scope.everything():
        assert Upload.objects.get(pk=batch.rstrip("/").rsplit("/", 1)[-1]).rows_entered == rows


def the_maker_mends_the_red_row(maker: Person, batch: str, album: Album) -> str:
    """In the file that came back, and sends it as it is."""
    maker.go(batch)
    book = openpyxl.load_workbook(io.BytesIO(maker.downloads("下载原表")))
    sheet = book.worksheets[0]
    wrong = sheet.cell(5, _place(sheet, "从业人数") + 1)
    assert wrong.value == "四十五" and wrong.fill.fgColor.rgb == "FFF8B4B4" and "请填整数" in wrong.comment.text
    assert WHY in sheet.cell(3, _place(sheet, "问题与改法") + 1).value
    wrong.value = 45
    buffer = io.BytesIO()
    book.save(buffer)
    maker.go("/loans/uploads/new/")
    maker.upload(FIELD, buffer.getvalue(), "四季度-改正.xlsx")
    maker.sees("待复核提交", "不会重复入库")
    with scope.everything():
        upload = Upload.objects.latest("id")
        assert (upload.rows_good, upload.rows_known, upload.rows_held, upload.rows_unconfirmed) == (1, 3, 0, 0)
    album.keep(maker)
    return maker.address


def the_reason_stands_on_the_receipt_and_on_the_loan(checker: Person, batch: str, number: str, album: Album) -> None:
    checker.go(batch)
    text = checker.reads_pdf("HZ2025-000001.pdf").replace("\n", "").replace(" ", "")
    with scope.everything():
        upload = Upload.objects.select_related("file").get(receipt_number="HZ2025-000001")
        loan = Loan.objects.get(loan_number=number)
    assert "提示的确认" in text and WHY[:8] in text and upload.file.sha256[:16] in text
    checker.go(loan.get_absolute_url())
    checker.sees(WHY)
    album.keep(checker)


def _place(sheet: openpyxl.worksheet.worksheet.Worksheet, header: str) -> int:
    heads = [str(cell.value or "") for cell in sheet[1]]
    return next(place for place, text in enumerate(heads) if text.strip("*△").startswith(header))
