"""待查款: what becomes of money that a bank returned beyond what is due, or paid in by mistake (10.3(3)).

One person proposes, another agrees. A part that is set against a return is that return's receipt, confirmed where every
receipt is; a part that goes back leaves the account first, and is posted when its line is on the statement.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from claims import services as claims
from claims.models import Upgrade
from claims.services import locking
from pool import hats, moves
from pool.errors import Refused
from pool.formats import yuan
from pool.ledger.services import positive
from pool.models import User
from pool.sure import be_sure
from recovery import account as selectors
from recovery import permissions as may
from recovery.intake import ARTICLE
from recovery.models import AccountLine, Return, SuspenseUse
from recovery.services import uses
from recovery.services.common import born, note, number
from recovery.services.returns import enter_return_receipt

CLERK, APPROVER = "finance_clerk", "finance_approver"
Kind, State = SuspenseUse.Kind, SuspenseUse.State


@transaction.atomic
def set_against_return(*, line_id: UUID, return_id: UUID, by: User, on: date, version: int) -> SuspenseUse:
    """The money is already here: it stands for the return from the day both were there."""
    may.require(may.keep_account(by))
    seen = AccountLine.objects.get(pk=line_id)
    advice = Return.objects.get(pk=return_id)
    enter_return_receipt(
        return_id=return_id, amount=advice.amount, reference=_reference(seen),
        received_on=max(seen.value_date, advice.advised_on), by=by, on=on, version=advice.version,
    )  # fmt: skip
    line = _suspended(line_id, version)
    _require_left(line, advice.amount)
    return _propose(line, Kind.RETURN, advice.amount, by=by, on=on, advice=advice, note=advice.number)


@transaction.atomic
def set_against_refund(*, line_id: UUID, upgrade_id: UUID, by: User, on: date, version: int) -> SuspenseUse:
    """The money is already here: agreed to, it is the refund after an upgrade, all of it."""
    may.require(may.keep_account(by))
    line = _suspended(line_id, version)
    upgrade = selectors.refunds_for(line.amount).filter(pk=upgrade_id).first()
    if upgrade is None:
        raise Refused("case_not_waiting", _("所选事项已办理或金额不符，请刷新页面。"), ARTICLE)
    _require_left(line, upgrade.refund_due)
    return _propose(line, Kind.REFUND, upgrade.refund_due, by=by, on=on, upgrade=upgrade, note=upgrade.number)


@transaction.atomic
def propose_pay_back(*, line_id: UUID, amount: Decimal, reason: str, by: User, on: date, version: int) -> SuspenseUse:
    """Back to the account it came from, all that is left or a part."""
    may.require(may.keep_account(by))
    line = _suspended(line_id, version)
    positive(amount)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明退还依据，例如银行的更正函。"), ARTICLE, "reason")
    _require_left(line, amount)
    return _propose(line, Kind.PAY_BACK, amount, by=by, on=on, note=reason.strip()[:400])


def _suspended(line_id: UUID, version: int) -> AccountLine:
    line = locking.row(AccountLine, line_id)
    locking.check(line, version)
    if line.state != AccountLine.State.MATCHED or line.explanation not in AccountLine.SUSPENSE:
        raise Refused("not_in_suspense", _("这笔流水不是待查款，或尚未复核记账。"), ARTICLE)
    return line


def _require_left(line: AccountLine, amount: Decimal) -> None:
    left = selectors.suspense_lines().get(pk=line.pk).left
    if amount > left:
        text = _("这笔待查款还有 %(left)s 元未处理，不足 %(amount)s 元。")
        raise Refused("not_enough_left", text % {"left": yuan(left), "amount": yuan(amount)}, ARTICLE, "amount")


def _reference(line: AccountLine) -> str:
    """A line without a number of its bank is named by its place on the statement."""
    return line.reference or f"{line.statement.number}-{line.position}"


def _propose(
    line: AccountLine, kind: str, amount: Decimal, *, by: User, on: date, note: str, **case: Return | Upgrade
) -> SuspenseUse:
    made: SuspenseUse = SuspenseUse.objects.create(
        line=line, number=number("DC", on), kind=kind, amount=amount, note=note, proposed_by=by, **case
    )
    hats.wear(made, by, CLERK)
    born(made, by=by, on=on)
    locking.keep(line)
    _noted("propose_use", made, by=by, on=on)
    return made


@transaction.atomic
def agree_pay_back(*, use_id: UUID, by: User, on: date, version: int) -> SuspenseUse:
    """Another person lets it go: the order may be given to the account's bank, or it is the refund from now on."""
    refund = SuspenseUse.objects.filter(pk=use_id, kind=Kind.REFUND).select_related("upgrade", "line").first()
    if refund is not None:
        return _refund(refund, by=by, on=on, version=version)
    use = _use(use_id, version)
    may.require(may.check_account(by))
    be_sure()
    hats.wear(use, by, APPROVER)
    if use.kind != Kind.PAY_BACK:
        raise Refused("confirmed_at_the_return", _("抵作返还的，请在该笔返还的页面确认到账。"), ARTICLE)
    moves.move(use, "agree", by=by, on=on, article=ARTICLE, agreed_by=by, agreed_on=on)
    _noted("agree_use", use, by=by, on=on)
    return use


def _refund(seen: SuspenseUse, *, by: User, on: date, version: int) -> SuspenseUse:
    """Entered for the one who proposed it and confirmed by this one, as any refund is; posted from suspense."""
    may.require(may.check_account(by))
    upgrade: Upgrade = seen.upgrade
    locking.claim(upgrade.claim_id)
    entered = claims.enter_refund(
        upgrade_id=upgrade.pk, by=seen.proposed_by, on=on, version=upgrade.version, amount=seen.amount,
        refunded_on=max(seen.line.value_date, upgrade.decided_on), bank_reference=_reference(seen.line),
    )  # fmt: skip
    use = _use(seen.pk, version)
    hats.wear(use, by, APPROVER)
    uses.set_off(use, by=by, on=on)
    claims.confirm_refund(upgrade_id=upgrade.pk, by=by, on=on, version=entered.version, from_suspense=True)
    return use


@transaction.atomic
def withdraw_pay_back(*, use_id: UUID, by: User, on: date, version: int, reason: str) -> SuspenseUse:
    """Before it was agreed either of the two may; afterwards the second person, if the money has not left."""
    use = _use(use_id, version)
    agreed = use.state == State.AGREED
    may.require(may.check_account(by) if agreed else may.work_account(by))
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), ARTICLE, "reason")
    if use.kind == Kind.RETURN:
        raise Refused("confirmed_at_the_return", _("抵作返还的，请在该笔返还的页面退回。"), ARTICLE)
    if AccountLine.objects.filter(use=use).exists():
        raise Refused("already_left", _("已有流水登记为这笔退款，请先退回该笔流水的核对。"), ARTICLE)
    uses.give_up(use, by=by, on=on, reason=reason)
    return use


def _use(use_id: UUID, version: int) -> SuspenseUse:
    use = locking.row(SuspenseUse, use_id)
    locking.check(use, version)
    return use


def _noted(action: str, use: SuspenseUse, *, by: User, on: date) -> None:
    after = {"kind": use.kind, "amount": use.amount, "line": str(use.line_id), "state": use.state}
    note(action, use, by=by, on=on, after=after, article=ARTICLE, reason=use.note)
