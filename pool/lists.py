"""清单: one description of a list, for its page, its order, its saved filters, its columns and its export."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from pool import registry
from pool.models import ColumnChoice, SavedFilter, User
from pool.permissions import Answer
from pool.tables import NO_ROWS, Column, Pick, Table, Text, keyset_page

NOT_A_FILTER = ("sort", "after", "before", "form_key", "csrfmiddlewaretoken")
ORDER = "sort"


@dataclass(frozen=True)
class Listing:
    """`orders`: the word of `?sort=` and the fields behind it, none of them null, the last one unique.

    `hidden` columns are shown to whom chooses them. What is exported is what is seen: filter, columns and order.
    """

    name: str
    label: Text
    url_name: str
    may_see: Callable[[Any], Answer]
    may_export: Callable[[Any], Answer]
    rows: Callable[[User], "QuerySet[Any]"]
    form: Callable[[Any, User], forms.Form]
    narrow: Callable[["QuerySet[Any]", Mapping[str, Any]], "QuerySet[Any]"]
    """By what takes more than an equal value; those are narrowed by `same`, the names of fields."""
    columns: Callable[[User], Sequence[Column]]
    orders: Mapping[str, tuple[str, ...]]
    order: str
    same: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    marks: Callable[[Any], str] | None = None
    empty_title: Text = NO_ROWS
    empty_text: Text = ""
    size: int = 50
    within: Callable[[], AbstractContextManager[None]] = nullcontext
    """The scope in which `rows` are read, where the reader's own is too narrow and `rows` themselves keep to it."""

    @property
    def url(self) -> str:
        return reverse(self.url_name)


@dataclass
class Shown:
    """What `{% listing shown %}` draws."""

    listing: Listing
    form: forms.Form
    table: Table
    columns: list[tuple[Column, bool]]
    saved: list[tuple[SavedFilter, bool]]
    query: str
    may_export: bool
    is_narrowed: bool = field(default=False)


def listing_of(name: str) -> Listing | None:
    found: Listing | None = registry.listings.get(name)
    return found


def show(listing: Listing, request: HttpRequest, pick: Pick | None = None) -> Shown:
    """The page of the list that the request asks for; with `pick`, a box before each row."""
    user, query = request.user, filter_of(request.GET)
    form, rows = narrowed(listing, user, request.GET)
    chosen = chosen_columns(listing, user)
    with listing.within():
        page = keyset_page(rows, request, order=order_of(listing, request.GET), size=listing.size)
    table = Table(
        [column for column, is_chosen in chosen if is_chosen], page.rows, page=page, caption=listing.label,
        sort=sort_of(listing, request.GET), query=query, marks=listing.marks,
        empty_title=listing.empty_title, empty_text=listing.empty_text, pick=pick,
    )  # fmt: skip
    saved = [(row, row.query == query) for row in SavedFilter.objects.filter(user=user, listing=listing.name)]
    may_export = listing.may_export(user)[0]
    return Shown(listing, form, table, chosen, saved, request.GET.urlencode(), may_export, bool(query))


def filter_of(params: QueryDict) -> str:
    """The question itself without order and page; empty fields left out, so that a question is one text."""
    kept = QueryDict(mutable=True)
    for name in sorted(params):
        values = [value for value in params.getlist(name) if value]
        if values and name not in NOT_A_FILTER:
            kept.setlist(name, values)
    return str(kept.urlencode())


def narrowed(listing: Listing, user: User, params: QueryDict) -> tuple[forms.Form, "QuerySet[Any]"]:
    """What cannot be read narrows nothing, and says so beside its field."""
    form = listing.form(params or None, user)
    given = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    alike = {name: given[name] for name in listing.same if name in given}
    return form, listing.narrow(listing.rows(user).filter(**alike), given)


def sort_of(listing: Listing, params: QueryDict) -> str:
    asked = params.get(ORDER, "")
    return asked if asked.removeprefix("-") in listing.orders else listing.order


def order_of(listing: Listing, params: QueryDict) -> list[str]:
    sort = sort_of(listing, params)
    fields = listing.orders[sort.removeprefix("-")]
    return [f"-{name}" for name in fields] if sort.startswith("-") else list(fields)


def chosen_columns(listing: Listing, user: User) -> list[tuple[Column, bool]]:
    """All columns in their order, and whether this person sees each; the first, which leads on, always."""
    columns = list(listing.columns(user))
    row = ColumnChoice.objects.filter(user=user, listing=listing.name).first()
    wanted = set(row.columns) if row else {column.name for column in columns} - listing.hidden
    return [(column, place == 0 or column.name in wanted) for place, column in enumerate(columns)]


def told(listing: Listing, user: User, query: str) -> str:
    """The question in the words of its form."""
    form = listing.form(QueryDict(query), user)
    said = []
    for asked in form:
        if value := asked.data:
            words = {str(key): str(label) for key, label in getattr(asked.field, "choices", ())}
            said.append(f"{asked.label}：{words.get(value, value)}")
    return "；".join(said)
