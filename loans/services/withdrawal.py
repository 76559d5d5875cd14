"""A loan entered in error leaves the library before any determination, by two people, and counts nowhere."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from banks import standing
from loans import permissions as may
from loans.models import Determination, Loan, WithdrawalRequest
from loans.services import requests
from loans.services.locks import lock_loan, lock_with_standing, require_unbarred
from pool import audit, hats, moves
from pool.errors import Refused
from pool.models import User


@transaction.atomic
def prepare_withdrawal(*, loan_id: UUID, by: User, on: date, reason: str) -> WithdrawalRequest:
    loan = lock_loan(loan_id)
    may.require(may.may_make(by, loan.bank_id))
    _require_possible(loan)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明撤回原因。"), field="reason")
    if WithdrawalRequest.objects.filter(loan=loan, state=WithdrawalRequest.State.PREPARED).exists():
        raise Refused("request_open", _("该笔贷款已有待复核的撤回申请。"))
    request: WithdrawalRequest = WithdrawalRequest.objects.create(
        bank_id=loan.bank_id, loan=loan, reason=reason.strip(), made_by=by
    )
    hats.wear(request, by, "withdrawal_maker")
    audit.record("loans.prepare_withdrawal", request, by=by, on=on, reason=reason)
    return request


@transaction.atomic
def withdraw_loan(*, request_id: UUID, by: User, on: date, version: int) -> Loan:
    known = WithdrawalRequest.objects.values_list("loan_id", flat=True).get(pk=request_id)
    row, loan = lock_with_standing(known)
    request = requests.locked(WithdrawalRequest, request_id)
    requests.require_checker(request, by, version)
    _require_possible(loan)
    hats.wear(request, by, "withdrawal_checker")
    moves.move(request, "submit", by=by, on=on, checked_by=by)
    moves.move(loan, "withdraw", by=by, on=on, reason=request.reason, closed_on=on)
    standing.shift(row, entered=-loan.principal, cause=standing.Cause.WITHDRAWN, subject=loan.pk, on=on, by=by)
    audit.record("loans.withdraw", loan, by=by, on=on, after={"principal": loan.principal}, reason=request.reason)
    return loan


@transaction.atomic
def cancel_withdrawal(*, request_id: UUID, by: User, on: date, version: int) -> WithdrawalRequest:
    request = requests.locked(WithdrawalRequest, request_id)
    requests.cancel(request, "loans.cancel_withdrawal", by=by, on=on, version=version)
    return request


def _require_possible(loan: Loan) -> None:
    if loan.state != Loan.State.ENTERED or Determination.objects.filter(loan=loan).exists():
        raise Refused("not_withdrawable", _("只有尚未认定过不良的在库贷款可以撤回。"))
    require_unbarred(loan)
