"""The special account's statement (10.3(3)): taken in, held against the ledger, the rest explained by two people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from claims import services as claims
from claims.models import Payment, PlanItem
from claims.services import locking
from pool import hats, moves, storage
from pool.errors import Refused
from pool.formats import yuan
from pool.jobs import lock_number
from pool.ledger import services as ledger
from pool.ledger.models import LedgerTransaction
from pool.models import StoredFile, Transition, User
from pool.money import ZERO, total
from recovery import account as selectors
from recovery import camt, intake, matching
from recovery import permissions as may
from recovery.intake import ARTICLE, Statement
from recovery.models import AccountLine, AccountStatement, Closing, LineVoucher, Return, Settlement
from recovery.services import uses
from recovery.services.clawback import enter_clawback_receipt
from recovery.services.common import note, number
from recovery.services.returns import enter_return_receipt

PURPOSE = "account_statement"
MOST_BYTES = 20 << 20
CLERK, CHECKER = "finance_clerk", "finance_approver"
State = AccountLine.State
Explanation = AccountLine.Explanation


# --- the file ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def import_statement(*, file: UploadedFile, by: User, on: date, until: date | None = None) -> AccountStatement:
    """Take the file in whole, or refuse it whole; what agrees with the ledger without doubt is matched at once.

    A sheet ends with its last line; `until` says to which day it was asked for, so that a quiet month's end counts.
    """
    may.require(may.keep_account(by))
    _one_at_a_time()
    stored = storage.keep(file, name=file.name or "", purpose=PURPOSE, by=by, max_bytes=MOST_BYTES)
    path = Path(settings.MEDIA_ROOT) / stored.path
    is_camt = camt.looks_like_xml(path)
    said = camt.read(path) if is_camt else _up_to(intake.read_sheet(path), until)
    _refuse_sums(said)
    _refuse_unfollowing(said, stored, on)
    statement: AccountStatement = AccountStatement.objects.create(
        number=number("LS", on), file=stored, made_by=by, made_on=on,
        format=AccountStatement.Format.CAMT_053 if is_camt else AccountStatement.Format.SHEET,
        starts_on=said.starts_on, ends_on=said.ends_on, opening=said.opening, closing=said.closing,
    )  # fmt: skip
    _write_lines(statement, said, by=by, on=on)
    after = {"lines": len(said.lines), "closing": said.closing, "sha256": stored.sha256}
    note("import_statement", statement, by=by, on=on, after=after, article=ARTICLE)
    match_lines(on)
    return statement


def _up_to(said: Statement, until: date | None) -> Statement:
    if until is None:
        return said
    if until < said.ends_on:
        text = _("查询截止日早于文件最后一笔的交易日期 %(day)s。")
        raise Refused("until_before_last", text % {"day": said.ends_on}, ARTICLE, "until")
    return replace(said, ends_on=until)


def _one_at_a_time() -> None:
    """Two files at once could both follow the same one; the statements themselves are never changed, so not locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("account", "import")])


def _write_lines(statement: AccountStatement, said: Statement, *, by: User, on: date) -> None:
    rows = AccountLine.objects.bulk_create(
        AccountLine(
            statement=statement, position=line.place, booked_on=line.booked_on, value_date=line.value_date,
            amount=line.amount, reference=line.reference, counterparty=line.counterparty,
            counterparty_account=line.counterparty_account, remark=line.remark,
        )
        for line in said.lines
    )  # fmt: skip
    kind = AccountLine._meta.label_lower
    Transition.objects.bulk_create(
        Transition(subject_kind=kind, subject_id=row.pk, field="state", source="", target=row.state, by=by, on=on)
        for row in rows
    )


def _refuse_sums(said: Statement) -> None:
    moved = total(line.amount for line in said.lines)
    if said.opening + moved != said.closing:
        text = _("期初余额 %(opening)s 元加本期收支 %(moved)s 元，与期末余额 %(closing)s 元不符，请重新下载完整流水。")
        words = {"opening": yuan(said.opening), "moved": yuan(moved), "closing": yuan(said.closing)}
        raise Refused("statement_sums", text % words, ARTICLE, "file")
    outside = [line for line in said.lines if not said.starts_on <= line.booked_on <= said.ends_on]
    if outside:
        text = _("第 %(place)s 笔的交易日期 %(day)s 不在流水的起止日期之内。")
        raise Refused("line_outside", text % {"place": outside[0].place, "day": outside[0].booked_on}, ARTICLE, "file")


def _refuse_unfollowing(said: Statement, stored: StoredFile, on: date) -> None:
    """Nothing twice, nothing left out: it begins after the last one ends, at the balance where that one closed."""
    if said.ends_on > on:
        raise Refused("statement_ahead", _("流水截止日 %(day)s 晚于今天。") % {"day": said.ends_on}, ARTICLE, "file")
    same = AccountStatement.objects.filter(file__sha256=stored.sha256).first()
    if same is not None:
        raise Refused("statement_known", _("该文件已导入，见 %(number)s。") % {"number": same.number}, ARTICLE, "file")
    last = selectors.last_statement()
    if last is None:
        return
    words = {"number": last.number, "ends_on": last.ends_on, "closing": yuan(last.closing)}
    if said.starts_on <= last.ends_on:
        text = _("已导入至 %(ends_on)s（%(number)s），请下载其后的流水。")
        raise Refused("statement_overlaps", text % words, ARTICLE, "file")
    if said.opening != last.closing:
        text = _(
            "期初余额 %(opening)s 元与上一份 %(number)s（至 %(ends_on)s）的期末余额 %(closing)s 元不符，中间缺流水。"
        )
        raise Refused("statement_gap", text % {**words, "opening": yuan(said.opening)}, ARTICLE, "file")


# --- by the machine ---------------------------------------------------------------------------------------------------


@transaction.atomic
def match_lines(on: date) -> dict[str, int]:
    """Match every open line about which there is no doubt."""
    lines = {str(line.pk): line for line in selectors.open_lines().select_for_update(of=("self",)).order_by("pk")}
    pairs = matching.without_doubt(map(selectors.moved, lines.values()), selectors.unmatched_movements())
    for key, movement in pairs.items():
        _tie(lines[key], movement.vouchers)
        moves.move(
            lines[key], "match", by=None, on=on, article=ARTICLE, explanation=Explanation.VOUCHERS, matched_on=on
        )
    return {"matched": len(pairs), "open": len(lines) - len(pairs)}


def _tie(line: AccountLine, vouchers: Iterable[int]) -> None:
    LineVoucher.objects.bulk_create(LineVoucher(line=line, transaction_id=one) for one in vouchers)


# --- by two people ----------------------------------------------------------------------------------------------------


@transaction.atomic
def propose_line(
    *, line_id: UUID, explanation: str, by: User, on: date, version: int, vouchers: Sequence[int] = (), reason: str = ""
) -> AccountLine:
    """One person says what a line is: a movement of the ledger, interest, a fee, or money of unknown origin."""
    line = locking.row(AccountLine, line_id)
    may.require(may.keep_account(by))
    locking.check(line, version)
    hats.wear(line, by, CLERK)
    if explanation not in Explanation.values or explanation in AccountLine.NAMED:
        raise Refused("explanation_unknown", _("请选择这笔流水的说明。"), ARTICLE, "explanation")
    if explanation == Explanation.VOUCHERS:
        _refuse_other_sum(line, vouchers)
        _tie(line, vouchers)
    else:
        _refuse_wrong_side(line, explanation)
        if not reason.strip():
            raise Refused("reason_missing", _("请写明核对依据，例如利息清单号或对方来电情况。"), ARTICLE, "reason")
    _propose(line, explanation, by=by, on=on, reason=reason, after={"vouchers": list(vouchers)})
    return line


def _propose(
    line: AccountLine, explanation: str, *, by: User, on: date, reason: str, after: dict[str, Any], **case: Any
) -> None:
    moves.move(
        line, "propose", by=by, on=on, article=ARTICLE, explanation=explanation, note=reason.strip()[:400],
        proposed_by=by, **case,
    )  # fmt: skip
    said = {"explanation": explanation, "amount": line.amount, **after}
    note("propose_line", line, by=by, on=on, after=said, article=ARTICLE, reason=reason)


def _refuse_other_sum(line: AccountLine, vouchers: Sequence[int]) -> None:
    free = {number: one for one in selectors.unmatched_movements() for number in one.vouchers}
    if not vouchers or not set(vouchers) <= free.keys():
        raise Refused("voucher_taken", _("所选凭证不存在，或已与另一笔流水核对。"), ARTICLE, "vouchers")
    chosen = total(one.amount for one in {free[number] for number in vouchers})
    if chosen != line.amount:
        text = _("所选凭证合计 %(total)s 元，与流水金额 %(amount)s 元不符。")
        raise Refused("sum_differs", text % {"total": yuan(chosen), "amount": yuan(line.amount)}, ARTICLE, "vouchers")


def _refuse_wrong_side(line: AccountLine, explanation: str) -> None:
    goes_out = explanation == Explanation.FEE
    if goes_out != (line.amount < 0):
        text = _("“%(word)s”应为%(side)s，与这笔流水的方向不符。")
        words = {"word": Explanation(explanation).label, "side": _("支出") if goes_out else _("收入")}
        raise Refused("wrong_side", text % words, ARTICLE, "explanation")


@transaction.atomic
def enter_from_line(*, line_id: UUID, kind: str, subject: str, by: User, on: date, version: int) -> str:
    """The line is the bank's advice of a case that waits for one: its value date and reference are entered there.

    Gives the address of the case, where another person confirms.
    """
    line = AccountLine.objects.get(pk=line_id)
    may.require(may.keep_account(by))
    locking.check(line, version)
    _refuse_settled(line)
    case = next((one for one in selectors.waiting_for(line) if (one.kind, str(one.pk)) == (kind, subject)), None)
    if case is None or kind not in ENTER:
        raise Refused("case_not_waiting", _("所选事项已办理或金额不符，请刷新页面。"), ARTICLE)
    if not line.reference:
        raise Refused("reference_missing", _("这笔流水没有银行流水号，请在该事项的页面登记回单。"), ARTICLE)
    ENTER[kind](line, case, by, on)
    if kind in ON_THE_LINE:
        return line.get_absolute_url()
    note("enter_from_line", line, by=by, on=on, after={"kind": kind, "case": case.label}, article=ARTICLE)
    return case.url


def _refuse_settled(line: AccountLine) -> None:
    if line.state != State.OPEN:
        raise Refused("line_not_open", _("这笔流水已核对或待复核。"), ARTICLE)


def _enter_payment(line: AccountLine, case: selectors.Waiting, by: User, on: date) -> None:
    claims.enter_confirmation(
        payment_id=case.pk, by=by, on=on, version=case.version, value_date=line.value_date,
        bank_reference=line.reference,
    )  # fmt: skip


def _enter_return(line: AccountLine, case: selectors.Waiting, by: User, on: date) -> None:
    enter_return_receipt(
        return_id=case.pk, amount=line.amount, reference=line.reference, received_on=line.value_date, by=by, on=on,
        version=case.version,
    )  # fmt: skip


def _enter_refund(line: AccountLine, case: selectors.Waiting, by: User, on: date) -> None:
    claims.enter_refund(
        upgrade_id=case.pk, amount=line.amount, refunded_on=line.value_date, bank_reference=line.reference, by=by,
        on=on, version=case.version,
    )  # fmt: skip


def _enter_clawback(line: AccountLine, case: selectors.Waiting, by: User, on: date) -> None:
    enter_clawback_receipt(
        clawback_id=case.pk, amount=line.amount, reference=line.reference, received_on=line.value_date, by=by, on=on,
        version=case.version,
    )  # fmt: skip


def _enter_bounce(line: AccountLine, case: selectors.Waiting, by: User, on: date) -> None:
    """The money of a posted transfer came back; the second person of the line reverses it."""
    seen = LineVoucher.objects.filter(
        transaction__subject=case.pk, transaction__kind=LedgerTransaction.Kind.PAYMENT, dropped=False,
        line__state=State.MATCHED,
    )  # fmt: skip
    if not seen.exists():
        text = _("拨付 %(number)s 付出的那笔流水尚未核对，请先核对后再登记退汇。")
        raise Refused("transfer_not_seen", text % {"number": case.label}, ARTICLE)
    _name_case(line, Explanation.BOUNCED, case, by, on, payment_id=case.pk)


def _enter_pay_back(line: AccountLine, case: selectors.Waiting, by: User, on: date) -> None:
    """Suspense that two people agreed to pay back has left the account."""
    _name_case(line, Explanation.PAID_BACK, case, by, on, use_id=case.pk)


def _name_case(
    seen: AccountLine, explanation: str, case: selectors.Waiting, by: User, on: date, **pointed: UUID
) -> None:
    line = locking.row(AccountLine, seen.pk)
    locking.check(line, seen.version)
    hats.wear(line, by, CLERK)
    _propose(line, explanation, by=by, on=on, reason=case.label, after={"case": case.label}, **pointed)


ENTER = {
    "payment": _enter_payment,
    "return": _enter_return,
    "refund": _enter_refund,
    "clawback": _enter_clawback,
    "bounce": _enter_bounce,
    "pay_back": _enter_pay_back,
}
PAIR = 2
ON_THE_LINE = frozenset({"bounce", "pay_back"})
"""What the line itself is then proposed to be; its second person confirms there."""


@transaction.atomic
def propose_correction(*, line_id: UUID, other_id: UUID, reason: str, by: User, on: date, version: int) -> AccountLine:
    """The account's bank booked something by mistake and took it back: two lines that cancel, told of each other."""
    may.require(may.keep_account(by))
    held = _locked({line_id, other_id})
    if len(held) < PAIR:
        raise Refused("other_missing", _("请选择与这笔流水相抵的另一笔。"), ARTICLE, "other")
    line, other = held[line_id], held[other_id]
    locking.check(line, version)
    for one in (line, other):
        _refuse_settled(one)
    if line.amount + other.amount != ZERO:
        raise Refused("not_cancelling", _("两笔流水的金额须相同、方向相反。"), ARTICLE, "other")
    if not reason.strip():
        raise Refused("reason_missing", _("请写明核对依据，例如开户银行的更正通知。"), ARTICLE, "reason")
    for one, its in ((line, other), (other, line)):
        hats.wear(one, by, CLERK)
        _propose(one, Explanation.CORRECTED, by=by, on=on, reason=reason, after={"other": str(its.pk)}, pair=its)
    return line


def _locked(keys: Iterable[UUID]) -> dict[UUID, AccountLine]:
    rows = AccountLine.objects.select_for_update(of=("self",)).filter(pk__in=list(keys)).order_by("pk")
    return {row.pk: row for row in rows}


def _with_its_pair(line_id: UUID) -> list[AccountLine]:
    """The line first; with it the one that cancels it, if it has one."""
    pair = AccountLine.objects.values_list("pair_id", flat=True).get(pk=line_id)
    held = _locked({line_id, pair or line_id})
    return sorted(held.values(), key=lambda row: row.pk != line_id)


@transaction.atomic
def confirm_line(*, line_id: UUID, by: User, on: date, version: int) -> AccountLine:
    """Another person finds it so; what the ledger lacks is posted now, once. Two that cancel are one matter."""
    may.require(may.check_account(by))
    _hold_case(line_id)
    lines = _with_its_pair(line_id)
    locking.check(lines[0], version)
    for line in lines:
        hats.wear(line, by, CHECKER)
        if line.state == State.PROPOSED and line.explanation in AccountLine.BOOKS:
            _tie(line, [voucher.pk for voucher in _post(line, by, on)])
        moves.move(line, "confirm", by=by, on=on, article=ARTICLE, checked_by=by, matched_on=on)
        note("confirm_line", line, by=by, on=on, after={"explanation": line.explanation}, article=ARTICLE)
    return lines[0]


def _hold_case(line_id: UUID) -> None:
    """What the line is of stands before it in the order of locks."""
    payment: UUID | None = AccountLine.objects.values_list("payment_id", flat=True).get(pk=line_id)
    if payment is not None:
        claims.hold_payment(payment)


def _post(line: AccountLine, by: User, on: date) -> list[LedgerTransaction]:
    if line.payment_id is not None:
        _refuse_answered(line.payment)
        return claims.take_back_payment(
            payment_id=line.payment_id, returned_on=line.value_date, reference=line.reference,
            entered_by=line.proposed_by, by=by, on=on,
        )  # fmt: skip
    post: Callable[..., LedgerTransaction] = {
        Explanation.INTEREST: ledger.earn_interest,
        Explanation.FEE: ledger.pay_fee,
        Explanation.OVERPAID: ledger.receive_unexplained,
        Explanation.UNEXPLAINED: ledger.receive_unexplained,
        Explanation.PAID_BACK: ledger.pay_back,
    }[Explanation(line.explanation)]
    if line.use_id is not None:
        uses.pay_out(line.use_id, by=by, on=on)
    said: Mapping[str, Any] = {"on": line.value_date, "prepared_by": line.proposed_by, "approved_by": by}
    return [post(key=f"account-line:{line.pk}", amount=abs(line.amount), reference=line.reference, **said)]


def _refuse_answered(payment: Payment) -> None:
    """Returns that have come in, or a settlement under way, say that the bank did have the money."""
    claims_of = PlanItem.objects.filter(plan=payment.packet.plan_id, bank_id=payment.bank_id, dropped_on=None)
    ids = list(claims_of.values_list("claim", flat=True))
    answered = Return.objects.filter(claim__in=ids, state__in=[Return.State.RECEIPT_ENTERED, Return.State.RECEIVED])
    ended = Settlement.objects.filter(claim__in=ids, state__in=[Settlement.State.PREPARED, Settlement.State.APPLIED])
    closing = Closing.objects.filter(loan__claims__in=ids).exclude(state__in=Closing.ENDED)
    if answered.exists() or ended.exists() or closing.exists():
        text = _("拨付 %(number)s 的项目已有返还到账或正在办理清收、结项，请先核实款项是否确已退回。")
        raise Refused("gone_on", text % {"number": payment.number}, ARTICLE)


@transaction.atomic
def reject_line(*, line_id: UUID, by: User, on: date, version: int, reason: str) -> AccountLine:
    """The second person does not find it so: it is open again."""
    may.require(may.check_account(by))
    lines = _with_its_pair(line_id)
    locking.check(lines[0], version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), ARTICLE, "reason")
    for line in lines:
        hats.wear(line, by, CHECKER)
        LineVoucher.objects.filter(line=line, dropped=False).update(dropped=True)
        moves.move(
            line, "reject", by=by, on=on, article=ARTICLE, reason=reason, explanation="", proposed_by=None,
            payment=None, use=None, pair=None,
        )  # fmt: skip
        note("reject_line", line, by=by, on=on, article=ARTICLE, reason=reason)
    return lines[0]
