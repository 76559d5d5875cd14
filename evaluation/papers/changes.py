"""The chapter on what changed since the report before: in words first, then in tables."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.periods import HalfYear
from evaluation.selectors.figures import BY_BANK
from evaluation.tables import changes
from pool.formats import whole, yuan
from pool.paper import Chapter, Part, Sheet, Words

TOLD = ("entered", "determined", "claimed", "approved", "paid", "returned", "owed")
"""The figures whose change is said in words, in the order of the business."""


def half_year(figures: dict[str, Any]) -> list[Chapter]:
    if "former" not in figures:
        return []
    before = figures["former"][0]
    words = [_said(name, figures["totals"][name], before["totals"][name]) for name in TOLD if name in before["totals"]]
    parts: list[Part] = [Words(_beside(before)), Words("".join(words)), Words(_standing(figures, before))]
    return [Chapter(_("与上期报告相比的变化"), [*parts, *_sheets(changes.half_year_changes(figures))])]


def _beside(before: dict[str, Any]) -> str:
    words = {"title": HalfYear.parse(before["period"]).title(), "number": before["report"], "day": before["issued_on"]}
    if before["report"]:
        return _("上期为《%(title)s》（%(number)s，%(day)s发布）。上期数按现有记录计算，与原报不同的列为重述。") % words
    return _("上期《%(title)s》没有发布，上期数按现有记录计算。") % words


def _said(name: str, now: dict[str, Any], before: dict[str, Any]) -> str:
    words = {
        "figure": BY_BANK[name].label,
        "count": whole(now["count"]),
        "amount": yuan(now["amount"]),
        "count_change": _change(Decimal(now["count"]) - Decimal(before["count"]), whole, _("笔")),
        "amount_change": _change(Decimal(now["amount"]) - Decimal(before["amount"]), yuan, _("元")),
    }
    return _("%(figure)s%(count)s笔、%(amount)s元，比上期%(count_change)s、%(amount_change)s。") % words


def _change(by: Decimal, written: Any, unit: str) -> str:
    if not by:
        return _("持平")
    words = {"by": written(abs(by)), "unit": unit}
    return (_("增加%(by)s%(unit)s") if by > 0 else _("减少%(by)s%(unit)s")) % words


def _standing(figures: dict[str, Any], before: dict[str, Any]) -> str:
    now = sum(bool(bank["standing"] and bank["standing"]["suspended"]) for bank in figures["banks"])
    cash = Decimal(figures["closing"]["cash"]) - Decimal(before["closing"]["cash"])
    words = {"now": now, "before": before["suspended"], "cash": _change(cash, yuan, _("元"))}
    return _("期末暂停办理补偿业务的银行%(now)s家，上期末%(before)s家；期末专户存款比上期末%(cash)s。") % words


def evaluation(figures: dict[str, Any]) -> list[Chapter]:
    tables = changes.evaluation_changes(figures)
    if not tables:
        return []
    now, before = (len(lines) for lines in (figures["lines"], figures["before"]["lines"]))
    words = {"year": figures["before"]["year"], "now": now, "before": before}
    said = _("%(year)s年度参评银行%(before)s家，本年度%(now)s家。等级和上年发放总额的变动如下。") % words
    return [Chapter(_("与上年评价相比的变化"), [Words(said), *_sheets(tables)])]


def _sheets(tables: list[Any]) -> list[Part]:
    return [Sheet(table, empty=table.empty_title if not table.rows else "") for table in tables]
