"""Files as people's programs make them, for the torture set: openpyxl, xlsxwriter, xlwt, WPS's own dialect."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import xlsxwriter
import xlwt

from pool.sheets.headers import letter

Grid = Sequence[Sequence[Any]]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def by_openpyxl(grid: Grid, change: Callable[[Any, Any], None] = lambda book, sheet: None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "清单"
    for line in grid:
        sheet.append([None if cell == "" else cell for cell in line])
    change(book, sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_xlsxwriter(grid: Grid, change: Callable[[Any, Any], None] = lambda book, sheet: None, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False, **options}) as book:
        page = book.add_worksheet("清单")
        for number, line in enumerate(grid):
            for place, cell in enumerate(line):
                page.write(number, place, cell)
        change(book, page)
    return buffer.getvalue()


def by_xlwt(grid: Grid, change: Callable[[Any, Any], None] = lambda book, sheet: None) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("清单")
    change(book, page)
    for number, line in enumerate(grid):
        for place, cell in enumerate(line):
            if cell != "":
                page.write(number, place, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_wps(grid: Grid) -> bytes:
    """Shared strings in several runs, styled blanks past the table, its own namespace and its own properties."""
    strings: dict[str, int] = {}

    def cell(place: int, number: int, value: Any) -> str:
        at = f'r="{letter(place)}{number}" s="1"'
        if value == "":
            return f"<c {at}/>"
        if isinstance(value, int | float):
            return f"<c {at}><v>{value}</v></c>"
        return f'<c {at} t="s"><v>{strings.setdefault(str(value), len(strings))}</v></c>'

    lines = "".join(
        f'<row r="{number}" spans="1:40" ht="13.5" customHeight="1">'
        f"{''.join(cell(place, number, value) for place, value in enumerate([*line, '', '']))}</row>"
        for number, line in enumerate(grid, start=1)
    )
    blanks = "".join(f'<row r="{number}"><c r="A{number}" s="1"/></row>' for number in range(90, 140))
    shared = "".join(_runs(text) for text in strings)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    rels = f'<Relationships xmlns="{_PACKAGE}/relationships">%s</Relationships>'
    one = f'<Relationship Id="rId%s" Type="{_OFFICE}/%s" Target="%s"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
        "_rels/.rels": rels % (one % ("1", "officeDocument", "xl/workbook.xml")),
        "docProps/app.xml": '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'extended-properties"><Application>WWO_wpscloud</Application></Properties>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><fileVersion appName="xl"/><workbookPr/>'
        '<sheets><sheet name="清单" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels
        % (
            one % ("1", "worksheet", "worksheets/sheet1.xml")
            + one % ("2", "sharedStrings", "sharedStrings.xml")
            + one % ("3", "styles", "styles.xml")
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}" uniqueCount="{len(strings)}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" '
        'fillId="0" borderId="0"><alignment vertical="center"/></xf></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" '
        'fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" '
        'applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}" xmlns:etc='
        '"http://www.wps.cn/officeDocument/2017/etCustomData"><sheetPr/><dimension ref="A1:AH139"/><sheetViews>'
        f'<sheetView workbookViewId="0"/></sheetViews><sheetData>{lines}{blanks}</sheetData>'
        '<pageMargins left="0.75" right="0.75" top="1" bottom="1" header="0.5" footer="0.5"/></worksheet>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, head + text)
    return buffer.getvalue()


def _runs(text: str) -> str:
    """WPS breaks a text where its font changes, Chinese from digits."""
    middle = len(text) // 2
    pieces = (text[:middle], text[middle:])
    runs = "".join(f'<r><rPr><sz val="11"/></rPr><t xml:space="preserve">{escape(piece)}</t></r>' for piece in pieces)
    return f"<si>{runs}</si>"
