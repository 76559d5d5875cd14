"""The tone of a state: which of seven quiet colours stands behind its word.

The word always stands there too; a colour never carries a meaning alone.
"""

from django.utils.translation import gettext_lazy as _

TONES = ("neutral", "info", "wait", "good", "bad", "hold", "done")

# One table for the whole house, so that the same word has the same colour on every page.
TONE_OF_STATE = {
    # loans
    "entered": "info",
    "non_performing": "wait",
    "compensated": "good",
    "recovered": "good",
    "closed": "done",
    "withdrawn": "neutral",
    # uploads
    "received": "info",
    "checking": "wait",
    "checked": "good",
    "submitted": "info",
    "entering": "wait",
    "cancelled": "neutral",
    "failed": "bad",
    # claims and re-examination
    "draft": "neutral",
    "reviewing": "wait",
    "returned": "wait",
    "approved": "good",
    "refused": "bad",
    "re_examining": "wait",
    "publicised": "info",
    "cleared": "good",
    "planned": "info",
    "instructed": "wait",
    "paid": "good",
    "lapsed": "neutral",
    "removed": "bad",
    "held": "hold",
    "asked": "wait",
    "answered": "good",
    # publicity, objections, plans, papers, payments
    "posted": "good",
    "ended": "done",
    "upheld": "bad",
    "dismissed": "done",
    "drafted": "neutral",
    "issued": "info",
    "filed": "done",
    "open": "wait",
    "complete": "good",
    # the special account and its orders
    "made": "info",
    "proposed": "wait",
    "matched": "good",
    "agreed": "wait",
    "reopening": "wait",
    "ending": "wait",
    "reopened": "info",
    "done": "good",
    "agrees": "good",
    "differs": "bad",
    # recovery, upgrade, settlement, write-off
    "prepared": "wait",
    "reported": "wait",
    "due": "wait",
    "receipt_entered": "wait",
    "overdue": "bad",
    "applied": "info",
    "refunded": "good",
    "accepted": "good",
    "manager_passed": "info",
    "finance_passed": "info",
    "authority_approved": "info",
    "supervisor_approved": "info",
    # standing, membership, accounts, jobs
    "active": "good",
    "normal": "good",
    "suspended": "bad",
    "barred": "bad",
    "expired": "neutral",
    "queued": "neutral",
    "running": "wait",
    "finished": "good",
    "confirmed": "good",
    "unconfirmed": "wait",
    # statements of account
    "disputed": "bad",
    "replaced": "neutral",
    # goals of indicators
    "met": "good",
    "unmet": "bad",
    # inspections
    "opened": "neutral",
    "drawn": "wait",
    "none": "good",
    "remark": "wait",
    "breach": "bad",
    # grades
    "excellent": "good",
    "good": "good",
    "qualified": "info",
    "unqualified": "bad",
    # five-level classification
    "special_mention": "wait",
    "substandard": "bad",
    "doubtful": "bad",
    "loss": "bad",
    # libraries
    "loan": "info",
    "compensation": "wait",
    "settlement": "done",
    # outcomes of a rule
    "pass": "good",
    "fail": "bad",
    "hold": "hold",
    "info": "info",
    "warn": "wait",
    "error": "bad",
    "warning": "wait",
    "note": "info",
}

OUTCOME_WORDS = {
    "pass": _("通过"),
    "fail": _("不通过"),
    "hold": _("暂缓"),
    "info": _("说明"),
    "warn": _("请确认"),
    "warning": _("请确认"),
    "error": _("错误"),
    "note": _("说明"),
    "confirmed": _("已确认"),
}


def tone(state: object) -> str:
    """The tone of a state's value; a state not in the table stays neutral."""
    return TONE_OF_STATE.get(str(state), "neutral")
