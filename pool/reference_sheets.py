"""The spreadsheets in which reference data are filled in: their columns, their instructions, and what a row becomes."""

from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _

from pool.holidays import Line
from pool.sheets import Column, Kind, Schema, whole
from pool.templates_xlsx import Instruction, Target, build

HOLIDAYS = Schema(
    code="JJR-1",
    title="节假日安排",
    sheet="节假日安排",
    columns=(
        Column("name", _("节日"), Kind.TEXT, required=True, max_length=40, synonyms=("节日名称", "假期")),
        Column("first", _("放假起日"), Kind.DATE, required=True, synonyms=("放假开始", "起日", "起始日期")),
        Column("last", _("放假止日"), Kind.DATE, required=True, synonyms=("放假结束", "止日", "结束日期")),
        Column(
            "works", _("调休上班日"), Kind.DATES, synonyms=("调休", "上班日", "补班"), width=30,
            note=_("周末上班的日期，有几天的用顿号分隔；没有则不填。"),
        ),
    ),
)  # fmt: skip
HOLIDAY_INSTRUCTIONS = (
    Instruction(_("按国务院办公厅通知逐个节日填一行：放假的第一天、最后一天，以及为此上班的周末。")),
    Instruction(_("两个节日连在一起放假的填一行，节日写“国庆节、中秋节”。")),
    Instruction(_("元旦假期从上一年末开始的，照实填写上一年的日期。")),
)
_EXAMPLE = {"name": "春节", "first": date(2025, 1, 28), "last": date(2025, 2, 4), "works": "2025-01-26、2025-02-08"}


def holiday_template(target: Target) -> None:
    build(HOLIDAYS, target, instructions=HOLIDAY_INSTRUCTIONS, examples=[_EXAMPLE])


def holiday_lines(path: Path) -> list[Line]:
    """The table of the file, or the cells that are wrong."""
    values: list[Any] = [row.values for row in whole(path, HOLIDAYS, field="sheet")]
    return [Line(one["name"], one["first"], one["last"], tuple(one["works"])) for one in values]
