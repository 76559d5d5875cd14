"""Rows on their way into the database: lines of COPY by table, written as the owner."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from psycopg2.sql import SQL, Identifier

NULL = "\\N"
_PLAIN = (int, Decimal, UUID, date, datetime)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

Table = tuple[str, tuple[str, ...]]
"""A table and the columns that are written."""


def text(value: Any) -> str:
    """One value as COPY's text format has it."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, _PLAIN):
        return str(value)
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
    return str(value).translate(_ESCAPES)


def line(values: Iterable[Any]) -> str:
    return "\t".join(map(text, values))


def table_of(row: models.Model) -> Table:
    """The columns of a row: all but the number that the database is to give it."""
    return row._meta.db_table, tuple(field.column for field in _fields(type(row), row.pk is None))


def line_of(row: models.Model) -> str:
    """A model's row, as saving it would write it."""
    return line(_stored(field, row) for field in _fields(type(row), row.pk is None))


@cache
def _fields(model: type[models.Model], numbered_later: bool) -> tuple[models.Field[Any, Any], ...]:
    fields = model._meta.concrete_fields
    return tuple(field for field in fields if not (numbered_later and field.primary_key))


def _stored(field: Any, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    if value is None and getattr(field, "auto_now_add", False):
        raise ValueError(f"{row._meta.label}.{field.name} is not given")
    if value is None or isinstance(value, list | dict | UUID | Decimal | date):
        return value
    return field.get_prep_value(value)


class Sheaf:
    """Lines by table, in the order they came."""

    def __init__(self) -> None:
        self.lines: dict[Table, list[str]] = {}

    def add(self, table: Table, row: str) -> None:
        self.lines.setdefault(table, []).append(row)

    def add_row(self, row: models.Model) -> None:
        self.add(table_of(row), line_of(row))

    def packed(self) -> list[tuple[Table, bytes]]:
        """What goes over the wire."""
        return [(table, ("\n".join(rows) + "\n").encode()) for table, rows in self.lines.items()]


def write(cursor: Any, packed: Sequence[tuple[Table, bytes]]) -> None:
    for (table, columns), content in packed:
        listed = SQL(", ").join(map(Identifier, columns))
        cursor.copy_expert(SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), listed), io.BytesIO(content))


_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL ORDER BY 1
"""
_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY 1, 2
"""


@contextmanager
def laid_bare(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Indexes and foreign keys of these tables are made anew after the rows are in, and each proves all of them.

    Nothing that guards (policies, triggers, checks, primary keys) is touched; a failure rolls everything back.
    """
    cursor.execute(_INDEXES, [list(tables)])
    indexes = cursor.fetchall()
    cursor.execute(_KEYS, [list(tables)])
    keys = cursor.fetchall()
    for table, name, _ in keys:
        cursor.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(name)))
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in keys:
        cursor.execute(
            SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(Identifier(table), Identifier(name)) + SQL(definition)
        )


def database() -> str:
    """The database of the default connection."""
    return str(connection.settings_dict["NAME"])
