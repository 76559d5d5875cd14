"""Every number opens: tables whose figures lead to their cases, and the lists that show those cases."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from banks.models import Bank, Violation
from evaluation.selectors.opening import Source, of_line
from pool.selectors import page_of
from pool.tables import Column, Table

YUAN = _("元")


# ---- from a figure to its cases -------------------------------------------------------------------------------------


def address(source: Source, word: str, bank: str = "", part: str = "") -> str | None:
    """The page of the cases behind a figure, or behind the first of those that it is reckoned from."""
    of = source.parts.get(word)
    figure = source.figures.get(of[0] if of else word)
    if figure is None:
        return None
    asked = {source.key[0]: source.key[1], "figure": figure.name, "of": word if of else "", "bank": bank, "part": part}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse(f'evaluation:cases_{figure.kind}')}?{query}"


Place = Callable[[Any], dict[str, str]]
"""Of a row: whose it is (`bank`), or which part of a split."""


def _of_bank(row: Any) -> dict[str, str]:
    return {"bank": row.get("code", "") if isinstance(row, dict) else ""}


def opened(table: Table, source: Source | None, place: Place = _of_bank) -> Table:
    """The same table with a link behind every figure; without a source, as it is."""
    if source is None:
        return table
    columns = [
        replace(column, link=_link(source, column, place)) if column.figure else column for column in table.columns
    ]
    return replace(table, columns=columns, foot_link=lambda column: _foot(source, column))


def opened_own(columns: list[Column]) -> list[Column]:
    """A bank's own results: each row is another year's."""
    return [
        replace(column, link=lambda line, word=column.figure: address(of_line(line), word)) if column.figure else column
        for column in columns
    ]


def _link(source: Source, column: Column, place: Place) -> Callable[[Any], str | None]:
    def link(row: Any) -> str | None:
        if column.read(row) is None:
            return None
        word = column.figure(row) if callable(column.figure) else column.figure
        split, _slash, name = word.rpartition("/")
        where = {"part": f"{split}:{row['value']}"} if split else place(row)
        return address(source, name, **where)

    return link


def _foot(source: Source, column: Column) -> str | None:
    word = column.figure
    return address(source, word) if isinstance(word, str) and word and "/" not in word else None


def opened_names(tables: list[Table]) -> list[Table]:
    """The yearly list: each bank leads to its page, each sanction to its own."""
    banks = dict(Bank.objects.values_list("code", "pk"))
    sanctions = dict(Violation.objects.values_list("number", "pk"))

    def bank(row: Any) -> str | None:
        return reverse("banks:detail", args=[banks[row["code"]]]) if row["code"] in banks else None

    def sanction(row: Any) -> str | None:
        return reverse("recovery:sanction", args=[sanctions[row["number"]]]) if row["number"] in sanctions else None

    ways = {"code": bank, "number": sanction}
    return [
        replace(table, columns=[replace(column, link=ways.get(column.name, column.link)) for column in table.columns])
        for table in tables
    ]


def opened_lines(table: Table) -> Table:
    """A statement's lines, each to its claim and its loan: the lists find them by number, among those one may see."""

    def found(name: str, key: str) -> Callable[[Any], str | None]:
        return lambda line: f"{reverse(name)}?{urlencode({'q': line[key]})}" if line[key] else None

    ways = {"claim": found("claims:index", "claim"), "loan": found("loans:list", "loan")}
    columns = [replace(column, link=ways.get(column.name, column.link)) for column in table.columns]
    return replace(table, columns=columns)


# ---- the lists of cases ---------------------------------------------------------------------------------------------


def _loan(path: str) -> list[Column]:
    """The loan that a case is about; `path` leads to it."""
    return [
        Column(_("借据号"), f"{path}loan_number", "code", link=f"{path}get_absolute_url", width=22),
        Column(_("借款人"), f"{path}borrower_name", width=30),
    ]


def _bank(*, with_bank: bool) -> list[Column]:
    return [Column(_("加盟银行"), "bank.short_name")] if with_bank else []


def _counted() -> list[Column]:
    return [
        Column(_("计入本数字的金额"), "counted", "money", unit=YUAN, sort="amount", width=18),
        Column(_("报告后变动"), _change, "status", key="change"),
    ]


def _change(row: Any) -> tuple[str, Any] | str:
    """What became of it after the report had been made."""
    if row.was and row.still:
        return ""
    return ("came", _("报告后新增")) if row.still else ("gone", _("报告后退出"))


def _state(row: Any) -> tuple[str, Any]:
    return row.state, row.get_state_display()


def _class(row: Any) -> tuple[str, Any]:
    return row.classification, row.get_classification_display()


STATE = Column(_("现状"), _state, "status", key="state")
_OWN: dict[str, Callable[[], list[Column]]] = {
    "loans": lambda: [
        Column(_("发放日期"), "disbursed_on", "date"),
        Column(_("入库日期"), "entered_on", "date"),
        Column(_("年利率"), "annual_rate", "points"),
        STATE,
    ],
    "determinations": lambda: [
        Column(_("认定日期"), "determined_on", "date"),
        Column(_("五级分类"), _class, "status", key="class"),
        Column(_("终止日期"), "ended_on", "date"),
        Column(_("终止原因"), "get_ending_display"),
    ],
    "claims": lambda: [
        Column(_("申请编号"), "number", "code", link=lambda row: reverse("claims:detail", args=[row.pk])),
        Column(_("首次提交日期"), "first_submitted_on", "date"),
        Column(_("审核日期"), "decided_on", "date"),
        Column(_("到账日期"), "paid_on", "date"),
        STATE,
    ],
    "recoveries": lambda: [
        Column(_("收回日期"), "received_on", "date"),
        Column(_("上报日期"), "submitted_on", "date"),
        Column(_("处置方式"), "get_method_display"),
        STATE,
    ],
    "returns": lambda: [
        Column(_("返还编号"), "number", "code", link=lambda row: reverse("recovery:return", args=[row.pk])),
        Column(_("通知日期"), "advised_on", "date"),
        Column(_("到账日期"), "received_on", "date"),
        STATE,
    ],
    "upgrades": lambda: [
        Column(_("申请编号"), "number", "code", link=lambda row: reverse("claims:upgrade", args=[row.pk])),
        Column(_("上调日期"), "upgraded_on", "date"),
        Column(_("退回日期"), "refunded_on", "date"),
        STATE,
    ],
    "receipts": lambda: [
        Column(_("追回编号"), "clawback.number", "code", link="clawback.get_absolute_url"),
        Column(_("到账日期"), "received_on", "date"),
        Column(_("其中：利息"), "interest_part", "money", unit=YUAN),
        STATE,
    ],
    "closings": lambda: [
        Column(_("结项编号"), "number", "code", link=lambda row: reverse("recovery:closing", args=[row.pk])),
        Column(_("结项类型"), "get_kind_display"),
        Column(_("结项日期"), "closed_on", "date"),
        STATE,
    ],
}
LOAN = {
    "loans": "", "determinations": "loan.", "claims": "loan.", "recoveries": "loan.", "returns": "loan.",
    "upgrades": "loan.", "receipts": "clawback.loan.", "closings": "loan.",
}  # fmt: skip
"""Kind of case → the way to its loan."""


def case_columns(kind: str, *, with_bank: bool) -> list[Column]:
    if kind == "entries":
        return [*_entry(), *_counted()]
    if kind == "deadlines":
        return [*_deadline(), *_counted()[1:]]
    if kind == "violations":
        return [*_violation(with_bank=with_bank), *_counted()]
    return [*_loan(LOAN[kind]), *_bank(with_bank=with_bank), *_OWN[kind](), *_counted()]


def _entry() -> list[Column]:
    return [
        Column(_("发生日"), "transaction.occurred_on", "date", link=_claim_of),
        Column(_("种类"), "transaction.get_kind_display"),
        Column(_("科目"), "account.name"),
        Column(_("加盟银行"), "short_name"),
        Column(_("凭证"), "transaction.reference", "code"),
    ]


def _claim_of(row: Any) -> str | None:
    """An account of a bank is moved by one of its claims."""
    return reverse("claims:detail", args=[row.subject]) if row.subject and row.account.subject else None


def _deadline() -> list[Column]:
    return [
        Column(_("事项"), lambda row: row.label or row.kind, link=_subject_page, key="label"),
        Column(_("加盟银行"), "short_name"),
        Column(_("起算日"), "event_on", "date"),
        Column(_("截止日"), "closes_on", "date"),
        Column(_("办理日期"), "fulfilled_on", "date"),
        Column(_("依据"), "article", "article"),
    ]


def _subject_page(row: Any) -> str | None:
    return page_of(row.subject_kind, row.subject_id)


def _violation(*, with_bank: bool) -> list[Column]:
    return [
        Column(_("处理编号"), "number", "code", link=lambda row: reverse("recovery:sanction", args=[row.pk])),
        *_bank(with_bank=with_bank),
        Column(_("违规情形"), "get_ground_display"),
        Column(_("违反条款"), "basis", "article"),
        Column(_("决定日期"), "confirmed_on", "date"),
        STATE,
    ]
