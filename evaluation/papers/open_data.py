"""The open data of a quarter: lending, compensation and returns by district, industry and size."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.models import Report
from evaluation.open_data import drawing
from evaluation.open_data.figures import ARTICLE
from evaluation.papers.content import Content, meanings
from pool.formats import official_day, yuan
from pool.paper import Chapter, Picture, Sheet, Words


def content(report: Report) -> Content:
    figures = report.inputs
    return Content(
        opening=[Words(_opening(report)), Words(_("许可：%(licence)s") % {"licence": drawing.licence()})],
        chapters=[
            Chapter(_("分类汇总"), [
                *(Sheet(table) for table in drawing.tables(figures)),
                Picture(drawing.chart(figures), drawing.chart_title()),
            ]),
            meanings(_meanings(figures)),
        ],
    )  # fmt: skip


def _opening(report: Report) -> str:
    days: dict[str, date] = {"start": report.starts_on, "end": report.ends_on}
    said = _("现将%(start)s至%(end)s资金池入库贷款、支付补偿和清收返还的汇总数据公开如下，金额单位为万元。")
    return said % {name: official_day(day) for name, day in days.items()}


def _meanings(figures: dict[str, Any]) -> list[tuple[str, str]]:
    told = [(_("%(word)s：%(meaning)s") % {"word": word, "meaning": text}, "") for word, text in drawing.meanings()]
    return [*told, (drawing.rule_words(figures), ""), (_tied(figures), ARTICLE)]


def _tied(figures: dict[str, Any]) -> str:
    differences = [yuan(Decimal(amount)) for amount in figures["off_the_ledger"].values()]
    return _("支付补偿、清收返还与资金账核对，相差分别为 %(amounts)s 元。") % {"amounts": "、".join(differences)}
