"""Rows reach guarded tables as the uploads' do: COPY into a temporary table, INSERT … SELECT under row security."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg2.sql import SQL, Identifier

from config.scale.copying import NULL, Sheaf
from config.scale.pen import Row
from config.scale.scene import at, stamp
from config.scale.stream import MOVES
from pool.models import User


def land(sheaf: Sheaf) -> None:
    """Everything of the sheaf, in this transaction."""
    with connection.cursor() as cursor:
        for (table, columns), rows in sheaf.lines.items():
            listed = SQL(", ").join(map(Identifier, columns))
            names = {"t": Identifier(table), "l": Identifier(f"landing_{table}"[:60]), "c": listed}
            empty = "CREATE TEMPORARY TABLE {l} ON COMMIT DROP AS SELECT {c} FROM {t} WHERE false"
            cursor.execute(SQL(empty).format(**names))
            lines = io.BytesIO(("\n".join(rows) + "\n").encode())
            cursor.copy_expert(SQL("COPY {l} ({c}) FROM STDIN").format(**names), lines)
            cursor.execute(SQL("INSERT INTO {t} ({c}) SELECT {c} FROM {l}").format(**names))
            cursor.execute(SQL("DROP TABLE {l}").format(**names))
    sheaf.lines.clear()


class Log:
    """The moves of what was taken over: on the days on which they happened, by nobody of this house."""

    def __init__(self, sheaf: Sheaf, reason: str) -> None:
        self.sheaf, self.reason = sheaf, reason

    def move(self, row: Row, source: str, target: str, day: date, law: str = "", what: str = "state") -> None:
        told = f"{NULL}\t{day}\t{stamp(day)}\t{self.reason}\t{law}"
        self.sheaf.lines.setdefault(MOVES, []).append(
            f"{row.kind}\t{row.key}\t{row.bank}\t{what}\t{source}\t{target}\t{told}"
        )


def base(key: UUID, bank: UUID, day: date, version: int, scheme: str) -> dict[str, Any]:
    return {"id": key, "scheme_id": scheme, "bank_id": bank, "created_at": at(day), "version": version}


def by_two(first: User, second: User, *names: str) -> dict[str, UUID]:
    """The two who signed stand for the people of the former system, whom this house does not know."""
    return dict(zip(names, (first.pk, second.pk), strict=True))
