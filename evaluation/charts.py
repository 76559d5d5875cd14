"""The bar chart that every report has: the leading banks, in ten thousand yuan."""

from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pool import charts

WAN = Decimal(10_000)
BANKS_IN_CHART = 10
LABELLED = 6
SIZE = (900, 250)


def by_bank(names: list[str], series: dict[str, list[Decimal]], *, labels: bool) -> dict[str, Any]:
    """Every bar has its bank's name under it, on two lines where it is long."""
    option = charts.bar(names, series, unit=_("万元"), labels=labels)
    option["xAxis"]["axisLabel"] = {
        **option["xAxis"].get("axisLabel", {}), "interval": 0, "width": 84, "overflow": "break", "fontSize": 11,
    }  # fmt: skip
    return option


def in_wan(amount: Decimal | str) -> Decimal:
    """For a chart's axis only."""
    return (Decimal(amount) / WAN).quantize(Decimal("0.01"))


def drawn(option: dict[str, Any]) -> SafeString:
    """As it stands in the PDF."""
    return mark_safe(charts.svg(option, *SIZE))
