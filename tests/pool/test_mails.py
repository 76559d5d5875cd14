"""Notices by e-mail: one digest a working day, at once only last days and decisions, once each, nobody named."""

import smtplib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from pool import clock, jobs, outbox, scope
from pool.models import Mail, Notice, OutboxTask, Role, User
from pool.services import mails
from pool.services.notices import mark_read, notices_of, notify
from tests.factories import claims as make
from tests.factories.people import person

TODAY = date(2025, 1, 16)
FRIDAY = TODAY + timedelta(days=1)


@pytest.fixture
def _day(db: None) -> Iterator[None]:
    clock.set_day(TODAY)
    with scope.everything():
        yield


pytestmark = pytest.mark.usefixtures("_day")


def reader(role: str = Role.AUTHORITY, **chosen: bool) -> User:
    user = person(role)
    user.email = f"{user.username}@example.org"
    user.save(update_fields=["email"])
    if chosen:
        everything = {"digest": True, "deadlines": True, "decisions": True}
        mails.choose(user=user, email=user.email, by=user, on=TODAY, **(everything | chosen))
    return user


def decision(**given: Any) -> Notice:
    facts = {"key": "d1", "title": "补偿申请 BC-1 不通过", "on": TODAY, "role": Role.AUTHORITY, "article": "20(1)"}
    return notify(**(facts | {"kind": Notice.Kind.DECISION, "topic": "补偿申请的审核结果"} | given))


@pytest.fixture
def ran(django_capture_on_commit_callbacks: Any) -> Any:
    """`ran(fn, on)` does the job and what it promised."""

    def run(fn: Any, on: date = TODAY) -> Any:
        with django_capture_on_commit_callbacks(execute=True), scope.everything():
            return fn(on)

    return run


def test_a_decision_goes_out_at_once_and_only_once(ran: Any) -> None:
    user = reader()
    decision()
    assert ran(mails.write_at_once) == {"written": 1}
    assert ran(mails.write_at_once) == {"written": 0}
    Notice.objects.update(mailed_at=None)  # even if the mark were lost
    assert ran(mails.write_at_once) == {"written": 0}
    [letter] = mail.outbox
    assert letter.to == [user.email] and "补偿申请的审核结果" in letter.subject
    assert "依据第二十条第(一)项" in letter.body
    assert Mail.objects.get().outcome == Mail.State.SENT


def test_what_is_no_decision_and_not_near_waits_for_the_digest(ran: Any) -> None:
    reader()
    notify(key="n", title="报告已发布", on=TODAY, role=Role.AUTHORITY)
    notify(key="far", title="期限", on=TODAY, role=Role.AUTHORITY, due=date(2025, 3, 3), article="20(2)")
    assert ran(mails.write_at_once) == {"written": 0}
    assert ran(mails.write_digests) == {"written": 1}
    assert "一般通知" in mail.outbox[0].body and "2025年3月3日" in mail.outbox[0].body


@pytest.mark.parametrize(("due", "written"), [(date(2025, 1, 21), 1), (date(2025, 1, 22), 0), (date(2025, 1, 15), 1)])
def test_a_last_day_goes_out_at_once_when_three_working_days_are_left(ran: Any, due: date, written: int) -> None:
    reader()
    notify(key="n", title="期限", on=TODAY, role=Role.AUTHORITY, due=due, article="19(2)", topic="提交风险补偿申请")
    assert ran(mails.write_at_once) == {"written": written}


def test_each_person_chooses(ran: Any) -> None:
    reader(decisions=False)
    reader(Role.SUPERVISOR, deadlines=False)
    reader(Role.REGULATOR, digest=False)
    person(Role.AUTHORITY)  # has no address
    decision()
    notify(key="n", title="期限", on=TODAY, role=Role.SUPERVISOR, due=FRIDAY)
    notify(key="m", title="报告", on=TODAY, role=Role.REGULATOR)
    assert ran(mails.write_at_once) == {"written": 0}
    assert ran(mails.write_digests) == {"written": 2}


def test_a_digest_tells_what_came_since_the_last_one_and_nothing_twice(ran: Any) -> None:
    user = reader()
    decision()
    ran(mails.write_at_once)
    notify(key="a", title="甲", on=TODAY, role=Role.AUTHORITY, topic="事项甲")
    ran(mails.write_digests)
    assert ran(mails.write_digests) == {"written": 0}
    notify(key="b", title="乙", on=TODAY, role=Role.AUTHORITY, topic="事项乙")
    notify(key="c", title="丙", on=TODAY, role=Role.AUTHORITY, topic="事项丙")
    mark_read([Notice.objects.get(key="c").pk], by=user)
    ran(mails.write_digests, FRIDAY)
    first, second = (letter.body for letter in mail.outbox[1:])
    assert "事项甲" in first and "审核结果" not in first  # that went out by itself
    assert "事项乙" in second and "事项甲" not in second and "事项丙" not in second
    assert ran(mails.write_digests, FRIDAY + timedelta(days=3)) == {"written": 0}


def test_the_digest_job_runs_on_working_days_and_once(ran: Any) -> None:
    reader()
    notify(key="a", title="甲", on=TODAY, role=Role.AUTHORITY)
    ran(lambda on: jobs.run_job("mails.digest", on))
    ran(lambda on: jobs.run_job("mails.digest", on))
    assert len(mail.outbox) == 1
    assert not jobs.is_due(jobs.registry.jobs["mails.digest"], date(2025, 1, 18))


def test_no_letter_names_a_client_or_a_case(ran: Any) -> None:
    team, desk = make.good_team(), make.Desk()
    for user in team.people().values():
        user.email = f"{user.username}@example.org"
        user.save(update_fields=["email"])
    claim = make.refused_claim(team, desk)
    with scope.everything():
        on = Notice.objects.filter(bank=team.pk).latest("on").on
    ran(mails.write_at_once, on)
    ran(mails.write_digests, on)
    assert len(mail.outbox) >= 3
    secrets = (claim.number, claim.loan.loan_number, claim.loan.borrower_name, claim.loan.credit_code, make.REASON)
    for letter in mail.outbox:
        assert not [word for word in secrets if word in letter.subject + letter.body]
    assert any("补偿申请的审核结果" in letter.subject for letter in mail.outbox)


def test_a_bank_is_not_written_about_another(ran: Any) -> None:
    team, other = make.good_team(), make.good_team()
    for one in (team, other):
        one.maker.email = f"{one.maker.username}@example.org"
        one.maker.save(update_fields=["email"])
    with scope.everything():
        decision(key="x", role=Role.BANK_MAKER, bank=team.pk)
    ran(mails.write_at_once)
    assert [letter.to for letter in mail.outbox] == [[team.maker.email]]
    with scope.everything():
        assert {notice.key for notice in notices_of(team.maker)} >= {"x"}


class Refusing(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"x": (450, b"later")})


class Dying(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        super().send_messages(messages)
        raise TimeoutError("no answer after the letter was given")


def test_a_letter_that_the_server_refused_is_tried_again(ran: Any, settings: Any) -> None:
    reader()
    decision()
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        ran(mails.write_at_once)
    assert Mail.objects.get().outcome == Mail.State.WAITING
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    outbox.deliver(str(OutboxTask.objects.get(task=mails.SEND).pk))
    assert len(mail.outbox) == 1 and Mail.objects.get().outcome == Mail.State.SENT


def test_a_letter_of_which_nobody_knows_is_never_sent_again(ran: Any, settings: Any) -> None:
    reader()
    decision()
    settings.EMAIL_BACKEND = f"{__name__}.Dying"
    ran(mails.write_at_once)
    row = Mail.objects.get()
    assert row.outcome == Mail.State.UNCLEAR and row.trouble == "TimeoutError"
    mails.send(str(row.pk))
    assert len(mail.outbox) == 1


def test_a_letter_to_somebody_who_has_left_meanwhile_is_dropped(ran: Any) -> None:
    user = reader()
    decision()
    with scope.everything():
        mails.write_at_once(TODAY)
    User.objects.filter(pk=user.pk).update(is_active=False)
    outbox.deliver(str(OutboxTask.objects.get(task=mails.SEND).pk))
    assert not mail.outbox and Mail.objects.get().outcome == Mail.State.DROPPED


def test_people_choose_on_a_page_and_a_new_address_is_on_record() -> None:
    user = person(Role.AUTHORITY)
    client = Client()
    client.force_login(user)
    page = client.get("/account/mail/").content.decode()
    assert "您还没有填写邮箱" in page
    key = page.split('name="form_key" value="')[1].split('"')[0]
    answer = client.post("/account/mail/", {"form_key": key, "email": "a@example.org", "digest": "on"})
    assert answer.status_code == 302
    user.refresh_from_db()
    chosen = mails.choice_of(user)
    assert (user.email, chosen.digest, chosen.deadlines, chosen.decisions) == ("a@example.org", True, False, False)
