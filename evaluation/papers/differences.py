"""The list of differences of a quarter, to the finance centre: project by project, then what nobody has reported."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation import tables
from evaluation.models import Report
from evaluation.papers.content import Content, meanings
from pool.citations import cite
from pool.formats import official_day, yuan
from pool.paper import Chapter, Sheet, Words

ARTICLE = "10.2(3)"


def content(report: Report) -> Content:
    return Content(
        opening=[Words(_("深圳市财政金融服务中心："), flush=True), Words(_opening(report.inputs))],
        chapters=[
            *(
                Chapter(one.caption, [Sheet(one, empty=one.empty_title)])
                for one in tables.difference_tables(report.inputs)
            ),
            meanings(_meanings()),
        ],
    )


def _opening(figures: dict[str, Any]) -> str:
    words = {
        "article": cite(ARTICLE),
        "day": official_day(date.fromisoformat(figures["until"])),
        "all": figures["projects"],
        "rows": len(figures["rows"]),
        "lines": len(figures["lines"]),
        "sum": yuan(Decimal(figures["by_ledger"])),
    }
    said = _("根据实施细则%(article)s，现将截至%(day)s的清收返还差异清单报送如下。") % words
    said += _("共核对项目%(all)s个，有差异%(rows)s个；专户收到而没有上报的款项%(lines)s笔。") % words
    return said + _("本季各项目入账合计与资金账的返还发生额一致，为%(sum)s元。") % words


def _meanings() -> list[tuple[str, str]]:
    return [
        (_("差异由银行上报、到账登记、专户流水和资金账逐个项目核对得出。"), ARTICLE),
        (_("返还逾期按返还窗口的截止日计算。"), "19(6)"),
    ]
