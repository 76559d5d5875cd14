"""What must always hold in this room; each yields one sentence per breach."""

from collections.abc import Iterator

from django.db import connection

from banks.models import Standing
from loans import selectors
from loans.models import Loan
from loans.services.moves import TABLE
from pool.models import Transition


def standings_add_up() -> Iterator[str]:
    """The two sums of article 17 equal what the loans say."""
    counted = selectors.true_sums_by_bank()
    for row in Standing.objects.select_related("bank"):
        true = counted[row.bank_id]
        if row.entered_principal != true["entered"]:
            yield f"{row.bank}: entered {row.entered_principal} kept, {true['entered']} counted"
        if row.npl_principal != true["npl"]:
            yield f"{row.bank}: non-performing {row.npl_principal} kept, {true['npl']} counted"


_SERIES = """
SELECT s.bank_id, s.version, e.events, last.number
FROM banks_standing s
CROSS JOIN LATERAL (SELECT count(*) AS events FROM banks_standingevent WHERE bank_id = s.bank_id) e
LEFT JOIN LATERAL (
    SELECT * FROM banks_standingevent WHERE bank_id = s.bank_id ORDER BY number DESC LIMIT 1) last ON true
WHERE e.events <> s.version - 1 OR (e.events > 0 AND (last.number, last.entered_principal, last.npl_principal,
    last.is_suspended) IS DISTINCT FROM (s.version, s.entered_principal, s.npl_principal, s.is_suspended))
"""


def standings_end_their_series() -> Iterator[str]:
    """Each bank's row is where its append-only series ends, and no event of the series is missing."""
    with connection.cursor() as cursor:
        cursor.execute(_SERIES)
        for bank, version, events, last in cursor.fetchall():
            yield f"bank {bank}: standing at version {version}, {events} events, the last numbered {last} differs"


_LAST_MOVES = f"""
SELECT l.id, l.state, l.library, s.target, b.target
FROM loans_loan l
LEFT JOIN LATERAL (SELECT target FROM {Transition._meta.db_table} t
  WHERE t.subject_id = l.id AND t.field = 'state' ORDER BY t.id DESC LIMIT 1) s ON true
LEFT JOIN LATERAL (SELECT target FROM {Transition._meta.db_table} t
  WHERE t.subject_id = l.id AND t.field = 'library' ORDER BY t.id DESC LIMIT 1) b ON true
WHERE s.target IS DISTINCT FROM l.state OR b.target IS DISTINCT FROM l.library
"""
_STEPS = f"""
SELECT subject_id, before, source, target FROM (
  SELECT subject_id, source, target, lag(target, 1, '') OVER (PARTITION BY subject_id ORDER BY id) AS before
  FROM {Transition._meta.db_table} WHERE subject_kind = 'loans.loan' AND field = 'state') AS steps
WHERE before <> source OR NOT (source || '>' || target = ANY(%s))
"""


def states_follow_the_log() -> Iterator[str]:
    """I9: state and library are where the log of moves ends, and each step is one the table allows."""
    allowed = [f">{Loan.State.ENTERED.value}", *(f"{source}>{target}" for source, target in TABLE)]
    with connection.cursor() as cursor:
        cursor.execute(_LAST_MOVES)
        for loan, state, library, last_state, last_library in cursor.fetchall():
            yield f"loan {loan}: {state}/{library}, but the log ends at {last_state}/{last_library}"
        cursor.execute(_STEPS, [allowed])
        for loan, before, source, target in cursor.fetchall():
            yield f"loan {loan}: step {source or 'nothing'} → {target} after {before or 'nothing'}"
