"""What changed since the report before, and how a report ties to the ledger; reports made before have none of it."""

from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from evaluation.models import EvaluationLine
from evaluation.selectors.comparing import ALL
from evaluation.selectors.figures import BY_BANK
from evaluation.selectors.half_year import TIED
from evaluation.selectors.money import WORDS
from pool.tables import Column, Table

YUAN = _("元")
ZERO = Decimal("0.00")
PARTS = {"count": _("笔数"), "amount": _("金额")}


# ---- the half-year against the ledger -------------------------------------------------------------------------------


class Proof(NamedTuple):
    label: Any
    counted: Decimal
    booked: Decimal

    @property
    def difference(self) -> Decimal:
        return self.counted - self.booked


def proofs(figures: dict[str, Any]) -> list[Proof]:
    """The records of the business beside the ledger, and the balances beside what they must add up to."""
    totals, flows, closing = figures["totals"], figures["flows"], figures["closing"]
    found = [
        Proof(WORDS[name], Decimal(totals[name]["amount"]), Decimal(flows[name]))
        for name in TIED
        if name in totals and name in flows
    ]
    moved = Decimal(figures["opening"]["cash"]) + Decimal(flows["cash"])
    return [*found, Proof(_("专户存款（期初加本期发生额）"), moved, Decimal(closing["cash"]))]


def proof_table(figures: dict[str, Any]) -> Table:
    columns = [
        Column(_("项目"), "label"),
        Column(_("业务记录"), "counted", "money", unit=YUAN),
        Column(_("资金账"), "booked", "money", unit=YUAN),
        Column(_("差额"), "difference", "money", unit=YUAN),
    ]
    return Table(columns, proofs(figures), caption=_("与资金账核对"))


# ---- the half-year against the periods before -----------------------------------------------------------------------


class Compared(NamedTuple):
    """One figure of all banks together: now, in the half-year before, and in the same half a year before."""

    label: Any
    now: dict[str, Any]
    before: dict[str, Any]
    year_before: dict[str, Any]
    mark: Any

    def change(self, part: str) -> Decimal:
        return Decimal(self.now[part]) - Decimal(self.before[part])

    def year_change(self, part: str) -> Decimal:
        return Decimal(self.now[part]) - Decimal(self.year_before[part])


def compared(figures: dict[str, Any]) -> list[Compared]:
    """In the order of the business: what the database keeps has none."""
    now, (before, year_before) = figures["totals"], figures["former"]
    again = {(row["period"], row["figure"]) for row in figures["restated"] if row["where"] == ALL}
    found = []
    for name in BY_BANK:
        if all(name in totals for totals in (now, before["totals"], year_before["totals"])):
            marks = [
                word
                for one, word in ((before, _("上期重述")), (year_before, _("上年同期重述")))
                if (one["period"], name) in again
            ]
            mark = "、".join(str(mark) for mark in marks)
            found.append(
                Compared(BY_BANK[name].label, now[name], before["totals"][name], year_before["totals"][name], mark)
            )
    return found


def comparison_table(figures: dict[str, Any]) -> Table:
    columns = [
        Column(_("指标"), "label"),
        Column(_("本期笔数"), lambda row: row.now["count"], "int"),
        Column(_("上期笔数"), lambda row: row.before["count"], "int"),
        Column(_("上年同期笔数"), lambda row: row.year_before["count"], "int"),
        Column(_("本期金额"), lambda row: Decimal(row.now["amount"]), "money", unit=YUAN),
        Column(_("上期金额"), lambda row: Decimal(row.before["amount"]), "money", unit=YUAN),
        Column(_("比上期增减"), lambda row: row.change("amount"), "money", unit=YUAN),
        Column(_("上年同期金额"), lambda row: Decimal(row.year_before["amount"]), "money", unit=YUAN),
        Column(_("比上年同期增减"), lambda row: row.year_change("amount"), "money", unit=YUAN),
        Column(_("重述"), "mark"),
    ]
    return Table(columns, compared(figures), caption=_("与上期、上年同期比较"))


def restated_table(figures: dict[str, Any]) -> Table:
    """What an issued report said and would say otherwise today."""
    columns = [
        Column(_("原报告"), "report", "code"),
        Column(_("加盟银行"), lambda row: row["where"] or _("合计")),
        Column(_("指标"), lambda row: BY_BANK[row["figure"]].label),
        Column(_("口径"), lambda row: PARTS[row["part"]]),
        Column(_("原报"), _value("said")),
        Column(_("现为"), _value("now")),
    ]
    return Table(
        columns, figures["restated"], caption=_("重述"), empty_title=_("上期、上年同期已发布报告的数据没有变动")
    )


def _value(name: str) -> Any:
    return lambda row: f"{Decimal(row[name]):,.2f}" if row["part"] == "amount" else f"{int(row[name]):,}"


def half_year_changes(figures: dict[str, Any]) -> list[Table]:
    return [comparison_table(figures), restated_table(figures)] if "former" in figures else []


# ---- the annual evaluation against the year before ------------------------------------------------------------------


def grade_changes(figures: dict[str, Any]) -> Table | None:
    """The banks whose grade is another than a year before, or that were not graded then or are not now."""
    before = figures.get("before")
    if before is None:
        return None
    now = {line["code"]: line for line in figures["lines"]}
    rows = []
    for code in sorted(now.keys() | before["lines"].keys()):
        was, is_now = before["lines"].get(code), now.get(code)
        if was is None or is_now is None or was["grade"] != is_now["grade"]:
            rows.append({"bank": (is_now or was)["bank"], "was": _grade(was), "now": _grade(is_now)})
    columns = [
        Column(_("加盟银行"), "bank"),
        Column(_("上年等级"), "was"),
        Column(_("当年等级"), "now"),
    ]
    return Table(columns, rows, caption=_("等级变动"), empty_title=_("各银行等级与上年相同"))


def _grade(line: dict[str, Any] | None) -> Any:
    return EvaluationLine.Grade(line["grade"]).label if line else _("未参评")


def restated_amounts(figures: dict[str, Any]) -> Table | None:
    """Last year's lending as it was filed then, where today's count is another."""
    before = figures.get("before")
    if before is None:
        return None
    rows = [
        {"bank": line["bank"], "said": Decimal(was["amount"]), "now": Decimal(line["last_amount"] or "0.00")}
        for line in figures["lines"]
        if (was := before["lines"].get(line["code"])) and Decimal(was["amount"]) != Decimal(line["last_amount"] or "0")
    ]
    columns = [
        Column(_("加盟银行"), "bank"),
        Column(_("原报"), "said", "money", unit=YUAN),
        Column(_("现为"), "now", "money", unit=YUAN),
        Column(_("差额"), lambda row: row["now"] - row["said"], "money", unit=YUAN),
    ]
    return Table(columns, rows, caption=_("上年发放总额的重述"), empty_title=_("上年发放总额与上年评价一致"))


def evaluation_changes(figures: dict[str, Any]) -> list[Table]:
    return [table for table in (grade_changes(figures), restated_amounts(figures)) if table is not None]
