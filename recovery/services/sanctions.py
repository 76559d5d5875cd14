"""A sanction and its projects (28): named by the manager, decided by the authority in one act with what is taken back.

The order of locks: the sanction, then loans and claims, then their returns and clawbacks.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from banks import permissions as banks_may
from banks import services as banks
from banks.models import Violation
from claims.models import Claim, Upgrade
from claims.services import locking
from pool import moves
from pool.errors import Refused
from pool.models import User
from pool.rules import Window
from pool.sure import be_sure
from recovery import selectors
from recovery.models import Clawback, Closing, Package, PackageItem, Return, Settlement
from recovery.services import due, notes, returns
from recovery.services.common import article, born, note, number

State = Clawback.State
PROPOSED = Violation.State.PROPOSED


def law() -> str:
    return article("clawback_interest")


@transaction.atomic
def name_projects(
    *, violation_id: UUID, loan_numbers: Iterable[str], by: User, on: date, version: int
) -> list[Clawback]:
    """The projects concerned, by the numbers on their IOUs; each must have been compensated at this bank."""
    banks_may.require(banks_may.may_propose_sanction(by))
    violation = _proposal(violation_id, version)
    if not violation.claws_back:
        raise Refused("nothing_to_claw_back", _("该处理不追回补偿资金，无须列入项目。"), law())
    wanted = sorted({one.strip() for one in loan_numbers if one.strip()})
    if not wanted:
        raise Refused("nothing_named", _("请填写借据号，每行一个。"), law(), "loan_numbers")
    claims = _paid_claims(violation, wanted)
    made = [_name(violation, claim, by=by, on=on) for claim in locking.claims(claim.pk for claim in claims)]
    locking.keep(violation)
    return made


def _proposal(violation_id: UUID, version: int) -> Violation:
    violation = banks.lock_violation(violation_id, version)
    if violation.state != PROPOSED:
        shown = violation.get_state_display()
        raise Refused("move_not_allowed", _("当前状态为“%(state)s”，不能办理此项操作。") % {"state": shown}, law())
    return violation


def _paid_claims(violation: Violation, wanted: list[str]) -> list[Claim]:
    rows = Claim.objects.filter(
        bank_id=violation.bank_id, loan__loan_number__in=wanted, state=Claim.State.PAID, paid_on__isnull=False
    ).select_related("loan")
    found = {claim.loan.loan_number: claim for claim in rows}
    strange = [one for one in wanted if one not in found]
    if strange:
        text = _("下列借据在该行没有已支付的风险补偿：%(numbers)s") % {"numbers": "、".join(strange)}
        raise Refused("not_compensated", text, law(), "loan_numbers")
    return [found[one] for one in wanted]


def _name(violation: Violation, claim: Claim, *, by: User, on: date) -> Clawback:
    if Clawback.objects.filter(claim=claim, state__in=Clawback.LIVE).exists():
        text = _("借据 %(number)s 已列入另一件追回。") % {"number": claim.loan.loan_number}
        raise Refused("clawback_known", text, law(), "loan_numbers")
    _refuse_under_way(claim)
    row: Clawback = Clawback.objects.create(
        bank_id=claim.bank_id, branch_id=claim.branch_id, violation=violation, claim=claim, loan=claim.loan,
        number=number("ZH", on), amount=claim.amount, paid_on=claim.paid_on, named_by=by,
    )  # fmt: skip
    born(row, by=by, on=on)
    after = {"claim": claim.number, "amount": row.amount, "paid_on": row.paid_on}
    note("name_clawback", row, by=by, on=on, after=after, article=law())
    return row


def _refuse_under_way(claim: Claim) -> None:
    """What is being decided of the project in another way is decided first: the same money is not asked for twice."""
    open_closing = Closing.objects.filter(loan=claim.loan_id).exclude(state__in=Closing.ENDED)
    open_settlement = Settlement.objects.filter(
        loan=claim.loan_id, state__in=[Settlement.State.PREPARED, Settlement.State.APPLIED]
    )
    open_upgrade = Upgrade.objects.filter(claim=claim, state__in=[*Upgrade.OPEN, Upgrade.State.APPROVED])
    open_package = PackageItem.objects.filter(claim=claim, dropped=False, package__state__in=Package.OPEN)
    in_hand = Return.objects.filter(claim=claim, state=Return.State.RECEIPT_ENTERED)
    for rows, what in (
        (open_upgrade, _("上调转回")), (open_settlement, _("清收申请")), (open_closing, _("结项")),
        (open_package, _("不良贷款转让")), (in_hand, _("返还到账确认")),
    ):  # fmt: skip
        if rows.exists():
            words = {"number": claim.loan.loan_number, "what": what}
            raise Refused("under_way", _("借据 %(number)s 正在办理%(what)s，请先办结。") % words, law(), "loan_numbers")


@transaction.atomic
def strike_project(*, clawback_id: UUID, by: User, on: date, version: int) -> Clawback:
    """Off the proposal again, before the authority has decided."""
    banks_may.require(banks_may.may_propose_sanction(by))
    known = Clawback.objects.only("violation_id").get(pk=clawback_id)
    violation = Violation.objects.select_for_update(of=("self",)).get(pk=known.violation_id)
    row = locking.row(Clawback, clawback_id)
    locking.check(row, version)
    moves.move(row, "drop", by=by, on=on, article=law())
    note("strike_clawback", row, by=by, on=on, article=law())
    locking.keep(violation)
    return row


@transaction.atomic
def decide_sanction(*, violation_id: UUID, by: User, on: date, version: int, reason: str) -> Violation:
    """The authority's decision: the year's grade, the membership where it says so, and each project's money is owed."""
    banks_may.require(banks_may.may_decide_sanction(by))
    be_sure()
    violation = _proposal(violation_id, version)
    named = list(Clawback.objects.filter(violation=violation, state=State.NAMED).values_list("pk", "claim_id"))
    if violation.claws_back and not named:
        raise Refused("no_projects", _("追回补偿资金的，须先由高新投列明涉及的项目。"), law())
    if violation.pay_by is not None and violation.pay_by <= on:
        raise Refused("pay_by_over", _("缴付期限已过，请高新投撤回后重新提出。"), law())
    claims = {claim.pk: claim for claim in locking.claims(claim for _pk, claim in named)}
    for claim in claims.values():
        _refuse_under_way(claim)
    banks.decide_sanction(violation, by=by, on=on, opinion=reason)
    returns.drop_open(claims.values(), by=by, on=on)
    for clawback_id, claim_id in sorted(named):
        _demand(clawback_id, claims[claim_id], violation, by=by, on=on)
    notes.sanction_decided(violation, on=on)
    return violation


def _demand(clawback_id: UUID, claim: Claim, violation: Violation, *, by: User, on: date) -> None:
    row = locking.row(Clawback, clawback_id)
    moves.move(
        row, "demand", by=by, on=on, article=law(), rate=violation.rate, decided_on=on, due_on=violation.pay_by,
        came_back=[[day.isoformat(), f"{amount:.2f}"] for day, amount in selectors.came_back(claim)],
    )  # fmt: skip
    after = {"rate": row.rate, "due_on": row.due_on, "came_back": row.came_back}
    note("demand_clawback", row, by=by, on=on, after=after, article=law())
    due.start(row, _until(on, violation), label=_("缴付追回资金及利息"), waiting_for=_("加盟银行"))


def _until(on: date, violation: Violation) -> Window:
    """The day is the decision's own: no article sets a period."""
    closes_on = violation.pay_by or on
    return Window(
        event="clawback_decided", article=law(), provision="clawback_interest", starts_on=on, opens_on=None,
        closes_on=closes_on, unit="calendar_day", count=(closes_on - on).days,
    )  # fmt: skip


@transaction.atomic
def dismiss_sanction(*, violation_id: UUID, by: User, on: date, version: int, reason: str) -> Violation:
    """The authority does not agree; the projects are free again."""
    violation = banks.dismiss_sanction(_proposal(violation_id, version), by=by, on=on, opinion=reason)
    _let_go(violation, by=by, on=on)
    notes.sanction_dismissed(violation, on=on)
    return violation


@transaction.atomic
def withdraw_sanction(*, violation_id: UUID, by: User, on: date, version: int, reason: str) -> Violation:
    violation = banks.withdraw_sanction(_proposal(violation_id, version), by=by, on=on, reason=reason)
    _let_go(violation, by=by, on=on)
    return violation


def _let_go(violation: Violation, *, by: User, on: date) -> None:
    rows = Clawback.objects.filter(violation=violation, state=State.NAMED).order_by("pk")
    for row in list(rows.select_for_update(of=("self",))):
        moves.move(row, "drop", by=by, on=on, article=law())
