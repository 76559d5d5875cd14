"""The evaluation once more, in one SQL statement written from the articles alone: ranks and grades to compare with."""

import json
from datetime import date
from typing import Any

from django.db import connection

YEARS = """
WITH members AS (
    SELECT id, short_name FROM banks_bank
    WHERE joined_on <= %(last)s AND (cancelled_on IS NULL OR cancelled_on > %(last)s) AND kind = 'bank'
), years AS (
    SELECT m.id, m.short_name,
        coalesce(sum(l.principal) FILTER (WHERE extract(year FROM l.disbursed_on) = %(year)s), 0) AS amount,
        count(DISTINCT l.borrower_id) FILTER (WHERE extract(year FROM l.disbursed_on) = %(year)s) AS firms,
        coalesce(sum(l.principal) FILTER (WHERE extract(year FROM l.disbursed_on) = %(year)s - 1), 0) AS amount_before,
        count(DISTINCT l.borrower_id) FILTER (WHERE extract(year FROM l.disbursed_on) = %(year)s - 1) AS firms_before,
        (SELECT count(*) FROM banks_violation v
          WHERE v.bank_id = m.id AND v.year = %(year)s AND v.confirmed_by_id IS NOT NULL) AS breaches
    FROM members m LEFT JOIN loans_loan l ON l.bank_id = m.id AND l.state <> 'withdrawn'
    GROUP BY m.id, m.short_name
), """
RANKING = """grown AS (
    SELECT id, rank() OVER (ORDER BY amount / amount_before DESC) AS place, count(*) OVER () AS of,
        amount < amount_before AND firms < firms_before AS fell
    FROM years WHERE amount_before > 0
), ranked AS (
    SELECT y.*, g.place, g.of, coalesce(g.fell, false) AS fell, count(*) OVER () AS banks,
        rank() OVER (ORDER BY y.amount DESC) AS by_amount, rank() OVER (ORDER BY y.firms DESC) AS by_firms
    FROM years y LEFT JOIN grown g USING (id)
)
SELECT short_name, amount::numeric(18, 2)::text, firms, by_amount, by_firms, place,
    CASE WHEN breaches > 0 THEN 'unqualified'
         WHEN fell AND NOT (SELECT bool_and(g.fell) FROM grown g) THEN 'unqualified'
         WHEN (by_amount * 100 <= 60 * banks OR by_firms * 100 <= 60 * banks) AND place * 100 <= 15 * of
             THEN 'excellent'
         WHEN (by_amount * 100 <= 60 * banks OR by_firms * 100 <= 60 * banks) AND place * 100 <= 30 * of THEN 'good'
         ELSE 'qualified' END
FROM ranked ORDER BY short_name
"""


def evaluation_by_sql(year: int) -> list[tuple[Any, ...]]:
    """(bank, amount, firms, rank by amount, rank by firms, rank by growth, grade)."""
    with connection.cursor() as cursor:
        cursor.execute(YEARS + RANKING, {"year": year, "last": date(year, 12, 31)})
        return list(cursor.fetchall())


GIVEN = """
WITH years AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb)
        AS y(id text, short_name text, amount numeric, firms int, amount_before numeric, firms_before int, breaches int)
), """


def ranking_by_sql(years: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The same ranks and grades, of years that are given instead of lent."""
    with connection.cursor() as cursor:
        cursor.execute(GIVEN + RANKING, [json.dumps(years)])
        return list(cursor.fetchall())


HALF_YEAR = {
    "loans": "SELECT bank_id, count(*), sum(principal) FROM loans_loan"
    " WHERE state <> 'withdrawn' AND entered_on <= %(last)s GROUP BY 1",
    "entered": "SELECT bank_id, count(*), sum(principal) FROM loans_loan"
    " WHERE state <> 'withdrawn' AND entered_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
    "determined": "SELECT bank_id, count(*), sum(principal_balance) FROM loans_determination"
    " WHERE determined_on BETWEEN %(first)s AND %(last)s AND ending <> 'voided' GROUP BY 1",
    "claimed": "SELECT c.bank_id, count(*), sum(d.principal_balance) FROM claims_claim c"
    " JOIN loans_determination d ON d.id = c.determination_id"
    " WHERE c.first_submitted_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
    "approved": "SELECT bank_id, count(*), sum(amount) FROM claims_claim"
    " WHERE decided_on BETWEEN %(first)s AND %(last)s AND state <> 'refused' GROUP BY 1",
    "refused": "SELECT c.bank_id, count(*), sum(d.principal_balance) FROM claims_claim c"
    " JOIN loans_determination d ON d.id = c.determination_id"
    " WHERE c.decided_on BETWEEN %(first)s AND %(last)s AND c.state = 'refused' GROUP BY 1",
    "pending": "SELECT c.bank_id, count(*), sum(d.principal_balance) FROM claims_claim c"
    " JOIN loans_determination d ON d.id = c.determination_id"
    " WHERE c.first_submitted_on <= %(last)s AND (c.decided_on IS NULL OR c.decided_on > %(last)s) GROUP BY 1",
    "paid": "SELECT e.bank_id, count(DISTINCT e.subject), sum(e.amount) FROM ledger_entry e"
    " JOIN ledger_ledgertransaction t ON t.id = e.transaction_id JOIN ledger_account a ON a.id = e.account_id"
    " WHERE a.kind = 'compensation' AND t.occurred_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
    "recovered": "SELECT bank_id, count(*), sum(amount) FROM recovery_recovery"
    " WHERE state = 'submitted' AND submitted_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
    "returned": "SELECT e.bank_id, count(*), -sum(e.amount) FROM ledger_entry e"
    " JOIN ledger_ledgertransaction t ON t.id = e.transaction_id JOIN ledger_account a ON a.id = e.account_id"
    " WHERE a.kind = 'returns' AND t.occurred_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
    "refunded": "SELECT e.bank_id, count(*), -sum(e.amount) FROM ledger_entry e"
    " JOIN ledger_ledgertransaction t ON t.id = e.transaction_id JOIN ledger_account a ON a.id = e.account_id"
    " WHERE a.kind = 'refunds' AND t.occurred_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
    "clawed_back": "SELECT e.bank_id, count(*), -sum(e.amount) FROM ledger_entry e"
    " JOIN ledger_ledgertransaction t ON t.id = e.transaction_id JOIN ledger_account a ON a.id = e.account_id"
    " WHERE a.kind = 'clawbacks' AND t.occurred_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
    "owed": "SELECT bank_id, count(*), sum(amount) FROM recovery_return"
    " WHERE advised_on <= %(last)s AND (received_on IS NULL OR received_on > %(last)s) GROUP BY 1",
    "closed": "SELECT c.bank_id, count(*), sum(l.principal) FROM recovery_closing c"
    " JOIN loans_loan l ON l.id = c.loan_id"
    " WHERE c.state = 'closed' AND c.closed_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
    "written_off": "SELECT bank_id, count(*), sum(loss_amount) FROM recovery_closing"
    " WHERE kind = 'write_off' AND state = 'closed' AND closed_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
}
BALANCES = (
    "SELECT a.kind, sum(e.amount)::text FROM ledger_entry e JOIN ledger_ledgertransaction t ON t.id = e.transaction_id"
    " JOIN ledger_account a ON a.id = e.account_id WHERE t.occurred_on <= %(last)s GROUP BY 1"
)


def half_year_by_sql(first: date, last: date) -> dict[str, dict[str, tuple[int, str]]]:
    """Figure → code of the bank → (count, amount)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code FROM banks_bank")
        codes = dict(cursor.fetchall())
        found = {}
        for name, statement in HALF_YEAR.items():
            cursor.execute(statement, {"first": first, "last": last})
            found[name] = {codes[bank]: (count, f"{amount:.2f}") for bank, count, amount in cursor.fetchall()}
    return found


def balances_by_sql(last: date) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"last": last})
        return dict(cursor.fetchall())


SUSPENDED_DAYS = """
SELECT b.code, count(*) FROM banks_bank b, generate_series(%(first)s::date, %(last)s::date, '1 day') AS day
WHERE (SELECT e.is_suspended FROM banks_standingevent e WHERE e.bank_id = b.id AND e."on" <= day::date
       ORDER BY e.number DESC LIMIT 1)
GROUP BY 1
"""
"""Day by day: was the bank suspended at the end of it?"""
OWED = """
SELECT b.code, CASE
        WHEN d.subject_kind = 'recovery.recovery' THEN 'report' WHEN d.subject_kind = 'recovery.return' THEN 'return'
        WHEN d.subject_kind = 'recovery.settlement' THEN 'settlement' WHEN d.kind = 'payoff_closing' THEN 'payoff'
        WHEN d.subject_kind = 'recovery.clawback' THEN 'clawback' WHEN d.kind = 'question_period' THEN 'question'
        WHEN d.kind = 'papers_period' THEN 'papers' WHEN d.kind = 'transfer_period' THEN 'transfer'
        WHEN d.kind = 'upgrade_period' THEN 'upgrade' WHEN d.kind = 'refund_period' THEN 'refund'
        WHEN d.kind = 'inspection_answer' THEN 'answer' END AS duty, d.closes_on, d.fulfilled_on, d.dropped_on
FROM pool_deadline d JOIN banks_bank b ON b.id = d.bank_id
"""
LATE = f"""
SELECT code, duty, count(*), max(fulfilled_on - closes_on) FROM ({OWED}) AS owed
WHERE duty IS NOT NULL AND fulfilled_on BETWEEN %(first)s AND %(last)s AND fulfilled_on > closes_on GROUP BY 1, 2
UNION ALL
SELECT b.code, 'entry', count(*), max(l.entered_on - l.entry_closes_on) FROM loans_loan l
JOIN banks_bank b ON b.id = l.bank_id WHERE l.state <> 'withdrawn' AND l.entered_on > l.entry_closes_on
AND l.entered_on BETWEEN %(first)s AND %(last)s GROUP BY 1
"""
NOT_DONE = f"""
SELECT code, duty, count(*), max(%(last)s::date - closes_on) FROM ({OWED}) AS owed
WHERE duty IS NOT NULL AND closes_on < %(last)s AND (fulfilled_on IS NULL OR fulfilled_on > %(last)s)
AND (dropped_on IS NULL OR dropped_on > %(last)s) GROUP BY 1, 2
"""


def suspended_days_by_sql(first: date, last: date) -> dict[str, int]:
    """Code of the bank → days of the period at whose end it was suspended."""
    return {row[0]: row[1] for row in _asked(SUSPENDED_DAYS, first, last)}


def late_by_sql(first: date, last: date) -> dict[tuple[str, str], list[int]]:
    """(code of the bank, duty) → late, most days late, not done, most days at the end."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, statement in ((0, LATE), (2, NOT_DONE)):
        for code, duty, count, days in _asked(statement, first, last):
            found.setdefault((code, duty), [0, 0, 0, 0])[place : place + 2] = [count, days]
    return found


def _asked(statement: str, first: date, last: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"first": first, "last": last})
        return list(cursor.fetchall())
