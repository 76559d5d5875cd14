"""The list of differences of a quarter (10.2(3)): what reports, receipts, statement and ledger say differently."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims.models import Claim
from evaluation.models import Report
from pool.formats import yuan
from pool.rules import quarter_name
from recovery import desk
from recovery.models import AccountLine

ARTICLE = "10.2(3)"
"""The manager checks what banks return against what they report and tells the finance centre what differs."""
MONEY = ("opening", "in_window", "due", "received", "seen", "posted", "owed")


def figures(quarter: date, on: date) -> dict[str, Any]:
    """Plain values that a hash can stand on."""
    rows = desk.rows_of(_paid(), quarter, on)
    return {
        "quarter": quarter_name(quarter),
        "until": (desk.ends_before(quarter) - timedelta(days=1)).isoformat(),
        "on": on.isoformat(),
        "projects": rows.count(),
        "rows": [_row(row) for row in rows.filter(differs=True).order_by("bank__code", "loan__loan_number")],
        "lines": [_line(line) for line in desk.unreported_lines(quarter)],
        "by_ledger": f"{desk.by_ledger(quarter):.2f}",
        "by_projects": f"{desk.sums_of(rows)['posted']:.2f}",
    }


def _paid() -> "QuerySet[Claim]":
    return Claim.objects.filter(paid_on__isnull=False).select_related("loan", "bank")


def _row(row: Any) -> dict[str, str]:
    amounts = {name: f"{getattr(row, name):.2f}" for name in MONEY}
    said = {"number": row.loan.loan_number, "claim": row.number, "bank": row.bank.short_name}
    return {**said, **amounts, "differences": desk.differences(row)}


def _line(line: AccountLine) -> dict[str, str]:
    return {
        "booked_on": line.booked_on.isoformat(),
        "counterparty": line.counterparty,
        "remark": line.remark,
        "reference": line.reference,
        "amount": f"{line.amount:.2f}",
        "state": str(line.get_explanation_display() if line.explanation else line.get_state_display()),
    }


def breaks(said: dict[str, Any]) -> list[str]:
    """A list that misses a posting of the quarter would not be whole."""
    if said["by_ledger"] == said["by_projects"]:
        return []
    words = {"rows": yuan(Decimal(said["by_projects"])), "ledger": yuan(Decimal(said["by_ledger"]))}
    return [_("各项目入账合计 %(rows)s 元，资金账返还发生额 %(ledger)s 元，两者不一致") % words]


def lists_of(quarter: date) -> "QuerySet[Report]":
    """Of this quarter, newest first."""
    return Report.objects.filter(kind=Report.Kind.DIFFERENCES, period=quarter_name(quarter)).order_by("-revision")
