"""The half-year's statistics: money, the banks, what could not be recovered."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation import charts, tables
from evaluation.models import Report
from evaluation.papers import changes
from evaluation.papers.content import Content, meanings
from evaluation.selectors.figures import BY_BANK
from evaluation.tables import changes as changes_tables
from pool.formats import official_day, yuan
from pool.paper import Chapter, Part, Picture, Sheet, Words
from pool.tables import Table


def content(report: Report) -> Content:
    figures = report.inputs
    return Content(
        opening=[
            Words(_("深圳市工业和信息化局、深圳市中小企业服务局："), flush=True),
            Words(_opening(figures)),
            *_later(figures),
        ],
        chapters=[
            _money(figures),
            _banks(figures),
            *_conduct(figures),
            _lost(figures),
            *changes.half_year(figures),
            meanings(_meanings()),
        ],
    )


def _opening(figures: dict[str, Any]) -> str:
    days = {name: official_day(date.fromisoformat(figures[name])) for name in ("starts_on", "ends_on")}
    said = (
        _("现将%(starts_on)s至%(ends_on)s资金池资金使用、回款、结项和各加盟银行办理情况报告如下，金额单位为元。") % days
    )
    suspended = [bank["name"] for bank in figures["banks"] if bank["standing"] and bank["standing"]["suspended"]]
    if suspended:
        return said + _("期末暂停办理补偿业务的银行：%(names)s。") % {"names": "、".join(suspended)}
    return said + _("期末没有暂停办理补偿业务的银行。")


def _later(figures: dict[str, Any]) -> list[Part]:
    return [
        Words(
            _("%(report)s发布后有补记，%(label)s期末原报%(said)s元，现为%(now)s元。")
            % {**row, "said": yuan(row["said"]), "now": yuan(row["now"])}
        )
        for row in tables.booked_later(figures)
    ]


def _money(figures: dict[str, Any]) -> Chapter:
    size = _("资金池规模%(size)s元。期初余额加本期发生额等于期末余额。") % {"size": yuan(figures["size"])}
    moved = Table(tables.pool_columns(), tables.said_facts(figures), caption=_("资金池资金情况"))
    proof = changes_tables.proof_table(figures)
    return Chapter(_("资金池资金情况"), [Words(size), Sheet(moved), Sheet(proof), Words(_tied(figures))])


def _tied(figures: dict[str, Any]) -> str:
    """Reckoned from the figures themselves; what does not tie is never made (`half_year.breaks`)."""
    differences = [proof.difference for proof in changes_tables.proofs(figures)]
    differences += [
        Decimal(bank[name]["amount"]) - Decimal(booked)
        for bank in figures["banks"]
        for name, booked in bank["ledger"].items()
    ]
    words = {"count": len(differences), "off": yuan(sum((abs(one) for one in differences), Decimal("0.00")))}
    said = _("各银行逐项与资金账核对%(count)s项，差额合计%(off)s元") % words
    return said + (_("，与资金账核对不一致。") if any(differences) else _("，与资金账核对一致。"))


def _banks(figures: dict[str, Any]) -> Chapter:
    shown = [Sheet(tables.printed(table)) for table in tables.bank_tables(figures)]
    return Chapter(_("各加盟银行情况"), [*shown, Picture(chart(figures), chart_title(figures))])


def _conduct(figures: dict[str, Any]) -> list[Chapter]:
    """Reports made before have none of it."""
    found = [Sheet(table, empty=table.empty_title) for table in tables.conduct_tables(figures)]
    return [Chapter(_("暂停办理与逾期情况"), list(found))] if found else []


def _lost(figures: dict[str, Any]) -> Chapter:
    table = tables.write_off_table(figures)
    return Chapter(_("无法收回的不良贷款"), [Sheet(table, empty=table.empty_title)])


def _meanings() -> list[tuple[str, str]]:
    """Each figure in the words of the page that lists its cases."""
    return [
        (_("支付补偿、清收返还、上调退回按资金账发生日统计，与资金账逐行核对一致。"), "10.1(1)"),
        *((f"{figure.label}：{figure.how}", figure.article) for figure in BY_BANK.values()),
        (_("期末不良率为期末认定有效的不良贷款本金与累计入库贷款本金之比。"), "17"),
        (_("各表只列有数据的银行，全部银行见数据表。"), ""),
    ]


# ---- the chart, in print and on the screen ------------------------------------------------------------------------


def moved_money(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The banks that were paid or gave back in the period."""
    return [bank for bank in figures["banks"] if Decimal(bank["paid"]["amount"]) or Decimal(bank["returned"]["amount"])]


def chart_title(figures: dict[str, Any]) -> str:
    return _("本期支付补偿与清收返还（按银行）") if moved_money(figures) else _("本期入库贷款（按银行）")


def chart(figures: dict[str, Any]) -> dict[str, Any]:
    """The banks with most compensation in the period, paid and returned; before any, what they have entered."""
    moved = moved_money(figures)
    if moved:
        series = {_("支付补偿"): "paid", _("清收返还"): "returned"}
    else:
        moved, series = figures["banks"], {_("本期入库贷款"): "entered"}
    first = next(iter(series.values()))
    shown = sorted(moved, key=lambda bank: Decimal(bank[first]["amount"]), reverse=True)[: charts.BANKS_IN_CHART]
    columns = {word: [charts.in_wan(bank[name]["amount"]) for bank in shown] for word, name in series.items()}
    return charts.by_bank([bank["name"] for bank in shown], columns, labels=len(shown) <= charts.LABELLED)
