"""Finding the header row, and matching what it says with the columns of a schema.

People move columns, add their own, write units into the header, merge cells above it and type full-width
marks. All of that is read; what is missing, doubled or unknown is told.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .problems import WARNING, CellProblem, SheetRefused
from .schema import Column, Kind, Schema, squeeze
from .values import MONEY_UNITS, PERCENT_UNITS, Raw, is_blank, shown

HEADER_ROWS = 10
_BRACKETS = re.compile(r"[((\[【〔《<]([^()()\[\]【】〔〕《》<>]*)[))\]】〕》>]")
_MARKS = re.compile(r"[*:、,。/_·\-☆★△]|必填|选填")
_UNIT_NOTE = re.compile(r"单位:?(?:人民币)?(百万元|千元|万元|亿元|元)")
_UNIT_WORD = re.compile(r"^单位:?")
_TRAILING_UNIT = re.compile(r"(百万元|千元|万元|亿元|元|%|‰|bp)$")
_UNIT_LIKE = re.compile(r"^(?:人民币)?.?[元%‰]$|^(?:万|亿|美元|港元|usd|hkd|rmb|cny|bp|百万元|千元)$")


def letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA: as Excel names a column."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def normalise(header: str) -> tuple[str, str]:
    """A header without blanks, marks and brackets, and the first thing that looked like a unit in brackets."""
    text = squeeze(header)
    inside = (_UNIT_WORD.sub("", part) for part in _BRACKETS.findall(text))
    unit = next((part for part in inside if _UNIT_LIKE.match(part)), "")
    return _MARKS.sub("", _BRACKETS.sub("", text)), unit


@dataclass(frozen=True, slots=True)
class Match:
    """One column of the file that will be read: where it stands, and what its numbers are multiplied by."""

    index: int
    column: Column
    header: str
    scale: Decimal = Decimal(1)


def header_in_unit(match: Match) -> str:
    """The column's own header, stating the unit in which this file's cells are written."""
    units = {Kind.MONEY: MONEY_UNITS, Kind.PERCENT: PERCENT_UNITS}.get(match.column.kind, {})
    unit = next((name for name, scale in units.items() if scale == match.scale and name not in "万亿"), "")
    return match.column.header.replace(match.column.unit, unit) if unit else match.column.header


@dataclass(frozen=True, slots=True)
class Header:
    """The header row that was found."""

    row: int
    matches: tuple[Match, ...]
    problems: tuple[CellProblem, ...]


class _Names:
    """Every name of every column of a schema, normalised."""

    def __init__(self, schema: Schema) -> None:
        self.columns: dict[str, Column] = {}
        for column in schema.columns:
            for name in (column.header, column.key, *column.synonyms):
                known = self.columns.setdefault(normalise(name)[0], column)
                if known is not column:
                    raise ValueError(f"{name!r} names both {known.key!r} and {column.key!r}")
        self.ignored = {normalise(name)[0] for name in schema.ignored}

    def find(self, header: str) -> tuple[Column | None, str]:
        base, unit = normalise(header)
        if base in self.columns:
            return self.columns[base], unit
        trailing = _TRAILING_UNIT.search(base)
        if trailing and base[: trailing.start()] in self.columns:
            return self.columns[base[: trailing.start()]], trailing[1]
        return None, ""


def _texts(row: Sequence[Raw]) -> list[str]:
    return [shown(cell).replace("\n", "") for cell in row]


def _under(row: list[str], above: list[str]) -> list[str]:
    """A header row in two tiers: a cell merged downwards leaves its text in the row above."""
    width = max(len(row), len(above))
    row, above = row + [""] * (width - len(row)), above + [""] * (width - len(above))
    return [low or high for low, high in zip(row, above, strict=True)]


def _score(names: _Names, texts: list[str]) -> int:
    return len({found.key for text in texts if text and (found := names.find(text)[0])})


def _choose(schema: Schema, names: _Names, head: Sequence[Sequence[Raw]]) -> tuple[int, list[str]]:
    best, best_row, best_texts = 0, -1, [""]
    for number, row in enumerate(head[:HEADER_ROWS]):
        texts = _texts(row)
        candidates = [texts]
        if number:
            candidates.append(_under(texts, _texts(head[number - 1])))
        for candidate in candidates:
            score = _score(names, candidate)
            if score > best:
                best, best_row, best_texts = score, number, candidate
    wanted = sum(1 for column in schema.columns if column.required)
    if best < max(2, min(3, wanted), wanted // 3):
        raise SheetRefused("no_header", rows=str(HEADER_ROWS), example=_example(schema))
    return best_row, best_texts


def _example(schema: Schema) -> str:
    return "、".join(column.header for column in schema.columns[:4])


def _title_unit(head: Sequence[Sequence[Raw]], row: int) -> tuple[str, str]:
    for above in head[:row]:
        for cell in above:
            if not is_blank(cell):
                found = _UNIT_NOTE.search(unicodedata.normalize("NFKC", shown(cell)).replace(" ", ""))
                if found:
                    return found[0], found[1]
    return "", ""


def find_header(schema: Schema, head: Sequence[Sequence[Raw]], sheet: str = "") -> Header:
    """The header among the first rows of a sheet; raises `SheetRefused` where there is none."""
    names = _Names(schema)
    row, texts = _choose(schema, names, head)
    note, default_unit = _title_unit(head, row)
    reader = _Reading(sheet, row + 1, names, default_unit)
    for index, text in enumerate(texts):
        reader.take(index, text)
    if note and reader.used_default:
        reader.problems.append(reader.problem(0, note, "unit_from_title", WARNING, found=note))
    for column in schema.columns:
        if column.required and column.default is None and column.key not in reader.places:
            reader.problems.append(CellProblem(sheet, row + 1, "", column.header, "", "missing_column", column.key))
    return Header(row + 1, tuple(reader.matches), tuple(reader.problems))


class _Reading:
    """Goes along the header row from left to right."""

    def __init__(self, sheet: str, row: int, names: _Names, default_unit: str) -> None:
        self.sheet, self.row, self.names, self.default_unit = sheet, row, names, default_unit
        self.matches: list[Match] = []
        self.problems: list[CellProblem] = []
        self.places: dict[str, int] = {}
        self.used_default = False

    def problem(self, index: int, header: str, code: str, severity: str = "error", **params: str) -> CellProblem:
        return CellProblem(self.sheet, self.row, letter(index), header, header, code, severity=severity, params=params)

    def take(self, index: int, text: str) -> None:
        if not text:
            return
        column, unit = self.names.find(text)
        if column is None:
            self._unknown(index, text)
            return
        if column.key in self.places:
            first, second = letter(self.places[column.key]), letter(index)
            self.problems.append(self.problem(index, column.header, "duplicate_column", first=first, second=second))
            return
        self.places[column.key] = index
        scale = self._scale(index, column, text, unit)
        self.matches.append(Match(index, column, text, scale))

    def _unknown(self, index: int, text: str) -> None:
        base = normalise(text)[0]
        if not base or base in self.names.ignored:
            return
        like = difflib.get_close_matches(base, self.names.columns, n=1, cutoff=0.6)
        if like and self.names.columns[like[0]].key not in self.places:
            found = self.names.columns[like[0]].header
            self.problems.append(self.problem(index, text, "unknown_column_like", WARNING, like=found))
        else:
            self.problems.append(self.problem(index, text, "unknown_column", WARNING))

    def _scale(self, index: int, column: Column, text: str, unit: str) -> Decimal:
        if column.kind is Kind.MONEY:
            if not unit and self.default_unit:
                self.used_default = True
                unit = self.default_unit
            units = MONEY_UNITS
        elif column.kind is Kind.PERCENT:
            units = PERCENT_UNITS
        else:
            return Decimal(1)
        if unit and unit not in units:
            self.problems.append(self.problem(index, text, "unknown_unit", found=text, unit=unit))
        return units.get(unit, Decimal(1))
