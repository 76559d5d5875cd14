"""The overview of risk as of a day, as a document: the tables of the page with its charts as pictures."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pool import clock, formats, paper, pdf
from pool.paper import Chapter, Facts, Part, Picture, Sheet, Words
from pool.tables import Table


def drawn(
    on: date,
    money: Sequence[tuple[str, Any]],
    tables: Sequence[Table],
    charts: Mapping[str, Mapping[str, Any] | None],
    mark: str,
) -> bytes:
    """`charts` are set under the table of the same caption; `mark` says on every page who took it."""
    issuer = _("深圳市高新投集团有限公司")
    said = _("截至%(day)s的资金、各银行风险、贷款和清收表现、在办事项，按当日日终的记录列示。")
    context = {
        "title": _("风险总览"),
        "issuer": issuer,
        "made_at": clock.now(),
        "facing": [
            (_("编制单位"), issuer),
            (_("数据截至"), formats.official_day(on)),
            (_("生成时间"), formats.moment(clock.now())),
        ],
        "opening": [Words(said % {"day": formats.official_day(on)})],
        "chapters": paper.numbered(
            [Chapter(_("资金"), [Facts(list(money))]), *(_chapter(table, charts) for table in tables)]
        ),
        "copy_mark": mark,
    }
    return pdf.render("pdf/report.html", context)


def _chapter(table: Table, charts: Mapping[str, Mapping[str, Any] | None]) -> Chapter:
    parts: list[Part] = [Sheet(table, empty=table.empty_title if not table.rows else "")]
    option = charts.get(str(table.caption))
    if option:
        parts.append(Picture(option, table.caption))
    return Chapter(table.caption, parts)
