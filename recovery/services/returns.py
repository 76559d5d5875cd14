"""What flows back to the pool: advised by the cumulative formula, received by two people, posted once (19(6))."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models import Claim, Upgrade
from claims.services import locking
from pool import hats, moves
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.models import User
from pool.money import yuan
from pool.rules import Window
from pool.sure import be_sure
from recovery import permissions as may
from recovery import selectors, terms
from recovery.models import Clawback, Recovery, Return
from recovery.services import due, uses
from recovery.services.common import article, born, compensation_of, note, number

FINANCE_CLERK, FINANCE_APPROVER = "finance_clerk", "finance_approver"
LABEL, BANK = _("返还清收资金"), _("加盟银行")


def advise(claim: Claim, *, by: User | None, on: date) -> list[Return]:
    """One return for each reported recovery whose step of the formula is not zero and not yet advised.

    What a sanction takes back causes no return. The caller holds the loan and the claim. Steps follow the order of
    reporting, so they never change afterwards.
    """
    compensated, ratio = compensation_of(claim)
    reported = list(
        Recovery.objects.filter(determination_id=claim.determination_id, state=Recovery.State.SUBMITTED)
        .select_for_update(of=("self",))
        .order_by("position")
    )
    taken_back = selectors.is_clawed_back(claim)
    known = set(Return.objects.filter(claim=claim).values_list("recovery_id", flat=True))
    made = []
    for step in terms.steps(compensated, ratio, [one.amount for one in reported]):
        recovery = reported[step.place]
        if recovery.claim_id != claim.pk:
            recovery.claim = claim
            locking.keep(recovery, "claim")
        if step.due and recovery.pk not in known and not taken_back:
            made.append(_advise_one(claim, recovery, step, by=by, on=on))
    return made


def _advise_one(claim: Claim, recovery: Recovery, step: terms.Step, *, by: User | None, on: date) -> Return:
    window = terms.return_window(recovery.received_on, claim)
    last = Return.objects.filter(claim=claim).order_by("-instalment").values_list("instalment", flat=True).first()
    advice: Return = Return.objects.create(
        bank_id=claim.bank_id, branch_id=claim.branch_id, claim=claim, loan_id=claim.loan_id, recovery=recovery,
        number=number("FH", on), instalment=(last or 0) + 1, recovered_total=step.cumulative, amount=step.due,
        advised_on=on, due_on=window.closes_on, due_provisional=window.provisional,
    )  # fmt: skip
    born(advice, by=by, on=on)
    due.start(advice, window, label=LABEL, waiting_for=BANK)
    after = {"amount": step.due, "recovered_total": step.cumulative, "due_on": window.closes_on}
    note("advise_return", advice, by=by, on=on, after=after, article=article("return_formula"))
    return advice


def make_last(claim: Claim, window: Window) -> Return | None:
    """On approval of the settlement the newest open return becomes the last one, unless it is overdue already."""
    rows = Return.objects.select_for_update(of=("self",)).filter(claim=claim)
    newest: Return | None = rows.order_by("-instalment").first()
    if newest is None or newest.state != Return.State.DUE or newest.due_on < window.starts_on:
        return None
    due.drop(newest, window.starts_on, _("改按末次返还计算"))
    newest.last, newest.due_on, newest.due_provisional = True, window.closes_on, window.provisional
    locking.keep(newest, "last", "due_on", "due_provisional")
    due.start(newest, window, label=_("末次返还清收资金"), waiting_for=BANK)
    return newest


@transaction.atomic
def enter_return_receipt(
    *, return_id: UUID, amount: Decimal, reference: str, received_on: date, by: User, on: date, version: int
) -> Return:
    """The clerk has found the money on the special account: its amount, the bank's reference and the value date."""
    advice = _locked(return_id)
    may.require(may.enter_receipt(by))
    locking.check(advice, version)
    _check_receipt(advice, amount, reference, received_on, on)
    hats.wear(advice, by, FINANCE_CLERK)
    moves.move(
        advice, "enter_receipt", by=by, on=on, article=article("return_formula"),
        bank_reference=reference.strip(), received_on=received_on, receipt_entered_by=by,
    )  # fmt: skip
    after = {"reference": advice.bank_reference, "received_on": received_on, "amount": amount}
    note("enter_return_receipt", advice, by=by, on=on, after=after, article=article("return_formula"))
    return advice


@transaction.atomic
def confirm_return_receipt(*, return_id: UUID, by: User, on: date, version: int) -> Return:
    """Another person has found it too: it is posted, once, under the return's own key."""
    advice = _locked(return_id)
    may.require(may.confirm_receipt(by))
    be_sure()
    locking.check(advice, version)
    _not_upgraded(advice.claim)
    hats.wear(advice, by, FINANCE_APPROVER)
    moves.move(advice, "confirm_receipt", by=by, on=on, article=article("return_formula"), receipt_confirmed_by=by)
    use = uses.of_return(advice.pk)
    if use is not None:
        uses.set_off(use, by=by, on=on)
    ledger.receive_return(
        key=f"return:{advice.pk}",
        item=ledger.Item(advice.claim_id, advice.bank_id, advice.amount),
        on=on if use is not None else advice.received_on,
        from_suspense=use is not None,
        prepared_by=advice.receipt_entered_by,
        approved_by=by,
        reference=advice.bank_reference,
        article=article("return_formula"),
    )
    # What the bank owed was done when its money came, not when the second person found it.
    due.fulfil(advice, advice.received_on)
    note(
        "confirm_return_receipt",
        advice,
        by=by,
        on=on,
        after={"amount": advice.amount},
        article=article("return_formula"),
    )
    return advice


@transaction.atomic
def reject_return_receipt(*, return_id: UUID, by: User, on: date, version: int, reason: str) -> Return:
    """The second person does not find it: the clerk looks again."""
    advice = _locked(return_id)
    may.require(may.confirm_receipt(by))
    locking.check(advice, version)
    hats.wear(advice, by, FINANCE_APPROVER)
    moves.move(
        advice, "reject_receipt", by=by, on=on, reason=reason,
        bank_reference="", received_on=None, receipt_entered_by=None,
    )  # fmt: skip
    use = uses.of_return(advice.pk)
    if use is not None:
        uses.give_up(use, by=by, on=on, reason=reason)
    note("reject_return_receipt", advice, by=by, on=on, reason=reason)
    return advice


def advise_open(on: date) -> dict[str, int]:
    """The daily look: recoveries reported before payment are advised now; returns of an upgraded loan fall away."""
    paid = Claim.objects.filter(
        state=Claim.State.PAID, determination__recoveries__state=Recovery.State.SUBMITTED,
        determination__recoveries__return_advice__isnull=True,
    )  # fmt: skip
    advised = 0
    to_advise = set(paid.values_list("pk", flat=True))
    others = {
        claim for rows in (_owed_no_longer(), _of_new_payments()) for claim in rows.values_list("claim_id", flat=True)
    }
    locked = locking.claims(to_advise | others)
    for claim in locked:
        if claim.pk in to_advise and not selectors.owes_no_returns(claim):
            advised += len(advise(claim, by=None, on=on))
    return {"advised": advised, "dropped": drop_upgraded(on), "moved": move_after_new_payment(on)}


def move_after_new_payment(on: date) -> int:
    """What was advised before the transfer came back is due in the first window after the money was paid again."""
    moved = 0
    for return_id in list(_of_new_payments().order_by("pk").values_list("pk", flat=True)):
        advice = _locked(return_id)
        window = terms.return_window(advice.recovery.received_on, advice.claim)
        due.drop(advice, on, _("补偿资金退汇后重新拨付，返还期限按新到账日计算"))
        advice.advised_on, advice.due_on, advice.due_provisional = on, window.closes_on, window.provisional
        locking.keep(advice, "advised_on", "due_on", "due_provisional")
        due.start(advice, window, label=LABEL, waiting_for=BANK)
        law = article("return_formula")
        note("move_return", advice, by=None, on=on, after={"due_on": window.closes_on}, article=law)
        moved += 1
    return moved


def _of_new_payments() -> "models.QuerySet[Return]":
    paid_since = models.Q(claim__state=Claim.State.PAID, advised_on__lt=models.F("claim__paid_on"))
    return Return.objects.filter(paid_since, state=Return.State.DUE)


def drop_upgraded(on: date) -> int:
    """After an approved upgrade the whole rest comes back as a refund (19(5)): open returns are owed no longer."""
    dropped = 0
    for return_id in _owed_no_longer().order_by("pk").values_list("pk", flat=True):
        advice = _locked(return_id)
        if advice.state == Return.State.DUE:
            clawed_back = selectors.is_clawed_back(advice.claim)
            _drop(advice, article("clawback_interest" if clawed_back else "refund_period"), by=None, on=on)
            dropped += 1
    return dropped


def drop_open(claims: Iterable[Claim], *, by: User | None, on: date) -> None:
    """What is still owed of these is asked for by another decision (28); the caller holds their loans and claims."""
    rows = Return.objects.filter(claim__in=[claim.pk for claim in claims], state=Return.State.DUE)
    for advice in list(rows.select_for_update(of=("self",)).order_by("pk")):
        _drop(advice, article("clawback_interest"), by=by, on=on)


def _drop(advice: Return, law: str, *, by: User | None, on: date) -> None:
    moves.move(advice, "cancel", by=by, on=on, article=law)
    due.drop(advice, on, _("已并入退回或追回的补偿资金"))
    note("drop_return", advice, by=by, on=on, article=law)


def _owed_no_longer() -> "models.QuerySet[Return]":
    upgraded = Q(claim__upgrades__state__in=DECIDED)
    clawed_back = Q(claim__clawbacks__state__in=Clawback.DECIDED)
    return Return.objects.filter(upgraded | clawed_back, state=Return.State.DUE).distinct()


DECIDED = [Upgrade.State.APPROVED, Upgrade.State.REFUNDED]


def _not_upgraded(claim: Claim) -> None:
    if selectors.is_clawed_back(claim):
        raise Refused(
            "clawed_back", _("该项目的补偿资金已决定追回，应返还资金并入追回，不再单独收款。"),
            article("clawback_interest"),
        )  # fmt: skip
    if selectors.is_upgraded(claim):
        raise Refused(
            "upgraded", _("该项目已上调转回，应返还资金已并入退回的补偿资金，不再单独收款。"), article("refund_period")
        )


def _locked(return_id: UUID) -> Return:
    """Loan and claim first, then the return."""
    known = Return.objects.only("claim_id").get(pk=return_id)
    claim = locking.claim(known.claim_id)
    advice = locking.row(Return, return_id, "bank", "receipt_entered_by")
    advice.claim = claim
    return advice


def _check_receipt(advice: Return, amount: Decimal, reference: str, received_on: date, on: date) -> None:
    law = article("return_formula")
    _not_upgraded(advice.claim)
    if advice.claim.state == Claim.State.PLANNED:
        raise Refused("came_back", _("该项目的补偿资金已退汇，重新拨付到账后方可收取返还资金。"), law)
    if amount != advice.amount:
        said = _("到账金额与应返还金额 %(amount)s 元不符，请核对回单。") % {"amount": yuan(advice.amount)}
        raise Refused("amount_differs", said, law, "amount")
    if not reference.strip():
        raise Refused("reference_missing", _("请填写银行回单号。"), law, "reference")
    if received_on > on:
        raise Refused("in_the_future", _("到账日期不能晚于今天。"), law, "received_on")
    if advice.claim.paid_on and received_on < advice.claim.paid_on:
        raise Refused("before_payment", _("到账日期不能早于补偿资金拨付日。"), law, "received_on")
