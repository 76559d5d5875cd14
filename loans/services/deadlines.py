"""The deadline a determination opens: the claim period (19(2)). The kind of a deadline is its provision's slug."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from loans.models import Loan
from pool import rules
from pool.models import Deadline
from pool.refs import Refs
from pool.rules import Window
from pool.selectors import edition, refs
from pool.services import deadlines

CLAIM_PERIOD = "claim_period"
LABEL = _("提交风险补偿申请")
WAITING_FOR = _("加盟银行")


def claim_window(determined_on: date) -> Window:
    """Until when a loan determined on that day may be claimed; the transition of article 21 included."""
    return _window(determined_on, refs(determined_on))


def _window(determined_on: date, reference: Refs) -> Window:
    book = edition()
    window = rules.reckon(book[CLAIM_PERIOD], "determined", determined_on, reference.calendar)
    return rules.not_before(window, book["claim_floor"])


def open_claim_period(loan: Loan, determined_on: date) -> Deadline | None:
    """Nobody is waited for where a claim leads nowhere: a loan entered late is never compensated (13)."""
    if loan.entered_late:
        return None
    return deadlines.open_deadline(
        loan, claim_window(determined_on), refs(determined_on).calendar,
        kind=CLAIM_PERIOD, label=LABEL, waiting_for=WAITING_FOR,
    )  # fmt: skip


def drop_claim_period(loan: Loan, on: date, because: str) -> None:
    deadlines.drop(loan.pk, CLAIM_PERIOD, on=on, because=because)


def window_again(row: Deadline, reference: Refs) -> Window:
    """What the rules say of a kept claim period now, when a calendar was confirmed and for I10."""
    return _window(row.event_on, reference)
