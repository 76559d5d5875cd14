"""The same jobs through a real beat and a real worker, and what a worker that dies at the worst moment leaves."""

from datetime import date

import redis

from config.celery import app
from pool import clock, jobs, registry, scope
from pool.models import JobRun
from recovery.models import Closing
from tests.factories.loans import entered_loan
from tests.factories.people import bank_team
from tests.plugins.workers import Workers

MATURED, DAY = date(2025, 2, 20), date(2025, 8, 21)
JOB = "recovery.close_automatically"
IMPATIENT = {"BROKER_VISIBILITY_SECONDS": "1"}
UNACKED = "rcpool:unacked"


def a_loan_that_nobody_closed() -> None:
    on = date(2025, 2, 24)
    entered_loan(bank_team(), on, disbursed_on="2025-02-10", matures_on=str(MATURED), annual_rate="4.1")
    with scope.everything():
        clock.set_day(DAY)


def closings() -> int:
    with scope.everything():
        return Closing.objects.filter(kind=Closing.Kind.AUTOMATIC).count()


def runs(day: date) -> set[str]:
    with scope.everything():
        return set(JobRun.objects.filter(on=day, finished_at__isnull=False).values_list("job", flat=True))


def test_beat_and_a_worker_do_the_days_work_once(real_worker: Workers) -> None:
    a_loan_that_nobody_closed()
    wanted = {job.name for job in registry.jobs if (job.daily or job.at) and jobs.is_due(job, DAY)}
    beat = real_worker.start_beat(BEAT_HURRY_SECONDS="2")
    real_worker.until(lambda: runs(DAY) >= wanted, 90, "a run of every job that is due")
    beat.wait_for_log(f"{JOB}, 到期六个月自动结项")
    beat.kill()
    assert closings() == 1
    with scope.everything():
        assert JobRun.objects.filter(on=DAY).count() == len(wanted)


def test_a_worker_killed_between_effect_and_acknowledgement_leaves_the_effect_once(workers: Workers, broker, tmp_path):
    a_loan_that_nobody_closed()
    standing_still = tmp_path / "standing-still"
    first = workers.start_worker(
        "--include", "tests.jobs.probe", STAND_STILL_AFTER="pool.tasks.run_job", STAND_STILL_FILE=str(standing_still),
        **IMPATIENT,
    )  # fmt: skip
    doorbell = redis.Redis.from_url(broker.url)
    app.send_task("pool.tasks.run_job", args=[JOB, DAY.isoformat()])

    workers.until(standing_still.exists, 30, "the effect of the first worker")
    assert closings() == 1, "the effect is committed"
    assert doorbell.hlen(UNACKED) == 1, "and the broker does not know it"
    first.kill()
    assert doorbell.hlen(UNACKED) == 1

    second = workers.start_worker(**IMPATIENT)
    workers.until(lambda: doorbell.hlen(UNACKED) == 0 and "succeeded" in second.log, 60, "the second delivery")
    assert "Task pool.tasks.run_job" in second.log, "it was delivered again"
    assert closings() == 1
    with scope.everything():
        assert JobRun.objects.filter(job=JOB).count() == 1
