"""The open data of a quarter: read once, with every share, and kept as what may be told alone."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from evaluation.models import Report
from evaluation.open_data.suppression import Cell, hidden, may_be_told, together
from evaluation.open_data.terms import terms
from evaluation.selectors import money
from evaluation.supervision.catalogue import catalogue
from evaluation.supervision.sums import size_case
from loans.choices import DISTRICTS
from pool.formats import yuan
from pool.money import WIDE
from pool.refs import SizeStandard
from pool.selectors import refs

ARTICLE = "10.1(1)"
WAN = Decimal(10_000)
TIED = ("paid", "returned")
"""What the ledger books too."""
FACTS = {
    "entered": "SELECT s.*, s.principal AS amount FROM sized s"
    " WHERE s.state <> 'withdrawn' AND s.entered_on BETWEEN %(first)s AND %(last)s",
    "paid": "SELECT s.*, c.amount FROM claims_claim c JOIN sized s ON s.id = c.loan_id"
    " WHERE c.paid_on BETWEEN %(first)s AND %(last)s",
    "returned": "SELECT s.*, r.amount FROM recovery_return r JOIN sized s ON s.id = r.loan_id"
    " LEFT JOIN recovery_suspenseuse u ON u.advice_id = r.id AND u.state = 'done'"
    " WHERE r.state = 'received' AND COALESCE(u.done_on, r.received_on) BETWEEN %(first)s AND %(last)s",
}

Table = dict[str, Cell]
Tables = dict[str, Table]
"""Dimension → value → what came together there."""


def figures(report: Report) -> dict[str, Any]:
    """What is published, and nothing else: the shares are forgotten when this returns."""
    first, last = report.starts_on, report.ends_on
    booked = money.flows(first, last)
    told: dict[str, Any] = {
        "period": report.period,
        "starts_on": first.isoformat(),
        "ends_on": last.isoformat(),
        "suppression": terms().suppression.as_kept(),
        "total": {},
        "tables": {name: [{"value": value} for value in _values(name)] for name in terms().dimensions},
        "off_the_ledger": {},
    }
    for fact in terms().facts:
        tables = _tables(first, last, fact)
        whole = together(tables[terms().dimensions[0]].values())
        if fact in TIED:
            told["off_the_ledger"][fact] = str(whole.amount - booked[fact])
        told["total"][fact] = as_told(whole) if may_be_told(whole, terms().suppression) else None
        for name, rows in told["tables"].items():
            fill(rows, fact, tables[name])
    return told


def fill(rows: list[dict[str, Any]], fact: str, cells: Table) -> None:
    """A value that nobody has listed comes at the end; null is a cell that is not told."""
    listed = {row["value"] for row in rows}
    rows += [{"value": value} for value in sorted(cells.keys() - listed)]
    whole = {row["value"]: cells.get(row["value"], Cell()) for row in rows}
    out = hidden(whole, terms().suppression)
    for row in rows:
        row[fact] = None if row["value"] in out else as_told(whole[row["value"]])


def as_told(cell: Cell) -> dict[str, Any]:
    wan = WIDE.divide(cell.amount, WAN).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return {"count": cell.count, "borrowers": len(cell.borrowers), "amount_wan": str(wan)}


def _values(dimension: str) -> list[str]:
    if dimension == "district":
        return [choice.word for choice in DISTRICTS]
    return list(catalogue().values[dimension])


def _tables(first: date, last: date, fact: str) -> Tables:
    tables: Tables = {name: {} for name in terms().dimensions}
    with connection.cursor() as cursor:
        cursor.execute(_statement(fact, refs().sizes), {"first": first, "last": last})
        for *values, bank, borrower, count, amount in cursor:
            for name, value in zip(tables, values, strict=True):
                tables[name].setdefault(value or "", Cell()).add(bank, borrower, count, amount)
    return tables


def _statement(fact: str, sizes: SizeStandard) -> str:
    names = ", ".join(terms().dimensions)
    return f"""
WITH sized AS (
    SELECT l.id, l.bank_id, l.borrower_id, l.principal, l.state, l.entered_on, l.district,
        left(l.industry_code, 1) AS section, {size_case(sizes)} AS size
    FROM loans_loan l
)
SELECT {names}, bank_id, borrower_id, count(*), sum(amount) FROM ({FACTS[fact]}) AS cases
GROUP BY {names}, bank_id, borrower_id"""


def breaks(told: dict[str, Any]) -> list[str]:
    """Where the quarter's money is not what the ledger says; an empty list is what an issue needs."""
    words = _("%(figure)s与资金账相差 %(amount)s 元")
    return [
        words % {"figure": money.WORDS[fact], "amount": yuan(amount)}
        for fact, amount in told["off_the_ledger"].items()
        if Decimal(amount)
    ]
