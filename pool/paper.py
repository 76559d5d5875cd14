"""A report as chapters of parts, numbered as official papers are: chapters 一、二、, tables 表 1, charts 图 1.

A part knows the template that prints it; `pdf/report.html` prints any report from this alone: cover, contents, body.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pool import charts
from pool.citations import chinese_number
from pool.tables import Cell, Table, Text


@dataclass(frozen=True)
class Words:
    """A paragraph; `flush` without the two blanks before it."""

    text: Text
    flush: bool = False
    template: ClassVar[str] = "pdf/parts/words.html"


@dataclass(frozen=True)
class Sheet:
    """A table with its number; `empty` stands in its place when it has no rows."""

    table: Table
    empty: Text = ""
    compact: bool = True
    number: int = 0
    template: ClassVar[str] = "pdf/parts/sheet.html"

    @property
    def name(self) -> str:
        return _("表 %(number)s") % {"number": self.number}

    @property
    def anchor(self) -> str:
        return f"t{self.number}"

    @property
    def caption(self) -> Text:
        return self.table.caption

    @property
    def in_yuan(self) -> bool:
        return any(str(column.unit) == _("元") for column in self.table.columns)

    def body(self) -> Iterator[list[Cell]]:
        """Paper leads nowhere: no cell has an address."""
        for row in self.table.body():
            yield [replace(cell, href=None) for cell in row["cells"]]

    def foot(self) -> list[Cell]:
        return [replace(cell, href=None) for cell in self.table.foot()]

    def heads(self) -> list[tuple[Any, str]]:
        """Each column with the unit its head still has to name: yuan stands over the table."""
        return [
            (column, str(column.unit) if column.unit and str(column.unit) != _("元") else "")
            for column in self.table.columns
        ]


@dataclass(frozen=True)
class Picture:
    """A chart with its number; what it shows can be heard."""

    option: Mapping[str, Any]
    caption: Text
    size: tuple[int, int] = (900, 235)
    number: int = 0
    template: ClassVar[str] = "pdf/parts/picture.html"

    @property
    def name(self) -> str:
        return _("图 %(number)s") % {"number": self.number}

    @property
    def anchor(self) -> str:
        return f"f{self.number}"

    @property
    def drawn(self) -> SafeString:
        head, tag, rest = charts.svg(self.option, *self.size).partition(">")
        title = format_html("<title>{}</title>", f"{self.caption}{_('：')}{self.spoken()}")
        return mark_safe(f"{head}{tag}{title}{rest}")

    def spoken(self) -> str:
        """Every figure of the chart, place by place."""
        names, rows = charts.figures(self.option)
        unit = self.option["yAxis"].get("name", "")
        several = len(names) > 1
        return _("；").join(
            f"{place} "
            + _("、").join(
                f"{name} {value}{unit}" if several else f"{value}{unit}"
                for name, value in zip(names, values, strict=True)
                if value is not None
            )
            for place, values in rows
        )


@dataclass(frozen=True)
class Facts:
    """Labels and values side by side, without a number."""

    rows: list[tuple[Text, Any]]
    template: ClassVar[str] = "pdf/parts/facts.html"


@dataclass(frozen=True)
class Notes:
    """What counts how, each with its article if one says so."""

    notes: list[tuple[Text, str]]
    template: ClassVar[str] = "pdf/parts/notes.html"


@dataclass(frozen=True)
class Inset:
    """Anything else, printed by a template of its own from `given`."""

    template: str
    given: Any


Part = Words | Sheet | Picture | Facts | Notes | Inset


@dataclass
class Chapter:
    title: Text
    parts: list[Part] = field(default_factory=list)
    number: int = 0

    @property
    def heading(self) -> str:
        return _("%(number)s、%(title)s") % {"number": chinese_number(self.number), "title": self.title}

    @property
    def anchor(self) -> str:
        return f"c{self.number}"

    def listed(self) -> list[Sheet | Picture]:
        """The tables and pictures that the contents name."""
        return [part for part in self.parts if isinstance(part, Sheet | Picture) and part.number]


def numbered(chapters: Iterable[Chapter]) -> list[Chapter]:
    """The same chapters with the numbers of all; a table that has no rows and words instead has none."""
    found, tables, pictures = [], 0, 0
    for place, chapter in enumerate(chapters, 1):
        parts: list[Part] = []
        for part in chapter.parts:
            if isinstance(part, Sheet) and (part.table.rows or not part.empty):
                tables += 1
                part = replace(part, number=tables)
            elif isinstance(part, Picture):
                pictures += 1
                part = replace(part, number=pictures)
            parts.append(part)
        found.append(Chapter(chapter.title, parts, place))
    return found
