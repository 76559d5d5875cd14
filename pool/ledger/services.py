"""The only writer of the ledger. Each call names its natural key: the same key gives the first transaction back."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from pool import scope
from pool.errors import Refused, SamePerson
from pool.formats import yuan
from pool.jobs import lock_number
from pool.ledger import chart
from pool.ledger.models import Account, Entry, LedgerTransaction, MonthClosing
from pool.models import DEFAULT_SCHEME, User
from pool.services import anchors

Kind = LedgerTransaction.Kind
FEN = Decimal("0.01")
ZERO = Decimal("0.00")
ACCOUNTING = "10.3(3)"
"""The finance centre keeps the books of the special account."""


def positive(amount: Decimal) -> Decimal:
    """The amount, if it is one that money can have."""
    if amount <= 0 or amount != amount.quantize(FEN):
        raise Refused("amount_invalid", _("金额必须大于零，且最多两位小数。"), field="amount")
    return amount


@dataclass(frozen=True)
class Item:
    """One claim's share: the opaque subject, its bank, a positive amount."""

    subject: UUID
    bank: UUID
    amount: Decimal

    def __post_init__(self) -> None:
        positive(self.amount)


@dataclass(frozen=True)
class Leg:
    account: str
    amount: Decimal
    bank: UUID | None = None
    subject: UUID | None = None


@dataclass(frozen=True)
class Voucher:
    """What a transaction says about itself, its entries aside."""

    key: str
    kind: Any
    on: date
    prepared_by: User | None
    approved_by: User | None
    article: str = ""
    reference: str = ""
    bank: UUID | None = None
    subject: UUID | None = None
    scheme: str = DEFAULT_SCHEME
    reverses: LedgerTransaction | None = None


def appropriate(
    *,
    key: str,
    amount: Decimal,
    on: date,
    prepared_by: User,
    approved_by: User,
    reference: str = "",
    article: str = "",
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    """Budget money has arrived in the special account."""
    voucher = Voucher(key, Kind.APPROPRIATE, on, prepared_by, approved_by, article, reference, scheme=scheme)
    return _post(voucher, [Leg(chart.CASH, positive(amount)), Leg(chart.APPROPRIATION, -amount)])


def reserve(
    *,
    key: str,
    items: Sequence[Item],
    on: date,
    prepared_by: User,
    approved_by: User | None = None,
    reference: str = "",
    article: str = "",
    subject: UUID | None = None,
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    """A plan promises money: refused when cash − reserved does not suffice."""
    voucher = Voucher(
        key, Kind.RESERVE, on, prepared_by, approved_by, article, reference, _one_bank(items), subject, scheme
    )
    return _post(voucher, [leg for item in items for leg in _reservation(item, item.amount)])


def void_reservation(
    *,
    key: str,
    items: Sequence[Item],
    on: date,
    prepared_by: User | None,
    approved_by: User | None = None,
    reference: str = "",
    article: str = "",
    subject: UUID | None = None,
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    """What was promised is free again."""
    voucher = Voucher(
        key, Kind.VOID, on, prepared_by, approved_by, article, reference, _one_bank(items), subject, scheme
    )
    return _post(voucher, [leg for item in items for leg in _reservation(item, -item.amount)])


def post_payment(
    *,
    key: str,
    items: Sequence[Item],
    on: date,
    prepared_by: User,
    approved_by: User,
    reference: str = "",
    article: str = "",
    subject: UUID | None = None,
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    """One bank transfer, confirmed by the bank with its value date `on`: each claim from its own reservation."""
    bank = _one_bank(items)
    if bank is None:
        raise Refused("payment_one_bank", _("一笔付款只能付给一家银行。"))
    legs: list[Leg] = []
    for item in items:
        legs += _reservation(item, -item.amount)
        legs.append(Leg(chart.CASH, -item.amount, item.bank, item.subject))
        legs.append(Leg(chart.compensation(item.bank), item.amount, item.bank, item.subject))
    voucher = Voucher(key, Kind.PAYMENT, on, prepared_by, approved_by, article, reference, bank, subject, scheme)
    return _post(voucher, legs)


def receive_return(
    *,
    key: str,
    item: Item,
    on: date,
    prepared_by: User,
    approved_by: User | None = None,
    reference: str = "",
    article: str = "",
    from_suspense: bool = False,
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    """Recovered money came back from the bank; never more than the claim was compensated."""
    source = chart.SUSPENSE if from_suspense else chart.CASH
    voucher = Voucher(
        key, Kind.RETURN, on, prepared_by, approved_by, article, reference, item.bank, item.subject, scheme
    )
    return _post(voucher, _incoming(source, chart.returns(item.bank), item))


def refund(
    *,
    key: str,
    item: Item,
    on: date,
    prepared_by: User,
    approved_by: User | None = None,
    reference: str = "",
    article: str = "",
    from_suspense: bool = False,
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    """An upgraded loan's compensation came back."""
    source = chart.SUSPENSE if from_suspense else chart.CASH
    voucher = Voucher(
        key, Kind.REFUND, on, prepared_by, approved_by, article, reference, item.bank, item.subject, scheme
    )
    return _post(voucher, _incoming(source, chart.refunds(item.bank), item))


def claw_back(
    *,
    key: str,
    subject: UUID,
    bank: UUID,
    principal: Decimal,
    interest: Decimal,
    on: date,
    prepared_by: User,
    approved_by: User,
    reference: str = "",
    article: str = "",
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    """A bank paid back after a breach: compensation of one claim, interest on it, or both (either may be nothing)."""
    legs = [Leg(chart.CASH, positive(principal + interest), bank, subject)]
    for account, part in ((chart.clawbacks(bank), principal), (chart.INTEREST, interest)):
        if part:
            legs.append(Leg(account, -positive(part), bank, subject))
    voucher = Voucher(key, Kind.CLAWBACK, on, prepared_by, approved_by, article, reference, bank, subject, scheme)
    return _post(voucher, legs)


def receive_unexplained(
    *,
    key: str,
    amount: Decimal,
    on: date,
    prepared_by: User,
    approved_by: User | None = None,
    reference: str = "",
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    """Money came in and nobody knows yet what for."""
    voucher = Voucher(key, Kind.SUSPENSE, on, prepared_by, approved_by, "", reference, scheme=scheme)
    return _post(voucher, [Leg(chart.CASH, positive(amount)), Leg(chart.SUSPENSE, -amount)])


def pay_back(
    *,
    key: str,
    amount: Decimal,
    on: date,
    prepared_by: User,
    approved_by: User,
    reference: str = "",
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    """Money that was not the pool's went back to who sent it: never more than lies in suspense."""
    voucher = Voucher(key, Kind.PAY_BACK, on, prepared_by, approved_by, "", reference, scheme=scheme)
    return _post(voucher, [Leg(chart.SUSPENSE, positive(amount)), Leg(chart.CASH, -amount)])


def earn_interest(
    *,
    key: str,
    amount: Decimal,
    on: date,
    prepared_by: User,
    approved_by: User | None = None,
    reference: str = "",
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    voucher = Voucher(key, Kind.INTEREST, on, prepared_by, approved_by, "", reference, scheme=scheme)
    return _post(voucher, [Leg(chart.CASH, positive(amount)), Leg(chart.INTEREST, -amount)])


def pay_fee(
    *,
    key: str,
    amount: Decimal,
    on: date,
    prepared_by: User,
    approved_by: User | None = None,
    reference: str = "",
    scheme: str = DEFAULT_SCHEME,
) -> LedgerTransaction:
    voucher = Voucher(key, Kind.FEE, on, prepared_by, approved_by, "", reference, scheme=scheme)
    return _post(voucher, [Leg(chart.CASH, -positive(amount)), Leg(chart.FEES, amount)])


def reverse(
    *,
    key: str,
    transaction_id: int,
    on: date,
    prepared_by: User,
    approved_by: User,
    reference: str,
    article: str = "",
) -> LedgerTransaction:
    """The only correction: the same entries with the other sign, once, by two people, with the reason."""
    first = LedgerTransaction.objects.select_related("scheme").get(pk=transaction_id)
    taken = LedgerTransaction.objects.filter(reverses=first).exclude(key=key).exists()
    if taken or first.kind == Kind.REVERSAL:
        raise Refused("already_reversed", _("该凭证已经冲正，或本身就是冲正凭证。"))
    entries = Entry.objects.filter(transaction=first).select_related("account").order_by("id")
    voucher = Voucher(
        key,
        Kind.REVERSAL,
        on,
        prepared_by,
        approved_by,
        article,
        reference,
        first.bank,
        first.subject,
        first.scheme_id,
        first,
    )
    return _post(voucher, [Leg(e.account.code, -e.amount, e.bank, e.subject) for e in entries])


# --- reading ----------------------------------------------------------------------------------------------------------


def balances(scheme: str = DEFAULT_SCHEME) -> dict[str, Decimal]:
    """The balance of every account by code."""
    return dict(Account.objects.filter(scheme=scheme).values_list("code", "balance"))


def available(scheme: str = DEFAULT_SCHEME) -> Decimal:
    """Cash − suspense − reserved: what a new plan may promise."""
    held = balances(scheme)
    return held.get(chart.CASH, ZERO) + held.get(chart.SUSPENSE, ZERO) - held.get(chart.RESERVED, ZERO)


def net_compensation(subject: UUID) -> Decimal:
    """Paid − returned − refunded for one claim."""
    return _sum_of(subject, chart.BY_BANK)


def outstanding(scheme: str = DEFAULT_SCHEME) -> Decimal:
    """Paid − returned − refunded over all banks."""
    total = Account.objects.filter(scheme=scheme, kind__in=chart.BY_BANK).aggregate(total=Sum("balance"))["total"]
    return Decimal(total or ZERO)


def reserved_for(subject: UUID) -> Decimal:
    return _sum_of(subject, [Account.Kind.RESERVED])


def _sum_of(subject: UUID, kinds: Iterable[Any]) -> Decimal:
    total = Entry.objects.filter(subject=subject, account__kind__in=kinds).aggregate(total=Sum("amount"))["total"]
    return Decimal(total or ZERO)


def hold_accounts(codes: Iterable[str], scheme: str = DEFAULT_SCHEME) -> None:
    """Nobody posts while the caller's transaction holds cash and what is reserved."""
    chart.locked(scheme, codes)


# --- writing ----------------------------------------------------------------------------------------------------------


def _reservation(item: Item, amount: Decimal) -> list[Leg]:
    return [
        Leg(chart.RESERVED, amount, item.bank, item.subject),
        Leg(chart.RESERVE_CONTRA, -amount, item.bank, item.subject),
    ]


def _incoming(source: str, target: str, item: Item) -> list[Leg]:
    return [Leg(source, item.amount, item.bank, item.subject), Leg(target, -item.amount, item.bank, item.subject)]


def _one_bank(items: Sequence[Item]) -> UUID | None:
    banks = {item.bank for item in items}
    return banks.pop() if len(banks) == 1 else None


def _post(voucher: Voucher, legs: Sequence[Leg]) -> LedgerTransaction:
    _check_shape(voucher, legs)
    digest = _digest(voucher, legs)
    with transaction.atomic():
        if scope.current()[0] != scope.ALL:
            raise Refused("ledger_scope", _("资金账只能在全局范围内记账。"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("ledger", voucher.key)])
        first = LedgerTransaction.objects.filter(key=voucher.key).first()
        if first is not None:
            if first.body_hash != digest:
                raise Refused("key_reused", _("业务键 %(key)s 已用于内容不同的凭证。") % {"key": voucher.key})
            return first
        anchors.require_whole()
        accounts = chart.locked(voucher.scheme, {leg.account for leg in legs} | {chart.CASH, chart.RESERVED})
        _refuse_closed_month(voucher)
        posted = _write(voucher, legs, digest, accounts)
        _check_subjects(legs)
        return posted


def _refuse_closed_month(voucher: Voucher) -> None:
    """Nor before it: every later balance rests on it. Asked under the lock of the accounts, as a closing holds it."""
    since = voucher.on.replace(day=1)
    rows = MonthClosing.objects.filter(scheme=voucher.scheme, month__gte=since, state__in=MonthClosing.SHUT)
    closing = rows.order_by("-month").first()
    if closing is not None:
        text = _(
            "资金账已月结至 %(month)s（%(number)s），不能再记 %(day)s 的账。请按未月结月份的日期记账；"
            "确须记入该月的，由金融中心两人说明理由重开月结。"
        )
        words = {"month": str(closing), "number": closing.number, "day": voucher.on.isoformat()}
        raise Refused("month_closed", text % words, ACCOUNTING)


def _check_shape(voucher: Voucher, legs: Sequence[Leg]) -> None:
    if not legs:
        raise Refused("nothing_to_post", _("没有可记账的金额。"))
    if sum((leg.amount for leg in legs), ZERO) != 0:
        raise Refused("not_balanced", _("凭证借贷不平。"))
    if voucher.prepared_by is not None and voucher.prepared_by == voucher.approved_by:
        raise SamePerson(_("经办与复核不能是同一人。"))


def _digest(voucher: Voucher, legs: Sequence[Leg]) -> str:
    said = [voucher.kind, voucher.on, voucher.bank, voucher.subject, voucher.scheme, voucher.article]
    said.append(voucher.reverses.pk if voucher.reverses else None)
    body = [[leg.account, f"{leg.amount:.2f}", leg.bank, leg.subject] for leg in legs]
    return hashlib.sha256(json.dumps([said, body], default=str).encode()).hexdigest()


def _write(voucher: Voucher, legs: Sequence[Leg], digest: str, accounts: dict[str, Account]) -> LedgerTransaction:
    posted: LedgerTransaction = LedgerTransaction.objects.create(
        scheme_id=voucher.scheme,
        key=voucher.key,
        body_hash=digest,
        kind=voucher.kind,
        occurred_on=voucher.on,
        prepared_by=voucher.prepared_by,
        approved_by=voucher.approved_by,
        article=voucher.article,
        reference=voucher.reference,
        bank=voucher.bank,
        subject=voucher.subject,
        reverses=voucher.reverses,
    )
    entries = []
    for leg in legs:
        account = accounts[leg.account]
        account.balance += leg.amount
        account.version += 1
        entries.append(
            Entry(
                transaction=posted,
                account=account,
                amount=leg.amount,
                balance_after=account.balance,
                account_version=account.version,
                bank=leg.bank,
                subject=leg.subject,
            )
        )
    _check_floor(accounts, _suspense(voucher.scheme, accounts))
    Entry.objects.bulk_create(entries)
    for code in sorted({leg.account for leg in legs}):
        accounts[code].save(update_fields=["balance", "version"])
    return posted


def _suspense(scheme: str, accounts: dict[str, Account]) -> Decimal:
    """What is held for others. It moves only under the lock of the cash, which is held here."""
    if chart.SUSPENSE in accounts:
        return -accounts[chart.SUSPENSE].balance
    balance = Account.objects.filter(scheme=scheme, code=chart.SUSPENSE).values_list("balance", flat=True).first()
    return -(balance or ZERO)


def _check_floor(accounts: dict[str, Account], suspense: Decimal) -> None:
    cash, reserved = accounts[chart.CASH].balance, accounts[chart.RESERVED].balance
    if suspense < 0:
        raise Refused("not_in_suspense", _("待查款项余额不足，不能抵作返还或退还。"))
    short = reserved + suspense - cash
    if short > 0:
        text = _(
            "可用资金不足：专户存款 %(cash)s 元，其中待查款 %(suspense)s 元，"
            "已预留 %(reserved)s 元，还差 %(short)s 元。"
        )
        figures = {"cash": cash, "suspense": suspense, "reserved": reserved, "short": short}
        raise Refused("not_enough_money", text % {name: yuan(amount) for name, amount in figures.items()})
    if reserved < 0:
        raise Refused("not_reserved", _("没有足够的预留资金。"))


def _check_subjects(legs: Sequence[Leg]) -> None:
    """Per claim: nothing paid or voided that is not reserved, nothing returned that was not paid."""
    for subject in {leg.subject for leg in legs if leg.subject is not None}:
        if reserved_for(subject) < 0:
            raise Refused("not_reserved", _("该项目没有足够的预留资金，不能支付或撤销。"))
        if net_compensation(subject) < 0:
            raise Refused("over_returned", _("返还或退回的金额超过该项目已支付的补偿。"))
