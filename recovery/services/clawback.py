"""Money taken back comes in (28): entered by the clerk, confirmed by another, posted as interest and compensation."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from claims.services import locking
from loans.models import Loan
from pool import hats, moves
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.models import User
from pool.money import CENT, yuan
from pool.sure import be_sure
from recovery import permissions as may
from recovery import selectors, terms
from recovery.models import Clawback, ClawbackReceipt, Closing
from recovery.services import due, notes
from recovery.services.common import article, born, close_loan, note, number
from recovery.services.returns import FINANCE_APPROVER, FINANCE_CLERK

State = ClawbackReceipt.State


def law() -> str:
    return article("clawback_interest")


@transaction.atomic
def enter_clawback_receipt(
    *, clawback_id: UUID, amount: Decimal, reference: str, received_on: date, by: User, on: date, version: int
) -> ClawbackReceipt:
    """The clerk has found money of the bank on the special account; it may be a part of what is owed."""
    clawback = _locked(clawback_id)
    may.require(may.enter_receipt(by))
    locking.check(clawback, version)
    _check(clawback, amount, reference, received_on, on)
    receipt: ClawbackReceipt = ClawbackReceipt.objects.create(
        bank_id=clawback.bank_id, branch_id=clawback.branch_id, clawback=clawback, amount=amount,
        received_on=received_on, bank_reference=reference.strip(), entered_by=by,
    )  # fmt: skip
    hats.wear(receipt, by, FINANCE_CLERK)
    born(receipt, by=by, on=on)
    locking.keep(clawback)
    after = {"clawback": clawback.number, "amount": amount, "received_on": received_on, "reference": reference.strip()}
    note("enter_clawback_receipt", receipt, by=by, on=on, after=after, article=law())
    return receipt


def _check(clawback: Clawback, amount: Decimal, reference: str, received_on: date, on: date) -> None:
    if clawback.state != Clawback.State.DUE:
        shown = clawback.get_state_display()
        raise Refused("move_not_allowed", _("当前状态为“%(state)s”，不能办理此项操作。") % {"state": shown}, law())
    if ClawbackReceipt.objects.filter(clawback=clawback, state=State.ENTERED).exists():
        raise Refused("receipt_open", _("上一笔到账尚待确认，请先确认或退回。"), law())
    if amount <= 0 or amount != amount.quantize(CENT):
        raise Refused("not_money", _("到账金额须大于零，且最多两位小数。"), law(), "amount")
    if not reference.strip():
        raise Refused("reference_missing", _("请填写银行回单号。"), law(), "reference")
    if received_on > on:
        raise Refused("in_the_future", _("到账日期不能晚于今天。"), law(), "received_on")
    _check_order(clawback, received_on)
    owed = terms.clawback_due(clawback, selectors.receipts_of(clawback), received_on)
    if amount > owed.total:
        words = {"day": received_on, "total": yuan(owed.total), "interest": yuan(owed.interest)}
        text = _("截至 %(day)s 应缴付 %(total)s 元（其中利息 %(interest)s 元），到账金额不能超过该数。") % words
        raise Refused("more_than_due", text, law(), "amount")


def _check_order(clawback: Clawback, received_on: date) -> None:
    """Interest is reckoned from one receipt to the next, so they are entered in the order of their days."""
    days = [clawback.decided_on, *(one.received_on for one in selectors.receipts_of(clawback))]
    last = max(day for day in days if day is not None)
    if received_on < last:
        text = _("到账日期不能早于决定日期和上一笔到账日期（%(day)s）。") % {"day": last}
        raise Refused("out_of_order", text, law(), "received_on")


@transaction.atomic
def confirm_clawback_receipt(*, receipt_id: UUID, by: User, on: date, version: int) -> ClawbackReceipt:
    """Another person has found it too: it is posted, once; the project ends when nothing is owed any more."""
    receipt = _locked_receipt(receipt_id)
    clawback = receipt.clawback
    may.require(may.confirm_receipt(by))
    be_sure()
    locking.check(receipt, version)
    hats.wear(receipt, by, FINANCE_APPROVER)
    before = selectors.receipts_of(clawback)
    part = terms.allotted(clawback, [*before, receipt])[-1]
    moves.move(
        receipt, "confirm", by=by, on=on, article=law(), confirmed_by=by, confirmed_on=on, position=len(before) + 1,
        interest_part=part.interest, principal_part=part.principal,
    )  # fmt: skip
    if part.settled:
        _settle(clawback, receipt.received_on, by=by, on=on)
    else:
        locking.keep(clawback)
    ledger.claw_back(
        key=f"clawback:{receipt.pk}", subject=clawback.claim_id, bank=clawback.bank_id, principal=part.principal,
        interest=part.interest, on=receipt.received_on, prepared_by=receipt.entered_by, approved_by=by,
        reference=receipt.bank_reference, article=law(),
    )  # fmt: skip
    after = {"interest": part.interest, "principal": part.principal, "out": part.out, "still": part.interest_owed}
    note("confirm_clawback_receipt", receipt, by=by, on=on, after=after, article=law())
    return receipt


@transaction.atomic
def reject_clawback_receipt(*, receipt_id: UUID, by: User, on: date, version: int, reason: str) -> ClawbackReceipt:
    """The second person does not find it: the clerk looks again."""
    receipt = _locked_receipt(receipt_id)
    may.require(may.confirm_receipt(by))
    locking.check(receipt, version)
    hats.wear(receipt, by, FINANCE_APPROVER)
    moves.move(receipt, "reject", by=by, on=on, article=law(), reason=reason)
    note("reject_clawback_receipt", receipt, by=by, on=on, reason=reason, article=law())
    locking.keep(receipt.clawback)
    return receipt


def _settle(clawback: Clawback, settled_on: date, *, by: User, on: date) -> None:
    """All of it is back: the deadline is met, and a project that is still open is closed by this way."""
    moves.move(clawback, "settle", by=by, on=on, article=law(), settled_on=settled_on)
    due.fulfil(clawback, settled_on)
    note("settle_clawback", clawback, by=by, on=on, after={"settled_on": settled_on}, article=law())
    notes.clawback_settled(clawback, on=on)
    if clawback.loan.state != Loan.State.CLOSED:
        _close(clawback, by=by, on=on)


def _close(clawback: Clawback, *, by: User, on: date) -> None:
    with in_chinese():
        closing: Closing = Closing.objects.create(
            bank_id=clawback.bank_id, branch_id=clawback.branch_id, loan=clawback.loan, claim=clawback.claim,
            number=number("JX", on), kind=Closing.Kind.CLAWED_BACK, event_on=clawback.settled_on, applied_on=on,
            reason=_("违规追回（%(number)s）已缴清。") % {"number": clawback.number},
        )  # fmt: skip
    moves.move(closing, "close", first=True, by=by, on=on, article=law(), closed_by=by, closed_on=on)
    close_loan(clawback.loan, by=by, on=on, article=law(), reason=closing.get_kind_display())
    note("close_clawed_back", closing, by=by, on=on, article=law())


def _locked(clawback_id: UUID) -> Clawback:
    """Loan and claim first, then the clawback."""
    known = Clawback.objects.only("claim_id").get(pk=clawback_id)
    claim = locking.claim(known.claim_id)
    row: Any = locking.row(Clawback, clawback_id, "bank")
    row.claim, row.loan = claim, claim.loan
    return row


def _locked_receipt(receipt_id: UUID) -> ClawbackReceipt:
    known = ClawbackReceipt.objects.only("clawback_id").get(pk=receipt_id)
    clawback = _locked(known.clawback_id)
    receipt = locking.row(ClawbackReceipt, receipt_id, "entered_by")
    receipt.clawback = clawback
    return receipt
