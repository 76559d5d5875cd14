"""`read`: the one door through which a spreadsheet enters.

with read(path, SCHEMA) as reader:
    reader.problems          # about the header; reader.broken when no row can be read
    for row in reader:       # blank rows are skipped
        row.number, row.values, row.problems
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import cast

from pool.masking import mask_identity

from .guards import DEFAULT_LIMITS, Checked, Limits, check
from .headers import HEADER_ROWS, Header, Match, find_header, header_in_unit, letter
from .json_lines import JsonLinesSource
from .problems import ERROR, WARNING, CellProblem, SheetRefused
from .schema import Column, Kind, Schema, squeeze
from .sources import Cells, CsvSource, Source, WorkbookSource
from .values import Bad, Noted, Parser, Raw, Serials, is_blank, parser, shown

Values = dict[str, object]
_SUMMARY_WORDS = (
    "合计",
    "总计",
    "小计",
    "填表人",
    "制表人",
    "经办人",
    "复核人",
    "审核人",
    "负责人",
    "注:",
    "备注:",
    "说明:",
    "填表日期",
)


class Row:
    """One row of data: typed values by key, and every problem its cells have by themselves."""

    __slots__ = ("_cells", "_layout", "number", "problems", "values")

    def __init__(
        self, number: int, values: Values, problems: tuple[CellProblem, ...], cells: Sequence[Raw], layout: _Layout
    ) -> None:
        self.number = number
        self.values = values
        self.problems = problems
        self._cells = cells
        self._layout = layout

    def raw(self) -> dict[str, str]:
        """The cells as they were written, by key; for keeping, and for the workbook that goes back."""
        return {match.column.key: shown(_at(self._cells, match.index)) for match in self._layout.matches}

    def problem(
        self, key: str, code: str, /, *, severity: str = ERROR, article: str | None = None, **params: str
    ) -> CellProblem:
        """A problem at the cell of a column, whether the file has that column or not."""
        return self._layout.problem(self.number, self._cells, key, code, severity, article, params)

    def warning(self, key: str, code: str, /, *, article: str | None = None, **params: str) -> CellProblem:
        return self.problem(key, code, severity=WARNING, article=article, **params)

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)


def _at(cells: Sequence[Raw], index: int) -> Raw:
    return cells[index] if index < len(cells) else None


class _Layout:
    """How a schema lies in one file; turns cells into rows."""

    def __init__(self, schema: Schema, sheet: str, matches: Iterable[Match], serials: Serials = Serials.NONE) -> None:
        self.schema, self.sheet, self.matches = schema, sheet, tuple(matches)
        self.places = {match.column.key: match.index for match in self.matches}
        self.parsers: list[tuple[str, int, Parser, bool]] = [
            (match.column.key, match.index, parser(match.column, match.scale, serials), match.column.required)
            for match in self.matches
        ]
        self.empty: Values = {column.key: _default(column) for column in schema.columns}
        self.conditional = [column for column in schema.columns if column.required_when]
        self.required = [match for match in self.matches if match.column.required]

    def row(self, number: int, cells: Sequence[Raw]) -> Row:
        values = self.empty.copy()
        problems: list[CellProblem] = []
        failed: set[str] = set()
        width = len(cells)
        for key, index, parse, required in self.parsers:
            raw = cells[index] if index < width else None
            if is_blank(raw):
                if required and self.schema[key].default is None:
                    failed.add(key)
                    problems.append(self.problem(number, cells, key, "required"))
                continue
            try:
                value = parse(raw)
            except Bad as bad:
                failed.add(key)
                problems.append(self.problem(number, cells, key, bad.code, ERROR, None, bad.params))
                continue
            if value.__class__ is Noted:
                problems.append(self._noted(number, cells, key, cast(Noted, value)))
                value = cast(Noted, value).value
            values[key] = value
        for column in self.conditional:
            if values[column.key] is None and column.key not in failed:
                problems.extend(self._needed(number, cells, column, values))
        return Row(number, values, tuple(problems), cells, self)

    def _noted(self, number: int, cells: Sequence[Raw], key: str, noted: Noted) -> CellProblem:
        return self.problem(number, cells, key, noted.code, noted.severity, None, noted.params)

    def _needed(self, number: int, cells: Sequence[Raw], column: Column, values: Values) -> Iterator[CellProblem]:
        for key, words in column.required_when.items():
            value = values[key]
            if value in words:
                other = self.schema[key]
                because = f"{other.header}为“{other.labels.get(str(value), str(value))}”"
                yield self.problem(number, cells, column.key, "required_when", params={"because": because})
                return

    def problem(
        self,
        number: int,
        cells: Sequence[Raw],
        key: str,
        code: str,
        severity: str = ERROR,
        article: str | None = None,
        params: Mapping[str, str] | None = None,
    ) -> CellProblem:
        column = self.schema[key]
        index = self.places.get(key)
        value = "" if index is None else shown(_at(cells, index))[:200]
        return CellProblem(
            self.sheet,
            number,
            "" if index is None else letter(index),
            column.header,
            mask_identity(value) if column.sensitive else value,
            code,
            key,
            severity,
            column.article if article is None else article,
            params or {},
        )

    def is_summary(self, cells: Sequence[Raw]) -> bool:
        """A total or signature line under the data: it begins with such a word and lacks required cells."""
        first = next((squeeze(shown(cell)) for cell in cells if not is_blank(cell)), "")
        if not first.startswith(_SUMMARY_WORDS):
            return False
        missing = sum(1 for match in self.required if is_blank(_at(cells, match.index)))
        return missing > 0 and missing * 3 >= len(self.required)


def _default(column: Column) -> object:
    if column.default is None and column.kind in (Kind.CHOICES, Kind.DATES):
        return ()
    if column.default is None and column.kind in (Kind.TEXT, Kind.CODE) and not column.required_when:
        return ""
    return column.default


class Reader:
    """An opened spreadsheet whose header has been found."""

    def __init__(self, source: Source, schema: Schema, kind: str, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self.schema, self.kind, self.encoding = schema, kind, source.encoding
        self.template_version = self._version()
        self._require_template()
        self.sheet, self.header = self._find()
        self.layout = _Layout(schema, self.sheet, self.header.matches, source.serials)
        self.problems: list[CellProblem] = [
            *self.header.problems,
            *self._version_problems(),
            *self._unread_sheets(),
        ]
        self.rows_read = 0

    @property
    def broken(self) -> bool:
        """The header has an error: no row can be trusted."""
        return any(problem.is_error for problem in self.problems)

    @property
    def header_row(self) -> int:
        return self.header.row - 1 + self._source.first

    def expected(self, read: int) -> int:
        """How many rows there will be, when so many have been read; 0 where it is not known."""
        at, end = self._source.position()
        return max(read, read * end // at) if at else 0

    def headers(self) -> dict[str, str]:
        """The header of each column that was found, with the unit its cells are written in."""
        return {match.column.key: header_in_unit(match) for match in self.header.matches}

    def head(self) -> list[str]:
        """The texts of the header row, of one's own columns too."""
        rows = list(self._source.rows(self.sheet, self.header.row))
        return [shown(cell) for cell in rows[self.header.row - 1]]

    def lines(self) -> Iterator[Cells]:
        """The rows of the sheet as they stand, from its first."""
        return self._source.rows(self.sheet)

    def _version(self) -> str:
        if self.schema.version_sheet not in self._source.hidden():
            return ""
        for cells in list(self._source.rows(self.schema.version_sheet, 1)):
            return shown(_at(cells, 0))
        return ""

    def _require_template(self) -> None:
        """The template in force and the one before it are read; an older one may ask for other things."""
        accepted = [code for code in (self.schema.code, self.schema.former) if code]
        if self.template_version and self.template_version not in accepted:
            params = {"found": self.template_version, "current": self.schema.code, "accepted": "、".join(accepted)}
            raise SheetRefused("template_refused", **params)

    def _version_problems(self) -> list[CellProblem]:
        found, current = self.template_version, self.schema.code
        if not found or found == current:
            return []
        params = {"found": found, "current": current}
        return [CellProblem(self.sheet, 0, "", "", found, "template_old", severity=WARNING, params=params)]

    def _unread_sheets(self) -> list[CellProblem]:
        """Other sheets that hold rows of this schema: nothing of a person's is left out unsaid."""
        left = [name for name in self._source.sheets() if name != self.sheet and name not in self.schema.examples]
        params = {"read": self.sheet}
        return [
            CellProblem(name, 0, "", "", name, "other_sheet", severity=WARNING, params=params)
            for name in left
            if self._has_rows(name)
        ]

    def _has_rows(self, sheet: str) -> bool:
        head = list(self._source.rows(sheet, HEADER_ROWS + 1))
        try:
            header = find_header(self.schema, head, sheet)
        except SheetRefused:
            return False
        return any(not _blank(cells) for cells in head[header.row :])

    def _find(self) -> tuple[str, Header]:
        """The sheet of the template's name if its header is there, else the first sheet that has the header."""
        names = self._source.sheets()
        if not names:
            raise SheetRefused("no_sheet")
        names.sort(key=lambda name: name != self.schema.sheet)
        refusal: SheetRefused | None = None
        for name in names:
            try:
                return name, find_header(self.schema, list(self._source.rows(name, HEADER_ROWS)), name)
            except SheetRefused as refused:
                if refused.code != "no_header":
                    raise
                refusal = refusal or refused
        assert refusal is not None
        raise refusal

    def __iter__(self) -> Iterator[Row]:
        if self.broken:
            return
        self.rows_read = 0
        header_row, layout, limit = self.header_row, self.layout, self._limits.rows
        for number, cells in enumerate(self._source.rows(self.sheet), start=self._source.first):
            if number <= header_row or _blank(cells):
                continue
            if layout.is_summary(cells):
                self._note_summary(number, cells)
                continue
            self.rows_read += 1
            if self.rows_read > limit:
                raise SheetRefused("too_many_rows", limit=f"{limit:,}")
            yield layout.row(number, cells)

    def _note_summary(self, number: int, cells: Cells) -> None:
        index = next(place for place, cell in enumerate(cells) if not is_blank(cell))
        self.problems.append(
            CellProblem(
                self.sheet,
                number,
                letter(index),
                "",
                shown(cells[index])[:100],
                "summary_row",
                severity=WARNING,
                params={"at": str(number)},
            )
        )

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._source.close()


def _blank(cells: Cells) -> bool:
    return all(is_blank(cell) for cell in cells)


def read(path: str | PathLike[str], schema: Schema, *, limits: Limits = DEFAULT_LIMITS) -> Reader:
    """Open a spreadsheet; raises `SheetRefused` where the file as a whole cannot be read."""
    path = Path(path)
    checked = check(path, limits)
    source = _source(path, checked, limits)
    try:
        return Reader(source, schema, checked.kind, limits)
    except BaseException:
        source.close()
        raise


def _source(path: Path, checked: Checked, limits: Limits) -> Source:
    if checked.kind == "csv":
        return CsvSource(path)
    return JsonLinesSource(path) if checked.kind == "jsonl" else WorkbookSource(path, checked.memory, limits)


def row_of(schema: Schema, cells: Mapping[str, Raw], number: int = 1, sheet: str = "") -> Row:
    """A row that came from a form: cells by key, parsed and judged exactly as in a file."""
    matches = [Match(index, column, column.header, Decimal(1)) for index, column in enumerate(schema.columns)]
    layout = _Layout(schema, sheet, matches)
    return layout.row(number, [cells.get(column.key) for column in schema.columns])
