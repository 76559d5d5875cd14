"""The series of reports: who may subscribe, who is told, and who took which copy."""

import hashlib
from datetime import date
from uuid import uuid4

import pytest

from evaluation import permissions
from evaluation.models import Report, Subscription
from evaluation.services import reports, subscriptions
from pool import clock, scope
from pool.errors import NotPermitted, Refused
from pool.models import Notice, Role
from pool.services.mails import write_digests
from tests.evaluation.making import made
from tests.evaluation.test_reports import signed_in
from tests.evaluation.world import approver, statistics
from tests.factories.people import bank_team, person

pytestmark = pytest.mark.django_db
ON = date(2025, 1, 16)


def issued() -> Report:
    with scope.everything():
        report = reports.request_partners(period="2024", by=statistics(), on=ON)
    report = made(report)
    with scope.everything():
        return reports.issue_report(report_id=report.pk, by=approver(), on=ON, version=report.version)


def test_only_who_subscribed_is_told_once_more_and_never_with_a_figure():
    clock.set_day(ON)
    asker, other = person(Role.REGULATOR), person(Role.REGULATOR)
    asker.email = "reader@example.com"
    with scope.everything():
        asker.save(update_fields=["email"])
        for _ in range(2):
            subscriptions.subscribe(series="partners", by=asker, on=ON)
        subscriptions.subscribe(series="partners", by=other, on=ON)
        subscriptions.unsubscribe(series="partners", by=other, on=ON)
        assert Subscription.objects.count() == 1
    report = issued()
    with scope.everything():
        [told] = Notice.objects.filter(key__contains=f"{report.pk}:subscriber")
        assert told.user_id == asker.pk and told.url == report.get_absolute_url()
        write_digests(ON)
        letter = asker.mails.get()
        assert "订阅的加盟银行名单有新的一期" in letter.body and report.number not in letter.body


def test_nobody_subscribes_to_what_they_may_not_read():
    clock.set_day(ON)
    with scope.everything():
        with pytest.raises(NotPermitted):
            subscriptions.subscribe(series="half_year", by=bank_team().maker, on=ON)
        for series in ("inspection", "nothing"):
            with pytest.raises(Refused):
                subscriptions.subscribe(series=series, by=person(Role.REGULATOR), on=ON)


def test_whoever_lost_the_role_is_told_no_more():
    clock.set_day(ON)
    reader = person(Role.REGULATOR)
    with scope.everything():
        subscriptions.subscribe(series="partners", by=reader, on=ON)
        reader.is_active = False
        reader.save(update_fields=["is_active"])
    report = issued()
    with scope.everything():
        assert not Notice.objects.filter(key__contains=f"{report.pk}:subscriber").exists()


def test_the_page_shows_each_series_and_its_button_works():
    clock.set_day(ON)
    client = signed_in(person(Role.REGULATOR))
    shown = client.get("/reports/series/").content.decode()
    assert "加盟银行名单" in shown and "2025-02-28" in shown and "监督检查报告" not in shown
    for act, count in (("subscribe", 1), ("unsubscribe", 0)):
        answer = client.post(f"/reports/series/partners/{act}/", {"form_key": str(uuid4())}, follow=True)
        assert answer.status_code == 200
        with scope.everything():
            assert Subscription.objects.count() == count


def test_the_log_tells_who_took_which_copy():
    clock.set_day(ON)
    report, reader = issued(), person(Role.REGULATOR)
    copy = signed_in(reader).get(f"/reports/{report.pk}/xlsx/")
    digest = hashlib.sha256(copy.content).hexdigest()
    shown = signed_in(person(Role.AUDITOR)).get("/reports/downloads/", {"words": digest[:12]}).content.decode()
    assert reader.username in shown and digest in shown and report.number in shown
    assert signed_in(reader).get("/reports/downloads/").status_code == 403


def test_the_log_tells_nobody_of_a_report_they_may_not_see(monkeypatch):
    clock.set_day(ON)
    report = issued()
    auditor, manager = person(Role.AUDITOR), person(Role.MANAGER_APPROVER)
    signed_in(auditor).get(f"/reports/{report.pk}/pdf/")
    assert report.number in signed_in(manager).get("/reports/downloads/").content.decode()
    mine = frozenset({Role.AUDITOR})
    monkeypatch.setitem(permissions.HANDS, report.kind, permissions.HANDS[report.kind]._replace(drafts=mine, read=mine))
    assert report.number in signed_in(auditor).get("/reports/downloads/").content.decode()
    assert report.number not in signed_in(manager).get("/reports/downloads/").content.decode()
