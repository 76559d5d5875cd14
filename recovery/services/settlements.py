"""The end of disposal: the bank applies, the manager moves the loan to the settlement library, both close it."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from claims.services import locking
from loans.models import Loan
from pool import hats, moves
from pool.errors import Refused
from pool.models import Role, StoredFile, User
from pool.sure import be_sure
from recovery import permissions as may
from recovery import selectors, terms
from recovery.models import Closing, Recovery, Return, Settlement
from recovery.services import due, notes, returns
from recovery.services.common import (
    BANK_CHECKER,
    BANK_MAKER,
    SECOND_INSTITUTION,
    article,
    born,
    close_loan,
    no_open_closing,
    note,
    number,
    paid_claim_of,
    total,
)

MANAGER, FINANCE = "manager", "finance"
UNRETURNED = [Return.State.DUE, Return.State.RECEIPT_ENTERED]


@transaction.atomic
def apply_settlement(
    *, loan_id: UUID, disposal_ended_on: date, summary: str, by: User, on: date, evidence: StoredFile | None = None
) -> Settlement:
    """The maker prepares the application 清收申请; the checker files it."""
    loan = locking.loan(loan_id)
    may.require(may.prepare(by, loan.bank_id))
    claim = paid_claim_of(loan)
    _may_settle(loan, claim, disposal_ended_on, on)
    no_open_closing(loan)
    if Settlement.objects.filter(loan=loan, state__in=[Settlement.State.PREPARED, Settlement.State.APPLIED]).exists():
        raise Refused("settlement_open", _("该项目已有正在办理的清收申请。"), article("settlement_period"))
    window = terms.settlement_window(disposal_ended_on)
    settlement: Settlement = Settlement.objects.create(
        bank_id=loan.bank_id, branch_id=loan.branch_id, loan=loan, claim=claim, number=number("QS", on),
        disposal_ended_on=disposal_ended_on, apply_by=window.closes_on, summary=summary.strip(), evidence=evidence,
        recovered_total=recovered_total(claim), made_by=by,
    )  # fmt: skip
    born(settlement, by=by, on=on)
    hats.wear(settlement, by, BANK_MAKER)
    due.start(settlement, window, label=_("提出清收申请"), waiting_for=_("加盟银行"))
    after = {"disposal_ended_on": disposal_ended_on, "apply_by": window.closes_on}
    note("apply_settlement", settlement, by=by, on=on, after=after, article=window.article)
    return settlement


@transaction.atomic
def submit_settlement(*, settlement_id: UUID, by: User, on: date, version: int) -> Settlement:
    settlement = _locked(settlement_id)
    may.require(may.submit(by, settlement.bank_id))
    locking.check(settlement, version)
    _may_settle(settlement.loan, settlement.claim, settlement.disposal_ended_on, on)
    no_open_closing(settlement.loan)
    if Recovery.objects.filter(loan=settlement.loan, state=Recovery.State.PREPARED).exists():
        raise Refused("recovery_open", _("尚有待复核的清收记录，请先上报或取消。"), article("settlement_period"))
    hats.wear(settlement, by, BANK_CHECKER)
    moves.move(
        settlement, "apply", by=by, on=on, article=article("settlement_period"),
        submitted_by=by, applied_on=on, applied_late=on > settlement.apply_by,
        recovered_total=recovered_total(settlement.claim),
    )  # fmt: skip
    due.fulfil(settlement, on)
    after = {"recovered_total": settlement.recovered_total, "late": settlement.applied_late}
    note("submit_settlement", settlement, by=by, on=on, after=after, article=article("settlement_period"))
    return settlement


@transaction.atomic
def cancel_settlement(*, settlement_id: UUID, by: User, on: date, version: int, reason: str = "") -> Settlement:
    settlement = _locked(settlement_id)
    may.require(may.cancel(by, settlement.bank_id))
    locking.check(settlement, version)
    moves.move(settlement, "cancel", by=by, on=on, reason=reason)
    due.drop(settlement, on, reason or _("经办撤回"))
    note("cancel_settlement", settlement, by=by, on=on, reason=reason)
    return settlement


@transaction.atomic
def decide_settlement(
    *, settlement_id: UUID, accept: bool, reason: str, by: User, on: date, version: int
) -> Settlement:
    """The manager moves the loan to the settlement library, or sends the application back."""
    settlement = _locked(settlement_id)
    may.require(may.review(by))
    locking.check(settlement, version)
    law = article("settlement_period")
    if not accept and not reason.strip():
        raise Refused("reason_missing", _("退回须写明理由。"), law, "reason")
    hats.wear(settlement, by, MANAGER)
    changes = {"decided_by": by, "decided_on": on, "decision_reason": reason.strip()}
    moves.move(settlement, "accept" if accept else "refuse", by=by, on=on, article=law, reason=reason, **changes)
    if accept:
        _move_library(settlement, by=by, on=on, law=law)
    notes.settlement_decided(settlement, on=on)
    note("decide_settlement", settlement, by=by, on=on, after={"accept": accept}, article=law, reason=reason)
    return settlement


def _move_library(settlement: Settlement, *, by: User, on: date, law: str) -> None:
    loan, claim = settlement.loan, settlement.claim
    _may_settle(loan, claim, settlement.disposal_ended_on, on)
    before = loan.library
    moves.move(loan, "recover", by=by, on=on, article=law, library=Loan.Library.SETTLEMENT)
    moves.log(loan, field="library", source=before, target=loan.library, by=by, on=on, article=law)
    returns.advise(claim, by=by, on=on)
    returns.make_last(claim, terms.last_return_window(on))


@transaction.atomic
def pass_settled(*, loan_id: UUID, by: User, on: date, version: int, reason: str = "") -> Closing:
    """The manager has settled the accounts: everything owed has come back (20(4))."""
    loan = locking.loan(loan_id)
    may.require(may.pass_closing(by))
    locking.check(loan, version)
    claim = paid_claim_of(loan)
    accounts_settled(loan, claim)
    no_open_closing(loan)
    closing: Closing = Closing.objects.create(
        bank_id=loan.bank_id, branch_id=loan.branch_id, loan=loan, claim=claim, number=number("JX", on),
        kind=Closing.Kind.SETTLED, event_on=_disposal_end(claim), applied_on=on,
        reason=reason.strip() or str(_("清收资金已全部返还，核账无误。")),
    )  # fmt: skip
    hats.wear(closing, by, MANAGER)
    moves.move(
        closing, "manager_pass", first=True, by=by, on=on, article=SECOND_INSTITUTION, reason=reason, manager_by=by
    )
    note("pass_settled", closing, by=by, on=on, article=SECOND_INSTITUTION, reason=reason)
    return closing


@transaction.atomic
def close_settled(*, closing_id: UUID, by: User, on: date, version: int, reason: str = "") -> Closing:
    """The finance centre has settled them too: the loan is closed (20(4))."""
    closing = locked_closing(closing_id, Closing.Kind.SETTLED)
    may.require(may.check_settled(by))
    be_sure()
    locking.check(closing, version)
    accounts_settled(closing.loan, closing.claim)
    hats.wear(closing, by, FINANCE)
    moves.move(
        closing, "close", by=by, on=on, article=SECOND_INSTITUTION, reason=reason,
        finance_by=by, closed_by=by, closed_on=on,
    )  # fmt: skip
    close_loan(closing.loan, by=by, on=on, article=SECOND_INSTITUTION, reason=closing.get_kind_display())
    notes.closed(closing, on=on)
    note("close_settled", closing, by=by, on=on, article=SECOND_INSTITUTION, reason=reason)
    return closing


@transaction.atomic
def send_back_settled(*, closing_id: UUID, reason: str, by: User, on: date, version: int) -> Closing:
    """The finance centre's accounts say otherwise: the manager looks again."""
    closing = locked_closing(closing_id, Closing.Kind.SETTLED)
    may.require(may.check_settled(by))
    locking.check(closing, version)
    if not reason.strip():
        raise Refused("reason_missing", _("退回须写明理由。"), SECOND_INSTITUTION, "reason")
    hats.wear(closing, by, FINANCE)
    moves.move(
        closing, "refuse", by=by, on=on, article=SECOND_INSTITUTION, reason=reason,
        refused_by=by, refused_on=on, refusal_reason=reason.strip(),
    )  # fmt: skip
    notes.sent_back(closing, on=on, roles=[Role.MANAGER_REVIEWER])
    note("send_back_settled", closing, by=by, on=on, article=SECOND_INSTITUTION, reason=reason)
    return closing


def accounts_settled(loan: Loan, claim: Claim) -> None:
    """Nothing left to report, to return, or to confirm."""
    if loan.state != Loan.State.RECOVERED:
        shown = loan.get_state_display()
        raise Refused(
            "loan_state", _("项目状态为“%(state)s”，不能办理清偿结项。") % {"state": shown}, SECOND_INSTITUTION
        )
    nothing_outstanding(claim, SECOND_INSTITUTION)


def nothing_outstanding(claim: Claim, law: str) -> None:
    if Recovery.objects.filter(determination_id=claim.determination_id, state=Recovery.State.PREPARED).exists():
        raise Refused("recovery_open", _("尚有待复核的清收记录，请先上报或取消。"), law)
    open_returns = Return.objects.filter(claim=claim, state__in=UNRETURNED)
    if open_returns.exists():
        said = _("尚有 %(count)s 笔返还资金未到账，不能结项。") % {"count": open_returns.count()}
        raise Refused("returns_open", said, law)
    if terms.owed(claim, recovered_total(claim)) != returned_total(claim):
        raise Refused("accounts_differ", _("应返还与已返还金额不一致，请先核对返还台账。"), law)


def recovered_total(claim: Claim) -> Decimal:
    reported = Recovery.objects.filter(determination_id=claim.determination_id, state=Recovery.State.SUBMITTED)
    return total(reported, "amount")


def returned_total(claim: Claim) -> Decimal:
    return total(Return.objects.filter(claim=claim, state=Return.State.RECEIVED), "amount")


def locked_closing(closing_id: UUID, kind: str) -> Closing:
    """Loan, claim, then the closing; another kind has another procedure."""
    known = Closing.objects.only("loan_id", "claim_id").get(pk=closing_id)
    claim = locking.claim(known.claim_id) if known.claim_id else None
    loan = claim.loan if claim else locking.loan(known.loan_id)
    closing: Closing = locking.row(Closing, closing_id, "bank")
    if closing.kind != kind:
        raise Refused("wrong_kind", _("该结项不适用此项程序。"))
    closing.loan, closing.claim = loan, claim
    return closing


def _locked(settlement_id: UUID) -> Settlement:
    claim = locking.claim(Settlement.objects.only("claim_id").get(pk=settlement_id).claim_id)
    settlement: Settlement = locking.row(Settlement, settlement_id, "bank")
    settlement.claim, settlement.loan = claim, claim.loan
    return settlement


def _may_settle(loan: Loan, claim: Claim, ended_on: date, on: date) -> None:
    law = article("settlement_period")
    if loan.state != Loan.State.COMPENSATED:
        shown = loan.get_state_display()
        raise Refused("loan_state", _("项目状态为“%(state)s”，不能提出清收申请。") % {"state": shown}, law)
    if loan.library != Loan.Library.COMPENSATION:
        raise Refused("not_transferred", _("请先将项目转录入风险补偿项目库。"), article("transfer_period"))
    selectors.refuse_under_way(loan)
    if selectors.is_upgraded(claim):
        raise Refused("upgraded", _("该项目已上调转回，不能提出清收申请。"), law)
    if ended_on > on:
        raise Refused("in_the_future", _("处置完成日期不能晚于今天。"), law, "disposal_ended_on")
    if ended_on <= claim.determination.determined_on:
        raise Refused("before_determination", _("处置完成日期须晚于不良认定日。"), law, "disposal_ended_on")


def _disposal_end(claim: Claim) -> date | None:
    accepted = Settlement.objects.filter(claim=claim, state=Settlement.State.ACCEPTED)
    ended: date | None = accepted.order_by("-decided_on").values_list("disposal_ended_on", flat=True).first()
    return ended
