"""An inspection: what was drawn and how, what was found by bank and by article, each finding, each case."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation import tables
from evaluation.models import Report
from evaluation.papers.content import Content, meanings
from evaluation.selectors.inspections import RISKS
from pool.citations import cite
from pool.formats import official_day, whole, yuan
from pool.models import Role
from pool.paper import Chapter, Facts, Inset, Part, Sheet, Words
from pool.selectors import edition
from pool.tables import Column, Table

ARTICLE = "26"


def content(report: Report) -> Content:
    figures, issuers = report.inputs, edition().issuer.zh.split("、")
    return Content(
        issuer=issuers[-1] if figures["inspector"] == Role.SUPERVISOR else issuers[0],
        receivers="、".join(edition().word("party", name) for name in ("manager", "finance_centre")),
        opening=[],
        chapters=[
            Chapter(_("检查概况"), [Words(_about(figures))]),
            Chapter(_("抽样"), [Facts(_sampling(figures)), *_weights(figures)]),
            Chapter(_("检查结果"), [Sheet(_outcomes(figures), compact=False), *_sheets(figures)]),
            Chapter(_("问题与整改"), _findings(figures)),
            Chapter(_("样本清单"), [Sheet(_cases(figures))]),
            meanings(_meanings()),
        ],
    )


def _about(figures: dict[str, Any]) -> str:
    days = {name: official_day(date.fromisoformat(figures[name])) for name in ("starts_on", "ends_on")}
    words = {**days, **{name: figures[name] for name in ("number", "reason", "subject")}, "article": cite(ARTICLE)}
    said = _(
        "根据实施细则%(article)s，因“%(reason)s”对%(starts_on)s至%(ends_on)s的%(subject)s开展监督检查（%(number)s）。"
    )
    if figures["banks"]:
        return said % words + _("涉及银行：%(names)s。") % {"names": "、".join(figures["banks"])}
    return said % words + _("涉及全部加盟银行。")


def _sampling(figures: dict[str, Any]) -> list[tuple[Any, Any]]:
    return [
        (_("抽样方法"), figures["method_words"]),
        (_("总体数量"), whole(figures["population_size"])),
        (_("样本数"), whole(figures["sample_size"])),
        (_("样本金额"), _("%(amount)s元") % {"amount": yuan(figures["sample_amount"])}),
        (_("随机种子"), figures["seed"]),
        (_("总体清单校验值"), figures["population_hash"]),
        (_("样本校验值"), figures["sample_hash"]),
    ]


def _weights(figures: dict[str, Any]) -> list[Part]:
    if figures["method"] != "risk":
        return []
    weights = _("；").join(f"{words} {figures['weights'].get(name, 0)}" for name, words in RISKS.items())
    return [Words(_("风险权重：%(weights)s。") % {"weights": weights})]


def _outcomes(figures: dict[str, Any]) -> Table:
    columns = [
        Column(_("检查结果"), "word"),
        Column(_("样本数"), "count", "int"),
        Column(_("样本金额"), lambda row: Decimal(row["amount"]), "money", unit=_("元")),
    ]
    totals = {_("样本数"): figures["sample_size"], _("样本金额"): Decimal(figures["sample_amount"])}
    return Table(columns, figures["outcomes"], caption=_("样本的检查结果"), totals=totals)


def _sheets(figures: dict[str, Any]) -> list[Part]:
    return [
        Sheet(tables.printed(tables.inspected_banks(figures))),
        Sheet(tables.printed(tables.inspected_articles(figures)), empty=_("没有发现问题")),
    ]


def _findings(figures: dict[str, Any]) -> list[Part]:
    if not figures["findings"]:
        return [Words(_("本次检查没有发现问题。"))]
    return [Inset("pdf/parts/finding.html", one) for one in figures["findings"]]


def _cases(figures: dict[str, Any]) -> Table:
    columns = list(tables.inspection_tables(figures)[-1].columns)
    if figures["method"] != "risk":
        columns = [column for column in columns if column.value != "score"]
    return Table(columns, figures["cases"], caption=_("抽中的样本"))


def _meanings() -> list[tuple[str, str]]:
    return [
        (_("抽样票号为随机种子、半角冒号与对象编号连接后的 SHA-256 值，从小到大抽取。"), ARTICLE),
        (_("分层抽取按各银行总体数量分配，最大余数法取整；按风险抽取的，得分相同者比票号。"), ""),
        (_("持总体清单和随机种子可以重新抽取，结果相同。"), ""),
        (_("涉及金额按问题记录；同一项目有多个问题的，金额分别计入。"), ""),
    ]
