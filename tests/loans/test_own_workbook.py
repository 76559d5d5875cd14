"""The workbook that comes back is the bank's own: a result column, red cells, notes; mended, it is sent again."""

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from django.test import Client
from django.urls import reverse
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from loans import reports, services
from loans.columns import LOAN_SCHEMA
from loans.models import Upload
from pool import clock, scope
from tests.factories.loans import entered, fresh, loan_cells
from tests.factories.people import TODAY

pytestmark = pytest.mark.django_db
RED = "FFF8B4B4"
LIBREOFFICE = Path(__file__).parent / "data" / "libreoffice"


def by_openpyxl(rows, own=()) -> bytes:
    """A title over merged cells, columns in another order, a column of one's own, a note, a second sheet."""
    columns = list(reversed(LOAN_SCHEMA.columns))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "我行贷款"
    sheet.append(["某支行贷款清单"])
    sheet.merge_cells("A1:F1")
    sheet.append([column.header for column in columns] + ["客户经理"])
    for row in rows:
        sheet.append([row.get(column.key, "") or None for column in columns] + ["张三"])
    sheet["A3"].font = Font(bold=True)
    sheet["B2"].comment = Comment("自用批注", "李四")
    sheet["A2"].fill = PatternFill("solid", fgColor="FF00FF00")
    book.create_sheet("底稿")["A1"] = "=1+1"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_xlsxwriter(rows) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("贷款项目")
        for place, column in enumerate(LOAN_SCHEMA.columns):
            page.write(0, place, column.header)
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(LOAN_SCHEMA.columns):
                page.write(number, place, row.get(column.key, ""))
    return buffer.getvalue()


def by_hand(rows) -> bytes:
    """As some exporters write: prefixed names, no references, no styles beyond the least."""

    def cell(text):
        return f'<x:c t="inlineStr"><x:is><x:t>{text}</x:t></x:is></x:c>'

    lines = [[column.header for column in LOAN_SCHEMA.columns]]
    lines += [[row.get(column.key, "") for column in LOAN_SCHEMA.columns] for row in rows]
    inside = "".join(f"<x:row>{''.join(map(cell, line))}</x:row>" for line in lines)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    links = f'<Relationships xmlns="{package}/relationships">%s</Relationships>'
    one = f'<Relationship Id="%s" Type="{office}/%s" Target="%s"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/s.xml" '
        f'ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": links % (one % ("a", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<x:workbook xmlns:x="{space}" xmlns:r="{office}"><x:sheets><x:sheet name="表" sheetId="1" '
        'r:id="b"/></x:sheets></x:workbook>',
        "xl/_rels/workbook.xml.rels": links
        % (one % ("b", "worksheet", "worksheets/s.xml") + one % ("c", "styles", "styles.xml")),
        "xl/styles.xml": f'<x:styleSheet xmlns:x="{space}"><x:fonts count="1"><x:font/></x:fonts><x:fills count="1">'
        '<x:fill><x:patternFill patternType="none"/></x:fill></x:fills><x:borders count="1"><x:border/></x:borders>'
        '<x:cellStyleXfs count="1"><x:xf/></x:cellStyleXfs><x:cellXfs count="1"><x:xf fillId="0"/></x:cellXfs>'
        "</x:styleSheet>",
        "xl/worksheets/s.xml": f'<x:worksheet xmlns:x="{space}"><x:sheetData>{inside}</x:sheetData></x:worksheet>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def sent(team, body: bytes, on: date = TODAY, name: str = "我行.xlsx") -> Upload:
    with scope.bank_scope(team.pk):
        upload = services.receive_upload(file=body, name=name, by=team.maker, on=on)
    services.check_upload(upload.pk)
    return fresh(upload)


def returned(upload: Upload) -> bytes:
    with scope.everything():
        whole = Upload.objects.select_related("file").get(pk=upload.pk)
        return reports.own_workbook(whole).file.read()


def cell_of(sheet, row: int, header: str, head: int = 1):
    place = next(cell.column for cell in sheet[head] if cell.value == header)
    return sheet.cell(row, place)


@pytest.mark.parametrize("write", [by_openpyxl, by_xlsxwriter, by_hand])
def test_the_own_sheet_comes_back_marked_whoever_wrote_it(team, write):
    head = 2 if write is by_openpyxl else 1
    upload = sent(team, write([loan_cells(), loan_cells(staff="四十五", revenue=""), loan_cells(in_shenzhen="否")]))
    assert (upload.rows_good, upload.rows_held) == (1, 2)
    sheet = openpyxl.load_workbook(io.BytesIO(returned(upload))).worksheets[0]
    results = [cell_of(sheet, head + number, "结果", head).value for number in (1, 2, 3)]
    assert results == ["无误，待复核提交", "有误，未入库", "有误，未入库"]
    wrong = cell_of(sheet, head + 2, "从业人数", head)
    assert wrong.value == "四十五" and wrong.fill.fgColor.rgb == RED and "不是整数" in wrong.comment.text
    rule = cell_of(sheet, head + 3, "是否在深经营", head)
    assert rule.fill.fgColor.rgb == RED and "依据 3" in rule.comment.text
    blank = next(cell for cell in sheet[head] if "营业收入" in str(cell.value))
    assert sheet.cell(head + 2, blank.column).fill.fgColor.rgb == RED
    assert cell_of(sheet, head + 1, "从业人数", head).fill.fgColor.rgb != RED
    assert "请填整数" in cell_of(sheet, head + 2, "问题与改法", head).value


def test_everything_else_of_the_workbook_stays(team):
    upload = sent(team, by_openpyxl([loan_cells(staff="x")]))
    book = openpyxl.load_workbook(io.BytesIO(returned(upload)))
    sheet = book["我行贷款"]
    assert book["底稿"]["A1"].value == "=1+1"
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:F1"]
    assert sheet["A3"].font.bold and sheet["A2"].fill.fgColor.rgb == "FF00FF00"
    assert sheet["B2"].comment.text == "自用批注" and cell_of(sheet, 3, "客户经理", 2).value == "张三"


def test_mended_in_place_and_sent_again_only_the_red_rows_enter_and_the_marks_go(team):
    upload = sent(team, by_openpyxl([loan_cells(), loan_cells(staff="x")]))
    entered(team, upload)
    book = openpyxl.load_workbook(io.BytesIO(returned(upload)))
    sheet = book.worksheets[0]
    assert cell_of(sheet, 3, "结果", 2).value == "已入库"
    cell_of(sheet, 4, "从业人数", 2).value = "45"
    buffer = io.BytesIO()
    book.save(buffer)
    again = sent(team, buffer.getvalue())
    assert (again.rows_good, again.rows_known, again.rows_held, again.problems[:0]) == (1, 1, 0, [])
    sheet = openpyxl.load_workbook(io.BytesIO(returned(again))).worksheets[0]
    assert [cell.value for cell in sheet[2]].count("结果") == 1
    mended = cell_of(sheet, 4, "从业人数", 2)
    assert mended.comment is None and mended.fill.fgColor.rgb != RED
    assert cell_of(sheet, 3, "结果", 2).value == "已在库，无需再报"


def as_text(rows, delimiter=",", ending="\r\n") -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=ending)
    writer.writerow([column.header for column in LOAN_SCHEMA.columns])
    writer.writerows([row.get(column.key, "") for column in LOAN_SCHEMA.columns] for row in rows)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("encoding", "delimiter", "ending"),
    [("utf-8-sig", ",", "\r\n"), ("utf-8", ";", "\n"), ("gb18030", ",", "\r\n"), ("utf-16", "\t", "\r\n")],
)
def test_a_csv_comes_back_as_it_was_written_with_two_columns_more(team, encoding, delimiter, ending):
    rows = [loan_cells(remarks='含"引号"和' + delimiter), loan_cells(staff="x", use_detail="两\n行"), loan_cells()]
    body = as_text(rows, delimiter, ending).encode(encoding)
    upload = sent(team, body, name="我行.csv")
    answer = returned(upload)
    assert answer[:3] == body[:3], "the mark in front stays, and where there was none there is none"
    text = answer.decode(encoding)
    given, back = (list(csv.reader(io.StringIO(one), delimiter=delimiter)) for one in (body.decode(encoding), text))
    assert [line[:-2] for line in back] == given
    assert [line[-2] for line in back] == ["结果", "无误，待复核提交", "有误，未入库", "无误，待复核提交"]
    assert "不是整数" in back[2][-1] and text.count(ending) >= 4
    mended = answer.decode(encoding).replace(f"{delimiter}x{delimiter}", f"{delimiter}45{delimiter}")
    again = sent(team, mended.encode(encoding), name="我行.csv")
    assert (again.rows_good, again.rows_held) == (3, 0)
    assert returned(again).decode(encoding).splitlines()[0].count("结果") == 1


def test_an_old_workbook_comes_back_as_a_new_one_with_the_same_sheet(team):
    book = xlwt.Workbook()
    page = book.add_sheet("我行旧表")
    page.write(0, 0, "某支行")
    for place, column in enumerate(LOAN_SCHEMA.columns):
        page.write(1, place, column.header)
    for number, row in enumerate([loan_cells(), loan_cells(staff="x")], start=2):
        for place, column in enumerate(LOAN_SCHEMA.columns):
            page.write(number, place, row.get(column.key, ""))
    buffer = io.BytesIO()
    book.save(buffer)
    upload = sent(team, buffer.getvalue(), name="我行.xls")
    sheet = openpyxl.load_workbook(io.BytesIO(returned(upload)))["我行旧表"]
    assert sheet["A1"].value == "某支行"
    assert [cell_of(sheet, row, "结果", 2).value for row in (3, 4)] == ["无误，待复核提交", "有误，未入库"]
    wrong = cell_of(sheet, 4, "从业人数", 2)
    assert wrong.value == "x" and wrong.fill.fgColor.rgb == RED and "不是整数" in wrong.comment.text


def test_a_sheet_that_libreoffice_wrote_comes_back_marked_beside_its_cover(team):
    upload = sent(team, (LIBREOFFICE / "wild.xlsx").read_bytes(), name="我行.xlsx")
    assert (upload.rows_good, upload.rows_held) == (3, 0)
    book = openpyxl.load_workbook(io.BytesIO(returned(upload)))
    assert book["封面"]["A1"].value == "某支行报送"
    sheet = book["清单"]
    assert [cell_of(sheet, row, "结果", 2).value for row in (3, 4, 5)] == ["无误，待复核提交"] * 3
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:H1"] and sheet["B300"].border.left.style == "thin"


def test_a_program_s_lines_come_back_as_their_held_rows(team):
    body = "\n".join(json.dumps(row) for row in [loan_cells(), loan_cells(staff="x")]).encode()
    upload = sent(team, body, name="a.jsonl")
    assert openpyxl.load_workbook(io.BytesIO(returned(upload)))[LOAN_SCHEMA.sheet].max_row == 2


@pytest.mark.parametrize(
    ("on", "words"), [(date(2025, 1, 22), "今晚 24 时截止"), (date(2025, 1, 16), "2025-01-22（还剩 4 个工作日）")]
)
def test_the_page_says_which_held_rows_become_late_and_gives_the_workbook(team, on, words):
    clock.set_day(on)
    upload = sent(team, by_xlsxwriter([loan_cells(staff="x"), loan_cells(disbursed_on="2024-05-10", staff="x")]), on)
    maker = Client()
    maker.force_login(team.maker)
    page = maker.get(upload.get_absolute_url()).content.decode()
    assert words in page and "1 行暂缓" in page
    answer = maker.get(reverse("loans:upload_marked", args=[upload.pk]))
    assert openpyxl.load_workbook(io.BytesIO(answer.getvalue())).worksheets[0].max_row == 3
