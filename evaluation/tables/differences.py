"""The tables of a quarter's list of differences."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from pool.money import total
from pool.tables import Column, Table

MONEY = {
    "opening": _("季初待返还"), "in_window": _("本季上报收回"), "due": _("本季应返还"), "received": _("到账登记"),
    "seen": _("专户流水"), "posted": _("资金账"), "owed": _("季末待返还"),
}  # fmt: skip


def difference_tables(figures: dict[str, Any]) -> list[Table]:
    """Project by project what differs; then what came in and nobody has reported."""
    money = [Column(label, _amount(name), "money", unit=_("元")) for name, label in MONEY.items()]
    projects = [Column(_("借据号"), "number", "code"), Column(_("加盟银行"), "bank"), *money,
                Column(_("差异"), "differences", width=40)]  # fmt: skip
    lines = [
        Column(_("交易日期"), "booked_on"), Column(_("对方户名"), "counterparty"), Column(_("摘要"), "remark"),
        Column(_("流水号"), "reference", "code"), Column(_("金额"), _amount("amount"), "money", unit=_("元")),
        Column(_("现状"), "state"),
    ]  # fmt: skip
    return [
        _table(projects, figures["rows"], _("有差异的项目"), _("本季没有差异")),
        _table(lines, figures["lines"], _("专户收到而没有上报的款项"), _("没有已收未报的款项")),
    ]


def _amount(name: str) -> Callable[[dict[str, str]], Decimal]:
    return lambda row: Decimal(row[name])


def _table(columns: list[Column], rows: list[dict[str, str]], caption: Any, empty: Any) -> Table:
    money = [column for column in columns if column.kind == "money"]
    totals: dict[Any, Any] = {column.label: total(column.read(row) for row in rows) for column in money if rows}
    return Table(columns, rows, caption=caption, empty_title=empty, totals=totals)
