"""The special account as its own bank tells it: the months worked off and closed, this January's on the desk."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from claims.models import Payment
from pool import scope
from recovery import account, matching, months
from recovery import services as recovery
from recovery.matching import Movement
from recovery.models import AccountLine, AccountStatement

from .batches import Batches, rite
from .stage import Stage, fresh

HEADERS = ("交易日期", "收入金额", "支出金额", "余额", "流水号", "对方户名", "摘要")
CLERK, APPROVER = "finance1", "finance2"


@dataclass(frozen=True)
class Told:
    on: datetime.date
    amount: Decimal
    reference: str
    who: str
    remark: str


INTEREST = Told(datetime.date(2024, 12, 21), Decimal("1283041.67"), "JX20241221001", "", "存款结息")
FEE = Told(datetime.date(2025, 1, 6), Decimal("-120.00"), "SF20250106003", "", "账户管理费")
YESTERDAY = datetime.date(2025, 1, 15)
OVERPAID = Told(datetime.date(2025, 1, 13), Decimal("80000.00"), "HK20250113021", "海月银行深圳分行", "返还")
"""A bank sent more than was due."""
UNKNOWN = Told(datetime.date(2025, 1, 14), Decimal("35000.00"), "ZR20250114017", "深圳市某实业有限公司", "往来款")
"""Nobody knows what for: it waits for somebody to ask."""


@rite
def booked(batches: Batches, until: str, word: str = "closed") -> None:
    """The account's statement up to a day, every line explained, and each month that is over closed by two.

    `proposed`: the last of them still waits for the second person.
    """
    stage, end = batches.stage, datetime.date.fromisoformat(until)
    with scope.everything():
        known = [one for one in account.unmatched_movements() if one.occurred_on <= end]
        last = account.last_statement()
    interest = [INTEREST] if last and last.ends_on < INTEREST.on <= end else []
    told = [_told(one) for one in known] + interest
    statement = _imported(stage, f"专户流水-{until}.csv", told, last.closing if last else Decimal("0.00"), end)
    for line in _open(statement):
        _explain(stage, line)
    with scope.everything():
        closing = [one for one in months.months_with_vouchers() if one <= end and months.closing_of(one) is None]
    for month in closing:
        _closed(stage, month, confirmed=word == "closed" or month != closing[-1])


def _closed(stage: Stage, month: datetime.date, *, confirmed: bool) -> None:
    with stage.acting(CLERK) as (by, on):
        row = recovery.propose_closing(month=month, by=by, on=on)
    if confirmed:
        with stage.acting(APPROVER) as (by, on):
            recovery.confirm_closing(closing_id=row.pk, by=by, on=on, version=row.version)


def lay_out(stage: Stage) -> None:
    """January so far: money that a bank sent by mistake, of which a part goes back; and what nobody has looked at."""
    with scope.everything():
        known = account.unmatched_movements()
        last = account.last_statement()
    told = [*(_told(one) for one in known), FEE, OVERPAID, UNKNOWN, *_arrived()]
    statement = _imported(stage, "专户流水-202501.csv", told, last.closing if last else Decimal("0.00"))
    _suspended(stage, next(line for line in _open(statement) if line.reference == OVERPAID.reference))


def _suspended(stage: Stage, line: AccountLine) -> None:
    """Held for the bank; a part is to go back and waits for the second person."""
    with stage.acting(CLERK) as (by, on):
        recovery.propose_line(
            line_id=line.pk, by=by, on=on, version=line.version, explanation=AccountLine.Explanation.OVERPAID.value,
            reason="银行来电：返还款多汇一笔",
        )  # fmt: skip
    with stage.acting(APPROVER) as (by, on):
        recovery.confirm_line(line_id=line.pk, by=by, on=on, version=fresh(line).version)
    with stage.acting(CLERK) as (by, on):
        recovery.propose_pay_back(
            line_id=line.pk, amount=OVERPAID.amount / 2, reason="银行更正函，先退回一半", by=by, on=on,
            version=fresh(line).version,
        )  # fmt: skip


def _arrived() -> Iterator[Told]:
    """A transfer that went out yesterday: the clerk enters its advice from the line."""
    with scope.everything():
        sent = Payment.objects.filter(state=Payment.State.INSTRUCTED).select_related("bank")
        for one in sent.order_by("number")[:1]:
            yield Told(YESTERDAY, -one.amount, "ZF20250115009", one.bank.name, one.number)


def _told(one: Movement) -> Told:
    """The budget's money arrives under a number of its own; the rest under the one it was entered by."""
    if one.amount > 0 and one.label == "拨款到账":
        return Told(one.occurred_on, one.amount, f"CZ{one.occurred_on:%Y%m%d}001", "深圳市财政局", one.reference)
    return Told(one.occurred_on, one.amount, one.reference, "", one.label)


def _imported(
    stage: Stage, name: str, told: Iterable[Told], opening: Decimal, until: datetime.date | None = None
) -> AccountStatement:
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(HEADERS)
    balance = opening
    for one in sorted(told, key=lambda one: one.on):
        balance += one.amount
        received, paid = (one.amount, "") if one.amount > 0 else ("", -one.amount)
        writer.writerow([one.on, received, paid, balance, one.reference, one.who, one.remark])
    file = SimpleUploadedFile(name, content.getvalue().encode("utf-8-sig"))
    with stage.acting(CLERK) as (by, on):
        return recovery.import_statement(file=file, by=by, on=on, until=until)


def _open(statement: AccountStatement) -> list[AccountLine]:
    with scope.everything():
        return list(statement.lines.filter(state=AccountLine.State.OPEN).order_by("position"))


def _explain(stage: Stage, line: AccountLine) -> None:
    """By the clerk, and agreed to by the other."""
    with stage.acting(CLERK) as (by, on):
        movements = matching.likely(account.moved(line), account.unmatched_movements())
        said = {"explanation": "vouchers", "vouchers": movements[0].vouchers} if movements else {
            "explanation": "interest", "reason": "开户银行 2024 年第四季度结息通知单"
        }  # fmt: skip
        recovery.propose_line(line_id=line.pk, by=by, on=on, version=line.version, **said)
    with stage.acting(APPROVER) as (by, on):
        recovery.confirm_line(line_id=line.pk, by=by, on=on, version=fresh(line).version)
