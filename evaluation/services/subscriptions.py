"""Subscriptions to series of reports: each person their own, told by a notice with a link and never by a file."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.models import Report, Subscription
from evaluation.selectors.series import SERIES
from pool import audit
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import User
from pool.permissions import require
from pool.services.notices import notify


@transaction.atomic
def subscribe(*, series: str, by: User, on: date) -> Subscription:
    """Again is the same."""
    _may_have(series, by)
    row, fresh = Subscription.objects.get_or_create(user=by, series=series, defaults={"since": on})
    if fresh:
        audit.record("report.subscribe", row, by=by, on=on, after={"series": series})
    return row


@transaction.atomic
def unsubscribe(*, series: str, by: User, on: date) -> None:
    _may_have(series, by)
    row = Subscription.objects.filter(user=by, series=series).first()
    if row is not None:
        audit.record("report.unsubscribe", row, by=by, on=on, before={"series": series})
        row.delete()


def _may_have(series: str, by: User) -> None:
    require(permissions.may_read(by))
    if series not in SERIES or not SERIES[series].may_be_read_by(by):
        raise Refused("no_such_series", _("没有这个报告系列，或您不能查阅。"), field="series")


@in_chinese()
def tell(report: Report, on: date, article: str) -> None:
    """Whoever subscribed and may still read; the digest takes it along as it takes every notice."""
    people = User.objects.filter(is_active=True, role__in=permissions.HANDS[report.kind].read)
    wanted = Subscription.objects.filter(series=report.kind).values("user")
    for person in people.filter(pk__in=wanted).order_by("pk"):
        notify(
            key=f"report:{report.pk}:subscriber:{person.pk}",
            title=_("您订阅的%(title)s已发布") % {"title": report.title},
            on=on,
            user=person,
            url=report.get_absolute_url(),
            article=article,
            topic=_("订阅的%(series)s有新的一期") % {"series": report.get_kind_display()},
        )
