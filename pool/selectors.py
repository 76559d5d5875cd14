"""Reads of the kit that are more than a filter: the frozen reference data, what waits for whom, the navigation."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.urls import reverse

from pool import registry
from pool.articles import edition as edition
from pool.models import CalendarDay, CalendarYear, FxKind, FxRate, LprRate, ReferenceCoverage, RestrictedIndustry, User
from pool.models.reference import IN_FORCE, ReferenceRow
from pool.refs import (
    Catalogue,
    FxQuote,
    FxTable,
    LprQuote,
    LprTable,
    Refs,
    RestrictedEntry,
    lpr_from_file,
    sizes_from_file,
)
from pool.registry import Draft, LegalDate, Todo
from pool.workdays import Calendar

Values = dict[str, Any]
TABLES = (CalendarYear, CalendarDay, LprRate, FxRate, RestrictedIndustry, ReferenceCoverage)


def refs(on: date | None = None) -> Refs:
    """What the rules may look at besides a case's own facts, from the rows in force; built once until a row changes.

    The tables hold every day at once, so one set serves every `on`.
    """
    return _refs(_fingerprint())


def _fingerprint() -> tuple[Any, ...]:
    """Changes whenever a reference row is confirmed or replaced."""
    parts = [
        f"SELECT {position}, count(*), max(greatest(confirmed_at, replaced_at)) FROM {model._meta.db_table}"
        " WHERE confirmed_at IS NOT NULL"
        for position, model in enumerate(TABLES)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY 1")
        return tuple(cursor.fetchall())


@lru_cache(maxsize=4)
def _refs(fingerprint: tuple[Any, ...]) -> Refs:
    through = dict(ReferenceCoverage.objects.filter(IN_FORCE).values_list("kind", "confirmed_through"))
    return Refs(
        calendar=_calendar(),
        lpr=_lpr(through.get(ReferenceCoverage.Kind.LPR)),
        sizes=sizes_from_file(),
        fx=_fx(through.get(ReferenceCoverage.Kind.FX)),
        catalogue=_catalogue(through.get(ReferenceCoverage.Kind.CATALOGUE)),
    )


def _calendar() -> Calendar:
    """The installed tables of the notices, overruled by the rows that two people confirmed."""
    overrides = dict(CalendarDay.objects.filter(IN_FORCE).values_list("day", "working"))
    years = CalendarYear.objects.filter(IN_FORCE).values_list("year", flat=True)
    return Calendar.build(overrides, announced=years)


def calendar_with(changed: Mapping[date, bool], dropped: Collection[date], year: int) -> Calendar:
    """The calendar in force as it would be with these days, without those, and with that year announced."""
    overrides = dict(CalendarDay.objects.filter(IN_FORCE).exclude(day__in=dropped).values_list("day", "working"))
    years = CalendarYear.objects.filter(IN_FORCE).values_list("year", flat=True)
    return Calendar.build({**overrides, **changed}, announced={*years, year})


def _lpr(through: date | None, rows: Iterable[Values] | None = None) -> LprTable:
    """What comes with the code, overruled day by day by the rows in force."""
    file = lpr_from_file()
    quotes = {quote.published_on: quote for quote in file.quotes}
    for row in rows if rows is not None else _in_force(LprRate):
        quotes[row["published_on"]] = LprQuote(row["published_on"], row["one_year"], row["five_year"])
    return LprTable(tuple(sorted(quotes.values())), through or file.confirmed_through)


def _fx(through: date | None, rows: Iterable[Values] | None = None) -> FxTable:
    days: dict[tuple[str, date], dict[str, Any]] = {}
    for row in rows if rows is not None else _in_force(FxRate):
        days.setdefault((row["currency"], row["day"]), {})[row["kind"]] = row["rate"]
    quotes = [
        FxQuote(currency, day, rates.get(FxKind.PARITY), rates.get(FxKind.SPOT_BUYING), rates.get(FxKind.CASH_BUYING))
        for (currency, day), rates in days.items()
    ]
    return FxTable.of(quotes, through)


def _catalogue(through: date | None, rows: Iterable[Values] | None = None) -> Catalogue:
    found = rows if rows is not None else _in_force(RestrictedIndustry)
    entries = (RestrictedEntry(row["code"], row["valid_from"], row["valid_to"], row["name"]) for row in found)
    return Catalogue(tuple(sorted(entries, key=lambda entry: (entry.prefix, entry.valid_from))), through)


def _in_force(model: type[ReferenceRow]) -> Iterable[Values]:
    rows: Iterable[Values] = model._default_manager.filter(IN_FORCE).values()
    return rows


def refs_with(kind: str, rows: Iterable[Values], through: date) -> Refs:
    """The reference data as they would be with these rows in force of one table, complete through that day."""
    now = refs()
    if kind == ReferenceCoverage.Kind.LPR:
        return replace(now, lpr=_lpr(through, rows))
    if kind == ReferenceCoverage.Kind.FX:
        return replace(now, fx=_fx(through, rows))
    if kind == ReferenceCoverage.Kind.CATALOGUE:
        return replace(now, catalogue=_catalogue(through, rows))
    return now


# --- what waits -------------------------------------------------------------------------------------------------------


def todos_of(user: User, on: date) -> list[Todo]:
    """What waits for this person over all rooms, the most urgent first."""
    found = [todo for source in registry.todos for todo in source.fn(user, on) if todo.count]
    return sorted(found, key=lambda todo: (todo.due is None, todo.due or date.max, str(todo.title)))


def days_left(due: date, on: date) -> int:
    """Working days until the end of the day, today not counted; below zero it is over."""
    calendar = refs(on).calendar
    return calendar.remaining(on, due) if due >= on else min(-1, -calendar.workdays_between(due, on))


def drafts_of(user: User) -> list[Draft]:
    """What this person has begun and nobody has finished, over all rooms."""
    return [draft for source in registry.drafts for draft in source.fn(user) if draft.count]


def dates_of(user: User, first: date, last: date) -> list[LegalDate]:
    """The legal dates of these days that concern this person, in order."""
    found = [item for source in registry.legal_dates for item in source.fn(user, first, last)]
    return sorted(found, key=lambda item: (item.on, item.article, item.label))


# --- where one may go -------------------------------------------------------------------------------------------------


@dataclass
class Link:
    label: Any
    url: str
    active: bool = False
    count: int = 0


@dataclass
class Group:
    label: Any
    items: list[Link]


def navigation_of(user: Any, path: str) -> list[Group]:
    """The links of this person's role in their groups; the one that fits the path best is active."""
    if not user.is_authenticated:
        return []
    groups: dict[str, Group] = {}
    links: list[Link] = []
    for item in registry.navigation:
        if user.role in item.roles:
            link = Link(item.label, reverse(item.url_name))
            links.append(link)
            groups.setdefault(str(item.group), Group(item.group, [])).items.append(link)
    _mark_active(links, path)
    return list(groups.values())


def _mark_active(links: Iterable[Link], path: str) -> None:
    fitting = [link for link in links if path == link.url or (link.url != "/" and path.startswith(link.url))]
    if fitting:
        max(fitting, key=lambda link: len(link.url)).active = True


def page_of(subject_kind: str, subject_id: Any) -> str:
    """The page of a deadline's subject; empty where it has none of its own."""
    page = registry.subject_pages.get(subject_kind)
    return reverse(page.url_name, args=[subject_id]) if page else ""


def panels_of(user: User, subject: Any, kind: str = "") -> list[tuple[str, dict[str, Any]]]:
    """(template, context) of each room's part of this page, in order."""
    kind = kind or subject._meta.label_lower
    shown = [(panel, panel.fn(user, subject)) for panel in registry.panels if panel.subject_kind == kind]
    return [(panel.template, context) for panel, context in shown if context is not None]
