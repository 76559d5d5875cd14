"""The audit trail: a row in the change's own transaction; reads and denials through a second connection."""

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, router
from django.utils.encoding import force_str

from pool import caller, scope
from pool.masking import masked
from pool.models import AccessLog, AuditEvent, User

ACCESS_ALIAS = "audit"


def record(
    action: str,
    subject: models.Model,
    *,
    by: User | None,
    on: date,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    article: str = "",
    reason: str = "",
    bank: UUID | None = None,
) -> AuditEvent:
    """One row per change. `before` and `after` are small dicts; personal fields are masked here."""
    return AuditEvent.objects.create(
        action=action,
        subject_kind=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=force_str(subject)[:200],
        actor=by,
        actor_name=by.display_name if by else "",
        role=by.role if by else "",
        on=on,
        before=plain(before),
        after=plain(after),
        article=article,
        reason=reason,
        bank=bank or bank_of(subject) or (by.institution if by else None) or scope.current()[1],
        request_id=caller.caller().request_id,
    )


def bank_of(subject: Any) -> UUID | None:
    """The bank a row belongs to: `bank_id` of a foreign key, or an opaque `bank`."""
    found = getattr(subject, "bank_id", None) or getattr(subject, "bank", None)
    return found if isinstance(found, UUID) else None


def plain(values: dict[str, Any] | None) -> Any:
    """JSON with decimals, days and keys as text, personal data masked."""
    if values is None:
        return None
    encoder = DjangoJSONEncoder()
    return masked(_plain(values, encoder))


def _plain(value: Any, encoder: DjangoJSONEncoder) -> Any:
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item, encoder) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, encoder) for item in value]
    if isinstance(value, models.Model):
        return str(value.pk)
    return encoder.default(value)


def log_access(
    request_or_user: Any,
    kind: Any,
    subject: models.Model | str = "",
    *,
    detail: str = "",
    username: str = "",
) -> None:
    """Through the alias `audit`, in its own transaction: a rollback of the request does not take it along."""
    user = getattr(request_or_user, "user", request_or_user)
    known = user if isinstance(user, User) else None
    asking = caller.caller()
    row = subject if isinstance(subject, models.Model) else None
    AccessLog.objects.using(access_alias()).create(
        user_id=known.pk if known else None,
        username=(known.username if known else username)[:150],
        role=known.role if known else "",
        kind=kind,
        subject_kind=row._meta.label_lower if row is not None else str(subject)[:60],
        subject_id=str(row.pk) if row is not None else "",
        method=asking.method[:8],
        path=asking.path[:300],
        address=asking.address[:45],
        detail=detail[:300],
        request_id=asking.request_id,
    )


def access_alias() -> str:
    return ACCESS_ALIAS if ACCESS_ALIAS in settings.DATABASES else router.db_for_write(AccessLog)
