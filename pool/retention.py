"""保存期限: what is deleted, when, and what never is. The job and `docs/security.md` read this one table.

What stands in neither list is kept: deleting is what needs a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from pool.forms_keys import KEPT_FOR
from pool.services import downloads

HALF_A_YEAR = timedelta(days=180)


@dataclass(frozen=True)
class Passing:
    """`old(edge)` tells the rows that ended before that instant."""

    model: str
    after: timedelta
    old: Callable[[Any], Q]
    why: str
    clear: Callable[[Any], None] | None = None
    """What lies outside the table and goes with its rows."""


PASSING = (
    Passing(
        "pool.FormKey", KEPT_FOR, lambda edge: Q(created_at__lt=edge), "a form rendered so long ago is open nowhere"
    ),
    Passing("sessions.Session", timedelta(0), lambda edge: Q(expire_date__lt=edge), "expired, opens nothing any more"),
    Passing("pool.OpenSession", HALF_A_YEAR, lambda edge: Q(ended_at__lt=edge), "the access log keeps the sign-in"),
    Passing(
        "pool.NoticeRead", timedelta(days=730), lambda edge: Q(at__lt=edge, notice__user__isnull=False), "read and past"
    ),
    Passing("pool.Mail", HALF_A_YEAR, lambda edge: Q(created_at__lt=edge), "the notice behind it stays in the portal"),
    Passing(
        "pool.CalendarFeed", HALF_A_YEAR, lambda edge: Q(revoked_at__lt=edge), "ended; begin and end stay in the trail"
    ),
    Passing(
        "pool.ApiToken",
        HALF_A_YEAR,
        lambda edge: Q(expires_at__lt=edge) | Q(revoked_at__lt=edge),
        "ended; issue and end stay in the audit trail",
    ),
    Passing("pool.ListExport", timedelta(0), lambda edge: Q(expires_at__lt=edge), "can be made again", downloads.clear),
    Passing(
        "pool.SecondFactor", timedelta(days=1), lambda edge: Q(confirmed=False, created_at__lt=edge), "set up and left"
    ),
    Passing(
        "axes.AccessAttempt", HALF_A_YEAR, lambda edge: Q(attempt_time__lt=edge), "the access log keeps the failure"
    ),
    Passing("axes.AccessLog", HALF_A_YEAR, lambda edge: Q(attempt_time__lt=edge), "the access log keeps the sign-in"),
)
NEVER = {
    "ledger.LedgerTransaction": "the money",
    "ledger.Entry": "the money",
    "pool.AuditEvent": "the trail; at least six months by law, here for good",
    "pool.AccessLog": "who read, took and was refused",
    "pool.Transition": "the states are the fold of these rows",
    "pool.Hat": "four eyes for the whole life of a case",
    "pool.StoredFile": "evidence, letters and reports",
    "pool.JobRun": "what ran for which day",
    "pool.FactorReset": "which two people took a second factor away",
    "pool.Deadline": "by when something was due, and why",
    "loans.Loan": "the business itself",
    "claims.Claim": "the business itself",
    "claims.Payment": "the business itself",
    "recovery.Recovery": "the business itself",
    "evaluation.Report": "what was reported",
}


def sweep(on: date) -> dict[str, int]:
    """What has passed goes; by the real clock, since nothing of it is business. Twice is once."""
    now = timezone.now()
    return {row.model: _delete(row, now) for row in PASSING}


def _delete(row: Passing, now: Any) -> int:
    rows = _rows(row, now)
    if row.clear:
        row.clear(rows)
    return int(rows.delete()[0])


def _rows(row: Passing, now: Any) -> Any:
    return apps.get_model(row.model)._base_manager.filter(row.old(now - row.after))
