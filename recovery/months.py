"""Reads of the month's end: may it be closed, and if not why; the balance of every account; the month's vouchers."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse
from django.utils.translation import gettext as _

from banks.models import Bank
from claims.models import Payment, Upgrade
from pool.ledger.models import Account, Appropriation, Entry, LedgerTransaction, MonthClosing
from pool.money import ZERO, yuan
from recovery import account
from recovery.account import Agreement
from recovery.models import AccountLine, Return, SuspenseUse


def name(month: date) -> str:
    return f"{month.year}-{month.month:02d}"


def last_day(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def closing_of(month: date) -> MonthClosing | None:
    """The closing that is under way or stands."""
    rows = MonthClosing.objects.filter(month=month, state__in=MonthClosing.LIVE)
    found: MonthClosing | None = rows.select_related("proposed_by", "closed_by", "reopen_asked_by").first()
    return found


def months_with_vouchers() -> list[date]:
    """Oldest first."""
    rows = LedgerTransaction.objects.annotate(month=TruncMonth("occurred_on")).values_list("month", flat=True)
    return sorted(set(rows.order_by().distinct()))


def next_to_close(on: date) -> date | None:
    """The earliest month with vouchers that is over and nobody has closed or begun to close."""
    live = set(MonthClosing.objects.filter(state__in=MonthClosing.LIVE).values_list("month", flat=True))
    return next((one for one in months_with_vouchers() if one not in live and last_day(one) < on), None)


def agreement_of(month: date) -> Agreement | None:
    return account.agreement(last_day(month))


# ---- the checklist --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """One condition of closing; `why` says what is in the way and where to mend it."""

    label: str
    ok: bool
    why: str = ""
    url: str = ""


def checks(month: date, on: date) -> list[Check]:
    end = last_day(month)
    return [
        _month_is_over(end, on),
        _months_before(month),
        _statement_reaches(end),
        _lines_are_matched(end),
        _vouchers_are_seen(end),
        _balances_agree(end),
        _nothing_waits(end),
    ]


def _month_is_over(end: date, on: date) -> Check:
    why = _("当月至 %(day)s 结束，次日起可以月结") % {"day": end}
    return Check(_("当月已经结束"), on > end, why)


def _months_before(month: date) -> Check:
    shut = set(MonthClosing.objects.filter(state__in=MonthClosing.SHUT).values_list("month", flat=True))
    waiting = [one for one in months_with_vouchers() if one < month and one not in shut]
    why = _("请先月结 %(month)s") % {"month": name(waiting[0])} if waiting else ""
    url = month_url(waiting[0]) if waiting else ""
    return Check(_("以前各月都已月结"), not waiting, why, url)


def _statement_reaches(end: date) -> Check:
    last = account.last_statement()
    reached = last.ends_on if last else None
    why = _("专户流水导入至 %(day)s，请导入至 %(end)s") % {"day": reached or "—", "end": end}
    ok = reached is not None and reached >= end
    return Check(_("专户流水已导入至月末"), ok, why, reverse("recovery:account"))


def _lines_are_matched(end: date) -> Check:
    waiting = AccountLine.objects.filter(booked_on__lte=end).exclude(state=AccountLine.State.MATCHED).count()
    why = _("还有 %(count)s 笔流水未核对或待复核") % {"count": waiting}
    return Check(_("流水已全部核对"), not waiting, why, reverse("recovery:account"))


def _vouchers_are_seen(end: date) -> Check:
    waiting = account.unmatched_movements(end)
    why = _("资金账有 %(count)s 笔收付在流水上未见") % {"count": len(waiting)}
    return Check(_("资金账的收付都已在流水上见到"), not waiting, why, reverse("recovery:account_proof"))


def _balances_agree(end: date) -> Check:
    said = account.agreement(end)
    difference = said.difference if said else ZERO
    why = _("调节后相差 %(amount)s 元，请核对首份流水的期初余额") % {"amount": yuan(difference)}
    return Check(
        _("专户与资金账的余额相符"), said is not None and not difference, why, reverse("recovery:account_proof")
    )


def _nothing_waits(end: date) -> Check:
    """What two people have half entered with a day of this month."""
    in_hand = SuspenseUse.objects.filter(advice__isnull=False, state=SuspenseUse.State.PROPOSED).values("advice")
    receipts = Return.objects.filter(state=Return.State.RECEIPT_ENTERED, received_on__lte=end).exclude(pk__in=in_hand)
    waiting = (
        Payment.objects.filter(state=Payment.State.CONFIRMING, value_date__lte=end).count()
        + receipts.count()
        + Upgrade.objects.filter(state=Upgrade.State.RECEIPT_ENTERED, refunded_on__lte=end).count()
        + Appropriation.objects.filter(confirmed_on=None, withdrawn_on=None, on__lte=end).count()
    )
    why = _("还有 %(count)s 笔当月的收付已登记、待另一人确认") % {"count": waiting}
    return Check(_("已登记的收付都已确认"), not waiting, why, reverse("home"))


def month_url(month: date) -> str:
    return reverse("recovery:month", args=[month.year, month.month])


# ---- the balance of every account -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Balance:
    """One account in a month. Positive balances are debit, negative ones credit, in every account alike."""

    code: str
    title: str
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit

    @property
    def opening_side(self) -> tuple[Decimal | None, Decimal | None]:
        return sides(self.opening)

    @property
    def closing_side(self) -> tuple[Decimal | None, Decimal | None]:
        return sides(self.closing)


def sides(amount: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """(debit, credit)."""
    return (amount, None) if amount > 0 else (None, -amount) if amount < 0 else (None, None)


def trial_balance(month: date) -> list[Balance]:
    """Every account that ever had an entry by the month's end, in two questions."""
    first, end = month.replace(day=1), last_day(month)
    before = Q(transaction__occurred_on__lt=first)
    rows = Entry.objects.filter(transaction__occurred_on__lte=end).values("account_id", "account__code").annotate(
        opening=Coalesce(Sum("amount", filter=before), ZERO),
        debit=Coalesce(Sum("amount", filter=~before & Q(amount__gt=0)), ZERO),
        credit=Coalesce(Sum("amount", filter=~before & Q(amount__lt=0)), ZERO),
    )  # fmt: skip
    codes = Codes()
    found = [
        Balance(*codes.of(row["account_id"]), row["opening"], row["debit"], -row["credit"]) for row in rows.order_by()
    ]
    return sorted(found, key=lambda one: one.code)


SUBJECT_CODES = {
    Account.Kind.CASH: "1002",
    Account.Kind.RESERVED: "9001",
    Account.Kind.RESERVE_CONTRA: "9002",
    Account.Kind.APPROPRIATION: "4001",
    Account.Kind.INTEREST: "4002",
    Account.Kind.RETURNS: "4101",
    Account.Kind.REFUNDS: "4102",
    Account.Kind.CLAWBACKS: "4103",
    Account.Kind.COMPENSATION: "5001",
    Account.Kind.FEES: "5002",
    Account.Kind.SUSPENSE: "2241",
}
"""The numbers under which the financial system knows the chart of accounts; a bank's account adds the bank's code."""


class Codes:
    """account → (number, name), the names of the banks asked for once."""

    def __init__(self) -> None:
        banks = {pk: (code, short) for pk, code, short in Bank.objects.values_list("pk", "code", "short_name")}
        self.known = {one.pk: _numbered(one, banks) for one in Account.objects.all()}

    def of(self, account_id: int) -> tuple[str, str]:
        return self.known[account_id]


def _numbered(one: Account, banks: dict[UUID, tuple[str, str]]) -> tuple[str, str]:
    number, title = SUBJECT_CODES[Account.Kind(one.kind)], str(one.get_kind_display())
    if one.subject is None:
        return number, title
    code, short = banks.get(one.subject, ("", ""))
    return f"{number}.{code}", f"{title}-{short}"
