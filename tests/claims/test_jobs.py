"""The room's jobs: each does its day's work once, in time, and reminds those who are waited for."""

from datetime import date

import pytest

from claims.models import Claim, Publicity
from pool import jobs, scope
from pool.invariants import deadlines_are_what_the_rules_say
from pool.models import CalendarDay, Deadline, JobRun, Notice, Role
from pool.selectors import refs
from pool.services import deadlines, references
from tests.claims.conftest import Stage
from tests.factories import claims as make

pytestmark = pytest.mark.django_db


def notices(key: str = "due:") -> list[tuple[str, str]]:
    with scope.everything():
        rows = Notice.objects.filter(key__startswith=key).order_by("pk")
        return [(row.role, row.title) for row in rows]


def test_a_notice_ends_by_its_job_and_the_second_run_does_nothing(stage: Stage) -> None:
    claim = make.approved_claim(stage.team, stage.desk)
    make.posted_publicity([claim], stage.desk, on=date(2024, 12, 13))
    day = date(2024, 12, 25)
    first, second = jobs.run_job("claims.publicity", day), jobs.run_job("claims.publicity", day)
    assert (first.repeated, second.repeated) == (False, True)
    assert JobRun.objects.filter(job="claims.publicity").count() == 1
    assert make.fresh(claim).state == Claim.State.CLEARED
    assert Publicity.objects.get().ended_on == day


def test_a_newly_confirmed_holiday_moves_the_notice_and_what_repeats_its_last_day(stage: Stage) -> None:
    """Posted on 2024-12-13 the seven working days end on 12-24; with 12-20 off they end on 12-25."""
    make.posted_publicity([make.approved_claim(stage.team, stage.desk)], stage.desk, on=date(2024, 12, 13))
    refused = make.refused_claim(stage.team, stage.desk)
    with scope.everything():
        references.load(CalendarDay, source="通知", day=date(2024, 12, 20), working=False, name="")
        foreseen = deadlines.foresee(refs())
        assert Publicity.objects.get().last_day == date(2024, 12, 24)
        assert deadlines.recompute_all(date(2024, 12, 14))["moved"] == sum(one.moved for one in foreseen)
        assert Publicity.objects.get().last_day == date(2024, 12, 25)
        assert not list(deadlines_are_what_the_rules_say())
        asked = Deadline.objects.get(kind="re_examination_window", subject_id=refused.pk)
        assert Claim.objects.get(pk=refused.pk).ask_by == asked.closes_on
        assert deadlines.foresee(refs()) == []


def test_the_manager_is_reminded_seven_three_and_one_working_days_before(stage: Stage) -> None:
    """Filed on 2024-12-10, the thirty days end on 2025-01-09: seven working days before is 2024-12-30."""
    make.submitted_claim(stage.team)
    for day in (date(2024, 12, 27), date(2024, 12, 29)):
        jobs.run_job("claims.reminders", day)
    assert notices() == []
    for day in (date(2024, 12, 30), date(2025, 1, 6), date(2025, 1, 8), date(2025, 1, 9)):
        jobs.run_job("claims.reminders", day)
    told = [title for role, title in notices() if role == Role.MANAGER_APPROVER]
    assert [title.rsplit("还剩", 1)[1] for title in told] == [" 7 个工作日", " 3 个工作日", " 1 个工作日"]
    assert {role for role, _title in notices()} == {Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER}


def test_an_overdue_review_is_told_once_and_a_decided_one_never(stage: Stage) -> None:
    make.submitted_claim(stage.team)
    make.approved_claim(stage.team, stage.desk)
    jobs.run_job("claims.reminders", date(2025, 1, 10))
    jobs.run_job("claims.reminders", date(2025, 1, 13))
    late = [title for role, title in notices() if role == Role.MANAGER_REVIEWER]
    assert late == ["“审核风险补偿申请”截至 2025-01-09（含当日），已逾期"]


def test_the_bank_is_reminded_of_its_claim_period(stage: Stage) -> None:
    make.npl_loan(stage.team)
    jobs.run_job("claims.reminders", date(2025, 2, 26))
    with scope.bank_scope(stage.team.pk):
        mine = Notice.objects.filter(key__startswith="due:", bank=stage.team.pk)
        assert {row.role for row in mine} == {Role.BANK_MAKER, Role.BANK_CHECKER}
        assert {row.article for row in mine} == {"19(2)"}
        assert all("还剩 3 个工作日" in row.title for row in mine)


def test_clocks_stop_and_go_on_to_the_day_whenever_the_job_runs(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    large = make.suspend(stage.team, date(2024, 12, 16))
    jobs.run_job("claims.clocks", date(2024, 12, 20))
    assert make.fresh(claim).decide_by is None
    make.resume(stage.team, large, date(2024, 12, 26))
    jobs.run_job("claims.clocks", date(2025, 1, 3))
    assert make.fresh(claim).decide_by == date(2025, 1, 20)
