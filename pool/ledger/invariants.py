"""What must hold of the money at every moment; `manage.py verify` asks."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _

BROKEN_TRANSACTIONS = """
SELECT t.id, t.key, coalesce(sum(e.amount), 0), count(e.id)
FROM ledger_ledgertransaction t LEFT JOIN ledger_entry e ON e.transaction_id = t.id
GROUP BY t.id HAVING coalesce(sum(e.amount), 0) <> 0 OR count(e.id) < 2 ORDER BY t.id
"""
BROKEN_ACCOUNTS = """
SELECT a.code, a.balance, coalesce(sum(e.amount), 0), a.version, count(e.id), coalesce(max(e.account_version), 0)
FROM ledger_account a LEFT JOIN ledger_entry e ON e.account_id = a.id
GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0) OR a.version <> count(e.id)
    OR a.version <> coalesce(max(e.account_version), 0) ORDER BY a.code
"""
BROKEN_ENTRIES = """
SELECT code, account_version FROM (
    SELECT a.code, e.account_version, e.balance_after,
        sum(e.amount) OVER (PARTITION BY e.account_id ORDER BY e.account_version) AS running
    FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id) AS replayed
WHERE balance_after <> running ORDER BY code, account_version
"""
# After each transaction, in the order of their numbers: the cash is locked with each, so that order is theirs.
BELOW_FLOOR = """
SELECT scheme_id, transaction_id, available FROM (
    SELECT a.scheme_id, e.transaction_id, sum(sum(CASE a.kind WHEN 'reserved' THEN -e.amount ELSE e.amount END))
        OVER (PARTITION BY a.scheme_id ORDER BY e.transaction_id) AS available
    FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
    WHERE a.kind IN ('cash', 'suspense', 'reserved') GROUP BY a.scheme_id, e.transaction_id) AS replayed
WHERE available < 0 ORDER BY scheme_id, transaction_id
"""

BROKEN_MONTHS = """
SELECT c.month, c.by_ledger,
    coalesce((SELECT sum(e.amount) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
        JOIN ledger_ledgertransaction t ON t.id = e.transaction_id
        WHERE a.kind = 'cash' AND a.scheme_id = c.scheme_id
            AND t.occurred_on < c.month + interval '1 month'), 0) AS held,
    (SELECT count(*) FROM ledger_ledgertransaction t WHERE t.scheme_id = c.scheme_id AND t.id > c.last_voucher
        AND t.occurred_on >= c.month AND t.occurred_on < c.month + interval '1 month') AS late
FROM ledger_monthclosing c WHERE c.state IN ('closed', 'reopening') ORDER BY c.month
"""


def _rows(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def transactions_sum_to_zero() -> Iterator[str]:
    for number, key, total, legs in _rows(BROKEN_TRANSACTIONS):
        yield _("凭证 %(id)s（%(key)s）有 %(legs)s 条分录，合计 %(total)s，不为零") % {
            "id": number,
            "key": key,
            "legs": legs,
            "total": total,
        }


def balances_are_their_entries() -> Iterator[str]:
    for code, balance, total, version, count, last in _rows(BROKEN_ACCOUNTS):
        yield _(
            "科目 %(code)s 余额 %(balance)s、版本 %(version)s，而分录合计 %(total)s、%(count)s 条、末版 %(last)s"
        ) % {
            "code": code,
            "balance": balance,
            "version": version,
            "total": total,
            "count": count,
            "last": last,
        }
    for code, version in _rows(BROKEN_ENTRIES):
        yield _("科目 %(code)s 第 %(version)s 版的余额与逐笔累计不符") % {"code": code, "version": version}


def money_was_always_there() -> Iterator[str]:
    for scheme, number, available in _rows(BELOW_FLOOR):
        yield _("方案 %(scheme)s 在凭证 %(id)s 之后可用资金为 %(available)s，低于零") % {
            "scheme": scheme,
            "id": number,
            "available": available,
        }


def closed_months_stay() -> Iterator[str]:
    """A closed month has the balance it was closed with, and no voucher posted since."""
    for month, stored, held, late in _rows(BROKEN_MONTHS):
        if stored != held or late:
            yield _("%(month)s 月结时资金账余额 %(stored)s 元，现为 %(held)s 元；月结后又记 %(late)s 张凭证") % {
                "month": month,
                "stored": stored,
                "held": held,
                "late": late,
            }
