"""The workbook that goes back to the bank: held rows as they were written, with what is wrong and how to mend it."""

import io

from django.utils.translation import gettext_noop as _

from loans.columns import CLASSIFICATION_SCHEMA, LOAN_SCHEMA
from loans.models import Upload, UploadRow
from loans.selectors import rows_of
from loans.services.judging import MARKED_ONLY
from loans.services.rows import SENSITIVE
from pool import crypto
from pool.rulebook import Finding
from pool.selectors import edition
from pool.sheets import CellProblem, Schema, Wording, declare
from pool.templates_xlsx import annotate

declare({"entry_rule": Wording(_("%(message)s"), _("%(mend)s"))})

# Beside which cell a failing rule is told.
_CELL_OF_RULE = {
    "sme_size": "staff",
    "owner_firm_size": "staff",
    "shenzhen_business": "in_shenzhen",
    "excluded_sections": "industry_code",
    "restricted_industry": "industry_code",
    "quasi_financial": "quasi_financial",
    "balance_limit": "other_balances",
    "credit_line_limit": "credit_line",
    "covered_products": "product",
    "excluded_cover": "other_cover",
    "permitted_use": "use",
    "rate_spread": "annual_rate",
    "timely_entry": "disbursed_on",
    "validity": "disbursed_on",
}


def workbook(upload: Upload) -> io.BytesIO:
    held = list(rows_of(upload, UploadRow.Status.HELD))
    buffer = io.BytesIO()
    annotate(
        schema_of(upload),
        buffer,
        [(row.row, _raw(row)) for row in held],
        {row.row: problems_of(row) for row in held},
        headers=upload.headers,
    )
    buffer.seek(0)
    return buffer


def schema_of(upload: Upload) -> Schema:
    return LOAN_SCHEMA if upload.is_of_loans else CLASSIFICATION_SCHEMA


def _raw(row: UploadRow) -> dict[str, str]:
    return {key: crypto.decrypt(value) if key in SENSITIVE else value for key, value in row.raw.items()}


def problems_of(row: UploadRow) -> list[CellProblem]:
    """The cells' problems and the failing rules, in one list."""
    found = [CellProblem.from_dict(item) for item in row.problems]
    return found + [_as_problem(row, Finding.from_json(item)) for item in row.findings]


def _as_problem(row: UploadRow, finding: Finding) -> CellProblem:
    book = edition()
    key = _CELL_OF_RULE.get(finding.provision, "iou_number")
    severity = "warning" if finding.provision in MARKED_ONLY else "error"
    words = {"message": book.message(finding), "mend": book.mend(finding)}
    return CellProblem(
        row.sheet, row.row, "", LOAN_SCHEMA[key].header, row.raw.get(key, ""), "entry_rule", key, severity,
        finding.article, words,
    )  # fmt: skip
