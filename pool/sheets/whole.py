"""A file that is taken whole or refused whole, with each wrong cell and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike

from django.utils.translation import gettext

from pool.errors import Refused

from .problems import CellProblem, SheetRefused
from .reader import Row, read
from .schema import Schema

TOLD = 5
"""Problems told one by one."""


class Unreadable(Refused):
    """The cells that are wrong, with how to mend each."""

    def __init__(
        self, problems: list[CellProblem], *, code: str = "sheet_unreadable", article: str = "", field: str = "file"
    ) -> None:
        said = "；".join(f"{one.cell or one.header} {one.message}{one.mend}" for one in problems[:TOLD])
        text = gettext("文件有 %(n)s 处问题，没有导入：") % {"n": len(problems)}
        super().__init__(code, text + said, article, field)


def whole(
    path: str | PathLike[str],
    schema: Schema,
    judge: Callable[[Row], Iterable[CellProblem]] | None = None,
    *,
    field: str = "file",
) -> list[Row]:
    """Every row, or none: `judge` adds what is wrong with a row whose cells are right by themselves."""
    with read(path, schema) as reader:
        problems = [one for one in reader.problems if one.is_error]
        rows = [] if reader.broken else list(reader)
    if not rows and not problems:
        raise SheetRefused("no_rows")
    for row in rows:
        own = [one for one in row.problems if one.is_error]
        problems += own or (list(judge(row)) if judge else [])
    if problems:
        raise Unreadable(problems, field=field)
    return rows
