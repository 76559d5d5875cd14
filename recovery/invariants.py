"""What may never happen in this room (ASSURANCE I6, I9, I10); `manage.py verify` asks."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from banks.models import Violation
from claims.models import Claim
from pool import clock, moves
from pool.ledger import chart
from pool.ledger.models import Account, Entry
from pool.models import Transition
from pool.money import ZERO, total
from recovery import account, rules, selectors, terms
from recovery.models import (
    AccountLine,
    AccountStatement,
    Chaser,
    Clawback,
    ClawbackReceipt,
    Closing,
    Package,
    Recovery,
    Return,
    Settlement,
    SuspenseUse,
)

SUBJECTS = (Recovery, Return, Settlement, Closing, Clawback)
WITH_STATES = (*SUBJECTS, AccountLine, Chaser, ClawbackReceipt, Package, SuspenseUse, Violation)


def returns_follow_the_formula() -> Iterator[str]:
    """I6: returned ≤ compensated; advised = min(compensated, round(recovered × ratio)); the ledger says the same."""
    ledger = Entry.objects.filter(subject=OuterRef("pk"), account__kind="returns")
    posted = ledger.order_by().values("subject").annotate(sum=Sum("amount")).values("sum")
    submitted = Recovery.objects.filter(determination=OuterRef("determination"), state=Recovery.State.SUBMITTED)
    advices = Return.objects.filter(claim=OuterRef("pk")).exclude(state=Return.State.CANCELLED)
    received = advices.filter(state=Return.State.RECEIVED)
    rows = Claim.objects.filter(paid_on__isnull=False).annotate(
        recovered=Coalesce(Subquery(selectors.sum_by(submitted, "determination")), ZERO),
        advised=Coalesce(Subquery(selectors.sum_by(advices, "claim")), ZERO),
        received=Coalesce(Subquery(selectors.sum_by(received, "claim")), ZERO),
        posted=Coalesce(Subquery(posted), ZERO),
    )
    for claim in rows.order_by("pk").iterator():
        yield from _breaches(claim)


def _breaches(claim: Any) -> Iterator[str]:
    if claim.received > claim.amount:
        yield _("申请 %(number)s 已返还 %(returned)s 元，超过补偿金额 %(paid)s 元") % _words(claim)
    if -claim.posted != claim.received:
        yield _("申请 %(number)s 的返还台账 %(returned)s 元与资金账不一致") % _words(claim)
    owed = terms.owed(claim, claim.recovered)
    short = claim.advised < owed and not _may_be_short(claim)
    if claim.advised > owed or short:
        yield _("申请 %(number)s 的应返还合计 %(advised)s 元与累计公式 %(owed)s 元不一致") % {
            **_words(claim),
            "advised": claim.advised,
            "owed": owed,
        }


def _may_be_short(claim: Any) -> bool:
    """What was recovered before the payment is advised by the next day's job; after an upgrade nothing more is."""
    if selectors.owes_no_returns(claim):
        return True
    kind = Claim._meta.label_lower
    paid = Transition.objects.filter(subject_kind=kind, subject_id=claim.pk, field="state", target=Claim.State.PAID)
    return bool(paid.filter(on__gte=clock.today()).exists())


def _words(claim: Any) -> dict[str, Any]:
    return {"number": claim.number, "returned": claim.received, "paid": claim.amount}


def states_are_their_logs() -> Iterator[str]:
    """I9: the state is the last entry of its log, each entry goes on from the one before by a declared transition."""
    for model in WITH_STATES:
        wrong = {one.subject: one.state for one in moves.broken_logs(model, model.State.values)}
        for pk, state in wrong.items():
            yield _("%(kind)s %(id)s 的状态 %(state)s 与状态变更记录不一致") % {
                "kind": model._meta.verbose_name, "id": pk, "state": state
            }  # fmt: skip


def account_agrees() -> Iterator[str]:
    """I14: a matched line is its vouchers to the fen; statements follow one another without a gap."""
    cash = Q(vouchers__dropped=False, vouchers__transaction__entries__account__code=chart.CASH)
    sums = Coalesce(Sum("vouchers__transaction__entries__amount", filter=cash), ZERO)
    lines = AccountLine.objects.filter(state=AccountLine.State.MATCHED)
    matched = lines.filter(pair=None).annotate(sum=sums).exclude(sum=F("amount"))
    for line in matched.select_related("statement").order_by("pk"):
        yield _("流水 %(number)s 第 %(place)s 笔 %(amount)s 元，对应凭证合计 %(sum)s 元") % {
            "number": line.statement.number, "place": line.position, "amount": line.amount, "sum": line.sum,
        }  # fmt: skip
    cancels = Q(pair__pair=F("id"), pair__state=AccountLine.State.MATCHED, pair__amount=-F("amount"), vouchers=None)
    for line in lines.exclude(pair=None).exclude(cancels).select_related("statement").order_by("pk"):
        yield _("流水 %(number)s 第 %(place)s 笔与误记或更正的另一笔不相抵") % {
            "number": line.statement.number, "place": line.position
        }  # fmt: skip
    rows = list(AccountStatement.objects.annotate(moved=Coalesce(Sum("lines__amount"), ZERO)).order_by("starts_on"))
    for one in rows:
        if one.opening + one.moved != one.closing:
            yield _("流水 %(number)s 期初加收支不等于期末") % {"number": one.number}
    for before, one in pairwise(rows):
        if one.starts_on <= before.ends_on or one.opening != before.closing:
            yield _("流水 %(number)s 与上一份 %(before)s 不衔接") % {"number": one.number, "before": before.number}


def suspense_is_accounted_for() -> Iterator[str]:
    """I15: what the ledger holds for others is, line by line, what came in less what became of it."""
    done = SuspenseUse.objects.filter(line=OuterRef("pk"), state=SuspenseUse.State.DONE)
    ended = done.order_by().values("line").annotate(sum=Sum("amount")).values("sum")
    lines = account.suspense_lines().annotate(ended=Coalesce(Subquery(ended), ZERO))
    for line in lines.filter(left__lt=0).select_related("statement").order_by("pk"):
        yield _("流水 %(number)s 第 %(place)s 笔的待查款处理合计超过其金额") % {
            "number": line.statement.number, "place": line.position
        }  # fmt: skip
    open_sum = total(line.amount - line.ended for line in lines.order_by("pk").iterator())
    held = account.in_suspense()
    if open_sum != held:
        yield _("待查款项余额 %(held)s 元，而未处理的流水合计 %(open)s 元") % {"held": held, "open": open_sum}


def clawbacks_are_their_receipts() -> Iterator[str]:
    """I17: what was paid and came back is the ledger's; each receipt is the rule's two parts, posted as such."""
    rows = Clawback.objects.filter(state__in=Clawback.DECIDED).select_related("claim", "violation")
    for row in rows.order_by("pk"):
        yield from _clawback_breaches(row)


def _clawback_breaches(row: Clawback) -> Iterator[str]:
    receipts = selectors.receipts_of(row)
    booked = _booked(row.claim_id)
    right = terms.allotted(row, receipts)
    words = {"number": row.number}
    if (row.amount, row.paid_on) != (row.claim.amount, row.claim.paid_on) or row.rate != row.violation.rate:
        yield _("追回 %(number)s 的补偿金额、支付日或利率与申请和决定不一致") % words
    if list(row.returned) != [(day, -amount) for kind, day, amount in booked if kind in CAME_BACK]:
        yield _("追回 %(number)s 扣除的已返还资金与资金账不一致") % words
    for one, part in zip(receipts, right, strict=True):
        if (one.interest_part, one.principal_part) != (part.interest, part.principal):
            yield _("追回 %(number)s 第 %(place)s 笔到账的利息、补偿资金划分与规则不一致") % {
                **words, "place": one.position,
            }  # fmt: skip
    said = [(Account.Kind.CLAWBACKS, one.received_on, -(one.principal_part or ZERO)) for one in receipts]
    said += [(Account.Kind.INTEREST, one.received_on, -(one.interest_part or ZERO)) for one in receipts]
    posted = [entry for entry in booked if entry[0] not in CAME_BACK]
    if sorted(entry for entry in said if entry[2]) != sorted(posted):
        yield _("追回 %(number)s 的到账台账与资金账不一致") % words
    settled = bool(right) and right[-1].settled
    if settled != (row.state == Clawback.State.PAID):
        yield _("追回 %(number)s 的状态与应缴、已缴金额不一致") % words


def packages_are_their_recoveries() -> Iterator[str]:
    """I18: the shares are the method's and never more than the price; once accepted, each is its recovery."""
    for package in Package.objects.exclude(state__in=[Package.State.REFUSED, Package.State.CANCELLED]).order_by("pk"):
        items = list(selectors.items_of(package))
        words = {"number": package.number}
        shares = {item.loan.loan_number: item.share for item in items}
        whole = total(shares.values())
        if not items or whole > package.price or (whole != package.price and not package.other_principal):
            yield _("转让 %(number)s 的分摊合计与转让价款不符") % words
        left = {item.loan.loan_number: item.principal_left for item in items}
        by_rule = package.method == Package.Method.PRINCIPAL
        if by_rule and rules.share_price(package.price, left, package.other_principal) != shares:
            yield _("转让 %(number)s 的分摊与未收回本金的比例不符") % words
        if package.state == Package.State.ACCEPTED and not all(_is_its_recovery(package, item) for item in items):
            yield _("转让 %(number)s 的分摊与上报的清收记录不一致") % words


def _is_its_recovery(package: Package, item: Any) -> bool:
    row = item.recovery
    said = (item.share, item.principal_part, package.received_on, item.claim_id, Recovery.State.SUBMITTED)
    return row is not None and (row.amount, row.principal_part, row.received_on, row.claim_id, row.state) == said


CAME_BACK = (Account.Kind.RETURNS, Account.Kind.REFUNDS)


def _booked(claim_id: Any) -> list[tuple[Any, Any, Any]]:
    """What came back for the claim, by account and day, and the interest taken with it."""
    kinds = (*CAME_BACK, Account.Kind.CLAWBACKS, Account.Kind.INTEREST)
    rows = Entry.objects.filter(subject=claim_id, account__kind__in=kinds).order_by("transaction__occurred_on", "pk")
    return list(rows.values_list("account__kind", "transaction__occurred_on", "amount"))


def four_eyes() -> Iterator[str]:
    """I8: nobody stands twice in one chain."""
    same = Q(manager_by=F("closed_by"), kind=Closing.Kind.WRITE_OFF)
    same |= Q(submitted_by=F("made_by")) | Q(finance_by=F("manager_by")) | Q(supervisor_by=F("authority_by"))
    for closing in Closing.objects.filter(same).order_by("pk"):
        yield _("结项 %(number)s 有同一人承担两个环节") % {"number": closing.number}
