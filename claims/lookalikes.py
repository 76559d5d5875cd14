"""疑似重复: what the libraries of all banks know of a claim's borrower, for the manager and the auditor only.

No bank may learn from it that another exists for the borrower: it is read where a person opens the review page, never
stored on the claim, and row security leaves nothing of it in a bank's own scope.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from claims import assessment, permissions
from claims.models import Claim
from loans.models import Loan
from loans.words import BorrowerKind
from pool.formats import yuan
from pool.models import User
from pool.money import total
from pool.selectors import edition

MOST = 100
"""Loans of one borrower that are looked at; beyond that the page says so."""
COMPENSATED = (Claim.State.PAID, Claim.State.REFUNDED)


@dataclass(frozen=True)
class Kin:
    """Another loan of the same borrower, at whatever bank, with its claim if there is one."""

    loan: Loan
    claim: Claim | None

    @property
    def compensated(self) -> bool:
        return self.claim is not None and self.claim.state in COMPENSATED


@dataclass(frozen=True)
class Likeness:
    """One thing that the reviewer should look at: in words, by which article, and the loans that show it."""

    title: str
    message: str
    article: str
    loans: tuple[Kin, ...]


def of_claim(claim: Claim, person: User) -> list[Likeness]:
    """Everything the libraries hold against this claim, in two questions however many banks there are."""
    if not permissions.compare(person)[0]:
        return []
    kin = _kin(claim.loan)
    found = (look(claim, kin) for look in LOOKS)
    return [one for one in found if one is not None]


def _kin(loan: Loan) -> list[Kin]:
    """By the borrower's identity: credit code, or the blind index of a person's number; an index serves it."""
    rows = Loan.objects.filter(borrower_id=loan.borrower_id).exclude(pk=loan.pk).exclude(state=Loan.State.WITHDRAWN)
    loans = list(rows.select_related("bank").order_by("-disbursed_on", "pk")[:MOST])
    claims = Claim.objects.filter(loan__in=loans).exclude(state__in=[Claim.State.DRAFT, Claim.State.WITHDRAWN])
    newest = {one.loan_id: one for one in claims.order_by("created_at")}
    return [Kin(one, newest.get(one.pk)) for one in loans]


def _twins(claim: Claim, kin: list[Kin]) -> Likeness | None:
    """The same sum within a few days: perhaps one loan that was entered, or claimed, twice."""
    near = timedelta(days=settings.LOOKALIKE_DAYS)
    same = [
        one for one in kin
        if one.loan.principal == claim.loan.principal and abs(one.loan.disbursed_on - claim.loan.disbursed_on) <= near
    ]  # fmt: skip
    if not same:
        return None
    text = _(
        "同一借款人在前后 %(days)s 日内另有 %(n)s 笔金额相同（%(amount)s 元）的贷款入库，请核对是否同一项目重复申报。"
    )
    words = {"days": settings.LOOKALIKE_DAYS, "n": len(same), "amount": yuan(claim.loan.principal)}
    return Likeness(_("同额同期贷款"), text % words, _double_claim(), tuple(same))


def _claimed(claim: Claim, kin: list[Kin]) -> Likeness | None:
    others = [one for one in kin if one.claim is not None]
    if not others:
        return None
    paid = [one for one in others if one.compensated]
    text = _("同一借款人的其他贷款另有 %(n)s 笔补偿申请，其中已获补偿 %(paid)s 笔，金额合计 %(amount)s 元。")
    amounts = (one.claim.amount or Decimal(0) for one in paid if one.claim is not None)
    words = {"n": len(others), "paid": len(paid), "amount": yuan(total(amounts))}
    return Likeness(_("其他补偿申请"), text % words, _double_claim(), tuple(others))


def _over_limit(claim: Claim, kin: list[Kin]) -> Likeness | None:
    """What all banks together had lent to the borrower on the day this loan was made, against article 4."""
    firm = claim.loan.borrower_kind == BorrowerKind.ENTERPRISE
    rule = edition()["balance_limit" if firm else "credit_line_limit"]
    open_ = _open_on(kin, claim.loan.disbursed_on)
    owed = total([claim.loan.principal, *(one.loan.principal for one in open_)])
    if not open_ or owed <= rule.decimal:
        return None
    text = _("连同本笔，该借款人发放日在全库未到期贷款 %(n)s 笔，本金合计 %(owed)s 元，超过 %(limit)s 元。")
    words = {"n": len(open_) + 1, "owed": yuan(owed), "limit": yuan(rule.decimal)}
    return Likeness(_("全库余额超过上限"), text % words, rule.article, tuple(open_))


def _understated(claim: Claim, kin: list[Kin]) -> Likeness | None:
    """The libraries know of more than the bank says the credit report showed."""
    open_ = _open_on(kin, claim.loan.disbursed_on)
    known, told = total(one.loan.principal for one in open_), assessment.values_of(claim)["other_balances"]
    if known <= told:
        return None
    text = _("发放日全库已有该借款人其他未到期贷款 %(known)s 元，大于申报的其他贷款余额 %(told)s 元，请核对信用报告。")
    words = {"known": yuan(known), "told": yuan(told)}
    return Likeness(_("其他贷款余额少报"), text % words, edition()["balance_limit"].article, tuple(open_))


LOOKS: tuple[Callable[[Claim, list[Kin]], Likeness | None], ...] = (_twins, _claimed, _over_limit, _understated)


def _open_on(kin: Iterable[Kin], day: date) -> list[Kin]:
    """Those made by then and neither due nor closed; what was repaid meanwhile the libraries do not know."""
    return [
        one for one in kin
        if one.loan.disbursed_on <= day < one.loan.due_on and (one.loan.closed_on is None or one.loan.closed_on > day)
    ]  # fmt: skip


def _double_claim() -> str:
    """The article on several claims for one project stands with what follows from them."""
    return edition()["clawback_interest"].article
