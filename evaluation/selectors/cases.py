"""What a figure of a report is: its words, its article, and the cases that it counts, now and as they were then known.

One description serves the sums of the report, the heads of its tables, and the page of the cases behind a figure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from pool.models import Transition
from pool.tables import Text

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Span:
    """The days a figure is about, and the instant at which it was read; without one, as everything is known now.

    `part` narrows to one value of a split, such as ("size", "micro").
    """

    first: date
    last: date
    known: datetime | None = None
    part: tuple[str, str] | None = None

    @property
    def days(self) -> tuple[date, date]:
        return (self.first, self.last)

    @property
    def now(self) -> "Span":
        return replace(self, known=None)


@dataclass(frozen=True)
class Figure:
    """`kind` names the list that shows the cases; `amount` is what each adds, `distinct` what is counted once."""

    name: str
    label: Text
    how: Text
    article: str
    kind: str
    rows: Callable[[Span], "QuerySet[Any]"]
    amount: "str | Combinable"
    distinct: str = "pk"

    @property
    def adds(self) -> Any:
        return Coalesce(F(self.amount) if isinstance(self.amount, str) else self.amount, ZERO)


@dataclass(frozen=True)
class Sums:
    count: int
    amount: Decimal


def marked(rows: "QuerySet[Any]", figure: Figure, span: Span) -> "QuerySet[Any]":
    """Of these rows the cases of a figure: what each adds, whether it was counted then, whether it would be now."""
    now = _is_among(figure.rows(span.now))
    then = _is_among(figure.rows(span)) if span.known else now
    found = rows.annotate(counted=figure.adds, was=then, still=now)
    return found.filter(Q(was=True) | Q(still=True)) if span.known else found.filter(still=True)


def none_of(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """No cases, in the same shape."""
    return rows.none().annotate(counted=Value(ZERO), was=Value(value=False), still=Value(value=False))


def _is_among(cases: "QuerySet[Any]") -> Exists:
    """Asked case by case or by a table of all of them, as the planner finds cheaper; a list of keys leaves it none."""
    return Exists(cases.order_by().filter(pk=OuterRef("pk")))


def sums_of(rows: "QuerySet[Any]", figure: Figure) -> dict[str, Sums]:
    """Of marked rows: `then`, `now`, and what `came` and went (`gone`) in between."""
    asked = {
        "then": Q(was=True),
        "now": Q(still=True),
        "came": Q(still=True, was=False),
        "gone": Q(was=True, still=False),
    }
    wanted: dict[str, Any] = {}
    for name, which in asked.items():
        wanted[f"{name}_n"] = Count(figure.distinct, filter=which, distinct=figure.distinct != "pk")
        wanted[f"{name}_sum"] = Coalesce(Sum("counted", filter=which), ZERO)
    found = rows.order_by().aggregate(**wanted)
    return {name: Sums(found[f"{name}_n"], found[f"{name}_sum"]) for name in asked}


# ---- as it was known ----------------------------------------------------------------------------------------------


def moves_of(model: Any, span: Span) -> "QuerySet[Transition]":
    """The moves of this kind's state that had been recorded by then."""
    moves = Transition.objects.filter(subject_kind=model._meta.label_lower, field="state")
    return moves.filter(at__lte=span.known) if span.known else moves


def written(rows: "QuerySet[Any]", span: Span, field: str = "created_at") -> "QuerySet[Any]":
    """Those of them that had been written down by then."""
    return rows.filter(**{f"{field}__lte": span.known}) if span.known else rows


def in_state(model: Any, span: Span, *states: str) -> "QuerySet[Any]":
    """Rows that stood in one of these states, by what had been recorded by then."""
    if span.known is None:
        return model.objects.filter(state__in=states)
    last = moves_of(model, span).filter(subject_id=OuterRef("pk")).order_by("-id").values("target")[:1]
    return model.objects.annotate(state_then=Subquery(last)).filter(state_then__in=states)


def moved_later(model: Any, span: Span, target: str, subject: str = "pk") -> Exists:
    """Whether the move to this state was recorded only afterwards."""
    later = Transition.objects.filter(
        subject_kind=model._meta.label_lower, field="state", subject_id=OuterRef(subject), target=target
    )
    return Exists(later.filter(at__gt=span.known)) if span.known else Exists(later.none())
