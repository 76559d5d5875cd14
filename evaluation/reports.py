"""A report as its files: the PDF in official style, and the figures as a workbook.

Both are drawn from the stored figures alone, so that the same figures give the same document on any day.
"""

import subprocess
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from evaluation import papers, permissions, tables
from evaluation.models import Evaluation, Report, Statement
from evaluation.open_data import drawing as open_data
from evaluation.periods import Quarter
from evaluation.selectors.comparing import evaluated_before
from evaluation.selectors.statements import STATEMENT_ARTICLE
from evaluation.supervision import drawing as supervision
from evaluation.tables import changes
from pool import clock, exports, formats, paper, pdf, storage
from pool.chinese import in_chinese
from pool.models import User
from pool.selectors import edition
from pool.tables import Table


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
        "before": evaluated_before(evaluation.year),
    }


# ---- every kind --------------------------------------------------------------------------------------------------


@in_chinese()
def as_pdf(report: Report, mark: str = "") -> bytes:
    """`mark` is printed at the head of every page of a copy."""
    content = papers.content_of(report)
    issuer = content.issuer or _("深圳市高新投集团有限公司")
    receivers = content.receivers or _("深圳市财政金融服务中心")
    context = {
        "title": report.title,
        "issuer": issuer,
        "number": report.number,
        "issued_on": report.made_on,
        "made_at": report.as_of,
        "check_code": report.check_code,
        "inputs_hash": report.inputs_hash,
        "code_version": report.code_version,
        "receivers": receivers,
        "facing": _facing(report, issuer),
        "opening": content.opening,
        "chapters": paper.numbered(content.chapters),
        "copy_mark": mark,
    }
    return pdf.render("pdf/report.html", context, attachments=_as_csv(report, mark))


def _as_csv(report: Report, mark: str) -> dict[str, bytes]:
    """Every table as a file for programs, inside the PDF; a copy's files say whose they are too."""
    return {
        f"{place:02d}-{sheet.name}.csv": b"".join(exports.csv_lines(sheet.columns, sheet.rows, mark=mark))
        for place, sheet in enumerate(_SHEETS[report.kind](report), 1)
    }


def _facing(report: Report, issuer: str) -> list[tuple[str, str]]:
    """What the cover says below the title."""
    period = {"first": formats.official_day(report.starts_on), "last": formats.official_day(report.ends_on)}
    return [
        (_("编制单位"), issuer),
        (_("报告期"), _("%(first)s至%(last)s") % period),
        (_("数据截至"), formats.moment(report.as_of)),
        (_("编制日期"), formats.official_day(report.made_on)),
        (_("版次"), _("第 %(revision)s 版") % {"revision": report.revision}),
        (_("校验码"), report.check_code),
    ]


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


def _half_year_tables(figures: dict[str, Any]) -> list[Table]:
    return [
        *tables.bank_tables(figures),
        *tables.conduct_tables(figures),
        changes.proof_table(figures),
        *changes.half_year_changes(figures),
    ]


def _half_year_sheets(report: Report) -> list[exports.Sheet]:
    figures = report.inputs
    sheets = [
        exports.Sheet(_("资金池资金情况"), tables.pool_columns(), tables.pool_facts(figures), title=report.title),
        *(
            exports.Sheet(table.caption, table.columns, table.rows, title=report.title, totals=table.totals)
            for table in _half_year_tables(figures)
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


def _evaluation_sheets(report: Report) -> list[exports.Sheet]:
    figures = report.inputs
    columns = [*tables.result_columns(), tables.reason_columns(figures["edition"])[-1]]
    return [
        exports.Sheet(_("评价结果"), columns, figures["lines"], title=report.title),
        *(
            exports.Sheet(table.caption, table.columns, table.rows, title=report.title)
            for table in changes.evaluation_changes(figures)
        ),
    ]


# ---- an inspection ---------------------------------------------------------------------------------------------------


def _inspection_sheets(report: Report) -> list[exports.Sheet]:
    figures = report.inputs
    return [
        exports.Sheet(table.caption, table.columns, table.rows, title=report.title, totals=table.totals)
        for table in tables.inspection_tables(figures)
    ]


# ---- the list of partner banks ---------------------------------------------------------------------------------------


def _partner_sheets(report: Report) -> list[exports.Sheet]:
    return [
        exports.Sheet(table.caption, table.columns, table.rows, title=report.title)
        for table in tables.partner_tables(report.inputs)
    ]


# ---- the list of differences of a quarter ----------------------------------------------------------------------------


def _difference_sheets(report: Report) -> list[exports.Sheet]:
    return [
        exports.Sheet(table.caption, table.columns, table.rows, title=report.title, totals=table.totals)
        for table in tables.difference_tables(report.inputs)
    ]


_SHEETS = {
    Report.Kind.HALF_YEAR: _half_year_sheets,
    Report.Kind.EVALUATION: _evaluation_sheets,
    Report.Kind.SUPERVISORY: supervision.sheets,
    Report.Kind.INSPECTION: _inspection_sheets,
    Report.Kind.PARTNERS: _partner_sheets,
    Report.Kind.OPEN_DATA: open_data.sheets,
    Report.Kind.DIFFERENCES: _difference_sheets,
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
