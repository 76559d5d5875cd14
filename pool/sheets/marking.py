"""A person's own workbook goes back as it was, but for a result column, coloured cells and their notes.

The parts of the .xlsx are rewritten as text, so that formats, other sheets, formulas and drawings stay untouched; the
sheet goes through row by row, so that its length costs time but no memory. Marks of an earlier return are taken off.
"""

from __future__ import annotations

import codecs
import posixpath
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as Xml
from xml.sax.saxutils import escape, unescape

from .headers import letter

RESULT, TELLS = "结果", "问题与改法"
AUTHOR = "校验结果"
ERROR_FILL, WARNING_FILL = "FFF8B4B4", "FFFDEEB8"
_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PKG = "http://schemas.openxmlformats.org/package/2006/relationships"
_ROW = re.compile(r"<((?:\w+:)?)row\b([^>]*?)(?:/>|>(.*?)</\1row>)", re.DOTALL)
_CELL = re.compile(r"<((?:\w+:)?)c\b([^>]*?)(?:/>|>.*?</\1c>)", re.DOTALL)
_REF = re.compile(r'\br="([A-Z]*)(\d+)"')
_STYLE = re.compile(r'\ss="(\d+)"')
_XF = re.compile(r"<(?:\w+:)?xf\b[^>]*?(?:/>|>.*?</(?:\w+:)?xf>)", re.DOTALL)
_FILL = re.compile(r"<(?:\w+:)?fill\b[^>]*?(?:/>|>.*?</(?:\w+:)?fill>)", re.DOTALL)
_AFTER_NOTES = re.compile(
    r"<(?:\w+:)?(?:legacyDrawingHF|picture|oleObjects|controls|webPublishItems|tableParts|extLst)\b"
)
LONGEST_NOTE = 32_000
_BLOCK = 1 << 20
QUICK = 3
"""How hard to press: the person waits for it."""
MOST_NOTES = 20_000
"""So many cells get a note, which takes memory and a place in a drawing; of those after them the last column tells."""


class CannotMark(Exception):
    """The workbook is built in a way this module does not know; the caller sends another one."""


@dataclass
class RowMark:
    """What is said of a row: its result, all that is wrong, and by column letter the notes of its cells."""

    result: str
    tells: str = ""
    severity: str = ""
    cells: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Column letter → (severity, note); without a severity the cell keeps its colour."""


def index_of(letters: str) -> int:
    number = 0
    for char in letters:
        number = number * 26 + ord(char) - 64
    return number - 1


class Ahead:
    """Marks in the order of their rows, asked for by rising numbers."""

    def __init__(self, rows: Iterable[tuple[int, RowMark]]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def of(self, number: int) -> RowMark | None:
        while self._next is not None and self._next[0] < number:
            self._next = next(self._rows, None)
        return self._next[1] if self._next is not None and self._next[0] == number else None


def mark(
    source: Path,
    target: IO[bytes],
    *,
    sheet: str,
    header_row: int,
    head: list[str],
    rows: Iterable[tuple[int, RowMark]],
) -> None:
    """`rows` by rising numbers; `head` are the texts of the header row, so that a result column of an earlier return
    is used again."""
    try:
        with (
            zipfile.ZipFile(source) as archive,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK) as made,
        ):
            parts = _Parts(archive)
            path = _sheet_path(parts, sheet)
            with made.open(path, "w", force_zip64=True) as out:
                _mark(parts, path, out, header_row, head, Ahead(rows))
            for name in [*archive.namelist(), *parts.added]:
                if name in parts.changed:
                    made.writestr(name, parts.changed[name])
                elif name != path:
                    _copy(archive, made, name)
    except (
        KeyError,
        ValueError,
        IndexError,
        AttributeError,
        Xml.ParseError,
        zipfile.BadZipFile,
        UnicodeDecodeError,
    ) as no:
        raise CannotMark(str(no)) from no


def _copy(archive: zipfile.ZipFile, made: zipfile.ZipFile, name: str) -> None:
    """A part as it is, a piece at a time: a long sheet's shared strings take as much as the sheet."""
    with archive.open(name) as part, made.open(name, "w", force_zip64=True) as out:
        shutil.copyfileobj(part, out, _BLOCK)


class _Parts:
    """The parts of the package: read as text, changed or added."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.changed: dict[str, bytes] = {}
        self.added: list[str] = []

    def text(self, name: str) -> str:
        return (self.changed.get(name) or self.archive.read(name)).decode("utf-8-sig")

    def blocks(self, name: str) -> Iterator[str]:
        """A long part, a piece at a time."""
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        with self.archive.open(name) as part:
            while block := part.read(_BLOCK):
                yield decoder.decode(block)
        yield decoder.decode(b"", final=True)

    def put(self, name: str, text: str) -> None:
        if name not in self.names:
            self.names.add(name)
            self.added.append(name)
        self.changed[name] = text.encode("utf-8")


def _mark(parts: _Parts, path: str, out: IO[bytes], header_row: int, head: list[str], rows: Ahead) -> None:
    styles = _Styles(parts.text("xl/styles.xml"))
    styles.returned_before |= RESULT in head
    places = _result_places(parts.blocks(path), head)
    notes: dict[str, str] = {}
    rest, number = "", 0
    for block in parts.blocks(path):
        rest += block
        at = 0
        for found in _ROW.finditer(rest):
            given = _REF.search(found[2])
            number = int(given[2]) if given else number + 1
            said = rows.of(number) or (RowMark(RESULT, TELLS) if number == header_row else None)
            row = _row(found, number, said, places, styles, notes) if said else found[0]
            out.write((rest[at : found.start()] + row).encode("utf-8"))
            at = found.end()
        rest = rest[at:]
    out.write(_with_notes(parts, path, rest, notes).encode("utf-8"))
    parts.put("xl/styles.xml", styles.text())


def _sheet_path(parts: _Parts, sheet: str) -> str:
    book, links = Xml.fromstring(parts.text("xl/workbook.xml")), _links(parts, "xl/workbook.xml")
    for one in book.iter(f"{{{_NS}}}sheet"):
        if one.get("name") == sheet:
            return links[one.get(f"{{{_REL}}}id", "")][1]
    raise CannotMark(f"no sheet {sheet!r}")


def _rels_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def _links(parts: _Parts, part: str) -> dict[str, tuple[str, str]]:
    """id → (kind, path of the part)"""
    if _rels_of(part) not in parts.names:
        return {}
    found = {}
    for one in Xml.fromstring(parts.text(_rels_of(part))).iter(f"{{{_PKG}}}Relationship"):
        target = one.get("Target", "")
        place = target[1:] if target.startswith("/") else posixpath.normpath(f"{posixpath.dirname(part)}/{target}")
        found[one.get("Id", "")] = (one.get("Type", "").rsplit("/", 1)[-1], place)
    return found


def places_before(head: list[str]) -> tuple[int, int] | None:
    """The two columns of an earlier return, which are used again."""
    return (head.index(RESULT), head.index(TELLS)) if RESULT in head and TELLS in head else None


_COLUMN = re.compile(r'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)')


def _result_places(blocks: Iterable[str], head: list[str]) -> tuple[int, int]:
    """Those of an earlier return, or the two columns after the last one used."""
    if earlier := places_before(head):
        return earlier
    columns: set[str] = set()
    rest = ""
    for block in blocks:
        columns.update(_COLUMN.findall(rest + block))
        rest = block[-200:]
    last = max((index_of(letters) for letters in columns), default=0)
    last = max(last, len(head) - 1)
    return last + 1, last + 2


def _row(
    found: re.Match[str], number: int, said: RowMark, places: tuple[int, int], styles: _Styles, notes: dict[str, str]
) -> str:
    prefix, attributes = found[1], re.sub(r'\sspans="[^"]*"', "", found[2]).rstrip("/")
    results = _results(prefix, number, said, places, styles)
    if not said.cells and not styles.returned_before:  # nothing to colour and nothing to take off
        return f"<{prefix}row{attributes}>{found[3] or ''}{''.join(results.values())}</{prefix}row>"
    cells: dict[int, str] = {}
    at = -1
    for cell in _CELL.finditer(found[3] or ""):
        given = _REF.search(cell[2])
        at = index_of(given[1]) if given and given[1] else at + 1
        own = _STYLE.search(cell[2])
        style = int(own[1]) if own else 0
        clean = styles.clean(style)
        cells[at] = cell[0] if clean == style else _styled(cell[0], clean)
    for letters, (severity, note) in said.cells.items():
        cell_now = cells.get(index_of(letters), f'<{prefix}c r="{letters}{number}"/>')
        own = _STYLE.search(cell_now.split(">", 1)[0])
        style = int(own[1]) if own else 0
        cells[index_of(letters)] = _styled(cell_now, styles.filled(style, severity) if severity else style)
        if len(notes) < MOST_NOTES:
            notes[f"{letters}{number}"] = note
    cells |= results
    inside = "".join(cells[place] for place in sorted(cells))
    return f"<{prefix}row{attributes}>{inside}</{prefix}row>"


def _results(prefix: str, number: int, said: RowMark, places: tuple[int, int], styles: _Styles) -> dict[int, str]:
    """The two cells of every row: what became of it, and all that is wrong."""
    cells = {}
    for place, text in zip(places, (said.result, said.tells), strict=True):
        style = styles.filled(0, said.severity) if said.severity and place == places[0] else 0
        cells[place] = (
            f'<{prefix}c r="{letter(place)}{number}" s="{style}" t="inlineStr"><{prefix}is>'
            f'<{prefix}t xml:space="preserve">{_plain(text)}</{prefix}t></{prefix}is></{prefix}c>'
        )
    return cells


def _styled(cell: str, style: int) -> str:
    start, more = cell.split(">", 1)
    closed = start.endswith("/")
    start = _STYLE.sub("", start.rstrip("/")).rstrip()
    return f'{start} s="{style}"{"/" if closed else ""}>{more}'


def _plain(text: str) -> str:
    return escape(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)[:LONGEST_NOTE])


class _Styles:
    """Cell formats: each coloured one is a copy of the person's own with another fill."""

    def __init__(self, xml: str) -> None:
        self.xml = xml
        self.fills = _FILL.findall(self._block("fills"))
        self.xfs = _XF.findall(self._block("cellXfs"))
        self.ours = {
            number
            for number, fill in enumerate(self.fills)
            if ERROR_FILL in fill.upper() or WARNING_FILL in fill.upper()
        }
        self.returned_before = bool(self.ours)
        self.made: dict[tuple[int, int], int] = {}
        prefix = re.match(r"<((?:\w+:)?)", self.fills[0])
        self.prefix = prefix[1] if prefix else ""
        self.by_severity = {"error": self._fill(ERROR_FILL), "warning": self._fill(WARNING_FILL)}

    def _block(self, name: str) -> str:
        found = re.search(rf"<((?:\w+:)?){name}\b[^>]*>(.*?)</\1{name}>", self.xml, re.DOTALL)
        if found is None:
            raise CannotMark(f"no {name}")
        return found[2]

    def _fill(self, colour: str) -> int:
        p = self.prefix
        self.fills.append(
            f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{colour}"/><{p}bgColor indexed="64"/>'
            f"</{p}patternFill></{p}fill>"
        )
        return len(self.fills) - 1

    def filled(self, style: int, severity: str) -> int:
        return self._variant(style, self.by_severity[severity])

    def clean(self, style: int) -> int:
        """Without the colour of an earlier return."""
        fill = re.search(r'\bfillId="(\d+)"', self.xfs[style].split(">", 1)[0])
        return self._variant(style, 0) if fill and int(fill[1]) in self.ours else style

    def _variant(self, style: int, fill: int) -> int:
        if (style, fill) not in self.made:
            start, more = self.xfs[style].split(">", 1)
            start = re.sub(r'\s(?:fillId|applyFill)="[^"]*"', "", start)
            closed = start.endswith("/")
            start = f'{start.rstrip("/").rstrip()} fillId="{fill}" applyFill="1"{"/" if closed else ""}'
            self.xfs.append(f"{start}>{more}")
            self.made[style, fill] = len(self.xfs) - 1
        return self.made[style, fill]

    def text(self) -> str:
        xml = self.xml
        for name, items in (("fills", self.fills), ("cellXfs", self.xfs)):
            xml = re.sub(
                rf"<((?:\w+:)?){name}\b[^>]*>.*?</\1{name}>",
                lambda found, name=name, items=items: (
                    f'<{found[1]}{name} count="{len(items)}">{"".join(items)}</{found[1]}{name}>'
                ),
                xml,
                count=1,
                flags=re.DOTALL,
            )
        return xml


# ---- notes: the comments and the old drawing that Excel and WPS place them by

_COMMENT = re.compile(r'<((?:\w+:)?)comment\b[^>]*?\bref="([A-Z]+\d+)"[^>]*?>.*?</\1comment>', re.DOTALL)
_SHAPE = re.compile(r"<v:shape\b.*?</v:shape>", re.DOTALL)


def _with_notes(parts: _Parts, path: str, xml: str, notes: Mapping[str, str]) -> str:
    links = dict(_links(parts, path).values())
    if "comments" in links and "vmlDrawing" in links:
        _add_notes(parts, links["comments"], links["vmlDrawing"], notes)
        return xml
    if not notes or "vmlDrawing" in links:
        return xml
    comments, drawing = "xl/commentsReturned.xml", "xl/drawings/vmlDrawingReturned.vml"
    parts.put(comments, f'<comments xmlns="{_NS}"><authors></authors><commentList></commentList></comments>')
    parts.put(
        drawing,
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="_x0000_t202" coordsize="21600,21600"'
        ' o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/></v:shapetype></xml>',
    )
    _add_notes(parts, comments, drawing, notes)
    _link(parts, path, comments, drawing)
    tag = f'<legacyDrawing xmlns="{_NS}" xmlns:r="{_REL}" r:id="rIdReturned2"/>'
    ending = xml.rfind("</", 0, len(xml))
    later = _AFTER_NOTES.search(xml, xml.rfind("sheetData>"))
    place = later.start() if later else ending
    return xml[:place] + tag + xml[place:]


def _link(parts: _Parts, path: str, comments: str, drawing: str) -> None:
    rels = _rels_of(path)
    text = parts.text(rels) if rels in parts.names else f'<Relationships xmlns="{_PKG}"></Relationships>'
    new = "".join(
        f'<Relationship xmlns="{_PKG}" Id="rIdReturned{number}" Type="{_REL}/{kind}" Target="/{place}"/>'
        for number, (kind, place) in enumerate((("comments", comments), ("vmlDrawing", drawing)), start=1)
    )
    end = text.rfind("</") if "</" in text[-40:] else -1
    if end < 0:
        text, end = f'<Relationships xmlns="{_PKG}"></Relationships>', len(f'<Relationships xmlns="{_PKG}">')
    parts.put(rels, text[:end] + new + text[end:])
    kinds = parts.text("[Content_Types].xml")
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    more = (
        f'<Override xmlns="{space}" PartName="/{comments}"'
        ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"/>'
        f'<Override xmlns="{space}" PartName="/{drawing}"'
        ' ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
    )
    end = kinds.rfind("</")
    parts.put("[Content_Types].xml", kinds[:end] + more + kinds[end:])


def _add_notes(parts: _Parts, comments: str, drawing: str, notes: Mapping[str, str]) -> None:
    """Others' notes stay; our own of an earlier return, and any on a cell that now gets one, go."""
    xml, vml = parts.text(comments), parts.text(drawing)
    authors = [unescape(one) for one in re.findall(r"<(?:\w+:)?author(?:\s[^>]*)?>(.*?)</", xml, re.DOTALL)]
    count = len(re.findall(r"<(?:\w+:)?author(?:\s[^>]*)?/?>", xml))
    if AUTHOR in authors:
        ours = authors.index(AUTHOR)
    else:
        ours = count
        tag = re.search(r"</((?:\w+:)?)authors>", xml)
        if tag is None:
            raise CannotMark("no authors")
        author = f"<{tag[1]}author>{AUTHOR}</{tag[1]}author>"
        xml = xml[: tag.start()] + author + xml[tag.start() :]
    gone = {
        one[2] for one in _COMMENT.finditer(xml) if one[2] in notes or f'authorId="{ours}"' in one[0].split(">", 1)[0]
    }
    xml = _COMMENT.sub(lambda one: "" if one[2] in gone else one[0], xml)
    vml = _SHAPE.sub(lambda one: "" if _anchored(one[0]) in gone else one[0], vml)
    ends = re.search(r"</((?:\w+:)?)commentList>", xml)
    if ends is None or "</xml>" not in vml:
        raise CannotMark("no list of comments")
    p = ends[1]
    told = "".join(
        f'<{p}comment ref="{ref}" authorId="{ours}"><{p}text><{p}t xml:space="preserve">{_plain(note)}</{p}t></{p}text>'
        f"</{p}comment>"
        for ref, note in notes.items()
    )
    shapes = "".join(_shape(number, ref) for number, ref in enumerate(notes))
    parts.put(comments, xml[: ends.start()] + told + xml[ends.start() :])
    parts.put(drawing, vml.replace("</xml>", shapes + "</xml>"))


def _anchored(shape: str) -> str:
    row, column = (re.search(rf"<x:{name}>(\d+)</x:{name}>", shape) for name in ("Row", "Column"))
    return f"{letter(int(column[1]))}{int(row[1]) + 1}" if row and column else ""


def _shape(number: int, ref: str) -> str:
    letters, row = re.match(r"([A-Z]+)(\d+)", ref).groups()  # type: ignore[union-attr]
    column, line = index_of(letters), int(row) - 1
    return (
        f'<v:shape id="_x0000_s{90000 + number}" type="#_x0000_t202" style="position:absolute;width:240pt;height:90pt;'
        'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:textbox/>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{column + 1},15,{line},2,{column + 5},15,{line + 5},4</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{line}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )
