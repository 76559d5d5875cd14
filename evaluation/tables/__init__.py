"""The tables of evaluation and reports, described once for the screen, the PDF and the workbook."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evaluation.models import Evaluation, EvaluationLine, InspectionCase, Statement
from evaluation.selectors.figures import BY_BANK
from evaluation.selectors.money import WORDS
from evaluation.tables.conduct import conduct_tables as conduct_tables
from evaluation.tables.differences import difference_tables as difference_tables
from evaluation.tables.explaining import explained
from evaluation.tables.partners import cited
from evaluation.tables.partners import partner_tables as partner_tables
from pool.articles import language_of
from pool.rulebook import Finding, load
from pool.tables import Column, Page, Table

YUAN = _("元")

# ---- an evaluation's lines ----------------------------------------------------------------------------------------


def line_figures(line: EvaluationLine) -> dict[str, Any]:
    """One line as the report keeps it."""
    return {
        "bank": line.bank.short_name,
        "code": line.bank.code,
        "amount": str(line.amount),
        "borrowers": line.borrowers,
        "last_amount": None if line.last_amount is None else str(line.last_amount),
        "last_borrowers": line.last_borrowers,
        "growth": None if line.growth is None else str(line.growth),
        "violations": line.violations,
        "amount_rank": line.amount_rank,
        "borrowers_rank": line.borrowers_rank,
        "growth_rank": line.growth_rank,
        "grade": line.grade,
        "second_strike": line.second_strike,
        "findings": line.findings,
    }


def in_words(findings: Iterable[dict[str, Any]], edition: str) -> str:
    """Why a bank has its grade, by the edition that it was graded by."""
    book, language = load(edition), language_of(get_language() or "")
    told = []
    for item in findings:
        told += [book.message(Finding.from_json(item), language), explained(item, edition)]
    return " ".join(filter(None, told)) if language == "en" else "".join(told)


def result_columns() -> list[Column]:
    return [
        Column(_("加盟银行"), "bank"),
        Column(_("当年发放总额"), "amount", "money", unit=YUAN, figure="amount"),
        Column(_("总额排名"), "amount_rank", "int"),
        Column(_("企业数"), "borrowers", "int", figure="borrowers"),
        Column(_("户数排名"), "borrowers_rank", "int"),
        Column(_("上年发放总额"), "last_amount", "money", unit=YUAN, figure="last_amount"),
        Column(_("上年企业数"), "last_borrowers", "int", figure="last_borrowers"),
        Column(_("同比增速"), "growth", "percent", figure="growth"),
        Column(_("增速排名"), "growth_rank", "int"),
        Column(_("违规"), "violations", "int", figure="violations"),
        Column(_("等级"), lambda line: (line["grade"], EvaluationLine.Grade(line["grade"]).label), "status"),
    ]


def result_table(figures: dict[str, Any]) -> Table:
    """All banks of an evaluation, best amount first."""
    return Table(
        result_columns(), figures["lines"], caption=_("各加盟银行评价结果"), empty_title=_("本年度没有参评银行")
    )


def reason_columns(edition: str) -> list[Column]:
    return [
        Column(_("加盟银行"), "bank"),
        Column(_("评定理由"), lambda line: in_words(line["findings"], edition), width=80),
    ]


def reason_table(figures: dict[str, Any]) -> Table:
    return Table(reason_columns(figures["edition"]), figures["lines"], caption=_("评定理由"))


def evaluation_columns() -> list[Column]:
    return [
        Column(_("年度"), _year, link="get_absolute_url", sort="year"),
        Column(_("版次"), "revision", "int"),
        Column(_("状态"), lambda row: row, "status", key="state"),
        Column(_("评价日期"), "made_on", "date"),
        Column(_("报备截止日"), "file_by", "date"),
        Column(_("报备日期"), "filed_on", "date"),
    ]


def _year(row: Evaluation) -> str:
    return _("%(year)s年度") % {"year": row.year}


def own_columns() -> list[Column]:
    """A bank's own line of each year."""
    return [
        Column(_("年度"), lambda line: _year(line.evaluation), sort="year"),
        Column(_("等级"), lambda line: (line.grade, line.get_grade_display()), "status", key="grade"),
        Column(_("当年发放总额"), "amount", "money", unit=YUAN, sort="amount", figure="amount"),
        Column(_("总额排名"), "amount_rank", "int"),
        Column(_("企业数"), "borrowers", "int", figure="borrowers"),
        Column(_("户数排名"), "borrowers_rank", "int"),
        Column(_("同比增速"), "growth", "percent", figure="growth"),
        Column(_("增速排名"), "growth_rank", "int"),
        Column(_("违规"), "violations", "int", figure="violations"),
        Column(_("上年发放总额"), "last_amount", "money", unit=YUAN, figure="last_amount"),
        Column(_("上年企业数"), "last_borrowers", "int", figure="last_borrowers"),
        Column(_("报备日期"), "evaluation.filed_on", "date"),
        Column(_("评定理由"), why, key="why", width=80),
    ]


def why(line: EvaluationLine) -> str:
    return in_words(line.findings, line.evaluation.edition)


# ---- the half-year's statistics -----------------------------------------------------------------------------------


class PoolFact(NamedTuple):
    """One line of the pool's money."""

    name: str
    label: Any
    opening: Decimal
    flow: Decimal
    closing: Decimal


def pool_facts(figures: dict[str, Any]) -> list[PoolFact]:
    """Opening + flow = closing, line by line."""
    parts = [figures[name] for name in ("opening", "flows", "closing")]
    return [
        PoolFact(name, label, *(Decimal(part.get(name, "0.00")) for part in parts)) for name, label in WORDS.items()
    ]


def said_facts(figures: dict[str, Any]) -> list[PoolFact]:
    """In print a line that was nothing all along is left out."""
    return [fact for fact in pool_facts(figures) if fact.opening or fact.flow or fact.closing]


def pool_columns() -> list[Column]:
    return [
        Column(_("项目"), "label"),
        Column(_("期初余额"), "opening", "money", unit=YUAN, figure=lambda fact: f"opening.{fact.name}"),
        Column(_("本期发生额"), "flow", "money", unit=YUAN, figure=lambda fact: f"flows.{fact.name}"),
        Column(_("期末余额"), "closing", "money", unit=YUAN, figure=lambda fact: f"closing.{fact.name}"),
    ]


def pool_table(figures: dict[str, Any]) -> Table:
    return Table(pool_columns(), pool_facts(figures), caption=_("资金池资金情况"))


def booked_later(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """What the report before this one said otherwise."""
    return [{**row, "label": WORDS[row["figure"]]} for row in figures["booked_later"]]


def _count(name: str) -> Column:
    figure = BY_BANK[name]
    label = format_lazy("{}{}", figure.label, _("笔数"))
    return Column(label, lambda row: row[name]["count"], "int", hint=figure.how, figure=name)


def _amount(name: str) -> Column:
    figure = BY_BANK[name]
    label = format_lazy("{}{}", figure.label, _("金额"))
    return Column(label, lambda row: Decimal(row[name]["amount"]), "money", unit=YUAN, hint=figure.how, figure=name)


def _pair(name: str) -> list[Column]:
    return [_count(name), _amount(name)]


def npl_ratio(row: dict[str, Any]) -> Decimal | None:
    """The bank's ratio under article 17 at the end of the period."""
    standing = row["standing"]
    if not standing or not Decimal(standing["entered"]):
        return None
    return Decimal(standing["npl"]) / Decimal(standing["entered"])


def _suspension(row: dict[str, Any]) -> tuple[str, Any]:
    suspended = bool(row["standing"] and row["standing"]["suspended"])
    return ("suspended", _("暂停办理")) if suspended else ("in_force", _("正常办理"))


def _suspended_days() -> list[Column]:
    return [Column(_("本期暂停天数"), "suspended_days", "int", hint=_("当日日终处于暂停状态的天数。"))]


def bank_tables(figures: dict[str, Any]) -> list[Table]:
    """The three tables by bank in the order they are printed, each with its totals.

    Reports made before compensation could be taken back have no column of it.
    """
    bank = Column(_("加盟银行"), "name")
    described: list[tuple[Any, list[Column]]] = [
        (
            _("贷款入库与不良情况"),
            [
                *_pair("entered"),
                *_pair("loans"),
                *_pair("determined"),
                Column(_("期末不良率"), npl_ratio, "percent"),
                Column(_("补偿业务"), _suspension, "status"),
                *(_suspended_days() if "suspensions" in figures else ()),
            ],
        ),
        (
            _("风险补偿申请与拨付情况"),
            [
                *_pair("claimed"),
                *_pair("approved"),
                *_pair("refused"),
                *_pair("pending"),
                *_pair("paid"),
            ],
        ),
        (
            _("清收、返还与结项情况"),
            [
                *_pair("recovered"),
                *_pair("returned"),
                *_pair("refunded"),
                *(_pair("clawed_back") if "clawed_back" in figures["totals"] else ()),
                *_pair("owed"),
                _count("closed"),
                *_pair("written_off"),
            ],
        ),
    ]
    return [
        Table([bank, *columns], figures["banks"], caption=caption, totals=_totals([bank, *columns], figures["totals"]))
        for caption, columns in described
    ]


def _totals(columns: list[Column], totals: dict[str, Any]) -> dict[Any, Any]:
    """Sums by column; a ratio or a state has none."""
    found: dict[Any, Any] = {columns[0].label: _("合计")}
    for column in columns[1:]:
        if column.kind in ("int", "money") and (value := column.read(totals)) is not None:
            found[column.label] = value
    return found


def printed(table: Table) -> Table:
    """In print a bank with nothing but zeros is left out; the workbook has all of them."""
    rows = [row for row in table.rows if any(_says_something(column, row) for column in table.columns)]
    return Table(table.columns, rows, caption=table.caption, totals=table.totals)


def _says_something(column: Column, row: Any) -> bool:
    return column.kind in ("int", "money") and bool(column.read(row))


def write_off_columns() -> list[Column]:
    return [
        Column(_("结项编号"), "number", "code"),
        Column(_("加盟银行"), "bank"),
        Column(_("核销或认定损失"), lambda row: Decimal(row["loss"]), "money", unit=YUAN),
        Column(_("已补偿"), lambda row: Decimal(row["compensated"]), "money", unit=YUAN),
        Column(_("结项日期"), "closed_on"),
    ]


def write_off_table(figures: dict[str, Any]) -> Table:
    """The loans that could not be recovered (20(6))."""
    rows = figures["write_offs"]
    losses = sum((Decimal(row["loss"]) for row in rows), Decimal("0.00"))
    return Table(
        write_off_columns(), rows, caption=_("无法收回的不良贷款"),
        totals={_("结项编号"): _("合计"), _("核销或认定损失"): losses} if rows else {},
        empty_title=_("本期没有核销结项的贷款"),
    )  # fmt: skip


# ---- the catalogue of reports -------------------------------------------------------------------------------------


def report_columns() -> list[Column]:
    return [
        Column(_("编号"), "number", "code", link="get_absolute_url", sort="number"),
        Column(_("标题"), "title"),
        Column(_("版次"), "revision", "int"),
        Column(_("状态"), lambda row: row, "status", key="state"),
        Column(_("编制日期"), "made_on", "date", sort="made"),
        Column(_("发布日期"), "issued_on", "date"),
    ]


# ---- statements of account -------------------------------------------------------------------------------------------

MOVED = {
    "paid": _("支付补偿"),
    "returned": _("清收返还"),
    "refunded": _("退回与追回"),
}


def statement_columns(*, with_bank: bool) -> list[Column]:
    return [
        Column(_("对账单编号"), "number", "code", link="get_absolute_url", sort="number"),
        Column(_("对账期"), "period", "code", sort="period"),
        *([Column(_("加盟银行"), "bank.short_name")] if with_bank else []),
        Column(_("期初补偿净额"), "opening", "money", unit=YUAN),
        Column(_("支付补偿"), "paid", "money", unit=YUAN),
        Column(_("清收返还"), "returned", "money", unit=YUAN),
        Column(_("退回与追回"), "refunded", "money", unit=YUAN),
        Column(_("期末补偿净额"), "closing", "money", unit=YUAN, sort="closing"),
        Column(_("状态"), lambda row: row, "status", key="state"),
        Column(_("签发日期"), "issued_on", "date"),
        Column(_("银行答复日期"), "answered_on", "date"),
    ]


def statement_lines_table(statement: Statement) -> Table:
    """Every movement of the quarter; the three figures stand in columns of their own, so that each column adds up."""
    columns = [
        Column(_("记账日期"), "on", "code"),
        Column(_("事项"), lambda line: MOVED[line["figure"]]),
        Column(_("申请编号"), "claim", "code"),
        Column(_("借据号"), "loan", "code"),
        Column(_("借款人"), "borrower"),
        Column(_("凭证"), "reference", "code"),
        *(Column(word, _moved(name), "money", unit=YUAN) for name, word in MOVED.items()),
    ]
    totals = {word: getattr(statement, name) for name, word in MOVED.items()} if statement.lines else {}
    return Table(
        columns, statement.lines, caption=_("本期明细"), totals=totals,
        empty_title=_("本期没有发生额"),
    )  # fmt: skip


def _moved(name: str) -> Any:
    return lambda line: line["amount"] if line["figure"] == name else None


def statement_balance(statement: Statement) -> list[dict[str, Any]]:
    """From the opening balance to the closing one, a line each."""
    lines = (
        (_("期初补偿净额"), statement.opening),
        (_("加：本期支付补偿"), statement.paid),
        (_("减：本期清收返还"), statement.returned),
        (_("减：本期退回与追回"), statement.refunded),
        (_("期末补偿净额"), statement.closing),
    )
    return [{"label": label, "amount": amount} for label, amount in lines]


def balance_columns() -> list[Column]:
    return [Column(_("余额"), "label"), Column(_("金额"), "amount", "money", unit=YUAN)]


# ---- inspections -----------------------------------------------------------------------------------------------------


def inspections_table(page: Page) -> Table:
    columns = [
        Column(_("检查编号"), "number", "code", link="get_absolute_url"),
        Column(_("检查对象"), "get_subject_display"),
        Column(_("检查期间起"), "starts_on", "date"),
        Column(_("检查期间止"), "ends_on", "date"),
        Column(_("抽样方法"), "get_method_display"),
        Column(_("样本"), "drawn_count", "int"),
        Column(_("问题"), "found_count", "int"),
        Column(_("未销号"), "open_count", "int"),
        Column(_("立项日期"), "opened_on", "date"),
        Column(_("状态"), lambda row: row, "status"),
    ]
    return Table(
        columns, page, caption=_("监督检查"), page=page, empty_title=_("还没有监督检查"),
        empty_text=_("立项写明对象、期间、银行和事由，再冻结总体、抽取样本。"),
    )  # fmt: skip


def cases_table(rows: Iterable[InspectionCase], *, with_score: bool) -> Table:
    columns = [
        Column(_("样本序号"), "position", "int"),
        Column(_("业务编号"), "label", "code", link="get_absolute_url"),
        Column(_("加盟银行"), "bank.short_name"),
        Column(_("涉及金额"), "amount", "money", unit=YUAN),
        *([Column(_("风险得分"), "score", "int")] if with_score else []),
        Column(_("检查结果"), "shown", "status"),
        Column(_("检查人"), "examined_by"),
    ]
    return Table(columns, rows, caption=_("抽中的样本"))


def findings_table(page: Page, *, inside: bool, with_bank: bool) -> Table:
    """`inside`: for those who inspect. Whoever answers sees what was sent to them and nothing of the sample."""
    columns = [
        Column(_("问题编号"), lambda row: row.number or _("（草拟）"), "code", link="get_absolute_url"),
        Column(_("检查编号"), "inspection_number", "code"),
        Column(_("业务编号"), "label", "code"),
        *([Column(_("整改单位"), _addressed_to)] if with_bank else []),
        Column(_("问题性质"), lambda row: (row.kind, row.get_kind_display()), "status"),
        Column(_("违反条款"), "basis", "article"),
        Column(_("涉及金额"), "amount", "money", unit=YUAN),
        Column(_("答复期限"), "answer_by", "date"),
        Column(_("状态"), lambda row: row, "status"),
    ]
    empty = _("检查样本时记录的问题在这里跟踪到销号。") if inside else _("检查部门发出问题后，在这里查看和答复。")
    return Table(
        columns, page, caption=_("检查发现问题"), page=page, empty_title=_("没有检查发现的问题"), empty_text=empty
    )


def _addressed_to(row: Any) -> str:
    return str(row.bank or row.get_addressee_display())


def _found_columns() -> list[Column]:
    return [
        Column(_("一般问题"), "remarks", "int"),
        Column(_("违规问题"), "breaches", "int"),
        Column(_("问题涉及金额"), lambda row: Decimal(row["found"]), "money", unit=YUAN),
    ]


def _found_totals(rows: Iterable[dict[str, Any]]) -> dict[Any, Any]:
    found = list(rows)
    return {
        _("一般问题"): sum(row["remarks"] for row in found),
        _("违规问题"): sum(row["breaches"] for row in found),
        _("问题涉及金额"): sum((Decimal(row["found"]) for row in found), Decimal("0.00")),
    }


def inspected_banks(figures: dict[str, Any]) -> Table:
    rows = figures["by_bank"]
    columns = [
        Column(_("加盟银行"), "bank"),
        Column(_("样本数"), "sampled", "int"),
        Column(_("样本金额"), lambda row: Decimal(row["amount"]), "money", unit=YUAN),
        *_found_columns(),
    ]
    totals = {
        _("样本数"): figures["sample_size"], _("样本金额"): Decimal(figures["sample_amount"]), **_found_totals(rows)
    }  # fmt: skip
    return Table(columns, rows, caption=_("各银行样本与问题"), totals=totals)


def inspected_articles(figures: dict[str, Any]) -> Table:
    rows = figures["articles"]
    return Table(
        [Column(_("条款"), cited), *_found_columns()], rows, caption=_("问题涉及的条款"),
        totals=_found_totals(rows) if rows else {}, empty_title=_("没有发现问题"),
    )  # fmt: skip


def inspection_tables(figures: dict[str, Any]) -> list[Table]:
    """The report's figures: by bank, by article, each finding, each case of the sample."""
    found = [
        Column(_("问题编号"), "number", "code"),
        Column(_("加盟银行"), "bank"),
        Column(_("业务编号"), "label", "code"),
        Column(_("整改单位"), "addressee"),
        Column(_("问题性质"), lambda row: (row["kind"], row["kind_word"]), "status"),
        Column(_("违反条款"), "article", "article"),
        Column(_("涉及金额"), lambda row: Decimal(row["amount"]), "money", unit=YUAN),
        Column(_("问题事实"), "text", width=60),
        Column(_("状态"), lambda row: (row["state"], row["state_word"]), "status"),
    ]
    cases = [
        Column(_("样本序号"), "position", "int"),
        Column(_("业务编号"), "label", "code"),
        Column(_("加盟银行"), "bank"),
        Column(_("涉及金额"), lambda row: Decimal(row["amount"]), "money", unit=YUAN),
        Column(_("风险得分"), "score", "int"),
        Column(_("检查结果"), lambda row: (row["outcome"], row["outcome_word"]), "status"),
    ]
    return [
        inspected_banks(figures),
        inspected_articles(figures),
        Table(found, figures["findings"], caption=_("问题清单"), empty_title=_("没有发现问题")),
        Table(cases, figures["cases"], caption=_("样本清单")),
    ]
