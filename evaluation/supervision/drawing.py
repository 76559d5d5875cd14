"""The report on supervisory indicators as tables, as a chart and as a workbook."""

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaluation import charts
from evaluation.models import Report
from evaluation.selectors.supervisory import SPLIT_WORDS
from evaluation.supervision.catalogue import Indicator, catalogue
from loans.choices import DISTRICTS
from pool import exports, formats
from pool.articles import language_of
from pool.tables import Column, Table

KINDS = {"rate": "points", "points": "money"}
"""How a unit is drawn where no kind of column has its name: a rate with its sign, points of percentage without."""


def all_tables(figures: dict[str, Any]) -> list[Table]:
    """Three tables by bank, three splits of what is held, and what each indicator means."""
    return [*bank_tables(figures), *split_tables(figures), meaning_table()]


# ---- by bank ------------------------------------------------------------------------------------------------------


def bank_tables(figures: dict[str, Any]) -> list[Table]:
    tables = []
    for group, words in catalogue().groups.items():
        columns = [column for one in catalogue().of(group) for column in _columns(one)]
        totals = {column.label: column.read(figures["total"]) for column in columns if column.is_figure}
        name = Column(_("加盟银行"), "name")
        caption = words.say(_language())
        totals[name.label] = _("合计")
        tables.append(Table([name, *columns], figures["banks"], caption=caption, totals=totals))
    return tables


def _columns(one: Indicator) -> list[Column]:
    unit = {"money": _("元"), "points": _("个百分点")}.get(one.unit, "")
    kind = KINDS.get(one.unit, one.unit)
    columns = [
        Column(one.name.say(_language()), _reader(one), kind, unit=unit, hint=one.how.say(_language()), figure=one.slug)
    ]
    if one.goal:
        label = _("%(indicator)s达标") % {"indicator": one.name.say(_language())}
        columns.append(Column(label, lambda row: _judged(row["indicators"][one.slug]["met"]), "status"))
    return columns


def _reader(one: Indicator) -> Any:
    def read(row: dict[str, Any]) -> Decimal | int | None:
        value = row["indicators"][one.slug]["value"]
        return value if value is None or one.unit == "int" else Decimal(value)

    return read


def _judged(met: bool | None) -> tuple[str, str] | None:
    return None if met is None else ("met", _("达标")) if met else ("unmet", _("未达标"))


# ---- whom the money is lent to ------------------------------------------------------------------------------------


def split_tables(figures: dict[str, Any]) -> list[Table]:
    return [
        Table(
            [
                Column(SPLIT_WORDS[split], namer(split)),
                Column(_("普惠型贷款笔数"), "inclusive_loans", "int", figure=f"{split}/inclusive_loans"),
                Column(_("普惠型贷款户数"), "inclusive_borrowers", "int", figure=f"{split}/inclusive_borrowers"),
                _amount(_("普惠型贷款本金"), "inclusive_amount", split),
                _amount(_("当年发放"), "lent", split),
                _amount(_("全部入库贷款本金"), "all_amount", split),
            ],
            rows,
            caption=SPLIT_WORDS[split],
        )
        for split, rows in figures["splits"].items()
    ]


def _amount(label: str, name: str, split: str) -> Column:
    return Column(label, lambda row: Decimal(row[name]), "money", unit=_("元"), figure=f"{split}/{name}")


def namer(split: str) -> Any:
    names = {slug: words.say(_language()) for slug, words in catalogue().values.get(split, {}).items()}
    if split == "district":
        names = {choice.word: _(choice.label) for choice in DISTRICTS}
    return lambda row: names.get(row["value"], row["value"]) or _("未填报")


# ---- beside the quarter before ------------------------------------------------------------------------------------


def change_table(figures: dict[str, Any]) -> Table | None:
    """All banks together beside what the issued report of the quarter before said; None where there was none."""
    before = figures.get("before")
    if before is None:
        return None
    rows = [
        (one, figures["total"]["indicators"][slug]["value"], before["indicators"][slug])
        for slug, one in catalogue().indicators.items()
        if slug in before["indicators"]
    ]
    return Table(
        [
            Column(_("指标"), lambda row: row[0].name.say(_language())),
            Column(_("本期"), lambda row: _written(row[0], row[1])),
            Column(_("上季报告"), lambda row: _written(row[0], row[2])),
            Column(_("增减"), _change),
        ],
        rows,
        caption=_("与上季报告比较（全部银行）"),
    )


def _change(row: tuple[Indicator, Any, Any]) -> str:
    one, now, before = row
    return "—" if now is None or before is None else _written(one, Decimal(now) - Decimal(before))


def _written(one: Indicator, value: Any) -> str:
    if value is None:
        return "—"
    return _WRITTEN.get(one.unit, formats.yuan)(value)


_WRITTEN: dict[str, Any] = {"int": formats.whole, "percent": formats.percent, "rate": formats.points}


# ---- what they mean -----------------------------------------------------------------------------------------------


def meaning_table() -> Table:
    language = _language()
    return Table(
        [
            Column(_("指标"), lambda one: one.name.say(language)),
            Column(_("口径"), lambda one: one.how.say(language), width=60),
            Column(_("目标"), _goal),
            Column(_("依据"), _source, width=40),
        ],
        list(catalogue().indicators.values()),
        caption=_("指标口径与依据"),
    )


def _goal(one: Indicator) -> str:
    if not one.goal:
        return "—"
    words = _("不低于%(bound)s") if one.goal == "at_least" else _("不高于%(bound)s")
    return words % {"bound": f"{one.bound}{_('个百分点') if one.unit == 'points' else ''}"}


def _source(one: Indicator) -> str:
    return _("%(notice)s第%(point)s项") % {"notice": one.notice.say(_language()), "point": one.point}


def _language() -> str:
    return language_of(get_language() or "")


# ---- the chart and the workbook --------------------------------------------------------------------------------


def chart_title() -> str:
    return _("普惠型贷款本金居前的银行：期末与上年同期")


def chart(figures: dict[str, Any]) -> dict[str, Any]:
    shown = sorted(figures["banks"], key=lambda bank: Decimal(bank["sums"]["inclusive_amount"]), reverse=True)
    shown = shown[: charts.BANKS_IN_CHART]
    series = {_("上年同期"): "inclusive_amount_before", _("期末"): "inclusive_amount"}
    columns = {word: [charts.in_wan(bank["sums"][name]) for bank in shown] for word, name in series.items()}
    return charts.by_bank([bank["name"] for bank in shown], columns, labels=False)


def sheets(report: Report) -> list[exports.Sheet]:
    change = change_table(report.inputs)
    return [
        exports.Sheet(table.caption, table.columns, table.rows, title=report.title)
        for table in (*all_tables(report.inputs), *([change] if change else []))
    ]
