"""What ends a determination: an upgrade or a void before payment, an upgrade with refund after it (19(5))."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import periods, permissions
from claims.models import Claim, EndingRequest, Upgrade
from claims.services import due, locking, telling
from claims.services.assignment import refuse_recused
from claims.services.claim import keep_clock
from claims.services.plan import take_out
from claims.services.unanswered import withdraw_open
from loans.models import Determination, Loan
from loans.services import end_determination
from pool import hats, moves, numbering, registry
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.ledger.services import Item
from pool.models import Notice, User
from pool.rulebook import Finding
from pool.selectors import edition
from pool.sure import be_sure

Ending = Determination.Ending


def _article() -> str:
    return edition()["upgrade_classes"].article


# ---- before any payment ---------------------------------------------------------------------------------------------


@transaction.atomic
def prepare_ending(
    *, loan_id: UUID, ending: str, classification: str, ended_on: date, by: User, on: date, reason: str
) -> EndingRequest:
    """The maker prepares the upgrade, or the voiding of a wrong determination; nothing changes yet."""
    loan = locking.loan(loan_id)
    permissions.require(permissions.prepare(by, loan.bank_id))
    _require_reason(reason)
    determination = _standing(loan)
    _require_performing(classification)
    if not determination.determined_on <= ended_on <= on:
        raise Refused("ended_on", _("调整日期应在认定日期与今天之间。"), field="ended_on")
    _require_not_instructed(loan)
    open_one: EndingRequest | None = EndingRequest.objects.filter(loan=loan, state=EndingRequest.State.PREPARED).first()
    if open_one is not None:
        raise Refused("already_prepared", _("该笔贷款已有待复核的调整申请。"))
    request: EndingRequest = EndingRequest.objects.create(
        bank_id=loan.bank_id,
        branch_id=loan.branch_id,
        loan=loan,
        determination=determination,
        ending=ending,
        classification=classification,
        ended_on=ended_on,
        reason=reason,
        made_by=by,
    )
    moves.log(request, field="state", source="", target=request.state, by=by, on=on)
    hats.wear(request, by, "maker")
    after = {"ending": ending, "classification": classification, "ended_on": ended_on}
    locking.note("prepare_ending", request, by=by, on=on, after=after, reason=reason)
    return request


@transaction.atomic
def cancel_ending(*, request_id: UUID, by: User, on: date, version: int) -> EndingRequest:
    request = locking.row(EndingRequest, request_id)
    permissions.require(permissions.prepare(by, request.bank_id))
    locking.check(request, version)
    moves.move(request, "cancel", by=by, on=on)
    locking.note("cancel_ending", request, by=by, on=on)
    return request


def upgrade_unpaid(*, request_id: UUID, by: User, on: date, version: int) -> EndingRequest:
    """The checker puts the upgrade into force: the loan performs again, a pending claim lapses."""
    return _end(request_id, Ending.UPGRADED, by, on, version)


def void_determination(*, request_id: UUID, by: User, on: date, version: int) -> EndingRequest:
    """The checker agrees that the determination was wrong; that is no upgrade, but a claim on it lapses too."""
    return _end(request_id, Ending.VOIDED, by, on, version)


@transaction.atomic
def _end(request_id: UUID, ending: str, by: User, on: date, version: int) -> EndingRequest:
    known = EndingRequest.objects.only("loan_id", "bank_id").get(pk=request_id)
    loan = locking.loan(known.loan_id, with_standing=True)
    claim = _pending(loan)
    request = locking.row(EndingRequest, request_id, "determination")
    permissions.require(permissions.submit(by, request.bank_id))
    locking.check(request, version)
    hats.wear(request, by, "checker")
    if request.ending != ending:
        raise Refused("other_ending", _("请按申请所载事项办理。"))
    if request.determination_id != _standing(loan).pk:
        raise Refused("determination_ended", _("该认定已终止。"))
    _require_not_instructed(loan)
    moves.move(request, "submit", by=by, on=on, reason=request.reason, submitted_by=by)
    if claim is not None:
        with in_chinese():
            reason = str(request.get_ending_display())
        lapse(claim, by=by, on=on, reason=reason)
    end_determination(
        loan_id=loan.pk,
        ending=ending,
        after=request.classification,
        on_date=request.ended_on,
        made_by=request.made_by,
        by=by,
        on=on,
        reason=request.reason,
        article=_article(),
    )
    locking.note("end_determination", request, by=by, on=on, after=locking.state_of(request), reason=request.reason)
    return request


def lapse(claim: Claim, *, by: User | None, on: date, reason: str) -> None:
    """A locked claim falls away before payment; what was reserved for it is free."""
    article = _article()
    with in_chinese():
        withdraw_open(claim, by=by, on=on, reason=_("申请已失效"))
    if claim.state == Claim.State.PLANNED:
        take_out(claim, by=by, on=on, reason=reason)
    moves.move(claim, "lapse", by=by, on=on, article=article, reason=reason)
    due.drop_all(claim, on, reason)
    keep_clock(claim, on)
    locking.note("lapse", claim, by=by, on=on, after=locking.state_of(claim), article=article, reason=reason)


@transaction.atomic
def lapse_repaid(*, loan_id: UUID, by: User | None, on: date, reason: str = "") -> Claim | None:
    """A loan repaid before payment voids its claim (reading 11); for the room that learns of the repayment."""
    loan = locking.loan(loan_id, with_standing=True)
    claim = _pending(loan)
    _require_not_instructed(loan)
    if claim is not None:
        with in_chinese():
            reason = reason or _("贷款已在补偿前收回")
        lapse(claim, by=by, on=on, reason=reason)
    return claim


# ---- after the compensation -----------------------------------------------------------------------------------------


@transaction.atomic
def apply_upgrade(*, loan_id: UUID, classification: str, upgraded_on: date, reason: str, by: User, on: date) -> Upgrade:
    """The maker prepares the application to bring a compensated loan back to the loan library."""
    loan = locking.loan(loan_id)
    permissions.require(permissions.prepare(by, loan.bank_id))
    _require_reason(reason)
    _require_performing(classification)
    claim: Claim | None = Claim.objects.filter(loan=loan, state=Claim.State.PAID).first()
    if claim is None or loan.state != Loan.State.COMPENSATED:
        raise Refused("not_compensated", _("该笔贷款不在已补偿状态，不能申请上调转回。"), _article())
    require_unbarred_project(claim)
    open_one: Upgrade | None = Upgrade.objects.filter(loan=loan, state__in=Upgrade.OPEN).first()
    if open_one is not None:
        raise Refused("upgrade_open", _("该笔贷款已有在办的上调转回申请。"), _article())
    if claim.paid_on is None or not claim.paid_on <= upgraded_on <= on:
        raise Refused("upgraded_on", _("上调日期应在补偿到账日与今天之间。"), _article(), field="upgraded_on")
    upgrade: Upgrade = Upgrade.objects.create(
        bank_id=loan.bank_id,
        branch_id=loan.branch_id,
        number=f"ST{on.year}{numbering.next_number('upgrade', on.year):05d}",
        loan=loan,
        claim=claim,
        classification=classification,
        upgraded_on=upgraded_on,
        apply_by=due.compute("upgrade_period", upgraded_on).closes_on,
        reason=reason,
        made_by=by,
    )
    moves.log(upgrade, field="state", source="", target=upgrade.state, by=by, on=on, article=_article())
    hats.wear(upgrade, by, "maker")
    due.start(upgrade, "upgrade_period", upgraded_on)
    after = {"classification": classification, "upgraded_on": upgraded_on}
    locking.note("prepare_upgrade", upgrade, by=by, on=on, after=after, article=_article(), reason=reason)
    return upgrade


@transaction.atomic
def cancel_upgrade(*, upgrade_id: UUID, by: User, on: date, version: int) -> Upgrade:
    upgrade = locking.row(Upgrade, upgrade_id)
    permissions.require(permissions.prepare(by, upgrade.bank_id))
    locking.check(upgrade, version)
    moves.move(upgrade, "cancel", by=by, on=on)
    due.drop_all(upgrade, on, _("申请已取消"))
    locking.note("cancel_upgrade", upgrade, by=by, on=on)
    return upgrade


@transaction.atomic
def submit_upgrade(*, upgrade_id: UUID, by: User, on: date, version: int) -> Upgrade:
    """The checker files it; late is taken and marked."""
    upgrade = locking.row(Upgrade, upgrade_id)
    permissions.require(permissions.submit(by, upgrade.bank_id))
    locking.check(upgrade, version)
    hats.wear(upgrade, by, "checker")
    late = on > upgrade.apply_by
    moves.move(upgrade, "submit", by=by, on=on, article=_article(), submitted_by=by, applied_on=on, applied_late=late)
    due.fulfil(upgrade, "upgrade_period", on)
    locking.note("submit_upgrade", upgrade, by=by, on=on, after={"late": late}, article=_article())
    return upgrade


@transaction.atomic
def review_upgrade(*, upgrade_id: UUID, by: User, on: date, version: int, agree: bool, reason: str) -> Upgrade:
    """The manager's reviewer agrees, or refuses with a reason."""
    upgrade = locking.row(Upgrade, upgrade_id)
    permissions.require(permissions.review(by))
    locking.check(upgrade, version)
    _require_reason(reason)
    refuse_recused(upgrade.claim_id, by)
    hats.wear(upgrade, by, "reviewer")
    if upgrade.state != Upgrade.State.APPLIED:
        raise Refused("not_applied", _("该申请当前不在初审环节。"), _article())
    move = "review" if agree else "refuse"
    moves.move(upgrade, move, by=by, on=on, article=_article(), reason=reason, reviewed_by=by, decision_reason=reason)
    locking.note("review_upgrade", upgrade, by=by, on=on, after=locking.state_of(upgrade), reason=reason)
    return upgrade


@transaction.atomic
def decide_upgrade(*, upgrade_id: UUID, by: User, on: date, version: int, approve: bool, reason: str) -> Upgrade:
    """On approval the loan is back in the loan library, and what was compensated, less what was returned, is due."""
    known = Upgrade.objects.only("loan_id").get(pk=upgrade_id)
    loan = locking.loan(known.loan_id, with_standing=True)
    upgrade = locking.row(Upgrade, upgrade_id, "claim")
    permissions.require(permissions.decide(by))
    be_sure()
    locking.check(upgrade, version)
    _require_reason(reason)
    refuse_recused(upgrade.claim_id, by)
    hats.wear(upgrade, by, "approver")
    if upgrade.state != Upgrade.State.PASSED:
        raise Refused("not_passed", _("该申请尚未通过初审。"), _article())
    decided = {"decided_by": by, "decided_on": on, "decision_reason": reason}
    if not approve:
        moves.move(upgrade, "refuse", by=by, on=on, article=_article(), reason=reason, **decided)
        locking.note("refuse_upgrade", upgrade, by=by, on=on, after=locking.state_of(upgrade), reason=reason)
        return upgrade
    require_unbarred_project(upgrade.claim)
    owed = outstanding(upgrade)
    window = due.compute("refund_period", on)
    moves.move(
        upgrade, "approve", by=by, on=on, article=_article(), reason=reason, refund_due=owed,
        refund_by=window.closes_on, **decided,
    )  # fmt: skip
    end_determination(
        loan_id=loan.pk,
        ending=Ending.UPGRADED,
        after=upgrade.classification,
        on_date=upgrade.upgraded_on,
        made_by=upgrade.made_by,
        by=by,
        on=on,
        reason=upgrade.reason,
        article=_article(),
    )
    with in_chinese():
        due.drop(upgrade.claim, "transfer_period", on, _("已上调转回"))
    if owed == 0:
        _complete(upgrade, by=by, on=on)
    else:
        due.start(upgrade, "refund_period", on)
    after = {**locking.state_of(upgrade), "refund_due": owed}
    locking.note("approve_upgrade", upgrade, by=by, on=on, after=after, article=_article(), reason=reason)
    with in_chinese():
        telling.bank(
            upgrade.bank_id,
            _("上调转回申请 %(number)s 已通过，请退回补偿资金") % {"number": upgrade.number},
            key=f"upgrade:{upgrade.pk}",
            on=on,
            url=reverse("claims:upgrade", args=[upgrade.pk]),
            article=_article(),
            due=window.closes_on if owed else None,
            kind=Notice.Kind.DECISION,
            topic=_("上调转回申请的审核结果"),
        )
    return upgrade


def outstanding(upgrade: Upgrade) -> Decimal:
    """What is still to come back: compensated less returned, by the ledger."""
    return periods.refund_due(ledger.net_compensation(upgrade.claim_id), Decimal("0.00"))


def claimable_again(upgrade: Upgrade) -> Finding:
    """Not before the refund is complete (reading 22)."""
    return periods.may_claim_again(edition(), outstanding(upgrade), Decimal("0.00"))


@transaction.atomic
def enter_refund(
    *, upgrade_id: UUID, by: User, on: date, version: int, amount: Decimal, refunded_on: date, bank_reference: str
) -> Upgrade:
    """The finance clerk has seen the money on the special account."""
    upgrade = locking.row(Upgrade, upgrade_id)
    permissions.require(permissions.pay(by))
    locking.check(upgrade, version)
    hats.wear(upgrade, by, "finance_clerk")
    owed = outstanding(upgrade)
    if upgrade.state == Upgrade.State.APPROVED and amount != owed:
        raise Refused("amount_differs", _("退回金额应为 %(owed)s 元。") % {"owed": owed}, _article(), field="amount")
    if upgrade.decided_on is None or not upgrade.decided_on <= refunded_on <= on:
        raise Refused("refunded_on", _("退回日期应在审核通过之日与今天之间。"), _article(), field="refunded_on")
    if not bank_reference.strip():
        raise Refused("reference_missing", _("请填写银行回单号。"), field="bank_reference")
    moves.move(
        upgrade,
        "enter_receipt",
        by=by,
        on=on,
        article=_article(),
        refund_due=owed,
        refunded_on=refunded_on,
        receipt_entered_by=by,
        bank_reference=bank_reference.strip(),
    )
    after = {"amount": amount, "refunded_on": refunded_on, "bank_reference": bank_reference.strip()}
    locking.note("enter_refund", upgrade, by=by, on=on, after=after, article=_article())
    return upgrade


@transaction.atomic
def reject_refund(*, upgrade_id: UUID, by: User, on: date, version: int, reason: str) -> Upgrade:
    upgrade = locking.row(Upgrade, upgrade_id)
    permissions.require(permissions.release(by))
    locking.check(upgrade, version)
    _require_reason(reason)
    hats.wear(upgrade, by, "finance_approver")
    moves.move(
        upgrade, "reject_receipt", by=by, on=on, reason=reason, refunded_on=None, receipt_entered_by=None,
        bank_reference="",
    )  # fmt: skip
    locking.note("reject_refund", upgrade, by=by, on=on, reason=reason)
    return upgrade


@transaction.atomic
def confirm_refund(*, upgrade_id: UUID, by: User, on: date, version: int, from_suspense: bool = False) -> Upgrade:
    """The second person confirms: the refund posts once, and the loan may be claimed again.

    From suspense the cash moved long before: the voucher bears the day of the confirmation.
    """
    known = Upgrade.objects.only("claim_id").get(pk=upgrade_id)
    claim = locking.claim(known.claim_id)
    upgrade = locking.row(Upgrade, upgrade_id)
    upgrade.claim = claim
    permissions.require(permissions.release(by))
    be_sure()
    if upgrade.state == Upgrade.State.REFUNDED:
        return upgrade
    locking.check(upgrade, version)
    hats.wear(upgrade, by, "finance_approver")
    if upgrade.state != Upgrade.State.RECEIPT_ENTERED or upgrade.refund_due is None:
        raise Refused("no_receipt", _("尚未登记退回收款。"), _article())
    ledger.refund(
        key=f"refund:{upgrade.pk}",
        item=Item(claim.pk, claim.bank_id, upgrade.refund_due),
        on=on if from_suspense else upgrade.refunded_on,
        from_suspense=from_suspense,
        prepared_by=upgrade.receipt_entered_by,
        approved_by=by,
        reference=upgrade.bank_reference,
        article=_article(),
    )
    upgrade.receipt_confirmed_by = by
    _complete(upgrade, by=by, on=on)
    after = {**locking.state_of(upgrade), "amount": upgrade.refund_due}
    locking.note("confirm_refund", upgrade, by=by, on=on, after=after, article=_article())
    return upgrade


def _complete(upgrade: Upgrade, *, by: User, on: date) -> None:
    """Everything has come back: the claim is refunded and no longer stands in the way of another."""
    moves.move(upgrade, "refund", by=by, on=on, article=_article())
    due.fulfil(upgrade, "refund_period", upgrade.refunded_on or on)
    claim = locking.claim(upgrade.claim_id)
    moves.move(claim, "refund", by=by, on=on, article=_article())


# ---- what they have in common ---------------------------------------------------------------------------------------


def require_unbarred_project(claim: Claim) -> None:
    """Refused where a room to the right takes the compensation back in another way."""
    for bar in registry.bars:
        refusal = bar.fn(claim.loan) if bar.subject_kind == Claim._meta.label_lower else None
        if refusal is not None:
            raise refusal


def _pending(loan: Loan) -> Claim | None:
    """The claim that would lapse, locked."""
    found = Claim.objects.filter(loan=loan, state__in=Claim.BEFORE_PAYMENT).only("pk").first()
    return locking.claim(found.pk) if found else None


def _standing(loan: Loan) -> Determination:
    found: Determination | None = Determination.objects.filter(loan=loan, ended_on__isnull=True).first()
    if found is None or loan.state != Loan.State.NON_PERFORMING:
        article = edition()["npl_classes"].article
        raise Refused("not_non_performing", _("该笔贷款没有可终止的不良认定。"), article)
    return found


def _require_not_instructed(loan: Loan) -> None:
    if Claim.objects.filter(loan=loan, state=Claim.State.INSTRUCTED).exists():
        text = _("该项目的拨付指令已发出，待到账或退回后再办理。")
        raise Refused("instructed", text, edition()["payment_period"].article)


def _require_performing(classification: str) -> None:
    finding = periods.upgraded(edition(), classification)
    if finding.failed:
        raise Refused("not_upgraded", _("上调后的分类应为正常或关注。"), finding.article, field="classification")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), field="reason")
