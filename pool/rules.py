"""Periods and the loan prime rate, which every room's rules reckon with. Pure; the numbers come from the rulebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pool.money import fen
from pool.refs import FxQuote, LprTable, NotCovered, Refs
from pool.rulebook import Edition, Provision, implements
from pool.rulebook.values import Floor
from pool.workdays import ONE_DAY, Calendar

MONTHS_PER_QUARTER = 3
MONTHS_PER_YEAR = 12


# ---- dates


def month_length(year: int, month: int) -> int:
    following = date(year + month // MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1, 1)
    return (following - ONE_DAY).day


@lru_cache(maxsize=1 << 16)
def add_months(day: date, months: int) -> date:
    """The same day number `months` later, or that month's last day."""
    position = day.year * MONTHS_PER_YEAR + day.month - 1 + months
    year, month = position // MONTHS_PER_YEAR, position % MONTHS_PER_YEAR + 1
    if day.day <= 28:
        return date(year, month, day.day)
    return date(year, month, min(day.day, month_length(year, month)))


def whole_months(start: date, end: date) -> int:
    """Whole months from `start` to `end`, month ends clipped."""
    months = (end.year - start.year) * MONTHS_PER_YEAR + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def quarter_start(day: date) -> date:
    return date(day.year, (day.month - 1) // MONTHS_PER_QUARTER * MONTHS_PER_QUARTER + 1, 1)


def next_quarter_start(day: date) -> date:
    return add_months(quarter_start(day), MONTHS_PER_QUARTER)


def quarter_end(day: date) -> date:
    return next_quarter_start(day) - ONE_DAY


def quarter_name(day: date) -> str:
    """`2024Q4`."""
    return f"{day.year}Q{(day.month - 1) // MONTHS_PER_QUARTER + 1}"


@implements("half_year_statistics")
def half_year(book: Edition, day: date) -> tuple[date, date]:
    """The statistics period that holds `day`: first and last day."""
    months = book["half_year_statistics"].number
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, add_months(first, months) - ONE_DAY


# ---- periods


@dataclass(frozen=True, slots=True)
class Window:
    """A period reckoned from an event: when it opens and closes, and what that rests on."""

    event: str
    article: str
    provision: str
    starts_on: date
    opens_on: date | None
    closes_on: date
    unit: str
    count: int
    provisional: bool = False
    floor: str = ""
    paused_days: int = 0

    def holds(self, day: date) -> bool:
        return (self.opens_on is None or self.opens_on <= day) and day <= self.closes_on


class Pause(NamedTuple):
    """A clock that stood still from one day to another."""

    stopped_on: date
    resumed_on: date


def reckon(
    provision: Provision, event: str, starts_on: date, calendar: Calendar, *, pauses: Sequence[Pause] = ()
) -> Window:
    """The period of `provision` after an event: its day is not counted, rest days at the end give way.

    Periods in working days end on the last of them; those in days or months that end on a rest day end on the next
    working day. Days on which the clock stood still are added.
    """
    count, unit = provision.number, provision.unit
    paused = 0
    if unit == "working_day":
        closes_on = calendar.add_workdays(starts_on, count)
        provisional = calendar.provisional_between(starts_on + ONE_DAY, closes_on)
        if pauses:
            raise ValueError("clocks in working days do not stand still")
    else:
        if unit == "month":
            bare = add_months(starts_on, count)
        elif unit == "year":
            bare = add_months(starts_on, count * MONTHS_PER_YEAR)
        elif unit == "calendar_day":
            bare = starts_on + timedelta(days=count)
        else:
            raise ValueError(f"{provision.slug}: {unit} is not a unit of time")
        bare, paused = _paused(starts_on, bare, pauses, calendar)
        closes_on = calendar.on_or_after(bare)
        provisional = calendar.provisional_between(bare, closes_on)
    return Window(
        event, provision.article, provision.slug, starts_on, None, closes_on, unit, count, provisional, "", paused
    )


def _paused(starts_on: date, bare: date, pauses: Sequence[Pause], calendar: Calendar) -> tuple[date, int]:
    """`bare` moved by the days the clock stood still while it was running."""
    first, running_from = bare, starts_on
    for pause in sorted(pauses):
        begin = max(pause.stopped_on, running_from)
        if begin > calendar.on_or_after(bare):
            break
        if pause.resumed_on > begin:
            bare = pause.resumed_on + max(timedelta(0), bare - begin)
            running_from = pause.resumed_on
    return bare, (bare - first).days


def not_before(window: Window, provision: Provision) -> Window:
    """Apply a transition floor: a period begun in its range does not end before its day."""
    floor: Floor = provision.value
    applies = floor.period.holds(window.starts_on)
    if floor.ended_before is not None and window.closes_on >= floor.ended_before:
        applies = False
    if not applies or window.closes_on >= floor.not_before:
        return window
    return replace(window, closes_on=floor.not_before, provisional=False, floor=provision.slug)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a period ends when it ends."""

    event: str
    article: str
    starts_on: date
    closes_on: date
    unit: str
    count: int
    skipped: tuple[date, ...]
    provisional: bool
    floor: str
    readings: tuple[int, ...]


def explain(window: Window, book: Edition, calendar: Calendar) -> Explanation:
    """The event, the article, the unit, and the rest days skipped on the way."""
    if window.floor:
        skipped: tuple[date, ...] = ()
    elif window.unit == "working_day":
        first = min(window.opens_on or window.starts_on, window.closes_on)
        skipped = calendar.rest_days(first, window.closes_on)
    else:
        skipped = _tail_of_rest(window.closes_on, calendar)
    readings = book[window.provision].readings
    if window.floor:
        readings = tuple(sorted({*readings, *book[window.floor].readings}))
    return Explanation(
        window.event,
        window.article,
        window.starts_on,
        window.closes_on,
        window.unit,
        window.count,
        skipped,
        window.provisional,
        window.floor,
        readings,
    )


def _tail_of_rest(closes_on: date, calendar: Calendar) -> tuple[date, ...]:
    """The rest days straight before the end of a period."""
    day = closes_on - ONE_DAY
    while not calendar.is_workday(day):
        day -= ONE_DAY
    return calendar.rest_days(day + ONE_DAY, closes_on - ONE_DAY)


# ---- the loan prime rate and exchange rates


class PeriodRate(NamedTuple):
    rate: Decimal
    tenor: str
    published_on: date
    provisional: bool


@implements("lpr_long_term")
def lpr_of_the_period(book: Edition, lpr: LprTable, disbursed_on: date, matures_on: date) -> PeriodRate:
    """The latest quote on or before disbursement, of the tenor that fits the loan's whole months."""
    quote = lpr.latest(disbursed_on)
    long_term = whole_months(disbursed_on, matures_on) >= book["lpr_long_term"].number
    rate = quote.five_year if long_term else quote.one_year
    tenor = "five_year" if long_term else "one_year"
    return PeriodRate(rate, tenor, quote.published_on, disbursed_on > lpr.confirmed_through)


class Converted(NamedTuple):
    amount: Decimal
    rate: Decimal
    basis: str


@implements("fx_rate_order")
def to_yuan(book: Edition, refs: Refs, amount: Decimal, currency: str, on: date) -> Converted:
    """Foreign currency at the first rate published that day, in the order the article names."""
    quote: FxQuote | None = refs.fx.quotes.get((currency, on))
    if quote is not None:
        published = {"central": quote.central, "spot_buying": quote.spot_buying, "cash_buying": quote.cash_buying}
        for basis in book["fx_rate_order"].words:
            rate = published[basis]
            if rate is not None:
                return Converted(fen(amount * rate / quote.per), rate, basis)
    raise NotCovered(f"{currency} {on.isoformat()}")
