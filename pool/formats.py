"""How figures and days are written, once, for screens, PDFs and messages.

Money is exact: a float is refused rather than shown.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

NOTHING = "—"
WEEKDAYS = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
Number = Decimal | int | str | None


def exact(value: Number) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, float):
        raise TypeError("A float is not an amount; pass a Decimal")
    return value if isinstance(value, Decimal) else Decimal(value)


def _grouped(amount: Decimal, places: int) -> str:
    rounded = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{rounded:,f}"


def yuan(value: Number) -> str:
    """1234567.891 → 1,234,567.89 (the unit stands in the table head)."""
    amount = exact(value)
    return NOTHING if amount is None else _grouped(amount, 2)


def whole(value: Number) -> str:
    """30000 → 30,000."""
    amount = exact(value)
    return NOTHING if amount is None else _grouped(amount, 0)


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


def wan(value: Number) -> str:
    """12345678.90 → 1,234.57 万元 (English: CNY 12.35 million)."""
    amount = exact(value)
    if amount is None:
        return NOTHING
    if _in_english():
        return f"CNY {_grouped(amount / 1_000_000, 2)} million"
    return gettext("%(amount)s 万元") % {"amount": _grouped(amount / 10_000, 2)}


def yi(value: Number) -> str:
    """5000000000 → 50.00 亿元 (English: CNY 5.00 billion)."""
    amount = exact(value)
    if amount is None:
        return NOTHING
    if _in_english():
        return f"CNY {_grouped(amount / 1_000_000_000, 2)} billion"
    return gettext("%(amount)s 亿元") % {"amount": _grouped(amount / 100_000_000, 2)}


def summary(value: Number) -> str:
    """The unit that reads best: 元 under one 万, 万元 under one 亿, else 亿元."""
    amount = exact(value)
    if amount is None:
        return NOTHING
    if abs(amount) >= 100_000_000:
        return yi(amount)
    if abs(amount) >= 10_000:
        return wan(amount)
    return gettext("%(amount)s 元") % {"amount": _grouped(amount, 2)}


def percent(fraction: Number, places: int = 2) -> str:
    """0.0312 → 3.12%."""
    amount = exact(fraction)
    return NOTHING if amount is None else f"{_grouped(amount * 100, places)}%"


def ratio(fraction: Number) -> str:
    """A ratio of compensation with as many places as it has: 0.4 → 40%, 0.375 → 37.5%."""
    amount = exact(fraction)
    return NOTHING if amount is None else f"{(amount * 100).normalize():f}%"


def percent_beside(fraction: Number, limit: Number, places: int = 2) -> str:
    """As `percent`, with as many more places as it takes to show on which side of the limit it lies (3.0001%)."""
    amount, bound = exact(fraction), exact(limit)
    if amount is None or bound is None or amount == bound:
        return percent(amount, places)
    while places < 10 and percent(amount, places) == percent(bound, places):
        places += 1
    return percent(amount, places)


def points(value: Number) -> str:
    """A figure that is a percentage already: 4.35 → 4.35%."""
    amount = exact(value)
    return NOTHING if amount is None else f"{amount:f}%"


def day(value: date | None) -> str:
    """2024-04-22; an instant is shown as its day in Shanghai."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{value:%Y-%m-%d}"


def official_day(value: date | None) -> str:
    """2024年4月22日, as documents are dated (English: 22 April 2024)."""
    if not value:
        return ""
    if _in_english():
        return f"{value.day} {value:%B %Y}"
    return f"{value.year}年{value.month}月{value.day}日"


def month_day(value: date | None) -> str:
    """1月22日, where the year goes without saying (English: 22 January)."""
    if not value:
        return ""
    if _in_english():
        return f"{value.day} {value:%B}"
    return f"{value.month}月{value.day}日"


def quarter(value: date) -> str:
    """2024年第四季度: the quarter in which the day lies (English: Q4 2024)."""
    number = (value.month - 1) // 3
    return f"Q{number + 1} {value.year}" if _in_english() else f"{value.year}年第{'一二三四'[number]}季度"


def weekday(value: date | None) -> str:
    return str(WEEKDAYS[value.weekday()]) if value else ""


def moment(value: datetime | None) -> str:
    """2024-04-22 16:03, in Shanghai."""
    if value is None or value == "":
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%Y-%m-%d %H:%M}"


def show(value: object) -> str:
    """A fact of unknown kind in plain words: an amount grouped, a day as a day, yes or no, a dash for nothing."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, Decimal):
        return yuan(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(show(item) for item in value) or NOTHING
    return str(value)
