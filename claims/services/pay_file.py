"""Instructed transfers go to the account's bank in one file (20(3)): made by who releases money, void by another."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from banks.selectors import confirmed_payee
from claims import permissions
from claims.models import PayFile, Payment
from claims.pay_message import Holder, Order, Transfer, credit_transfer
from claims.services import locking
from claims.services.together import limited
from pool import exports, moves, numbering, storage
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import User
from pool.selectors import edition
from pool.sure import be_sure
from pool.tables import Column

PURPOSE = "pay_file"
MOST = 500
"""Transfers of one file; banks take no longer ones."""


def article() -> str:
    return str(edition()["payment_period"].article)


def ready() -> Any:
    """Instructed, and in no file that the bank may have."""
    return Payment.objects.filter(state=Payment.State.INSTRUCTED, pay_file=None)


@transaction.atomic
def make_pay_file(*, payment_ids: Collection[UUID], execute_on: date, by: User, on: date) -> PayFile:
    """All of these transfers, or none: each is instructed, in no other file, and goes to the account confirmed now."""
    permissions.require(permissions.release(by))
    be_sure()
    payer = special_account()
    wanted = set(limited(payment_ids, MOST, "payment_period"))
    if execute_on < on:
        raise Refused("execute_on", _("要求付款日不能早于今天。"), article(), "execute_on")
    rows = ready().select_for_update(of=("self",)).filter(pk__in=wanted).select_related("payee", "bank", "packet__plan")
    payments = list(rows.order_by("pk"))
    if len(payments) != len(wanted):
        raise Refused("payment_not_ready", _("所选拨付中有未发出指令的，或已列入其他支付文件，请刷新页面。"), article())
    for payment in payments:
        _refuse_other_payee(payment)
    order = _order(payments, payer, execute_on, on)
    made: PayFile = PayFile.objects.create(
        number=order.number, execute_on=execute_on, count=len(payments), total=order.total, made_by=by, made_on=on,
        sheet=_keep(_sheet(order), f"{order.number}.csv", by),
        message=_keep(credit_transfer(order), f"{order.number}.xml", by),
    )  # fmt: skip
    for payment in payments:
        payment.pay_file = made
        locking.keep(payment, "pay_file")
    moves.log(made, field="state", source="", target=made.state, by=by, on=on, article=article())
    after = {"total": made.total, "payments": [one.number for one in payments], "sha256": made.message.sha256}
    locking.note("make_pay_file", made, by=by, on=on, after=after, article=article())
    return made


@transaction.atomic
def void_pay_file(*, pay_file_id: UUID, by: User, on: date, version: int, reason: str) -> PayFile:
    """The bank never took it, says another person: its transfers may go into another file."""
    made = locking.row(PayFile, pay_file_id)
    permissions.require(permissions.order(by))
    locking.check(made, version)
    be_sure()
    if made.made_by_id == by.pk:
        raise Refused("same_person", _("生成人不能作废自己生成的支付文件，请由另一人办理。"), article())
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), article(), "reason")
    payments = list(Payment.objects.select_for_update(of=("self",)).filter(pay_file=made).order_by("pk"))
    moved = [one.number for one in payments if one.state not in (Payment.State.INSTRUCTED, Payment.State.FAILED)]
    if moved:
        words = {"numbers": "、".join(moved)}
        raise Refused("paid_by_file", _("%(numbers)s 已登记到账，本文件不能作废。") % words, article())
    for payment in payments:
        if payment.state == Payment.State.INSTRUCTED:
            payment.pay_file = None
            locking.keep(payment, "pay_file")
    made.reason = reason.strip()[:400]
    moves.move(made, "make_void", by=by, on=on, article=article(), reason=made.reason, voided_by=by, voided_on=on)
    locking.note("void_pay_file", made, by=by, on=on, article=article(), reason=reason)
    return made


def special_account() -> Holder:
    """Whose account pays, as the installation names it."""
    holder = Holder(settings.SPECIAL_ACCOUNT_NAME, settings.SPECIAL_ACCOUNT_NUMBER, settings.SPECIAL_ACCOUNT_BANK)
    if not (holder.name and holder.number and holder.bank):
        text = _("系统尚未配置付款专户的户名、账号和开户行，不能生成支付文件，请联系系统管理员。")
        raise Refused("no_special_account", text, article())
    return holder


def _order(payments: Sequence[Payment], payer: Holder, execute_on: date, on: date) -> Order:
    return Order(
        number=f"PL{on.year}{numbering.next_number('pay_file', on.year):05d}",
        made_at=timezone.localtime(), execute_on=execute_on, payer=payer,
        transfers=[_transfer(one) for one in payments],
    )  # fmt: skip


def _refuse_other_payee(payment: Payment) -> None:
    if confirmed_payee(payment.bank_id) != payment.payee:
        text = _("%(number)s 的收款账户在复核之后已变更，请登记该笔失败后重新经办。")
        raise Refused("changed_since_approved", text % {"number": payment.number}, article())


def _transfer(payment: Payment) -> Transfer:
    to = Holder(payment.payee.account_name, payment.payee.account_number, payment.payee.opening_bank)
    with in_chinese():
        remark = _("风险补偿资金 %(plan)s %(number)s") % {"plan": payment.packet.plan.number, "number": payment.number}
    return Transfer(payment.number, payment.amount, to, remark)


def _sheet(order: Order) -> bytes:
    """The documented sheet, whatever language its maker reads: a line for each transfer (`docs/pay_files.md`)."""
    with in_chinese():
        # No line of who took it: the bank's program reads the first line as the header. The access log has it.
        return b"".join(exports.csv_lines(_columns(order), order.transfers, mark=""))


def _columns(order: Order) -> list[Column]:
    return [
        Column(_("支付文件编号"), lambda one: order.number, "code"),
        Column(_("拨付编号"), "number", "code"),
        Column(_("付款户名"), lambda one: order.payer.name),
        Column(_("付款账号"), lambda one: order.payer.number, "code"),
        Column(_("收款户名"), "to.name"),
        Column(_("收款账号"), "to.number", "code"),
        Column(_("收款开户行"), "to.bank"),
        Column(_("金额"), "amount", "money", unit=_("元")),
        Column(_("要求付款日"), lambda one: order.execute_on, "date"),
        Column(_("附言"), "remark"),
    ]


def _keep(content: bytes, name: str, by: User) -> Any:
    return storage.keep(content, name=name, purpose=PURPOSE, by=by)
