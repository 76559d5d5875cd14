"""The special account's statement as a spreadsheet of its bank's online service, read into plain values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _

from pool.money import ZERO
from pool.sheets import CellProblem, Column, Kind, Row, Schema, SheetRefused, Unreadable, Wording, declare, read

ARTICLE = "10.3(3)"

declare(
    {
        "line_two_sides": Wording(
            _("本行同时有收入和支出，或两者都没有。"), _("每行只填收入金额或支出金额中的一项，请按网银明细核对。")
        ),
        "line_balance": Wording(
            _("余额 %(value)s 与上一行余额加减本行金额后的 %(right)s 不符。"),
            _("请从网银重新下载完整明细：是否漏了行、颠倒了次序，或改动过数字？"),
        ),
        "line_day_order": Wording(_("交易日期 %(value)s 早于上一行。"), _("请按交易时间先后排列，或从网银重新下载。")),
    }
)

LINES = Schema(
    code="ZHLS-1",
    title="专户流水",
    sheet="专户流水",
    columns=(
        Column("booked_on", _("交易日期"), Kind.DATE, required=True, synonyms=("记账日期", "交易日", "入账日期")),
        Column("value_date", _("起息日期"), Kind.DATE, synonyms=("起息日",)),
        Column(
            "received", _("收入金额"), Kind.MONEY, minimum=ZERO,
            synonyms=("贷方发生额", "贷方金额", "收入", "转入金额", "存入金额"),
        ),
        Column(
            "paid", _("支出金额"), Kind.MONEY, minimum=ZERO,
            synonyms=("借方发生额", "借方金额", "支出", "转出金额", "支取金额"),
        ),
        Column("balance", _("余额"), Kind.MONEY, required=True, synonyms=("账户余额", "当前余额")),
        Column(
            "reference", _("流水号"), Kind.CODE, max_length=80,
            synonyms=("交易流水号", "银行流水号", "回单号", "回单编号", "核心流水号"),
        ),
        Column("counterparty", _("对方户名"), Kind.TEXT, max_length=160, synonyms=("对方名称", "对方单位", "对手户名")),
        Column("counterparty_account", _("对方账号"), Kind.CODE, max_length=40, synonyms=("对手账号",), sensitive=True),
        Column("remark", _("摘要"), Kind.TEXT, max_length=400, synonyms=("附言", "用途", "摘要及附言", "交易摘要")),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """Yuan; what came in is positive."""

    place: int
    booked_on: date
    value_date: date
    amount: Decimal
    reference: str
    counterparty: str
    counterparty_account: str
    remark: str


@dataclass(frozen=True)
class Statement:
    """`account` is empty where the file does not say whose it is."""

    account: str
    starts_on: date
    ends_on: date
    opening: Decimal
    closing: Decimal
    lines: tuple[Line, ...]


def read_sheet(path: Path) -> Statement:
    """All rows or none. Opening and closing are told by the balances that the bank prints on each row."""
    with read(path, LINES) as reader:
        problems = [one for one in reader.problems if one.is_error]
        rows = [] if reader.broken else _in_time(list(reader))
    if not rows and not problems:
        raise SheetRefused("no_rows")
    lines = []
    for line, found in _lines(rows):
        problems += found
        if line is not None:
            lines.append(line)
    if problems:
        raise Unreadable(problems, code="statement_unreadable", article=ARTICLE)
    first: Any = rows[0].values
    last: Any = rows[-1].values
    return Statement(
        account="",
        starts_on=lines[0].booked_on,
        ends_on=lines[-1].booked_on,
        opening=first["balance"] - lines[0].amount,
        closing=last["balance"],
        lines=tuple(lines),
    )


def _in_time(rows: list[Row]) -> list[Row]:
    """Some banks print the newest line first: the order in which the balances follow one another is the right one."""
    return min(rows, rows[::-1], key=_breaks)


def _breaks(rows: list[Row]) -> int:
    sound = [
        (row, _line(row, 0), before) for before, row in pairwise(rows) if not (before.has_errors or row.has_errors)
    ]
    return sum(1 for row, line, before in sound if line is not None and any(_after(row, line, before)))


def _lines(rows: list[Row]) -> Iterator[tuple[Line | None, list[CellProblem]]]:
    before: Row | None = None
    for place, row in enumerate(rows, start=1):
        problems = [one for one in row.problems if one.is_error]
        line = None if problems else _line(row, place)
        if line is None and not problems:
            problems.append(row.problem("received", "line_two_sides"))
        if line is not None and before is not None:
            problems += _after(row, line, before)
        before = None if problems else row
        yield (None if problems else line), problems


def _line(row: Row, place: int) -> Line | None:
    values: Any = row.values
    received, paid = values["received"] or ZERO, values["paid"] or ZERO
    if bool(received) == bool(paid):
        return None
    return Line(
        place=place,
        booked_on=values["booked_on"],
        value_date=values["value_date"] or values["booked_on"],
        amount=received - paid,
        reference=values["reference"],
        counterparty=values["counterparty"],
        counterparty_account=values["counterparty_account"],
        remark=values["remark"],
    )


def _after(row: Row, line: Line, before: Row) -> Iterator[CellProblem]:
    values: Any = row.values
    former: Any = before.values
    right = former["balance"] + line.amount
    if values["balance"] != right:
        yield row.problem("balance", "line_balance", right=f"{right:,.2f}")
    if line.booked_on < former["booked_on"]:
        yield row.problem("booked_on", "line_day_order")
