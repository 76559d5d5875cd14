"""Open sessions: begun at the first request, ended by oneself, by the security administrator, or by a change."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import audit
from pool.errors import NotPermitted
from pool.models import OpenSession, User
from pool.permissions import may_end_sessions, require

Why = OpenSession.Why


def begin(user: User, *, address: str, browser: str) -> OpenSession:
    opened: OpenSession = OpenSession.objects.create(user=user, address=address[:45], browser=browser[:200])
    return opened


def live(user: User) -> Any:
    """Newest first."""
    return OpenSession.objects.filter(user=user, ended_at=None).order_by("-started_at")


def close(session_id: UUID | str | None, why: str) -> None:
    """The end that needs nobody's decision: signed out, idle, too long."""
    OpenSession.objects.filter(pk=session_id, ended_at=None).update(ended_at=timezone.now(), why=why)


def close_all(user: User, *, by: User | None, why: str = Why.CHANGED, but: Iterable[UUID] = ()) -> int:
    """What a change of password, role or account brings with it; written in the change's own transaction."""
    rows = OpenSession.objects.filter(user=user, ended_at=None).exclude(pk__in=but)
    return int(rows.update(ended_at=timezone.now(), ended_by=by, why=why))


@transaction.atomic
def end_own(*, session_id: UUID, by: User, on: date) -> OpenSession:
    row: OpenSession = OpenSession.objects.select_for_update().get(pk=session_id, user=by)
    if row.ended_at is None:
        _end(row, by, Why.SELF)
        audit.record("sessions.end", row, by=by, on=on, bank=by.institution)
    return row


@transaction.atomic
def end_others(*, keep: UUID, by: User, on: date) -> int:
    """All of one's own but the one at hand."""
    count = close_all(by, by=by, why=Why.SELF, but=[keep])
    if count:
        audit.record("sessions.end_others", by, by=by, on=on, after={"ended": count}, bank=by.institution)
    return count


@transaction.atomic
def end_of_another(*, user_id: UUID, by: User, on: date, reason: str) -> int:
    """The security administrator ends every session of a person."""
    require(may_end_sessions(by))
    user = User.objects.select_for_update().get(pk=user_id)
    if user.pk == by.pk:
        raise NotPermitted(_("结束本人的会话请在“登录会话”页面办理。"))
    count = close_all(user, by=by, why=Why.KEEPER)
    audit.record(
        "sessions.end_of_another", user, by=by, on=on, after={"ended": count}, reason=reason, bank=user.institution
    )
    return count


def _end(row: OpenSession, by: User, why: str) -> None:
    row.ended_at, row.ended_by, row.why = timezone.now(), by, why
    row.save(update_fields=["ended_at", "ended_by", "why"])
