"""The transition log: every move of a state field, written beside the move."""

from datetime import date
from uuid import UUID

from django.db import models

from pool.audit import bank_of
from pool.models import Transition, User


def log(
    subject: models.Model,
    *,
    field: str,
    source: str,
    target: str,
    by: User | None,
    on: date,
    reason: str = "",
    article: str = "",
    bank: UUID | None = None,
) -> Transition:
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
