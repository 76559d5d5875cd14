"""Recovered money is reported by two people of the bank; what must be returned follows at once (19(6), reading 11)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims import services as claims
from claims.models import Claim
from claims.services import locking
from loans import services as loans
from loans.models import Determination, Loan
from pool import hats, moves
from pool.errors import Refused
from pool.models import StoredFile, User
from pool.money import CENT, yuan
from recovery import permissions as may
from recovery import terms
from recovery.models import Recovery
from recovery.services import due, returns
from recovery.services.common import BANK_CHECKER, BANK_MAKER, article, born, claim_of, determination_of, note, total

OPEN_STATES = frozenset({Loan.State.NON_PERFORMING, Loan.State.COMPENSATED, Loan.State.RECOVERED})
PAYMENT_ON_ITS_WAY = frozenset({Claim.State.INSTRUCTED})


@dataclass(frozen=True)
class Facts:
    """What the bank says about one instalment."""

    received_on: date
    amount: Decimal
    principal_part: Decimal
    method: str = ""
    note: str = ""


@transaction.atomic
def report_recovery(
    *,
    loan_id: UUID,
    received_on: date,
    amount: Decimal,
    principal_part: Decimal,
    method: str,
    by: User,
    on: date,
    note_text: str = "",
    voucher: StoredFile | None = None,
) -> Recovery:
    """The maker writes down one instalment; nothing is reported until the checker submits it."""
    loan = locking.loan(loan_id)
    may.require(may.prepare(by, loan.bank_id))
    determination = determination_of(loan)
    claim = claim_of(determination.pk)
    facts = Facts(received_on, amount, principal_part, method, note_text)
    return prepare(facts, loan, determination, claim, by=by, on=on, voucher=voucher)


def prepare(
    facts: Facts,
    loan: Loan,
    determination: Determination,
    claim: Claim | None,
    *,
    by: User,
    on: date,
    voucher: StoredFile | None = None,
) -> Recovery:
    """One instalment of a locked loan, if the rules have nothing against it."""
    _require_possible(facts, loan, determination, claim, on)
    window = terms.report_window(facts.received_on, claim)
    recovery: Recovery = Recovery.objects.create(
        bank_id=loan.bank_id, branch_id=loan.branch_id, loan=loan, determination=determination, claim=claim,
        received_on=facts.received_on, amount=facts.amount, principal_part=facts.principal_part, method=facts.method,
        note=facts.note, voucher=voucher, made_by=by, report_by=window.closes_on if window else None,
    )  # fmt: skip
    born(recovery, by=by, on=on)
    hats.wear(recovery, by, BANK_MAKER)
    if window:
        due.start(recovery, window, label=_("上报清收情况"), waiting_for=_("加盟银行"))
    after = {
        "received_on": facts.received_on, "amount": facts.amount, "principal_part": facts.principal_part,
        "method": facts.method,
    }  # fmt: skip
    note("report", recovery, by=by, on=on, after=after, article=article("recovery_window"))
    return recovery


@transaction.atomic
def submit_recovery(*, recovery_id: UUID, by: User, on: date, version: int) -> Recovery:
    """The checker reports it. Returns, the end of the principal and a claim overtaken by it follow at once."""
    known = Recovery.objects.only("loan_id", "determination_id").get(pk=recovery_id)
    loan = locking.loan(known.loan_id, with_standing=True)
    claim = claim_of(known.determination_id)
    if claim is not None:
        claims.hold_open_question(claim)
    recovery = _locked(recovery_id)
    may.require(may.submit(by, recovery.bank_id))
    locking.check(recovery, version)
    determination = determination_of(loan)
    if determination.pk != recovery.determination_id:
        raise Refused("determination_ended", _("该笔清收所属的不良认定已终止。"), article("return_formula"))
    report(recovery, loan, determination, claim, by=by, on=on)
    return recovery


def report(
    recovery: Recovery,
    loan: Loan,
    determination: Determination,
    claim: Claim | None,
    *,
    by: User,
    on: date,
    filed_on: date | None = None,
) -> None:
    """A prepared instalment of a locked loan goes to the manager; returns and the end of the principal follow.

    `filed_on`: when the bank filed it, where somebody had to look at it first; by that day it is late or not.
    """
    filed = filed_on or on
    facts = Facts(recovery.received_on, recovery.amount, recovery.principal_part)
    _require_possible(facts, loan, determination, claim, on, recovery)
    hats.wear(recovery, by, BANK_CHECKER)
    window = terms.report_window(recovery.received_on, claim)
    moves.move(
        recovery, "submit", by=by, on=on, article=article("recovery_window"),
        claim=claim, position=_next_position(determination), submitted_by=by, submitted_on=filed,
        report_by=window.closes_on if window else None, reported_late=bool(window and filed > window.closes_on),
    )  # fmt: skip
    due.fulfil(recovery, filed)
    _consequences(recovery, loan, determination, claim, by=by, on=on)
    after = {"amount": recovery.amount, "late": recovery.reported_late, "position": recovery.position}
    note("submit", recovery, by=by, on=on, after=after, article=article("recovery_window"))


@transaction.atomic
def cancel_recovery(*, recovery_id: UUID, by: User, on: date, version: int, reason: str = "") -> Recovery:
    """Either person of the bank may take back what has not been reported yet."""
    locking.loan(Recovery.objects.only("loan_id").get(pk=recovery_id).loan_id)
    recovery = _locked(recovery_id)
    may.require(may.cancel(by, recovery.bank_id))
    locking.check(recovery, version)
    moves.move(recovery, "cancel", by=by, on=on, reason=reason)
    due.drop(recovery, on, reason or _("经办撤回"))
    note("cancel", recovery, by=by, on=on, reason=reason)
    return recovery


def _locked(recovery_id: UUID) -> Recovery:
    return locking.row(Recovery, recovery_id, "bank")


def _next_position(determination: Determination) -> int:
    last = Recovery.objects.filter(determination=determination, position__isnull=False).order_by("-position").first()
    return int(last.position) + 1 if last else 1


def _require_possible(
    facts: Facts,
    loan: Loan,
    determination: Determination,
    claim: Claim | None,
    on: date,
    itself: Recovery | None = None,
) -> None:
    refusal = why_not(facts, loan, determination, claim, on, principal_left(determination, but=itself))
    if refusal is not None:
        raise refusal


def why_not(
    facts: Facts, loan: Loan, determination: Determination, claim: Claim | None, on: date, left: Decimal
) -> Refused | None:
    """Why this recovery cannot count, or None; each refusal names the field to mend. Asks nothing."""
    law = article("return_formula")
    paid = claim is not None and claim.state == Claim.State.PAID
    if loan.state not in OPEN_STATES and not (loan.state == Loan.State.CLOSED and paid):
        shown = loan.get_state_display()
        return Refused("loan_state", _("项目状态为“%(state)s”，不能上报清收。") % {"state": shown}, law)
    if claim is not None and claim.state in PAYMENT_ON_ITS_WAY:
        return Refused("payment_on_its_way", _("补偿资金正在拨付，请待到账后再上报清收。"), law)
    if facts.received_on <= determination.determined_on:
        day = determination.determined_on.isoformat()
        return Refused(
            "before_determination", _("收回日期须晚于不良认定日 %(day)s。") % {"day": day}, law, "received_on"
        )
    if facts.received_on > on:
        return Refused("in_the_future", _("收回日期不能晚于今天。"), law, "received_on")
    for field, value in (("amount", facts.amount), ("principal_part", facts.principal_part)):
        if value < 0 or value != value.quantize(CENT):
            return Refused("not_money", _("金额不能为负，且最多两位小数。"), law, field)
    if facts.amount <= 0:
        return Refused("not_money", _("收回金额须大于零。"), law, "amount")
    if facts.principal_part > facts.amount:
        return Refused("principal_over_amount", _("其中本金不能超过收回金额。"), law, "principal_part")
    if facts.principal_part > left:
        said = _("其中本金超过尚未收回的本金 %(left)s 元。") % {"left": yuan(left)}
        return Refused("principal_over_balance", said, law, "principal_part")
    return None


def principal_left(determination: Determination, *, but: Recovery | None = None) -> Decimal:
    """The principal at determination less what all other entries, prepared ones included, have brought in."""
    others = Recovery.objects.filter(determination=determination).exclude(state=Recovery.State.CANCELLED)
    if but is not None:
        others = others.exclude(pk=but.pk)
    return Decimal(determination.principal_balance) - total(others, "principal_part")


def _consequences(
    recovery: Recovery, loan: Loan, determination: Determination, claim: Claim | None, *, by: User, on: date
) -> None:
    """Returns of a paid claim; the 3 % numerator and an unpaid claim once the whole principal is back."""
    reported = Recovery.objects.filter(determination=determination, state=Recovery.State.SUBMITTED)
    whole = total(reported, "principal_part") == determination.principal_balance
    if whole and determination.recovered_on is None:
        loans.mark_principal_recovered(loan_id=loan.pk, on_date=recovery.received_on, by=by, on=on)
        if claim is not None and claim.state != Claim.State.PAID:
            claims.lapse_repaid(loan_id=loan.pk, by=by, on=on)
    if claim is not None and claim.state == Claim.State.PAID:
        returns.advise(claim, by=by, on=on)
