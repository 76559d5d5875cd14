"""A person runs a job from the admin: asked for, followed, told in words; what has run is refused clearly."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pool import clock, jobs, registry
from pool.errors import NotPermitted, Refused
from pool.models import JobRun, OutboxTask, Role
from pool.services import job_requests
from tests.factories.loans import entered_loan
from tests.factories.people import bank_team, person

pytestmark = pytest.mark.django_db
DAY = date(2025, 8, 21)
CLOSING = "recovery.close_automatically"
RUN = "/admin/pool/jobrun/run/"


@pytest.fixture
def keeper() -> Client:
    """Signed in as the system administrator, on a day on which one loan closes by itself."""
    entered_loan(bank_team(), date(2025, 2, 24), disbursed_on="2025-02-10", matures_on="2025-02-20", annual_rate="4.1")
    clock.set_day(DAY)
    client = Client()
    client.force_login(person(Role.SYSTEM_ADMIN))
    return client


def test_a_run_is_followed_to_its_result_in_words(keeper: Client) -> None:
    asked = keeper.post(RUN, {"job": CLOSING, "on": "2025-08-21"})
    waiting = keeper.get(asked["Location"]).content.decode()
    for words in ("排队中", "2025-08-21", "第十九条第(八)项", 'http-equiv="refresh"'):
        assert words in waiting
    task = OutboxTask.objects.get(task=job_requests.TASK)
    job_requests.perform(**task.arguments)
    OutboxTask.objects.filter(pk=task.pk).update(done_at=task.created_at)
    result = keeper.get(asked["Location"], follow=True).content.decode()
    for words in ("到期六个月自动结项", "自动结项的贷款：1", "日历未定、暂缓结项的贷款：0", "第十九条第(八)项"):
        assert words in result
    assert "waiting_for_calendar" not in result
    assert "自动结项的贷款 1" in keeper.get(reverse("admin:pool_jobrun_changelist")).content.decode()


def test_the_promise_is_kept_by_the_worker(keeper: Client, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        asked = keeper.post(RUN, {"job": CLOSING, "on": "2025-08-21"})
    run = JobRun.objects.get(job=CLOSING)
    assert run.by is not None
    assert OutboxTask.objects.get(task=job_requests.TASK).done_at is not None
    assert keeper.get(asked["Location"])["Location"] == reverse("admin:pool_jobrun_change", args=[run.pk])


def test_a_slot_that_has_run_is_refused_with_its_time(keeper: Client) -> None:
    jobs.run_job(CLOSING, DAY)
    said = keeper.post(RUN, {"job": CLOSING, "on": "2025-08-21"}, follow=True).content.decode()
    assert "2025-08-21 时段已于" in said
    assert "未重复执行" in said
    assert JobRun.objects.filter(job=CLOSING).count() == 1


def test_asked_for_twice_is_one_promise(keeper: Client) -> None:
    first, again = (keeper.post(RUN, {"job": CLOSING, "on": "2025-08-21"})["Location"] for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"job": "nothing", "on": "2025-08-21"}, "没有名为 nothing 的任务"),
        ({"job": "recovery.open_window", "on": "2025-08-21"}, "不需要运行"),
        ({"job": CLOSING, "on": "tomorrow"}, "请填写日期"),
    ],
)
def test_what_cannot_run_says_why(keeper: Client, given: dict[str, str], words: str) -> None:
    assert words in keeper.post(RUN, given, follow=True).content.decode()
    assert not OutboxTask.objects.filter(task=job_requests.TASK).exists()


def test_a_run_that_failed_says_that_nothing_was_left_behind(keeper: Client) -> None:
    row = job_requests.ask(name=CLOSING, on=DAY, by=person(Role.SYSTEM_ADMIN))
    OutboxTask.objects.filter(pk=row.pk).update(attempts=1, last_error="OperationalError: gone")
    page = keeper.get(reverse("admin:job_progress", args=[row.pk])).content.decode()
    assert "没有留下任何改动" in page
    assert "OperationalError: gone" in page
    assert 'http-equiv="refresh"' not in page


def test_others_may_not_ask(keeper: Client) -> None:
    with pytest.raises(NotPermitted):
        job_requests.ask(name=CLOSING, on=DAY, by=person(Role.AUDITOR))
    client = Client()
    client.force_login(person(Role.AUDITOR))
    client.post(RUN, {"job": CLOSING, "on": "2025-08-21"})
    assert not OutboxTask.objects.filter(task=job_requests.TASK).exists()


@pytest.mark.parametrize("on", [DAY, date(2025, 4, 1)])
def test_every_result_has_its_words(keeper: Client, on: date) -> None:
    for job in registry.jobs:
        try:
            run = jobs.run_job(job.name, on)
        except Refused:
            continue
        assert set(run.result) <= set(job.words), job.name
        assert all(word and value for word, value in job_requests.told(run)), job.name
