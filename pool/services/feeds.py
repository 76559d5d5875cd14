"""The calendar of legal dates: whose dates, the secret address of a person's feed, and the feed itself."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from pool import audit, citations, selectors
from pool.models import BANK_ROLES, CalendarFeed, Deadline, Role, User
from pool.registry import LegalDate
from pool.services.tokens import hash_of

USE_EVERY = timedelta(minutes=10)
LOOK_BACK, LOOK_AHEAD = timedelta(days=31), timedelta(days=370)
NO_CASES = frozenset({Role.REGULATOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
"""Those who open no single case have no case's dates either."""


# --- whose dates ------------------------------------------------------------------------------------------------------


def open_deadlines(user: User, first: date, last: date) -> Iterator[LegalDate]:
    """Open obligations of these days: a bank's own, or every bank's; those alike on one day are one line."""
    if user.role in NO_CASES:
        return
    rows = Deadline.objects.filter(fulfilled_on=None, dropped_on=None, closes_on__range=(first, last))
    if user.role in BANK_ROLES:
        rows = rows.filter(bank=user.institution)
    alike: dict[tuple[date, str, str, str, bool], list[tuple[str, object]]] = {}
    wanted = rows.values_list(
        "closes_on", "label", "article", "waiting_for", "provisional", "subject_kind", "subject_id"
    )
    for *what, kind, subject in wanted:
        alike.setdefault(tuple(what), []).append((kind, subject))
    for (on, label, article, who, provisional), subjects in alike.items():
        url = selectors.page_of(*subjects[0]) if len(subjects) == 1 else ""
        words = [_(text) if text else "" for text in (label, who)]  # kept in Chinese, read in any language
        yield LegalDate(on, words[0], article, words[1], url, len(subjects), provisional)


# --- the address ------------------------------------------------------------------------------------------------------


def feed_of(user: User) -> CalendarFeed | None:
    found: CalendarFeed | None = CalendarFeed.objects.filter(user=user, revoked_at=None).first()
    return found


@transaction.atomic
def open_feed(*, user: User, by: User, on: date) -> str:
    """A new secret address, shown once; the one before is worth nothing from now on. Gives its token."""
    close_feed(user=user, by=by, on=on)
    token = secrets.token_urlsafe(32)
    row = CalendarFeed.objects.create(user=user, token_hash=hash_of(token))
    audit.record("feeds.open", row, by=by, on=on, bank=user.institution)
    return token


@transaction.atomic
def close_feed(*, user: User, by: User, on: date) -> bool:
    row: CalendarFeed | None = CalendarFeed.objects.select_for_update().filter(user=user, revoked_at=None).first()
    if row is None:
        return False
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    audit.record("feeds.close", row, by=by, on=on, bank=user.institution)
    return True


def find(token: str, at: datetime) -> User | None:
    """The live person of a live address; its use is remembered now and then."""
    rows = CalendarFeed.objects.select_related("user").filter(token_hash=hash_of(token), revoked_at=None)
    row: CalendarFeed | None = rows.filter(user__is_active=True).first()
    if row is None:
        return None
    if row.last_used_at is None or at - row.last_used_at > USE_EVERY:
        CalendarFeed.objects.filter(pk=row.pk).update(last_used_at=at)
    user: User = row.user
    return user


# --- the feed ---------------------------------------------------------------------------------------------------------


def written(user: User, on: date, page: str) -> bytes:
    """The dates as iCalendar, in Chinese: what, how many, by which article. Nothing in it names a client."""
    with translation.override("zh-hans"):
        book = Calendar()
        book.add("prodid", "-//rcpool//legal dates//ZH")
        book.add("version", "2.0")
        book.add("method", "PUBLISH")
        book.add("x-wr-calname", _("风险补偿资金池 · 法定日期"))
        book.add("x-wr-timezone", "Asia/Shanghai")
        for item in selectors.dates_of(user, on - LOOK_BACK, on + LOOK_AHEAD):
            book.add_component(_event(item, user, page))
        return bytes(book.to_ical())


def _event(item: LegalDate, user: User, page: str) -> Event:
    event = Event()
    name = f"{user.pk}|{item.on}|{item.label}|{item.article}|{item.waiting_for}"
    event.add("uid", f"{uuid5(NAMESPACE_URL, name)}@rcpool")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", item.on)
    event.add("dtend", item.on + timedelta(days=1))
    words = _("%(label)s（%(count)s 项）") % {"label": item.label, "count": item.count}
    event.add("summary", words if item.count > 1 else item.label)
    event.add("description", "\n".join(_told(item)))
    event.add("url", page)
    event.add("transp", "TRANSPARENT")
    event.add("status", "TENTATIVE" if item.provisional else "CONFIRMED")
    return event


def _told(item: LegalDate) -> Iterator[str]:
    yield _("截至当日 24:00，依据%(article)s") % {"article": citations.cite(item.article)}
    if item.waiting_for:
        yield _("等待：%(who)s") % {"who": item.waiting_for}
    if item.provisional:
        yield _("暂定：该年放假安排尚未公布，公布后重新计算")
