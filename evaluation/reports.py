"""What a report looks like: the PDF in official style with one chart, and the figures as a workbook.

Both are drawn from the stored figures alone, so that the same figures give the same document on any day.
"""

import subprocess
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from evaluation import charts, permissions, tables
from evaluation.models import Evaluation, EvaluationLine, Report, Statement
from evaluation.open_data import drawing as open_data
from evaluation.periods import Quarter
from evaluation.selectors.inspections import RISKS
from evaluation.selectors.statements import STATEMENT_ARTICLE
from evaluation.supervision import drawing as supervision
from pool import clock, exports, formats, pdf, storage
from pool.chinese import in_chinese
from pool.models import Role, User
from pool.selectors import edition


@cache
def code_version() -> str:
    """The release named by the operator; a checkout without it tells its own commit."""
    if settings.CODE_VERSION:
        return str(settings.CODE_VERSION)
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=settings.BASE_DIR, capture_output=True, text=True
        )
    except FileNotFoundError:
        return "unknown"
    return asked.stdout.strip() or "unknown"


def file_name(report: Report, suffix: str) -> str:
    return f"{report.number}-{report.title}.{suffix}"


def evaluation_figures(evaluation: Evaluation) -> dict[str, Any]:
    """What the report on a filed evaluation rests on: its fingerprint and every bank's line."""
    lines = evaluation.lines.select_related("bank").order_by("amount_rank", "bank__code")
    return {
        "evaluation": str(evaluation.pk),
        "year": evaluation.year,
        "revision": evaluation.revision,
        "reason": evaluation.reason,
        "edition": evaluation.edition,
        "inputs_hash": evaluation.inputs_hash,
        "filed_on": evaluation.filed_on.isoformat(),
        "lines": [tables.line_figures(line) for line in lines],
    }


# ---- both kinds ---------------------------------------------------------------------------------------------------


@in_chinese()
def as_pdf(report: Report, mark: str = "") -> bytes:
    """`mark` is printed at the head of every page of a copy."""
    context = {
        "title": report.title,
        "issuer": _("深圳市高新投集团有限公司"),
        "number": report.number,
        "issued_on": report.made_on,
        "made_at": report.as_of,
        "check_code": report.check_code,
        "inputs_hash": report.inputs_hash,
        "receivers": _("深圳市财政金融服务中心"),
        "report": report,
        "figures": report.inputs,
        "copy_mark": mark,
    }
    template, drawn = _DRAWN[report.kind]
    return pdf.render(template, context | drawn(report.inputs))


@in_chinese()
def as_xlsx(report: Report, mark: str = "") -> bytes:
    """All figures, every bank included; `mark` is the first line of every sheet."""
    proof = _("%(number)s 校验码 %(code)s 数据摘要 %(hash)s") % {
        "number": report.number,
        "code": report.check_code,
        "hash": report.inputs_hash[:16],
    }
    return exports.xlsx_bytes(_SHEETS[report.kind](report), mark=f"{mark} {proof}" if mark else proof)


# ---- the half-year's statistics -----------------------------------------------------------------------------------


def half_year_context(figures: dict[str, Any]) -> dict[str, Any]:
    """Money, three tables by bank, unrecoverable loans, one chart, notes by article."""
    option = half_year_chart(figures)
    return {
        "facts": tables.said_facts(figures),
        "tables": [tables.printed(table) for table in tables.bank_tables(figures)],
        "write_offs": figures["write_offs"],
        "chart": charts.drawn(option),
        "chart_title": half_year_chart_title(figures),
        "suspended": [bank["name"] for bank in figures["banks"] if bank["standing"] and bank["standing"]["suspended"]],
        "booked_later": tables.booked_later(figures),
        "notes": [
            {"text": _("支付补偿、清收返还、上调退回按资金账发生日统计，与资金账逐行核对一致。"), "article": "10.1(1)"},
            {"text": _("审核结果按期内最后一次决定统计；期末在审为期末尚未作出决定的申请。"), "article": "20(5)"},
            {"text": _("期末不良率为期末认定有效的不良贷款本金与累计入库贷款本金之比。"), "article": "17"},
            {"text": _("各表只列有数据的银行，全部银行见数据表。"), "article": ""},
        ],
    }


def moved_money(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The banks that were paid or gave back in the period."""
    return [bank for bank in figures["banks"] if Decimal(bank["paid"]["amount"]) or Decimal(bank["returned"]["amount"])]


def half_year_chart_title(figures: dict[str, Any]) -> str:
    return _("本期支付补偿与清收返还（按银行）") if moved_money(figures) else _("本期入库贷款（按银行）")


def half_year_chart(figures: dict[str, Any]) -> dict[str, Any]:
    """The banks with most compensation in the period, paid and returned; before any, what they have entered."""
    moved = moved_money(figures)
    if moved:
        series = {_("支付补偿"): "paid", _("清收返还"): "returned"}
    else:
        moved, series = figures["banks"], {_("本期入库贷款"): "entered"}
    first = next(iter(series.values()))
    shown = sorted(moved, key=lambda bank: Decimal(bank[first]["amount"]), reverse=True)[: charts.BANKS_IN_CHART]
    columns = {word: [charts.in_wan(bank[name]["amount"]) for bank in shown] for word, name in series.items()}
    return charts.by_bank([bank["name"] for bank in shown], columns, labels=len(shown) <= charts.LABELLED)


def _half_year_sheets(report: Report) -> list[exports.Sheet]:
    figures = report.inputs
    sheets = [
        exports.Sheet(_("资金池资金情况"), tables.pool_columns(), tables.pool_facts(figures), title=report.title),
        *(
            exports.Sheet(table.caption, table.columns, table.rows, title=report.title, totals=table.totals)
            for table in (*tables.bank_tables(figures), *tables.conduct_tables(figures))
        ),
    ]
    if figures["write_offs"]:
        sheets.append(
            exports.Sheet(
                _("无法收回的不良贷款"), tables.write_off_columns(), figures["write_offs"], title=report.title
            )
        )
    return sheets


# ---- the annual evaluation ----------------------------------------------------------------------------------------


def evaluation_context(figures: dict[str, Any]) -> dict[str, Any]:
    """Grades, indicators and ranks of all banks with the reason for each."""
    lines = figures["lines"]
    option = evaluation_chart(figures)
    return {
        "grades": [
            (grade.label, [line["bank"] for line in lines if line["grade"] == grade]) for grade in EvaluationLine.Grade
        ],
        "table": tables.result_table(figures),
        "reasons": tables.reason_table(figures),
        "strikes": [line["bank"] for line in lines if line["second_strike"]],
        "chart": charts.drawn(option) if lines else "",
        "notes": [
            {"text": _("排名从高到低，并列同名次；等级依次按不合格、优秀、良好、合格评定。"), "article": "23"},
            {"text": _("同比增速只对上年有发放额的银行排名。"), "article": "22"},
            {"text": _("评价和排名结果报主管部门备案。"), "article": "25"},
        ],
    }


def evaluation_chart(figures: dict[str, Any]) -> dict[str, Any]:
    """The banks that lent most, this year and the year before."""
    shown = sorted(figures["lines"], key=lambda line: Decimal(line["amount"]), reverse=True)[: charts.BANKS_IN_CHART]
    columns = {
        _("上年发放"): [charts.in_wan(line["last_amount"] or "0") for line in shown],
        _("当年发放"): [charts.in_wan(line["amount"]) for line in shown],
    }
    return charts.by_bank([line["bank"] for line in shown], columns, labels=False)


def _evaluation_sheets(report: Report) -> list[exports.Sheet]:
    figures = report.inputs
    columns = [*tables.result_columns(), tables.reason_columns(figures["edition"])[-1]]
    return [exports.Sheet(_("评价结果"), columns, figures["lines"], title=report.title)]


# ---- an inspection ---------------------------------------------------------------------------------------------------


def inspection_context(figures: dict[str, Any]) -> dict[str, Any]:
    """What was drawn and how, what was found by bank and by article, and each finding."""
    issuers = edition().issuer.zh.split("、")
    return {
        "issuer": issuers[-1] if figures["inspector"] == Role.SUPERVISOR else issuers[0],
        "receivers": "、".join(edition().word("party", name) for name in ("manager", "finance_centre")),
        "outcomes": figures["outcomes"],
        "tables": [tables.printed(tables.inspected_banks(figures)), tables.printed(tables.inspected_articles(figures))],
        "weights": _("；").join(f"{words} {figures['weights'].get(name, 0)}" for name, words in RISKS.items()),
        "notes": [
            {"text": _("抽样票号为随机种子、半角冒号与对象编号连接后的 SHA-256 值，从小到大抽取。"), "article": "26"},
            {
                "text": _("分层抽取按各银行总体数量分配，最大余数法取整；按风险抽取的，得分相同者比票号。"),
                "article": "",
            },
            {"text": _("持总体清单和随机种子可以重新抽取，结果相同。"), "article": ""},
            {"text": _("涉及金额按问题记录；同一项目有多个问题的，金额分别计入。"), "article": ""},
        ],
    }


def _inspection_sheets(report: Report) -> list[exports.Sheet]:
    figures = report.inputs
    return [
        exports.Sheet(table.caption, table.columns, table.rows, title=report.title, totals=table.totals)
        for table in tables.inspection_tables(figures)
    ]


# ---- the list of partner banks ---------------------------------------------------------------------------------------


def partners_context(figures: dict[str, Any]) -> dict[str, Any]:
    """Who they are, and what changed in the year, each change a table or a sentence."""
    now, *changes = tables.partner_tables(figures)
    return {
        "table": now,
        "changes": changes,
        "count": len(figures["banks"]),
        "on": date.fromisoformat(figures["on"]),
        "notes": [
            {"text": _("名单截至年末；当日取消加盟资格的不列入。"), "article": "7"},
            {"text": _("补偿业务为年末状态。"), "article": "17"},
        ],
    }


def _partner_sheets(report: Report) -> list[exports.Sheet]:
    return [
        exports.Sheet(table.caption, table.columns, table.rows, title=report.title)
        for table in tables.partner_tables(report.inputs)
    ]


_DRAWN = {
    Report.Kind.HALF_YEAR: ("pdf/half_year.html", half_year_context),
    Report.Kind.EVALUATION: ("pdf/evaluation.html", evaluation_context),
    Report.Kind.SUPERVISORY: ("pdf/supervisory.html", supervision.context),
    Report.Kind.INSPECTION: ("pdf/inspection.html", inspection_context),
    Report.Kind.PARTNERS: ("pdf/partners.html", partners_context),
    Report.Kind.OPEN_DATA: ("pdf/open_data.html", open_data.context),
}
_SHEETS = {
    Report.Kind.HALF_YEAR: _half_year_sheets,
    Report.Kind.EVALUATION: _evaluation_sheets,
    Report.Kind.SUPERVISORY: supervision.sheets,
    Report.Kind.INSPECTION: _inspection_sheets,
    Report.Kind.PARTNERS: _partner_sheets,
    Report.Kind.OPEN_DATA: open_data.sheets,
}


# ---- who gets what ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Copy:
    name: str
    content: bytes
    content_type: str


def gets_original(person: User, report: Report) -> bool:
    """Those who answer for a report; everybody else takes a copy that says who took it."""
    return person.role in permissions.HANDS[report.kind].drafts


def copy_for(report: Report, kind: str, person: User) -> Copy:
    """`kind` is pdf or xlsx. A copy is drawn from the same figures; its mark names the original's fingerprint."""
    original = getattr(report, kind)
    if gets_original(person, report):
        with storage.open_file(original) as file:
            return Copy(original.name, file.read(), original.content_type)
    draw = {"pdf": as_pdf, "xlsx": as_xlsx}[kind]
    return Copy(original.name, draw(report, copy_mark(person, original.sha256)), original.content_type)


@in_chinese()
def copy_mark(person: User, sha256: str) -> str:
    words = {
        "person": person.display_name or person.username,
        "role": person.get_role_display(),
        "time": formats.moment(clock.now()),
        "hash": sha256[:16],
    }
    return _("副本：%(person)s（%(role)s）于 %(time)s 下载，仅限履行职责使用；原件摘要 %(hash)s") % words


# ---- statements of account -------------------------------------------------------------------------------------------


@in_chinese()
def statement_copy(statement: Statement, kind: str, person: User) -> Copy:
    """`kind` is pdf or xlsx; both tell who took them and when."""
    name = person.display_name or person.username
    mark = exports.watermark(name, person.get_role_display(), clock.now())
    if kind == "pdf":
        return Copy(f"{statement.number}.pdf", _statement_pdf(statement, mark), "application/pdf")
    sheet = tables.statement_lines_table(statement)
    sheets = [
        exports.Sheet(_("余额"), tables.balance_columns(), tables.statement_balance(statement)),
        exports.Sheet(_("明细"), sheet.columns, statement.lines, _statement_title(statement), sheet.totals),
    ]
    return Copy(f"{statement.number}.xlsx", exports.xlsx_bytes(sheets, mark=mark), exports.XLSX)


def _statement_title(statement: Statement) -> str:
    return _("%(period)s风险补偿资金对账单") % {"period": Quarter.parse(statement.period).words()}


def _statement_pdf(statement: Statement, mark: str) -> bytes:
    return pdf.render(
        "pdf/statement.html",
        {
            "issuer": edition().word("party", "finance_centre"),
            "number": statement.number,
            "issued_on": statement.issued_on,
            "made_at": clock.now(),
            "title": _statement_title(statement),
            "statement": statement,
            "balance": tables.statement_balance(statement),
            "table": tables.statement_lines_table(statement),
            "article": STATEMENT_ARTICLE,
            "check_code": pdf.check_code(statement.number, statement.lines_hash),
            "inputs_hash": statement.lines_hash,
            "copy_mark": mark,
        },
    )
