"""One description of a table's columns, for the screen (`{% data_table %}`) and for the exports (`pool.exports`)."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
FIGURES = frozenset({"money", "percent", "points", "int"})

NO_ROWS = _("没有符合条件的记录")


@dataclass(frozen=True)
class Column:
    """`value` is a dotted path of attributes or keys, or a function of the row.

    Kinds: text, code (a number that is a name: nothing grouped), money, percent (a fraction), points (already a
    percentage), int, date, moment, status (an object with a state, or a pair (value, word)), article
    (or a list of them).
    `link` gives a row's address; `sort` is the word put into `?sort=`; `width` counts characters in a workbook; `key`
    names a column whose value is a function, for lists whose columns people choose. `figure` says which figure stands
    in the column, for pages on which every number opens to its cases.
    """

    label: Text
    value: str | Callable[[Any], Any]
    kind: str = "text"
    link: str | Callable[[Any], str | None] | None = None
    sort: str = ""
    width: int = 0
    unit: Text = ""
    hint: Text = ""
    key: str = ""
    figure: str | Callable[[Any], str] = ""

    @property
    def name(self) -> str:
        """By which a person's choice of columns knows it."""
        return self.key or (self.value if isinstance(self.value, str) else self.sort)

    @property
    def is_figure(self) -> bool:
        return self.kind in FIGURES

    def read(self, row: Any) -> Any:
        return self.value(row) if callable(self.value) else follow(row, self.value)

    def address(self, row: Any) -> str | None:
        if self.link is None:
            return None
        return self.link(row) if callable(self.link) else follow(row, self.link)


def follow(thing: Any, path: str) -> Any:
    """The value at the end of a dotted path through keys, attributes and plain methods; None where it breaks off."""
    for name in path.split("."):
        if thing is None:
            return None
        thing = thing.get(name) if isinstance(thing, dict) else getattr(thing, name)
        if callable(thing):
            thing = thing()
    return thing


@dataclass(frozen=True)
class Cell:
    column: Column
    value: Any
    href: str | None = None


@dataclass(frozen=True)
class Pick:
    """A box before each row, of that name; the table then stands in a form with `data-picks` that acts on the ticked.

    `label` says in words which row; `ticked` are the keys that the page before had ticked.
    """

    name: str
    label: Callable[[Any], str]
    ticked: frozenset[str] = frozenset()

    def box(self, row: Any) -> dict[str, Any]:
        key = str(row.pk)
        return {"name": self.name, "value": key, "label": self.label(row), "is_ticked": key in self.ticked}


@dataclass
class Table:
    """What `{% data_table table %}` draws. `totals` maps a column's label to its figure; `marks` gives a row's tone."""

    columns: Sequence[Column]
    rows: Iterable[Any]
    caption: Text = ""
    totals: dict[Text, Any] = field(default_factory=dict)
    page: "Page | None" = None
    sort: str = ""
    query: str = ""
    marks: Callable[[Any], str] | None = None
    empty_title: Text = NO_ROWS
    empty_text: Text = ""
    pick: Pick | None = None
    foot_link: Callable[[Column], str | None] | None = None

    def heads(self) -> list[dict[str, Any]]:
        heads = []
        for column in self.columns:
            name = self.sort.lstrip("-")
            direction = "" if not column.sort or name != column.sort else "down" if self.sort[0] == "-" else "up"
            flipped = column.sort if direction == "down" or not direction else f"-{column.sort}"
            href = f"?{self.query}{'&' if self.query else ''}sort={flipped}" if column.sort else ""
            aria = {"up": "ascending", "down": "descending"}.get(direction, "")
            heads.append({"column": column, "href": href, "direction": direction, "aria": aria})
        return heads

    def body(self) -> Iterable[dict[str, Any]]:
        for row in self.rows:
            cells = [Cell(column, column.read(row), column.address(row)) for column in self.columns]
            box = self.pick.box(row) if self.pick else None
            yield {"cells": cells, "mark": self.marks(row) if self.marks else "", "box": box}

    def foot(self) -> list[Cell]:
        if not self.totals:
            return []
        link = self.foot_link or (lambda _column: None)
        return [Cell(column, self.totals.get(column.label, ""), link(column)) for column in self.columns]


@dataclass
class Page:
    """One page of a keyset pagination: no page numbers, so the last page is as quick as the first."""

    rows: list[Any]
    next_query: str = ""
    previous_query: str = ""

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def cursor_of(values: list[Any]) -> str:
    """The key of a row, as an address carries it."""
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _decode(cursor: str, length: int) -> list[str] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        return None
    usable = isinstance(values, list) and len(values) == length and all(isinstance(v, str | int) for v in values)
    return values if usable else None


def _beyond(order: Sequence[str], values: list[str], *, backwards: bool) -> Q:
    """Rows after (or before) the given key in that order: a > x, or a = x and b > y, …"""
    after, same = Q(), Q()
    for name, value in zip(order, values, strict=True):
        column = name.lstrip("-")
        descending = name.startswith("-") != backwards
        after |= same & Q(**{f"{column}__{'lt' if descending else 'gt'}": value})
        same &= Q(**{column: value})
    first = order[0].lstrip("-")
    descending = order[0].startswith("-") != backwards
    # Said once more for the first column alone: by this an index begins at the key instead of at its end.
    return Q(**{f"{first}__{'lte' if descending else 'gte'}": values[0]}) & after


def _turned(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def keyset_page(rows: QuerySet, request: HttpRequest, *, order: Sequence[str], size: int = 50) -> Page:
    """The page the request asks for (`?after=` or `?before=`); `order` ends with a unique field and has no nulls.

    A cursor somebody bent by hand shows the first page.
    """
    params = request.GET.copy()
    before = _decode(params.pop("before", [""])[-1], len(order))
    after = _decode(params.pop("after", [""])[-1], len(order)) if before is None else None
    try:
        found = _slice(rows, order, before, after, size)
    except (ValidationError, ValueError, TypeError):
        before = after = None
        found = _slice(rows, order, None, None, size)
    more, found = len(found) > size, found[:size]
    if before is not None:
        found.reverse()
    page = Page(found)
    if found and (more or before is not None):
        page.next_query = _with(params, "after", found[-1], order)
    if found and (after is not None or (before is not None and more)):
        page.previous_query = _with(params, "before", found[0], order)
    return page


def _slice(
    rows: QuerySet, order: Sequence[str], before: list[str] | None, after: list[str] | None, size: int
) -> list[Any]:
    if before is not None:
        rows = rows.filter(_beyond(order, before, backwards=True)).order_by(*_turned(order))
    elif after is not None:
        rows = rows.filter(_beyond(order, after, backwards=False)).order_by(*order)
    else:
        rows = rows.order_by(*order)
    return list(rows[: size + 1])


def _with(params: Any, name: str, row: Any, order: Sequence[str]) -> str:
    params = params.copy()
    params[name] = cursor_of([str(follow(row, field.lstrip("-").replace("__", "."))) for field in order])
    return params.urlencode()
