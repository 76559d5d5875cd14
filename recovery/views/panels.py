"""What this room shows on the loan's page: the claw-back tape, the closing, the day it would close by itself."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loans.models import Determination, Loan
from pool import clock
from pool.models import BANK_ROLES
from recovery import permissions as may
from recovery import selectors, terms
from recovery.models import Closing


def tape_panel(user: Any, loan: Loan) -> dict[str, Any] | None:
    """After the determination: what came back and what was returned."""
    if not may.see(user, loan.bank_id)[0]:
        return None
    claim = selectors.paid_claim(loan)
    before = selectors.before_payment(loan) if claim is None else None
    makes = may.prepare(user, loan.bank_id)[0]
    next_is_mine = makes and loan.state == Loan.State.COMPENSATED and loan.library == Loan.Library.COMPENSATION
    if claim is None and (before is None or not before.rows) and loan.state != Loan.State.NON_PERFORMING:
        return None
    return {
        "loan": loan,
        "tape": selectors.tape(claim) if claim else None,
        "before": before,
        "today": clock.today(),
        "may_report": makes,
        "next_step": {"url": reverse("recovery:report", args=[loan.pk]), "label": _("登记清收")}
        if next_is_mine
        else None,
    }


def closing_panel(user: Any, loan: Loan) -> dict[str, Any] | None:
    """How the loan ended, or when it would end by itself."""
    if not may.see(user, loan.bank_id)[0] or loan.state == Loan.State.WITHDRAWN:
        return None
    rows = Closing.objects.filter(loan=loan).exclude(state=Closing.State.CANCELLED)
    closing = rows.order_by("-id").first()
    by_itself = None
    if loan.state in selectors.CLOSE_BY_THEMSELVES and not selectors.claims_on_file().filter(loan=loan).exists():
        by_itself = terms.auto_closing(loan.due_on, _determined_on(loan))
    if closing is None and by_itself is None:
        return None
    return {
        "loan": loan,
        "closing": closing,
        "by_itself": by_itself,
        "may_pay_off": may.prepare(user, loan.bank_id)[0] and loan.state == Loan.State.ENTERED and closing is None,
    }


def money_panel(user: Any, on: date) -> dict[str, Any] | None:
    """On a bank's first page: what it claimed, what was paid and what it paid back, by the ledger."""
    if user.role not in BANK_ROLES or user.institution is None:
        return None
    return {"money": selectors.money_of(user.institution)}


def _determined_on(loan: Loan) -> Any:
    standing = Determination.objects.filter(loan=loan, ended_on__isnull=True)
    return standing.values_list("determined_on", flat=True).first()
