"""The supervisory indicators: by bank, to whom, and what each of them means."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from evaluation.models import Report
from evaluation.papers.content import Content, meanings
from evaluation.selectors.supervisory import ARTICLE
from evaluation.supervision import drawing
from evaluation.supervision.catalogue import catalogue
from pool.formats import official_day
from pool.paper import Chapter, Part, Picture, Sheet, Words
from pool.selectors import edition


def content(report: Report) -> Content:
    figures = report.inputs
    return Content(
        opening=[Words(_("有关监管部门："), flush=True), Words(_opening(figures)), *_unmet(figures)],
        chapters=[
            Chapter(_("各加盟银行指标"), [
                *(Sheet(table) for table in drawing.bank_tables(figures)),
                Picture(drawing.chart(figures), drawing.chart_title()),
            ]),
            Chapter(_("贷款投向"), [Sheet(table) for table in drawing.split_tables(figures)]),
            *_changes(figures),
            meanings(_meanings(figures), Sheet(drawing.meaning_table(), compact=False)),
        ],
    )  # fmt: skip


def _opening(figures: dict[str, Any]) -> str:
    days = {name: official_day(date.fromisoformat(figures[name])) for name in ("starts_on", "ends_on")}
    return _("现将%(starts_on)s至%(ends_on)s各加盟银行入库贷款的监管指标报告如下，金额单位为元。") % days


def _changes(figures: dict[str, Any]) -> list[Chapter]:
    table = drawing.change_table(figures)
    if table is None:
        return []
    words = {"number": figures["before"]["report"]}
    said = _("上季报告为 %(number)s，其数按原报列示；与上年同期的比较见各银行指标。") % words
    return [Chapter(_("与上期报告相比的变化"), [Words(said), Sheet(table, compact=False)])]


def _unmet(figures: dict[str, Any]) -> list[Part]:
    said: list[Part] = []
    for one in catalogue().indicators.values():
        if one.goal:
            names = [bank["name"] for bank in figures["banks"] if bank["indicators"][one.slug]["met"] is False]
            words = {"name": one.name.zh, "names": "、".join(names)}
            text = _("%(name)s未达标的银行：%(names)s。") if names else _("%(name)s没有未达标的银行。")
            said.append(Words(text % words))
    return said


def _meanings(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """What is counted how, what the library cannot know, and how far the prime rates reach."""
    counted = _("各项按借据发放日期统计，撤回的录入不计；同一借款主体在多家银行有贷款的，合计中只计一户。")
    unknown = _(
        "贷款项目库只记发放本金和认定不良时的余额，正常贷款的还款余额和资金池以外的贷款不在其中，"
        "有关增速、不良率不能代替各银行的监管报表。"
    )
    rates = _("LPR 报价核对至 %(day)s，此后发放的贷款按最近一期报价计算利差。") % {"day": figures["lpr_through"]}
    return [(counted, ARTICLE), (unknown, ""), (rates, edition()["lpr_long_term"].article)]
