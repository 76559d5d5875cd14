"""The loans and determinations behind each sum of the supervisory indicators, and which sums make which indicator."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evaluation.selectors.cases import Figure, Span, moved_later, written
from evaluation.selectors.supervisory import ARTICLE
from evaluation.supervision import sums
from evaluation.supervision.catalogue import catalogue
from loans.models import Determination, Loan
from pool.articles import language_of
from pool.selectors import edition, refs
from pool.tables import Text

BALANCES = frozenset({"inclusive_npl_balance", "all_npl_balance"})
WEIGHTS = frozenset({"rate_weight", "rate_weight_before", "spread_weight"})
"""Sums of rates by principal: no amount of anybody's, so the principal behind them is shown instead."""
WORDS: dict[str, Text] = {
    "all_amount_before": _("上年同期全部入库贷款本金"),
    "inclusive_amount_before": _("上年同期普惠型贷款本金"),
    "inclusive_npl_balance": _("普惠型不良贷款本金余额"),
    "all_npl_balance": _("全部不良贷款本金余额"),
    "lent_before": _("上年同期发放普惠型贷款"),
    "manufacturing": _("其中：制造业"),
    "medium": _("其中：中长期"),
    "manufacturing_medium": _("其中：制造业中长期"),
    "credit": _("其中：信用贷款"),
    "renewal": _("其中：无还本续贷"),
    "green": _("其中：绿色贷款"),
    "inclusive_borrowers_before": _("上年同期普惠型贷款户数"),
    "first_borrowers_before": _("上年同期首贷户"),
    "inclusive_loans": _("普惠型贷款笔数"),
}
"""Of the sums that are no indicator by themselves."""
PARTS: dict[str, tuple[str, ...]] = {
    "inclusive_growth": ("inclusive_amount", "inclusive_amount_before"),
    "all_growth": ("all_amount", "all_amount_before"),
    "growth_gap": ("inclusive_amount", "inclusive_amount_before", "all_amount", "all_amount_before"),
    "borrowers_change": ("inclusive_borrowers", "inclusive_borrowers_before"),
    "inclusive_npl": ("inclusive_npl_balance", "inclusive_amount"),
    "all_npl": ("all_npl_balance", "all_amount"),
    "npl_gap": ("inclusive_npl_balance", "inclusive_amount", "all_npl_balance", "all_amount"),
    "rate": ("lent",),
    "rate_before": ("lent_before",),
    "spread": ("lent",),
    "first_change": ("first_borrowers", "first_borrowers_before"),
    **{f"{name}_share": (name, "lent") for name in ("credit", "renewal", "manufacturing", "medium", "green")},
    "manufacturing_medium_share": ("manufacturing_medium", "lent"),
}


def figures() -> dict[str, Figure]:
    """Sum or number of borrowers → the figure with its cases."""
    names = [name for name in sums.SUMS if name not in WEIGHTS]
    return {name: _figure(name) for name in (*names, *sums.BORROWERS, "inclusive_loans")}


def _figure(name: str) -> Figure:
    label, how = words(name)
    if name in BALANCES:
        return Figure(name, label, how, ARTICLE, "determinations", _determinations(name), "principal_balance")
    distinct = "borrower_id" if name in sums.BORROWERS else "pk"
    return Figure(name, label, how, ARTICLE, "loans", _loans(name), "principal", distinct)


def words(name: str) -> tuple[Text, Text]:
    """The name and the definition of a sum; an indicator of its own has both in the catalogue."""
    found, language = catalogue().indicators, language_of(get_language() or "")
    if name in found:
        return WORDS.get(name, found[name].name.say(language)), found[name].how.say(language)
    of = next((slug for slug, parts in PARTS.items() if name in parts), "inclusive_amount")
    return WORDS[name], found[of].how.say(language)


def _loans(name: str) -> "Callable[[Span], QuerySet[Loan]]":
    def rows(span: Span) -> "QuerySet[Loan]":
        return Loan.objects.filter(pk__in=_keys(name, span))

    return rows


def _determinations(name: str) -> "Callable[[Span], QuerySet[Determination]]":
    """What stood at the end of the period and was not wholly recovered."""

    def rows(span: Span) -> "QuerySet[Determination]":
        stands = Q(ended_on__isnull=True) | Q(ended_on__gt=span.last)
        stands |= moved_later(Loan, span, Loan.State.ENTERED, "loan")
        owing = Q(recovered_on__isnull=True) | Q(recovered_on__gt=span.last)
        found = Determination.objects.filter(stands, owing, determined_on__lte=span.last, loan__in=_keys(name, span))
        return written(found, span)

    return rows


def _keys(name: str, span: Span) -> RawSQL:
    known = refs()
    tables = sums.Tables(known.sizes, known.lpr, edition()["lpr_long_term"].number)
    asked, values = sums.loans_that(
        sums.where(name), sums.Days.of(span.last), catalogue().terms, tables, known=span.known, part=span.part
    )
    return RawSQL(asked, values)


def told(row: dict[str, Any], name: str) -> tuple[int | None, str | None]:
    """What a stored row of sums says of it: a number, or an amount."""
    value = row.get(name)
    return (value, None) if isinstance(value, int) else (None, value)
