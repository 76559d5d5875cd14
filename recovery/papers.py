"""What is filed as PDF: 拨付核对表, 银行存款余额调节表, 科目余额表, 分摊表, each with its day and fingerprint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from claims.assessment import fingerprint
from pool import audit, clock, exports, pdf
from pool.formats import day
from pool.models import AccessLog, User
from pool.rulebook import Edition
from pool.selectors import edition
from pool.tables import Column, Table
from recovery.account import Agreement
from recovery.intake import ARTICLE

PDF = "application/pdf"
TEMPLATE = "pdf/account.html"


@dataclass(frozen=True)
class Section:
    """One table of a paper under its heading."""

    title: str
    table: Table
    text: str = ""


def finance_centre(book: Edition) -> str:
    return book.word("party", "finance_centre")


def draw(
    title: str, as_of: date, sections: Sequence[Section], *, by: User, number: str = "", note: str = "",
    issuer: str = "", article: str = ARTICLE,
) -> bytes:  # fmt: skip
    """The paper with its tables; the fingerprint is of every figure that is printed."""
    inputs = fingerprint({"title": title, "as_of": as_of, "tables": [_figures(one.table) for one in sections]})
    context: dict[str, Any] = {
        "issuer": issuer or finance_centre(edition()),
        "number": number,
        "issued_on": clock.today(),
        "title": title,
        "subtitle": _("截至 %(day)s") % {"day": day(as_of)},
        "sections": sections,
        "notes": [{"text": note, "article": article}] if note else [],
        "check_code": pdf.check_code(title, as_of, inputs),
        "inputs_hash": inputs,
        "made_at": clock.now(),
        "made_by": by.display_name,
    }
    return pdf.render(TEMPLATE, context)


def _figures(table: Table) -> list[list[str]]:
    return [[str(exports.plain(column.read(row), column.kind)) for column in table.columns] for row in table.rows]


def download(request: HttpRequest, content: bytes, name: str, content_type: str, subject: Any) -> HttpResponse:
    """The file, and in the access log that it was taken."""
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, subject, detail=name)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def mark(request: HttpRequest) -> str:
    person: Any = request.user
    return exports.watermark(person.display_name, str(person.get_role_display()))


# ---- 银行存款余额调节表 ----------------------------------------------------------------------------------------------


def agreement_table(said: Agreement) -> Table:
    """Each balance, what only the other has, and the adjusted balances."""
    rows = [(_("账面余额"), said.by_bank, said.by_ledger)]
    for one in said.bank_lacks:
        label = _("资金账已记、流水未见：%(what)s %(day)s %(reference)s")
        rows.append(
            (label % {"what": one.label, "day": day(one.occurred_on), "reference": one.reference}, one.amount, None)
        )
    for line in said.ledger_lacks:
        label = _("流水已有、资金账未记：%(day)s %(who)s %(remark)s")
        words = {"day": day(line.booked_on), "who": line.counterparty, "remark": line.remark}
        rows.append((label % words, None, line.amount))
    rows.append((_("调节后余额"), said.bank_adjusted, said.ledger_adjusted))
    columns = [
        Column(_("项目"), lambda row: row[0]),
        Column(_("专户流水"), lambda row: row[1], "money", unit=_("元")),
        Column(_("资金账"), lambda row: row[2], "money", unit=_("元")),
    ]
    return Table(columns, rows, caption=_("银行存款余额调节表"))


def agreement_section(said: Agreement) -> Section:
    words = _("调节后双方余额相符。") if not said.difference else _("调节后双方余额不符。")
    return Section(_("银行存款余额调节表"), agreement_table(said), words)
