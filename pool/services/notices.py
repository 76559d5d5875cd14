"""What people should know: a row once per key, for a role, a bank's role, or one person."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from pool.chinese import in_chinese
from pool.models import Notice, NoticeRead, User


def notify(
    *,
    key: str,
    title: Any,
    on: date,
    role: str = "",
    bank: UUID | None = None,
    user: User | None = None,
    body: Any = "",
    url: str = "",
    article: str = "",
    due: date | None = None,
    kind: str = "",
    topic: Any = "",
) -> Notice:
    """Tell once. Role and bank narrow together: `role="bank_checker", bank=…` is that bank's checkers.

    It is kept in Chinese: whoever puts words together from values does so `in_chinese()`.
    A decision, and a last day that is near, also go by e-mail at once. `topic` are the words for that: they leave the
    house, so they are general and name nobody.
    """
    if not (role or bank or user):
        raise ValueError("a notice needs somebody to read it")
    with in_chinese():
        title, body, topic = str(title), str(body), str(topic)
    row: Notice = Notice.objects.get_or_create(
        key=key,
        defaults={
            "title": title[:200],
            "body": body,
            "on": on,
            "role": role,
            "bank": bank,
            "user": user,
            "url": url,
            "article": article,
            "due": due,
            "kind": kind or (Notice.Kind.DEADLINE if due else Notice.Kind.NEWS),
            "topic": topic[:80],
        },
    )[0]
    return row


def notices_of(user: User) -> "QuerySet[Notice]":
    """Newest first, with `is_read`."""
    mine = Q(user=user) | (Q(user=None) & (Q(role="") | Q(role=user.role)))
    reads = NoticeRead.objects.filter(notice=OuterRef("pk"), user=user)
    rows = Notice.objects.filter(mine)
    if user.institution is not None:
        rows = rows.filter(Q(bank=user.institution) | (Q(bank=None) & (Q(role=user.role) | Q(user=user))))
    else:
        rows = rows.filter(Q(bank=None) | Q(role=user.role) | Q(user=user))
    return rows.annotate(is_read=Exists(reads)).order_by("-on", "-created_at")


def mark_read(notice_ids: list[UUID], *, by: User) -> int:
    known = notices_of(by).filter(pk__in=notice_ids).values_list("pk", flat=True)
    made = NoticeRead.objects.bulk_create([NoticeRead(notice_id=pk, user=by) for pk in known], ignore_conflicts=True)
    return len(made)
