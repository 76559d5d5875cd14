"""The figures of a report as lines: one figure each, named by its place in `figures`. One rule for every kind.

`section` is the name of the list or group (a list inside a group: both, with a dot), `key` says which of a list
(a bank's code, a value, a number; else its place from 1), `figure` is the path inside it. What is a number stands in
`value`, everything else in `text`.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pool.tables import Column

KEYS = ("code", "value", "number", "key", "position")
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)
WHOLE = "report"
"""The section of what stands by itself."""


class Line(NamedTuple):
    section: str
    key: str
    figure: str
    value: str | None
    text: str | None


def lines(figures: Mapping[str, Any]) -> Iterator[Line]:
    for name in sorted(figures):
        yield from _section(name, figures[name])


def _section(name: str, found: Any) -> Iterator[Line]:
    if isinstance(found, list):
        for place, item in enumerate(found, 1):
            yield from _figures(name, _key(item, place), "", item)
    elif isinstance(found, Mapping):
        for inner in sorted(found):
            if isinstance(found[inner], list):
                yield from _section(f"{name}.{inner}", found[inner])
            else:
                yield from _figures(name, "", inner, found[inner])
    else:
        yield _line(WHOLE, "", name, found)


def _key(item: Any, place: int) -> str:
    if isinstance(item, Mapping):
        named = next((item[name] for name in KEYS if isinstance(item.get(name), str | int)), None)
        if named is not None:
            return str(named)
    return str(place)


def _figures(section: str, key: str, path: str, found: Any) -> Iterator[Line]:
    if isinstance(found, Mapping):
        for name in sorted(found):
            yield from _figures(section, key, f"{path}.{name}".lstrip("."), found[name])
    elif isinstance(found, list):
        for place, item in enumerate(found, 1):
            yield from _figures(section, key, f"{path}.{place}".lstrip("."), item)
    else:
        yield _line(section, key, path or "value", found)


def _line(section: str, key: str, figure: str, found: Any) -> Line:
    if found is None:
        return Line(section, key, figure, None, None)
    said = str(found).lower() if isinstance(found, bool) else str(found)
    is_number = not isinstance(found, bool) and NUMBER.fullmatch(said) is not None
    return Line(section, key, figure, said if is_number else None, None if is_number else said)


def columns() -> list[Column]:
    """For the file: numbers as numbers, so that nothing is put before a minus sign."""
    number = Column("value", lambda line: None if line.value is None else Decimal(line.value), "money")
    return [
        Column("section", "section"),
        Column("key", "key"),
        Column("figure", "figure"),
        number,
        Column("text", "text"),
    ]
