"""The open data of a quarter as tables, as a chart, as a workbook, and as files for programs."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaluation import charts
from evaluation.models import Report
from evaluation.open_data.figures import TIED
from evaluation.open_data.terms import terms
from evaluation.periods import Quarter
from evaluation.selectors.supervisory import SPLIT_WORDS
from evaluation.supervision.drawing import namer
from pool import charts as pool_charts
from pool import exports, formats
from pool.articles import language_of
from pool.tables import Column, Table

Row = dict[str, Any]


def words() -> dict[str, str]:
    """What each fact is called, in the order of the tables."""
    return {"entered": _("入库贷款"), "paid": _("支付补偿"), "returned": _("清收返还")}


def meanings() -> list[tuple[str, str]]:
    """What is counted, by which day."""
    return [
        (_("入库贷款"), _("本季录入贷款项目库且未撤回的贷款，金额为发放本金。")),
        (_("支付补偿"), _("本季拨付到账的风险补偿，金额为到账金额。")),
        (_("清收返还"), _("本季收到的加盟银行清收返还，金额为到账金额。")),
        (
            _("借款户数"),
            _("按统一社会信用代码或证件号码去重的借款主体；同一主体跨区、跨行业的各计一户，合计只计一户。"),
        ),
        (_("金额"), _("各格分别四舍五入到万元，合计与各格之和可能略有出入。")),
        (
            _("分类"),
            _("按贷款录入时填报的经营所在区、国民经济行业门类和《中小企业划型标准规定》的划型；个体工商户不划型。"),
        ),
    ]


def rule_words(figures: dict[str, Any]) -> str:
    """Why a cell is not told, with the bounds of this issue."""
    rule = figures["suppression"]
    return _(
        "“—”为不予公布：一格不足 %(borrowers)s 户、不足 %(banks)s 家银行，"
        "或除最大两家（户）外的合计不足最大一家（户）的 %(share)s 的，以及可以由合计减出上述各格的。"
    ) % {
        "borrowers": rule["borrowers"],
        "banks": rule["banks"],
        "share": formats.ratio(Decimal(rule["dominance"])),
    }


# ---- tables and chart ------------------------------------------------------------------------------------------------


def tables(figures: dict[str, Any]) -> list[Table]:
    """One for each way to divide, with the whole beneath."""
    return [_table(name, figures["tables"][name], figures["total"]) for name in _dimensions(figures)]


def _dimensions(figures: dict[str, Any]) -> list[str]:
    """In the order of the terms; the database keeps none."""
    return [name for name in terms().dimensions if name in figures["tables"]]


def _table(dimension: str, rows: list[Row], total: Row) -> Table:
    name = Column(SPLIT_WORDS[dimension], namer(dimension), width=24)
    columns = [name, *(column for fact, word in words().items() for column in _columns(fact, word))]
    totals = {column.label: column.read(total) for column in columns[1:]}
    return Table(columns, rows, caption=SPLIT_WORDS[dimension], totals={name.label: _("合计"), **totals})


def _columns(fact: str, word: str) -> list[Column]:
    """Borrowers of compensation stand in the files alone: ten columns are too many to read."""
    shown = [(_("%(fact)s笔数"), "count", ""), (_("%(fact)s金额"), "amount_wan", _("万元"))]
    if fact == "entered":
        shown.insert(1, (_("%(fact)s户数"), "borrowers", ""))
    return [Column(label % {"fact": word}, reader(fact, name), "int", unit=unit) for label, name, unit in shown]


def reader(fact: str, name: str) -> Any:
    """The figure, or None where it is not told."""
    return lambda row: None if row[fact] is None else int(row[fact][name])


def by_quarter(issued: list[Report]) -> dict[str, Any]:
    """What was paid and what came back, quarter by quarter, oldest first."""
    told = [report.inputs for report in reversed(issued)]
    amounts = {fact: [reader(fact, "amount_wan")(one["total"]) for one in told] for fact in TIED}
    series = {words()[fact]: values for fact, values in amounts.items()}
    return pool_charts.bar([one["period"] for one in told], series, unit=_("万元"))


def chart(figures: dict[str, Any]) -> dict[str, Any]:
    """Lending by district; a district that is not told is left out."""
    names = namer("district")
    shown = [row for row in figures["tables"]["district"] if row["entered"] is not None]
    amounts = {words()["entered"]: [Decimal(row["entered"]["amount_wan"]) for row in shown]}
    return charts.by_bank([names(row) for row in shown], amounts, labels=True)


def chart_title() -> str:
    return _("本季入库贷款金额（按经营所在区）")


# ---- the workbook ----------------------------------------------------------------------------------------------------


def title(period: str) -> str:
    return _("%(period)s风险补偿资金池公开数据") % {"period": Quarter.parse(period).words()}


def licence() -> str:
    said = terms().licence
    return f"{said.name} {said.words.say(_language())}"


def sheets(report: Report) -> list[exports.Sheet]:
    heading = f"{report.title}　{rule_words(report.inputs)}"
    return [
        exports.Sheet(table.caption, table.columns, table.rows, title=heading, totals=table.totals)
        for table in tables(report.inputs)
    ]


# ---- for programs ----------------------------------------------------------------------------------------------------


def as_json(report: Report) -> dict[str, Any]:
    """Everything of one issue; `inputs_hash` is the SHA-256 of `figures` in canonical JSON."""
    said = terms().licence
    return {
        "number": report.number,
        "title": report.title,
        "period": report.period,
        "issued_on": report.issued_on.isoformat(),
        "as_of": report.as_of.isoformat(),
        "check_code": report.check_code,
        "inputs_hash": report.inputs_hash,
        "licence": {"name": said.name, "url": said.url, "words": said.words.say(_language())},
        "definitions": dict(meanings()) | {_("不予公布"): rule_words(report.inputs)},
        "figures": report.inputs,
    }


def csv_columns() -> list[Column]:
    """Names that do not change with the language; see docs/api.md."""
    names = ("period", "dimension", "value", "label", "fact", "count", "borrowers", "amount_wan", "told", "check_code")
    return [Column(name, name) for name in names]


def csv_rows(report: Report) -> Iterator[dict[str, Any]]:
    """One line for each fact of each value; the wholes first."""
    same = {"period": report.period, "check_code": report.check_code}
    for fact in terms().facts:
        cell = report.inputs["total"][fact]
        yield {**same, "dimension": "total", "value": "", "label": _("合计"), "fact": fact, **_line(cell)}
    for dimension in _dimensions(report.inputs):
        names = namer(dimension)
        for row in report.inputs["tables"][dimension]:
            for fact in terms().facts:
                label = names(row)
                yield {
                    **same, "dimension": dimension, "value": row["value"], "label": label, "fact": fact,
                    **_line(row[fact]),
                }  # fmt: skip


def _line(cell: dict[str, Any] | None) -> dict[str, Any]:
    return {"told": "no"} if cell is None else {"told": "yes", **cell}


def _language() -> str:
    return language_of(get_language() or "")
