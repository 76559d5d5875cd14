"""The spreadsheet of the enterprises that a special approval names (16(5)), read into codes and names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _

from loans.intake import credit_code_fault
from pool.sheets import CellProblem, Column, Kind, Row, Schema, Wording, declare, whole
from pool.templates_xlsx import Instruction, Target, build

declare(
    {
        "enterprise_twice": Wording(
            _("统一社会信用代码 %(value)s 在第 %(row)s 行已经填过。"), _("同一家企业只填一行，请删除重复的行。")
        ),
    }
)

ENTERPRISES = Schema(
    code="TSPQY-1",
    title="特别审批适用企业",
    sheet="适用企业",
    columns=(
        Column("name", _("企业名称"), Kind.TEXT, required=True, synonyms=("名称", "单位名称"), width=36),
        Column(
            "code", _("统一社会信用代码"), Kind.CODE, required=True, max_length=40, width=24,
            synonyms=("社会信用代码", "信用代码"), note=_("18 位，请先设为文本格式再输入。"),
        ),
    ),
)  # fmt: skip
INSTRUCTIONS = (
    Instruction(_("照批准文件点名的企业逐家填一行；确认人据此与文件原件核对。")),
    Instruction(_("只适用于行业、没有点名企业的批准文件，不需要本表。")),
)
EXAMPLE = {"name": "深圳示例科技有限公司", "code": "91440300MA5EXAMP0X"}


def enterprises_template(target: Target) -> None:
    build(ENTERPRISES, target, instructions=INSTRUCTIONS, examples=[EXAMPLE])


def enterprises_of(path: Path) -> list[dict[str, str]]:
    """Every enterprise of the file, or the cells that are wrong."""
    seen: dict[str, int] = {}

    def judge(row: Row) -> Iterator[CellProblem]:
        code = str(row.values["code"])
        fault = credit_code_fault(code)
        if fault:
            yield row.problem("code", fault[0], **fault[1])
        elif seen.setdefault(code, row.number) != row.number:
            yield row.problem("code", "enterprise_twice", row=str(seen[code]))

    values: list[Any] = [row.values for row in whole(path, ENTERPRISES, judge, field="sheet")]
    return [{"code": one["code"], "name": one["name"]} for one in values]
