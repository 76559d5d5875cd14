"""The transition log: every move of a state field, written beside the move."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from pool.audit import bank_of
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import Transition, User


def log(
    subject: models.Model,
    *,
    field: str,
    source: str,
    target: str,
    by: User | None,
    on: date,
    reason: object = "",
    article: str = "",
    bank: UUID | None = None,
) -> Transition:
    with in_chinese():
        reason = str(reason)
    return Transition.objects.create(
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        bank=bank or bank_of(subject),
        field=field,
        source=source,
        target=target,
        by=by,
        on=on,
        reason=reason,
        article=article,
    )


class BrokenLog(NamedTuple):
    """A row whose state is not where its log ends, or a step of its log that does not follow."""

    subject: UUID
    state: str
    before: str | None
    source: str | None
    target: str | None


_BROKEN = """
WITH steps AS (
  SELECT subject_id, source, target, id,
    lag(target, 1, '') OVER (PARTITION BY subject_id ORDER BY id) AS before,
    row_number() OVER (PARTITION BY subject_id ORDER BY id DESC) AS back
  FROM pool_transition WHERE subject_kind = %s AND field = 'state')
SELECT r.id, r.state, s.before, s.source, s.target
FROM {table} r LEFT JOIN steps s ON s.subject_id = r.id
WHERE s.id IS NULL OR s.before IS DISTINCT FROM s.source
  OR NOT (s.source || '>' || s.target = ANY(%s)) OR (s.back = 1 AND s.target <> r.state)
ORDER BY r.id
"""


def broken_logs(model: Any, born: Iterable[object]) -> Iterator[BrokenLog]:
    """Every breach of I9 among the rows of a model: the database compares, so that millions need no memory here.

    `born`: the states in which a row may come to life.
    """
    steps = {f">{state}" for state in born}
    for one in model._meta.get_field("state").get_all_transitions(model):
        steps.add(f"{one.source}>{one.target}")
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN.format(table=model._meta.db_table), [model._meta.label_lower, sorted(steps)])
        yield from (BrokenLog(*row) for row in cursor.fetchall())


def history(subject: models.Model, field: str = "") -> "models.QuerySet[Transition]":
    rows = Transition.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)
    if field:
        rows = rows.filter(field=field)
    return rows.select_related("by").order_by("id")


def move(
    subject: Any,
    transition: str,
    *,
    by: User | None,
    on: date,
    article: str = "",
    reason: str = "",
    field: str = "state",
    first: bool = False,
    **changes: Any,
) -> Transition:
    """Run one declared transition with `changes` to other fields, save it under a new version, and log it.

    The caller holds the row's lock. A move the table does not allow is refused. With `first` the row's story begins
    with this move: where it stood before is nobody's desk and is not told.
    """
    source = "" if first else getattr(subject, field)
    try:
        getattr(subject, transition)()
    except TransitionNotAllowed as fault:
        shown = getattr(subject, f"get_{field}_display")()
        raise Refused("move_not_allowed", _("当前状态为“%(state)s”，不能办理此项操作。") % {"state": shown}) from fault
    for name, value in changes.items():
        setattr(subject, name, value)
    subject.version += 1
    subject.save()
    return log(
        subject,
        field=field,
        source=source,
        target=getattr(subject, field),
        by=by,
        on=on,
        reason=reason,
        article=article,
    )
