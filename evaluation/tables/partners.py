"""The tables of the yearly list of partner banks."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pool.citations import cite
from pool.tables import Column, Table


def partner_tables(figures: dict[str, Any]) -> list[Table]:
    """The list itself; who joined, who left, who was sanctioned in the year."""
    bank = [Column(_("机构代码"), "code", "code"), Column(_("机构全称"), "name")]
    now = [
        *bank,
        Column(_("机构类型"), "kind"),
        Column(_("统一社会信用代码"), "credit_code", "code"),
        Column(_("加盟日期"), "joined_on"),
        Column(_("与高新投协议"), lambda row: row["manager"] or "—", "code"),
        Column(_("与金融中心协议"), lambda row: row["finance_centre"] or "—", "code"),
        Column(_("补偿业务"), _business, "status"),
    ]
    left = [*bank, Column(_("退出日期"), "on"), Column(_("依据"), cited)]
    sanctioned = [
        Column(_("处理编号"), "number", "code"), *bank, Column(_("违规情形"), "ground"), Column(_("违反条款"), cited),
        Column(_("处理措施"), "measures"), Column(_("决定日期"), "on"),
    ]  # fmt: skip
    return [
        Table(now, figures["banks"], caption=_("年末加盟银行"), empty_title=_("没有加盟银行")),
        Table(
            [*bank, Column(_("加盟日期"), "on")],
            figures["joined"],
            caption=_("本年加盟"),
            empty_title=_("本年没有加盟"),
        ),
        Table(left, figures["left"], caption=_("本年退出"), empty_title=_("本年没有退出")),
        Table(sanctioned, figures["sanctioned"], caption=_("本年处理"), empty_title=_("本年没有违规处理")),
    ]


def _business(row: dict[str, Any]) -> tuple[str, Any]:
    return ("suspended", _("暂停办理")) if row["suspended"] else ("in_force", _("正常办理"))


def cited(row: dict[str, Any]) -> str:
    """In words without a link: the same table is printed."""
    return cite(row["article"], get_language() or "") if row["article"] else "—"
