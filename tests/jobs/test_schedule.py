"""The house's daily work: everything is on beat's list, a day can be done by hand, and twice is once."""

import hashlib
import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from config import beat
from pool import clock, jobs, registry, scope
from pool.models import Deadline, JobRun, Notice
from recovery import services
from recovery.models import Closing, Return
from tests.factories.loans import entered_loan
from tests.factories.people import bank_team
from tests.factories.recovery import Project, applied_write_off, prepared, projects, reported

pytestmark = pytest.mark.django_db
WANTED = {
    "entry_windows",
    "recheck_standing",
    "recovery.close_automatically",
    "recovery.advise_returns",
    "recovery.reminders",
    "claims.publicity",
    "claims.refusals",
    "claims.reminders",
    "claims.clocks",
    "audit.seal",
    "annual_evaluation",
    "half_year_statistics",
    "partner_list",
    "open_data",
    "inspection_answers",
    "supervisory_indicators",
    "verify",
}
ON = date(2025, 2, 24)
QUARTER = date(2025, 4, 1)
# What the machinery writes about itself: it grows with each run and says nothing of a job's effect.
ITS_OWN = {"pool_jobrun", "django_session", "pool_accesslog"}


@pytest.fixture
def house() -> list[Project]:
    """Two compensated projects with something at every desk, and a loan that nobody closed."""
    one, two = projects(2)
    clock.set_day(ON)
    reported(one.team, one.loan, "1000.00", received_on=date(2025, 2, 20), on=ON)
    prepared(one.team, one.loan, "10.00", received_on=date(2025, 2, 21), on=ON)
    applied_write_off(two, ON)
    entered_loan(bank_team(), ON, disbursed_on="2025-02-10", matures_on="2025-02-20", annual_rate="4.1")
    return [one, two]


def digest() -> str:
    """Of every row of every table, the machinery's own records aside."""
    total = hashlib.sha256()
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        for (table,) in cursor.fetchall():
            if table not in ITS_OWN:
                cursor.execute(f"SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM {table} t")
                total.update(f"{table}:{cursor.fetchone()[0]}".encode())
    return total.hexdigest()


def test_every_job_of_the_plan_is_registered_and_on_beats_list() -> None:
    assert {job.name for job in registry.jobs} >= WANTED
    named = {entry["args"][0] for entry in beat.schedule().values() if "args" in entry}
    assert named >= WANTED


def test_beats_list_reads_as_sentences() -> None:
    for sentence in beat.schedule():
        assert sentence.startswith("Every "), sentence
    assert any("recovery.close_automatically, 到期六个月自动结项" in sentence for sentence in beat.schedule())


def test_no_two_jobs_begin_in_the_same_minute() -> None:
    times = [str(entry["schedule"]) for entry in beat.schedule().values() if entry["task"] == "pool.tasks.run_job"]
    assert len(times) == len(set(times))


@pytest.mark.parametrize("on", [ON, QUARTER])
def test_a_whole_day_by_hand_and_again_changes_nothing_the_second_time(house: list[Project], on: date) -> None:
    clock.set_day(on)
    names = [job.name for job in registry.jobs if jobs.is_due(job, on)]
    for name in names:
        call_command("job", name, "--on", str(on), stdout=StringIO())
    with scope.everything():
        runs = JobRun.objects.count()
    before = digest()
    for name in names:
        out = StringIO()
        call_command("job", name, "--on", str(on), stdout=out)
        assert json.loads(out.getvalue())["repeated"] is True, name
    assert digest() == before
    with scope.everything():
        assert JobRun.objects.count() == runs


def test_a_job_whose_slot_was_lost_still_does_its_work_once(house: list[Project]) -> None:
    """The slot guards; the work itself is harmless to repeat, so that a restored table cannot pay twice."""
    for on in (ON, QUARTER):
        clock.set_day(on)
        due = [job for job in registry.jobs if job.daily and jobs.is_due(job, on)]
        for job in due:
            jobs.run_job(job.name, on)
        before = digest()
        for job in due:
            with scope.everything():
                job.fn(on)
        assert digest() == before


def test_a_day_that_nobody_ran_is_made_good_in_its_place(house: list[Project]) -> None:
    jobs.run_due_jobs(ON)
    clock.set_day(ON + timedelta(2))
    assert clock.catch_up(ON + timedelta(2)) > 0
    with scope.everything():
        days = set(JobRun.objects.filter(job="recovery.close_automatically").values_list("slot", flat=True))
    assert days == {"2025-02-24", "2025-02-25", "2025-02-26"}


def test_the_window_of_a_quarter_is_announced_on_its_first_day_to_banks_with_live_projects(
    house: list[Project],
) -> None:
    assert jobs.run_job("recovery.open_window", QUARTER).result == {"banks": 2, "closes_on": "2025-04-22"}
    with scope.everything():
        assert set(Notice.objects.filter(key__startswith="recovery-window").values_list("bank", flat=True)) == {
            one.team.pk for one in house
        }
    assert not jobs.is_due(registry.jobs["recovery.open_window"], date(2025, 4, 2))


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2025, 4, 11), "还剩 7 个工作日"),
        (date(2025, 4, 17), "还剩 3 个工作日"),
        (date(2025, 4, 21), "还剩 1 个工作日"),
        (date(2025, 4, 23), "逾期"),
        (date(2025, 4, 16), ""),
    ],
)
def test_who_is_waited_for_is_reminded_before_the_last_day_and_the_day_after(
    house: list[Project], on: date, words: str
) -> None:
    jobs.run_job("recovery.reminders", on)
    with scope.everything():
        told = Notice.objects.filter(bank=house[0].team.pk, key__startswith="due:", on=on)
        titles = [row.title for row in told if "返还清收资金" in row.title]
    assert len(titles) == (2 if words else 0)
    assert all(words in title and "2025-04-22" in title for title in titles)


def test_a_new_calendar_moves_what_hangs_on_it(house: list[Project]) -> None:
    """A deadline kept by an older calendar is computed again, and the return's own day follows."""
    advice = house[0].returns()[0]
    with scope.everything():
        Deadline.objects.filter(subject_id=advice.pk).update(calendar_version="older", closes_on=date(2025, 4, 1))
        Return.objects.filter(pk=advice.pk).update(due_on=date(2025, 4, 1))
    assert jobs.run_job("deadlines.recompute", ON).result == {"checked": 1, "moved": 1}
    assert house[0].returns()[0].due_on == date(2025, 4, 22)


def test_the_verification_finds_what_was_altered_and_tells_those_who_look_into_it(house: list[Project]) -> None:
    assert jobs.run_job("verify", ON).result["broken"] == {}
    with scope.everything():
        Return.objects.filter(claim=house[0].claim).update(amount="400.01")
    result = jobs.run_job("verify", ON + timedelta(1)).result
    assert result["broken"].get("I6") == 1
    with scope.everything():
        assert Notice.objects.filter(key__startswith="verify:", title__contains="I6").count() == 2


def test_closing_by_itself_is_part_of_the_day(house: list[Project]) -> None:
    day = date(2025, 8, 21)
    with scope.everything():
        assert services.close_automatically(day - timedelta(1)) == {"closed": 0, "waiting_for_calendar": 0}
    clock.set_day(day)
    jobs.run_due_jobs(day)
    with scope.everything():
        assert Closing.objects.filter(kind=Closing.Kind.AUTOMATIC, closed_on=day).count() == 1
