"""Loans that end without a recovery: paid off by the borrower (19(8)), or refused for good."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from claims.services import locking
from loans.models import Determination, Loan
from pool import hats, moves
from pool.errors import Refused
from pool.models import User
from recovery import permissions as may
from recovery import selectors, terms
from recovery.models import Closing
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
)
from recovery.services.settlements import locked_closing

MANAGER = "manager"


@dataclass(frozen=True)
class PaidOff:
    """One line of the bank's list: which loan, and the day the borrower paid it off."""

    loan_id: UUID
    paid_off_on: date


@transaction.atomic
def prepare_paid_off(*, items: Iterable[PaidOff], by: User, on: date) -> list[Closing]:
    """The maker's list of loans that were paid off; all of it or nothing."""
    return [_prepare_one(item, by=by, on=on) for item in sorted(items, key=lambda item: item.loan_id)]


def _prepare_one(item: PaidOff, *, by: User, on: date) -> Closing:
    loan = locking.loan(item.loan_id)
    may.require(may.prepare(by, loan.bank_id))
    _may_pay_off(loan, item.paid_off_on, on)
    no_open_closing(loan)
    window = terms.payoff_window(item.paid_off_on)
    closing: Closing = Closing.objects.create(
        bank_id=loan.bank_id, branch_id=loan.branch_id, loan=loan, number=number("JQ", on),
        kind=Closing.Kind.PAID_OFF, event_on=item.paid_off_on, apply_by=window.closes_on, made_by=by,
        reason=str(_("贷款已结清。")),
    )  # fmt: skip
    born(closing, by=by, on=on)
    hats.wear(closing, by, BANK_MAKER)
    due.start(closing, window, label=_("办理正常结清结项"), waiting_for=_("加盟银行"))
    after = {"paid_off_on": item.paid_off_on, "apply_by": window.closes_on}
    note("prepare_paid_off", closing, by=by, on=on, after=after, article=window.article)
    return closing


@transaction.atomic
def close_all_paid_off(*, seen: Mapping[UUID, int], by: User, on: date) -> list[Closing]:
    """Several, each with the version seen; all loans are locked first, so that two lists never wait in a ring."""
    locking.loans(Closing.objects.filter(pk__in=seen).values_list("loan_id", flat=True))
    return [close_paid_off(closing_id=pk, by=by, on=on, version=version) for pk, version in seen.items()]


@transaction.atomic
def close_paid_off(*, closing_id: UUID, by: User, on: date, version: int) -> Closing:
    """The checker closes what the maker prepared."""
    closing = locked_closing(closing_id, Closing.Kind.PAID_OFF)
    may.require(may.submit(by, closing.bank_id))
    locking.check(closing, version)
    law = article("payoff_closing")
    _may_pay_off(closing.loan, closing.event_on, on)
    hats.wear(closing, by, BANK_CHECKER)
    moves.move(
        closing, "close", by=by, on=on, article=law, submitted_by=by, applied_on=on, closed_by=by, closed_on=on,
        applied_late=bool(closing.apply_by and on > closing.apply_by),
    )  # fmt: skip
    due.fulfil(closing, on)
    close_loan(closing.loan, by=by, on=on, article=law, reason=closing.get_kind_display())
    note("close_paid_off", closing, by=by, on=on, after={"late": closing.applied_late}, article=law)
    return closing


@transaction.atomic
def cancel_closing(*, closing_id: UUID, by: User | None, on: date, version: int, reason: str = "") -> Closing:
    """What the bank prepared and has not filed; the system takes back what automatic closing overtakes."""
    known = Closing.objects.only("kind").get(pk=closing_id)
    closing = locked_closing(closing_id, known.kind)
    if by is not None:
        may.require(may.cancel(by, closing.bank_id))
    locking.check(closing, version)
    moves.move(closing, "cancel", by=by, on=on, reason=reason)
    due.drop(closing, on, reason or _("经办撤回"))
    note("cancel_closing", closing, by=by, on=on, reason=reason)
    return closing


@transaction.atomic
def close_refused(*, loan_id: UUID, by: User, on: date, version: int, reason: str = "") -> Closing:
    """The claim was refused for good: the manager closes the project."""
    loan = locking.loan(loan_id)
    may.require(may.close(by))
    locking.check(loan, version)
    claim = _finally_refused(loan)
    no_open_closing(loan)
    law = article("review_period")
    closing: Closing = Closing.objects.create(
        bank_id=loan.bank_id, branch_id=loan.branch_id, loan=loan, claim=claim, number=number("JJ", on),
        kind=Closing.Kind.REFUSED, event_on=claim.decided_on, applied_on=on,
        reason=reason.strip() or str(_("风险补偿申请终局不通过。")),
    )  # fmt: skip
    hats.wear(closing, by, MANAGER)
    moves.move(
        closing, "close", first=True, by=by, on=on, article=law, reason=reason,
        manager_by=by, closed_by=by, closed_on=on,
    )  # fmt: skip
    close_loan(loan, by=by, on=on, article=law, reason=closing.get_kind_display())
    notes.closed(closing, on=on)
    note("close_refused", closing, by=by, on=on, article=law, reason=reason)
    return closing


def _finally_refused(loan: Loan) -> Claim:
    law = article("review_period")
    if loan.state != Loan.State.NON_PERFORMING:
        shown = loan.get_state_display()
        raise Refused("loan_state", _("项目状态为“%(state)s”，不能办理不予补偿结项。") % {"state": shown}, law)
    if selectors.claims_on_file().filter(loan=loan).exists():
        raise Refused("claim_on_file", _("该项目尚有在办的补偿申请，不能结项。"), law)
    refused = Claim.objects.filter(loan=loan, determination__ended_on__isnull=True, state=Claim.State.REFUSED)
    claim: Claim | None = refused.order_by("-decided_on", "-id").first()
    if claim is None:
        raise Refused("not_refused", _("该项目没有终局不通过的补偿申请。"), law)
    return claim


def _may_pay_off(loan: Loan, paid_off_on: date, on: date) -> None:
    law = article("payoff_closing")
    if loan.state != Loan.State.ENTERED and not _repaid_after_determination(loan):
        shown = loan.get_state_display()
        raise Refused("loan_state", _("项目状态为“%(state)s”，不能办理正常结清结项。") % {"state": shown}, law)
    if selectors.claims_on_file().filter(loan=loan).exists():
        raise Refused("claim_on_file", _("该项目尚有在办的补偿申请或未退清的补偿资金，不能结项。"), law)
    if paid_off_on > on:
        raise Refused("in_the_future", _("结清日期不能晚于今天。"), law, "paid_off_on")
    if paid_off_on <= loan.disbursed_on:
        raise Refused("before_disbursement", _("结清日期须晚于发放日期。"), law, "paid_off_on")


def _repaid_after_determination(loan: Loan) -> bool:
    """Its principal came back in full before any compensation, so nothing is left to claim."""
    repaid = Determination.objects.filter(loan=loan, ended_on__isnull=True, recovered_on__isnull=False)
    return bool(loan.state == Loan.State.NON_PERFORMING and repaid.exists())
