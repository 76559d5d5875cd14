"""Jobs twice, half and never: the broker forgets, the database hangs up, workers die, beat runs three times."""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import OperationalError, connection

from config.dev import valkey
from pool import clock, jobs, outbox, registry, scope
from pool.models import JobRun, OutboxTask, Role
from pool.services import job_requests
from recovery.models import Closing
from tests.assurance import copies
from tests.assurance.ending import state_but_run_numbers, state_digest, verify
from tests.assurance.sizes import rounds, size, told
from tests.factories.loans import entered_loan
from tests.factories.people import bank_team, person
from tests.plugins.postgres import owner_session
from tests.plugins.workers import Nursery, Workers

ON, FIRST, QUARTER = date(2025, 2, 24), date(2025, 8, 21), date(2025, 10, 1)
CLOSING = "recovery.close_automatically"
IMPATIENT = {"BROKER_VISIBILITY_SECONDS": "1"}
DONE = "succeeded in"
RESTARTS = (20, 200)
"""CI, release."""


@pytest.fixture
def overdue(committed_db: str) -> None:
    """A loan that closes by itself, on the first day on which it does."""
    entered_loan(bank_team(), ON, disbursed_on="2025-02-10", matures_on="2025-02-20", annual_rate="4.1")
    with scope.everything():
        clock.set_day(FIRST)


def closings() -> int:
    with scope.everything():
        return Closing.objects.filter(kind=Closing.Kind.AUTOMATIC).count()


def slots() -> list[tuple[str, str]]:
    with scope.everything():
        return list(JobRun.objects.order_by("job", "slot").values_list("job", "slot"))


def asked(count: int) -> list[OutboxTask]:
    """The closing, and another job on so many days that each has an effect of its own whatever their order."""
    keeper = person(Role.SYSTEM_ADMIN)
    days = [QUARTER + timedelta(number) for number in range(count - 1)]
    wanted = [(CLOSING, FIRST), *(("entry_windows", day) for day in days)]
    return [job_requests.ask(name=name, on=day, by=keeper) for name, day in wanted]


def waiting() -> int:
    return OutboxTask.objects.filter(done_at=None).count()


def test_a_broker_that_lost_everything_loses_nothing(
    overdue: None, workers: Workers, broker: valkey.Doorbell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(3)
    doorbell = redis.Redis.from_url(broker.url)
    assert doorbell.dbsize() > 0, "the bell has rung"
    doorbell.flushall()
    workers.start_worker()
    doorbell.flushall()
    assert waiting() == 3, "nothing rings any more"
    monkeypatch.setattr(outbox, "RING_AGAIN_AFTER", timedelta(0))
    assert outbox.sweep() == 3
    workers.until(lambda: waiting() == 0, 60, "the work that was promised")
    assert closings() == 1
    assert len(slots()) == 3
    verify()


def test_a_broker_that_is_gone_stops_nobody(overdue: None, broker: valkey.Doorbell) -> None:
    broker.stop()
    (row,) = asked(1)
    assert waiting() == 1
    assert outbox.ring(row) is False
    assert outbox.deliver(str(row.pk)) is True
    assert (closings(), waiting()) == (1, 0)


def hang_up() -> None:
    """The server ends this connection, as it does to every one when it is stopped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    with owner_session() as session, session.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend])


@pytest.mark.parametrize("moment", ["before the effect", "after the effect"])
def test_a_database_that_stops_in_the_middle_leaves_no_half(
    overdue: None, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    whole = registry.jobs[CLOSING]

    work = whole.fn

    def broken(on: date) -> dict[str, Any]:
        if moment == "before the effect":
            hang_up()
        result = work(on)
        hang_up()
        return result

    before = state_digest()
    # The registry's jobs are frozen; for this test one of them ends in the middle.
    with monkeypatch.context() as patch:
        patch.setitem(whole.__dict__, "fn", broken)
        with pytest.raises(OperationalError):
            jobs.run_job(CLOSING, FIRST)
    connection.close()
    assert (closings(), slots(), state_digest()) == (0, [], before)
    assert jobs.run_job(CLOSING, FIRST).repeated is False
    assert (closings(), len(slots())) == (1, 1)
    verify()


def test_workers_that_die_again_and_again_end_where_one_ends(
    overdue: None, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in turn as soon as a task has come, and after its effect before the broker hears of it."""
    began, died = time.monotonic(), 0
    rows = asked(size(*RESTARTS) + 1)
    wanted = _undisturbed(rows)
    nursery = workers.start_nursery("tests.jobs.probe", **IMPATIENT)
    for number in rounds(*RESTARTS):
        _one_death(workers, nursery, tmp_path / f"still-{number}", after_effect=bool(number % 2))
        died += 1
    last = workers.start_worker(**IMPATIENT)
    monkeypatch.setattr(outbox, "RING_AGAIN_AFTER", timedelta(seconds=5))
    workers.until(lambda: outbox.sweep() < 0 or waiting() == 0, 300, "what the dead left")
    last.kill()
    assert (len(slots()), closings()) == (len(rows), 1)
    assert sorted(set(state_but_run_numbers()) ^ set(wanted)) == []
    verify()
    told("worker restarts", began, deaths=died, slots=len(rows))


def _undisturbed(rows: list[OutboxTask]) -> list[str]:
    original = copies.kept()
    with copies.copy_of(original):
        for row in rows:
            assert outbox.deliver(str(row.pk))
        wanted = state_but_run_numbers()
    copies.dropped(original)
    return wanted


def _one_death(workers: Workers, nursery: Nursery, still: Path, *, after_effect: bool) -> None:
    waits = {"STAND_STILL_AFTER": "pool.tasks.deliver", "STAND_STILL_FILE": str(still)} if after_effect else {}
    dying = nursery.start_worker(**waits)
    if after_effect:
        workers.until(still.exists, 60, "an effect")
    else:
        dying.wait_for_log("received")
    dying.kill()


def test_three_beats_at_once_run_each_slot_once(overdue: None, workers: Workers) -> None:
    worker = workers.start_worker()
    wanted = {job.name for job in registry.jobs if (job.daily or job.at) and jobs.is_due(job, FIRST)}
    beats = [workers.start_beat(BEAT_HURRY_SECONDS="2") for _ in range(3)]
    workers.until(lambda: {name for name, _slot in slots()} >= wanted, 120, "a run of every job that is due")
    for beat in beats:
        beat.wait_for_log(f"{CLOSING}, 到期六个月自动结项")
    for beat in beats:
        beat.kill()
    workers.until(lambda: worker.log.count(DONE) > len(wanted), 60, "a second ring for a slot that was run")
    assert sorted(name for name, _slot in slots()) == sorted(wanted)
    assert closings() == 1
    verify()
