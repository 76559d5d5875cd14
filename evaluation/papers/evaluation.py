"""The annual evaluation: grades, indicators and ranks of all banks, with the reason for each."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation import charts, tables
from evaluation.models import EvaluationLine, Report
from evaluation.papers import changes
from evaluation.papers.content import Content, meanings
from pool.paper import Chapter, Part, Picture, Sheet, Words
from pool.tables import Column, Table


def content(report: Report) -> Content:
    figures = report.inputs
    return Content(
        opening=[Words(_("深圳市工业和信息化局、深圳市中小企业服务局："), flush=True), Words(_opening(figures))],
        chapters=[
            Chapter(_("评价等级"), [Sheet(grades(figures), compact=False), *_strikes(figures)]),
            Chapter(_("指标与排名"), [Sheet(tables.result_table(figures)), *_picture(figures)]),
            Chapter(_("评定理由"), [Sheet(tables.reason_table(figures), compact=False)]),
            *changes.evaluation(figures),
            meanings(_meanings()),
        ],
    )


def _opening(figures: dict[str, Any]) -> str:
    words = {"year": figures["year"], "count": len(figures["lines"])}
    said = _("%(year)s年度共有%(count)s家加盟银行参评，评价和排名结果如下，报请备案。") % words
    if figures["revision"] > 1:
        again = {"revision": figures["revision"], "reason": figures["reason"]}
        said += _("本次为第%(revision)s版，更正原因：%(reason)s。") % again
    return said


def grades(figures: dict[str, Any]) -> Table:
    rows = [
        {"grade": grade.label, "banks": [line["bank"] for line in figures["lines"] if line["grade"] == grade]}
        for grade in EvaluationLine.Grade
    ]
    columns = [
        Column(_("等级"), "grade"),
        Column(_("家数"), lambda row: len(row["banks"]), "int"),
        Column(_("银行"), lambda row: "、".join(row["banks"]) or "—", width=80),
    ]
    return Table(columns, rows, caption=_("各等级的银行"))


def _strikes(figures: dict[str, Any]) -> list[Part]:
    names = [line["bank"] for line in figures["lines"] if line["second_strike"]]
    words = _("连续评价不合格、须取消加盟资格的银行：%(names)s。") % {"names": "、".join(names)}
    return [Words(words)] if names else []


def _picture(figures: dict[str, Any]) -> list[Part]:
    return [Picture(chart(figures), chart_title())] if figures["lines"] else []


def _meanings() -> list[tuple[str, str]]:
    return [
        (_("排名从高到低，并列同名次；等级依次按不合格、优秀、良好、合格评定。"), "23"),
        (_("同比增速只对上年有发放额的银行排名。"), "22"),
        (_("评价和排名结果报主管部门备案。"), "25"),
    ]


def chart_title() -> str:
    return _("放款额居前银行的当年与上年发放额")


def chart(figures: dict[str, Any]) -> dict[str, Any]:
    """The banks that lent most, this year and the year before."""
    shown = sorted(figures["lines"], key=lambda line: Decimal(line["amount"]), reverse=True)[: charts.BANKS_IN_CHART]
    columns = {
        _("上年发放"): [charts.in_wan(line["last_amount"] or "0") for line in shown],
        _("当年发放"): [charts.in_wan(line["amount"]) for line in shown],
    }
    return charts.by_bank([line["bank"] for line in shown], columns, labels=False)
