"""What was handed in against what the city says it handed in: counts and sums by bank and quarter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from config.models import Cutover, CutoverLine
from pool import pdf
from pool.chinese import in_chinese
from pool.exports import Sheet, write_xlsx
from pool.money import ZERO
from pool.sheets import CellProblem
from pool.tables import Column

from .sheets import CONTROL, SCHEMAS

Sums = dict[tuple[str, str, str], list[Any]]
"""Item, bank, first day of the quarter → count and sum."""
OUT = {"fee"}
CASH = ("cash", "", "")


def with_cash(sums: Sums, cutover: Cutover) -> Sums:
    """What must lie in the special account: all that came in less all that went out."""
    cash = total_of(sums, "returns") - total_of(sums, "compensations")
    for line in CutoverLine.objects.filter(cutover=cutover, sheet="ledger", problems=[]):
        amount = Decimal(line.data["amount"])
        cash += -amount if line.data["kind"] in OUT else amount
    return {**sums, CASH: [0, cash]}


def total_of(sums: Mapping[tuple[str, str, str], list[Any]], item: str) -> Decimal:
    return sum((cell[1] for key, cell in sums.items() if key[0] == item), ZERO)


def compared(stated: Sums, found: Sums) -> list[dict[str, Any]]:
    """One line for each item, bank and quarter that either side knows."""
    order = list(CONTROL["item"].labels)
    keys = sorted({*stated, *found}, key=lambda key: (order.index(key[0]), key[1], key[2]))
    lines = []
    for key in keys:
        said, have = stated.get(key, [0, ZERO]), found.get(key, [0, ZERO])
        lines.append(
            {
                "item": key[0], "bank": key[1], "quarter": key[2], "stated_count": said[0], "found_count": have[0],
                "stated": f"{said[1]:.2f}", "found": f"{have[1]:.2f}", "same": list(said) == list(have),
            }
        )  # fmt: skip
    return lines


def differing(lines: list[dict[str, Any]]) -> int:
    return sum(not line["same"] for line in lines)


def _amount(name: str) -> Any:
    return lambda line: Decimal(line[name])


def _difference(line: dict[str, Any]) -> Decimal:
    return Decimal(line["found"]) - Decimal(line["stated"])


COLUMNS = (
    Column(gettext_lazy("项目"), lambda line: gettext(CONTROL["item"].labels[line["item"]])),
    Column(gettext_lazy("机构代码"), lambda line: line["bank"], "code"),
    Column(gettext_lazy("季度首日"), lambda line: line["quarter"]),
    Column(gettext_lazy("控制笔数"), lambda line: line["stated_count"], "int"),
    Column(gettext_lazy("读入笔数"), lambda line: line["found_count"], "int"),
    Column(gettext_lazy("控制金额（元）"), _amount("stated"), "money"),
    Column(gettext_lazy("读入金额（元）"), _amount("found"), "money"),
    Column(gettext_lazy("差额（元）"), _difference, "money"),
    Column(gettext_lazy("结论"), lambda line: gettext("一致") if line["same"] else gettext("不一致")),
)
PROBLEMS = (
    Column(gettext_lazy("表"), lambda one: gettext(SCHEMAS[one[0]].sheet)),
    Column(gettext_lazy("单元格"), lambda one: one[1].cell or str(one[1].row)),
    Column(gettext_lazy("栏目"), lambda one: gettext(one[1].header)),
    Column(gettext_lazy("填写内容"), lambda one: one[1].value),
    Column(gettext_lazy("问题"), lambda one: one[1].message, width=60),
    Column(gettext_lazy("改法"), lambda one: one[1].mend, width=60),
    Column(gettext_lazy("条款"), lambda one: one[1].article, "article"),
)


def problems_of(cutover: Cutover) -> Iterator[tuple[str, CellProblem]]:
    for line in CutoverLine.objects.filter(cutover=cutover).exclude(problems=[]).order_by("sheet", "row").iterator():
        for problem in line.problems:
            yield line.sheet, CellProblem.from_dict(problem)


def totals(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same by item and bank, with how many of its quarters differ."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        item = gettext(CONTROL["item"].labels[line["item"]])
        one = found.setdefault(
            (line["item"], line["bank"]),
            {"item": item, "bank": line["bank"], "stated_count": 0, "found_count": 0, "stated": ZERO, "found": ZERO,
             "wrong": 0},
        )  # fmt: skip
        for name in ("stated_count", "found_count"):
            one[name] += line[name]
        for name in ("stated", "found"):
            one[name] += Decimal(line[name])
        one["wrong"] += not line["same"]
    return list(found.values())


@in_chinese()
def as_pdf(cutover: Cutover) -> bytes:
    """For the file and the signatures: every bank's sums, the files' hashes, who signed."""
    institutions = (
        (gettext("高新投集团"), cutover.manager_by, cutover.manager_on),
        (gettext("金融中心"), cutover.finance_by, cutover.finance_on),
    )
    told = gettext("共 %(errors)s 行错误，%(differences)s 项与控制总数不一致。逐季度差异和逐行错误见同名工作簿。")
    context = {
        "issuer": gettext("深圳市高新投集团有限公司"), "number": cutover.number, "issued_on": cutover.staged_on,
        "title": gettext("历史数据移交差异报告"), "files": cutover.files.values(), "digest": cutover.digest,
        "told": told % {"errors": cutover.errors, "differences": cutover.differences},
        "lines": totals(cutover.report), "check_code": pdf.check_code(cutover.number, cutover.digest),
        "signatures": [
            {"institution": name, "person": person.display_name if person else gettext("待签署"), "on": on}
            for name, person, on in institutions
        ],
        "made_at": cutover.created_at,
    }  # fmt: skip
    return pdf.render("pdf/cutover.html", context)


def write(cutover: Cutover, path: Path) -> None:
    """Beside each other under one name: the workbook with every line, and the PDF that is filed."""
    write_workbook(cutover, path.with_suffix(".xlsx"))
    path.with_suffix(".pdf").write_bytes(as_pdf(cutover))


def write_workbook(cutover: Cutover, path: Path) -> None:
    """The report as a workbook: the differences first, then every line, then every error by its cell."""
    title = gettext("历史数据移交差异报告 %(number)s，内容校验值 %(digest)s")
    words = title % {"number": cutover.number, "digest": cutover.digest[:16]}
    lines = cutover.report
    write_xlsx(
        path,
        [
            Sheet(gettext("差异"), COLUMNS, [line for line in lines if not line["same"]], title=words),
            Sheet(gettext("全部"), COLUMNS, lines, title=words),
            Sheet(gettext("错误"), PROBLEMS, problems_of(cutover), title=words),
        ],
    )
