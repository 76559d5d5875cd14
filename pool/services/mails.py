"""Letters to people: one digest a working day, and at once only what has a legal last day or is a decision.

A letter says what kind of thing it is, until when, by which article and how many; names, numbers and amounts stay in
the portal, behind the sign-in. A letter's row is written first and only once; sending marks it before it tries, so
that a worker which dies in between leaves an unclear letter behind, and never a second one.
"""

import logging
import smtplib
import socket
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pool import audit, outbox, scope, selectors
from pool.citations import cite
from pool.errors import NotPermitted
from pool.formats import official_day
from pool.models import Mail, MailChoice, Notice, User
from pool.registry import Todo
from pool.services.notices import notices_of
from pool.sure import be_sure

log = logging.getLogger(__name__)
SEND = "pool.send_mail"
NEAR = 3
"""A last day is told at once when so few working days are left."""
LOOK_BACK = timedelta(days=1)
REFUSED = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, ConnectionRefusedError, socket.gaierror)
"""The server did not take the letter: it may be tried again. After any other fault nobody knows."""


def choice_of(user: User) -> MailChoice:
    return MailChoice.objects.filter(user=user).first() or MailChoice(user=user)


@transaction.atomic
def choose(*, user: User, email: str, digest: bool, deadlines: bool, decisions: bool, by: User, on: date) -> MailChoice:
    """One's own choice; a new address wants a fresh proof, since letters go there from now on."""
    if user.pk != by.pk:
        raise NotPermitted()
    wanted = {"digest": digest, "deadlines": deadlines, "decisions": decisions}
    row: MailChoice = MailChoice.objects.update_or_create(user=user, defaults=wanted)[0]
    before = user.email
    if email != before:
        be_sure()
        user.email = email
        user.save(update_fields=["email"])
    audit.record(
        "mails.choose", user, by=by, on=on, before={"email": before}, after={"email": email, **wanted},
        bank=user.institution,
    )  # fmt: skip
    return row


# --- what is written --------------------------------------------------------------------------------------------------


def write_at_once(on: date) -> dict[str, int]:
    """Letters about decisions and near last days that nobody has been written about; harmless to repeat."""
    rows = Notice.objects.select_for_update().filter(mailed_at=None, on__range=(on - LOOK_BACK, on))
    found = list(rows.exclude(kind=Notice.Kind.NEWS).order_by("id"))
    urgent = [notice for notice in found if notice.kind == Notice.Kind.DECISION or _is_near(notice, on)]
    written = sum(_write_one(notice, user, on) for notice in urgent for user in _readers(notice))
    Notice.objects.filter(pk__in=[notice.pk for notice in found]).update(mailed_at=timezone.now())
    return {"written": written}


def _is_near(notice: Notice, on: date) -> bool:
    return notice.due is not None and selectors.days_left(notice.due, on) <= NEAR


def _readers(notice: Notice) -> "QuerySet[User]":
    """Those with an address whom the notice concerns (see `notices_of`)."""
    people = User.objects.filter(is_active=True).exclude(email="").select_related("mail_choice")
    if notice.user_id:
        return people.filter(pk=notice.user_id)
    if notice.role:
        people = people.filter(role=notice.role)
    if notice.bank and (not notice.role or notice.role.startswith("bank_")):
        people = people.filter(institution=notice.bank)
    return people


def _key(notice: Notice, user: User) -> str:
    return f"notice:{notice.pk}:{user.pk}"


def _write_one(notice: Notice, user: User, on: date) -> bool:
    chosen = getattr(user, "mail_choice", None) or MailChoice(user=user)
    if not (chosen.decisions if notice.kind == Notice.Kind.DECISION else chosen.deadlines):
        return False
    with translation.override("zh-hans"):
        subject = _("【风险补偿资金池】%(line)s") % {"line": _topic(notice)}
    lines = _lines([notice], on)
    return _write(user, _key(notice, user), Mail.Kind.AT_ONCE, subject, "email/at_once.txt", lines, on)


def write_digests(on: date) -> dict[str, int]:
    """For each person with an address: what waits, and what has come since their last digest."""
    people = User.objects.filter(is_active=True).exclude(email="").exclude(mail_choice__digest=False)
    return {"written": sum(_digest(user, on) for user in people.order_by("pk"))}


def _digest(user: User, on: date) -> bool:
    last = Mail.objects.filter(user=user, kind=Mail.Kind.DIGEST).order_by("-created_at").first()
    since = Q(created_at__gt=last.created_at) if last else Q(on__gte=on - LOOK_BACK)
    known = set(Mail.objects.filter(user=user, kind=Mail.Kind.AT_ONCE).values_list("key", flat=True))
    with scope.scope_for(user):
        unread = notices_of(user).filter(since, is_read=False, on__lte=on)
        told = [notice for notice in unread if _key(notice, user) not in known]
        waiting = [item for item in selectors.todos_of(user, on) if item.mine]
    if not told and not waiting:
        return False
    with translation.override("zh-hans"):
        lead = _lead(waiting, on)
        subject = _("【风险补偿资金池】%(day)s 汇总：%(count)s 项待办，%(news)s 条新通知") % {
            "day": on, "count": len(waiting), "news": len(told),
        }  # fmt: skip
    lines = _lines(told, on)
    return _write(user, f"digest:{user.pk}:{on}", Mail.Kind.DIGEST, subject, "email/digest.txt", lines, on, lead=lead)


def _lines(notices: Iterable[Notice], on: date) -> list[str]:
    """What may leave the house: the kind of thing, how many, its last day, its article."""
    with translation.override("zh-hans"):
        alike: dict[tuple[str, str, date | None], int] = {}
        for notice in notices:
            what = (_topic(notice), notice.article, notice.due)
            alike[what] = alike.get(what, 0) + 1
        return ["".join(_said(topic, count, due, article, on)) for (topic, article, due), count in alike.items()]


def _topic(notice: Notice) -> str:
    return str(notice.topic or notice.get_kind_display())


def _said(topic: str, count: int, due: date | None, article: str, on: date) -> Iterator[str]:
    yield topic
    if count > 1:
        yield _("（%(count)s 项）") % {"count": count}
    if due:
        left = selectors.days_left(due, on)
        words = (
            _("已逾期") if left < 0 else _("今天截止") if left == 0 else _("还剩 %(left)s 个工作日") % {"left": left}
        )
        yield _("：截至 %(day)s（含当日），%(words)s") % {"day": official_day(due), "words": words}
    if article:
        yield _("，依据%(article)s") % {"article": cite(article)}


def _lead(waiting: list[Todo], on: date) -> str:
    """The first sentence of a digest: how much waits today, and what falls due first."""
    words = {"day": official_day(on), "count": len(waiting)}
    if not waiting:
        return _("今天（%(day)s）没有等您办理的事务。") % words
    days = [item.due for item in waiting if item.due]
    if not days:
        return _("今天（%(day)s）有 %(count)s 项事务等您办理。") % words
    first = official_day(min(days))
    return _("今天（%(day)s）有 %(count)s 项事务等您办理，最先到期的截至 %(first)s（含当日）。") % {
        **words,
        "first": first,
    }


def _write(
    user: User, key: str, kind: str, subject: str, template: str, lines: list[str], on: date, lead: str = ""
) -> bool:
    context = {"lines": lines, "lead": lead, "portal": settings.PORTAL_URL}
    with translation.override("zh-hans"):
        body = render_to_string(template, context)
    defaults = {"user": user, "kind": kind, "on": on, "subject": subject[:200], "body": body}
    row, is_new = Mail.objects.get_or_create(key=key, defaults=defaults)
    if is_new:
        outbox.enqueue(SEND, mail_id=row.pk)
    return bool(is_new)


# --- sending ----------------------------------------------------------------------------------------------------------


def send(mail_id: str) -> None:
    """The outbox's part. Marked before it is tried: whoever comes second finds the mark and leaves the letter alone."""
    with scope.everything():
        row: Mail | None = (
            Mail.objects.select_for_update(of=("self",)).select_related("user").filter(pk=UUID(mail_id)).first()
        )
        if row is None or row.outcome != Mail.State.WAITING:
            return
        gone = not (row.user.email and row.user.is_active)
        _mark(row, Mail.State.DROPPED if gone else Mail.State.SENDING)
    if gone:
        return
    try:
        _letter(row).send()
    except REFUSED as fault:
        _marked(row, Mail.State.WAITING, fault)
        raise
    except OSError as fault:
        _marked(row, Mail.State.UNCLEAR, fault)
        log.warning("whether mail %s was sent is unclear: %s", row.pk, type(fault).__name__)
    else:
        _marked(row, Mail.State.SENT)


def _letter(row: Mail) -> EmailMessage:
    headers = {"Message-ID": f"<{row.pk}@rcpool>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(row.subject, row.body, None, [row.user.email], headers=headers)


def _marked(row: Mail, state: str, fault: Exception | None = None) -> None:
    with scope.everything():
        _mark(row, state, fault)


def _mark(row: Mail, state: str, fault: Exception | None = None) -> None:
    row.outcome, row.trouble = state, type(fault).__name__ if fault else ""
    row.sent_at = timezone.now() if state == Mail.State.SENT else None
    row.save(update_fields=["outcome", "trouble", "sent_at"])
