"""What cannot be recovered: two people of the bank, then manager, finance, authority, supervisor, manager (19(7)).

Five offices, each another person; whoever finds a fault sends it back with a reason, and the bank applies anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from claims.services import locking
from loans.models import Loan
from pool import hats, moves
from pool.errors import Refused
from pool.models import Role, StoredFile, User
from pool.money import CENT
from pool.sure import be_sure
from recovery import permissions as may
from recovery import selectors, terms
from recovery.models import Closing, Settlement
from recovery.services import due, notes
from recovery.services.common import (
    BANK_CHECKER,
    BANK_MAKER,
    article,
    born,
    close_loan,
    no_open_closing,
    note,
    number,
    paid_claim_of,
)
from recovery.services.settlements import locked_closing, nothing_outstanding

State = Closing.State


@dataclass(frozen=True)
class Office:
    """One station of the chain: who sits there, what moves on, whose name is written down."""

    hat: str
    allowed: Callable[[User], may.Answer]
    transition: str
    column: str
    next_role: str


CHAIN: dict[str, Office] = {
    State.APPLIED: Office("manager", may.pass_closing, "manager_pass", "manager_by", Role.FINANCE_CLERK),
    State.MANAGER_PASSED: Office("finance", may.re_check, "finance_pass", "finance_by", Role.AUTHORITY),
    State.FINANCE_PASSED: Office(
        "authority", may.approve_as_authority, "authority_approve", "authority_by", Role.SUPERVISOR
    ),
    State.AUTHORITY_APPROVED: Office(
        "supervisor", may.approve_as_supervisor, "supervisor_approve", "supervisor_by", Role.MANAGER_APPROVER
    ),
    State.SUPERVISOR_APPROVED: Office("manager_closer", may.close, "close", "closed_by", ""),
}


@transaction.atomic
def apply_write_off(
    *,
    loan_id: UUID,
    written_off_on: date,
    loss_amount: Decimal,
    responsibility: str,
    reason: str,
    evidence: StoredFile,
    by: User,
    on: date,
) -> Closing:
    """The maker prepares it: what was lost, whose responsibility was found, and the proof."""
    loan = locking.loan(loan_id)
    may.require(may.prepare(by, loan.bank_id))
    claim = paid_claim_of(loan)
    _may_write_off(loan, claim, written_off_on, on)
    _check_facts(loss_amount, responsibility, reason)
    closing: Closing = Closing.objects.create(
        bank_id=loan.bank_id, branch_id=loan.branch_id, loan=loan, claim=claim, number=number("HX", on),
        kind=Closing.Kind.WRITE_OFF, event_on=written_off_on, loss_amount=loss_amount,
        responsibility=responsibility.strip(), reason=reason.strip(), evidence=evidence, made_by=by,
    )  # fmt: skip
    born(closing, by=by, on=on)
    hats.wear(closing, by, BANK_MAKER)
    after = {"loss_amount": loss_amount, "written_off_on": written_off_on, "evidence": evidence.sha256}
    note("apply_write_off", closing, by=by, on=on, after=after, article=article("write_off_chain"))
    return closing


@transaction.atomic
def submit_write_off(*, closing_id: UUID, by: User, on: date, version: int) -> Closing:
    """The checker files it; the manager and the finance centre together have the period of 20(6)."""
    closing = locked_closing(closing_id, Closing.Kind.WRITE_OFF)
    may.require(may.submit(by, closing.bank_id))
    locking.check(closing, version)
    _may_write_off(closing.loan, closing.claim, closing.event_on, on, itself=closing)
    hats.wear(closing, by, BANK_CHECKER)
    window = terms.closing_review_window(on)
    moves.move(
        closing, "apply", by=by, on=on, article=article("write_off_chain"),
        submitted_by=by, applied_on=on, decide_by=window.closes_on,
    )  # fmt: skip
    due.start(closing, window, label=_("审核核销结项"), waiting_for=_("高新投集团、金融中心"))
    notes.waits(closing, on=on, role=Role.MANAGER_REVIEWER)
    note("submit_write_off", closing, by=by, on=on, after={"decide_by": window.closes_on}, article=window.article)
    return closing


@transaction.atomic
def pass_write_off(*, closing_id: UUID, by: User, on: date, version: int, opinion: str = "") -> Closing:
    """The next office of the chain agrees; at the last one the loan is closed."""
    closing = locked_closing(closing_id, Closing.Kind.WRITE_OFF)
    office = _office(closing, by)
    be_sure()
    locking.check(closing, version)
    law = article("write_off_chain")
    terms.write_off_in_order(office.hat, closing)
    if office.transition in {"manager_pass", "close"}:
        _still_compensated(closing.loan, law)
        nothing_outstanding(closing.claim, law)
    hats.wear(closing, by, office.hat)
    changes: dict[str, Any] = {office.column: by}
    if office.transition == "close":
        changes["closed_on"] = on
    moves.move(closing, office.transition, by=by, on=on, article=law, reason=opinion, **changes)
    if office.transition == "finance_pass":
        due.fulfil(closing, on)
    if office.transition == "close":
        close_loan(closing.loan, by=by, on=on, article=law, reason=closing.get_kind_display())
        notes.closed(closing, on=on)
    else:
        notes.waits(closing, on=on, role=office.next_role)
    note(office.transition, closing, by=by, on=on, after={"state": closing.state}, article=law, reason=opinion)
    return closing


@transaction.atomic
def send_back_write_off(*, closing_id: UUID, reason: str, by: User, on: date, version: int) -> Closing:
    """The office at whose desk it lies sends it back to the bank, with a reason."""
    closing = locked_closing(closing_id, Closing.Kind.WRITE_OFF)
    office = _office(closing, by)
    locking.check(closing, version)
    law = article("write_off_chain")
    if not reason.strip():
        raise Refused("reason_missing", _("退回须写明理由。"), law, "reason")
    hats.wear(closing, by, office.hat)
    moves.move(
        closing, "refuse", by=by, on=on, article=law, reason=reason,
        refused_by=by, refused_on=on, refusal_reason=reason.strip(),
    )  # fmt: skip
    due.drop(closing, on, _("已退回"))
    notes.sent_back(closing, on=on, roles=[Role.BANK_MAKER, Role.BANK_CHECKER])
    note("send_back_write_off", closing, by=by, on=on, article=law, reason=reason)
    return closing


def _office(closing: Closing, by: User) -> Office:
    office = CHAIN.get(closing.state)
    if office is None:
        shown = closing.get_state_display()
        raise Refused("move_not_allowed", _("当前状态为“%(state)s”，不能办理此项操作。") % {"state": shown})
    may.require(office.allowed(by))
    return office


def _may_write_off(loan: Loan, claim: Claim, written_off_on: date, on: date, itself: Closing | None = None) -> None:
    law = article("write_off_chain")
    _still_compensated(loan, law)
    no_open_closing(loan, but=itself.pk if itself else None)
    selectors.refuse_under_way(loan)
    if selectors.is_upgraded(claim):
        raise Refused("upgraded", _("该项目已上调转回，不能申请核销结项。"), law)
    if Settlement.objects.filter(loan=loan, state__in=[Settlement.State.PREPARED, Settlement.State.APPLIED]).exists():
        raise Refused("settlement_open", _("该项目已有正在办理的清收申请。"), law)
    if written_off_on > on:
        raise Refused("in_the_future", _("核销或认定损失日期不能晚于今天。"), law, "written_off_on")
    if written_off_on <= claim.determination.determined_on:
        raise Refused("before_determination", _("核销或认定损失日期须晚于不良认定日。"), law, "written_off_on")


def _still_compensated(loan: Loan, law: str) -> None:
    if loan.state != Loan.State.COMPENSATED:
        shown = loan.get_state_display()
        raise Refused("loan_state", _("项目状态为“%(state)s”，不能办理核销结项。") % {"state": shown}, law)


def _check_facts(loss_amount: Decimal, responsibility: str, reason: str) -> None:
    law = article("write_off_chain")
    if loss_amount <= 0 or loss_amount != loss_amount.quantize(CENT):
        raise Refused("not_money", _("核销或认定损失金额须大于零，且最多两位小数。"), law, "loss_amount")
    if not responsibility.strip():
        raise Refused("responsibility_missing", _("请写明责任认定情况。"), law, "responsibility")
    if not reason.strip():
        raise Refused("reason_missing", _("请写明结项事由。"), law, "reason")
