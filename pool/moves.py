"""The transition log: every move of a state field, written beside the move."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import models
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
