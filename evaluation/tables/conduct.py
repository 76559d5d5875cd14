"""How banks stood and kept their days, as tables of the half-year report; reports made before have none of it."""

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from banks.models import StandingEvent
from evaluation.selectors.conduct import label_of
from pool.citations import cite
from pool.tables import Column, Table

YUAN = _("元")


def conduct_tables(figures: dict[str, Any]) -> list[Table]:
    if "suspensions" not in figures:
        return []
    return [suspension_table(figures["suspensions"]), late_table(figures["late"])]


def suspension_table(rows: list[dict[str, Any]]) -> Table:
    """Each stay above the ceiling: the event that began it, and the one that ended it (17)."""
    columns = [
        Column(_("加盟银行"), "name"),
        Column(_("暂停日期"), "began_on"),
        Column(_("暂停起因"), lambda row: _cause(row["began_by"])),
        Column(_("暂停时不良贷款本金"), lambda row: Decimal(row["npl"]), "money", unit=YUAN),
        Column(_("暂停时不良率"), _ratio, "percent"),
        Column(_("恢复日期"), lambda row: row["ended_on"] or _("期末仍暂停")),
        Column(_("恢复起因"), lambda row: _cause(row["ended_by"])),
        Column(_("本期暂停天数"), "days", "int"),
    ]
    return Table(
        columns, rows, caption=_("暂停与恢复办理情况"), empty_title=_("本期没有银行暂停办理"),
        empty_text=_("不良率超过上限的，自动暂停；降至上限以内的，自动恢复。"),
    )  # fmt: skip


def _cause(word: str) -> Any:
    return StandingEvent.Cause(word).label if word else "—"


def _ratio(row: dict[str, Any]) -> Decimal | None:
    entered = Decimal(row["entered"])
    return Decimal(row["npl"]) / entered if entered else None


def late_table(rows: list[dict[str, Any]]) -> Table:
    """Which bank did what after its day, or not at all by the end of the period."""
    columns = [
        Column(_("加盟银行"), "name"),
        Column(_("事项"), lambda row: label_of(row["duty"])),
        Column(_("依据"), lambda row: cite(row["article"], get_language() or "")),
        Column(_("逾期办理"), "late", "int", figure=lambda row: f"late.{row['duty']}"),
        Column(_("最长逾期（天）"), "late_days", "int"),
        Column(_("期末未办理"), "open", "int", figure=lambda row: f"open.{row['duty']}"),
        Column(_("期末最长逾期（天）"), "open_days", "int"),
    ]
    totals = {
        _("加盟银行"): _("合计"),
        _("逾期办理"): sum(row["late"] for row in rows),
        _("期末未办理"): sum(row["open"] for row in rows),
    }
    return Table(
        columns, rows, caption=_("逾期办理与未办理情况"), totals=totals if rows else {},
        empty_title=_("本期没有逾期办理或未办理的事项"),
    )  # fmt: skip
