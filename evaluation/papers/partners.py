"""The list of partner banks: who they are, and what changed in the year, each change a table or a sentence."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from evaluation import tables
from evaluation.models import Report
from evaluation.papers.content import Content, meanings
from pool.citations import cite
from pool.formats import official_day
from pool.paper import Chapter, Sheet, Words

ARTICLE = "10.2(2)"


def content(report: Report) -> Content:
    figures = report.inputs
    now, *changes = tables.partner_tables(figures)
    return Content(
        opening=[Words(_("深圳市工业和信息化局、深圳市中小企业服务局："), flush=True), Words(_opening(figures))],
        chapters=[
            Chapter(_("加盟银行名单"), [Sheet(now)]),
            Chapter(_("与上年相比的变动"), [Sheet(table, empty=table.empty_title) for table in changes]),
            meanings(_meanings()),
        ],
    )


def _opening(figures: dict[str, Any]) -> str:
    said = _("根据实施细则%(article)s，现将截至%(day)s的加盟银行名单报送如下，共%(count)s家。") % {
        "article": cite(ARTICLE),
        "day": official_day(date.fromisoformat(figures["on"])),
        "count": len(figures["banks"]),
    }
    if figures["before"]:
        words = {"number": figures["before"]["number"], "n": len(figures["before"]["codes"])}
        said += _("上年名单（%(number)s）共%(n)s家。") % words
    else:
        said += _("上年末共%(n)s家。") % {"n": figures["count_before"]}
    counts = {name: len(figures[name]) for name in ("joined", "left", "sanctioned")}
    return said + _("本年加盟%(joined)s家、退出%(left)s家，作出违规处理%(sanctioned)s件。") % counts


def _meanings() -> list[tuple[str, str]]:
    return [
        (_("名单截至年末；当日取消加盟资格的不列入。"), "7"),
        (_("补偿业务为年末状态。"), "17"),
    ]
