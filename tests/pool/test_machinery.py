"""Jobs, promised work, the audit chain, verification: twice is once, half is nothing, and tampering is found."""

import io
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from config import beat
from config.celery import app
from pool import audit, clock, jobs, numbering, outbox, registry, scope, storage
from pool.errors import NotPermitted, Refused
from pool.invariants import promised_work_is_done
from pool.models import AuditEvent, JobRun, OutboxTask, Role
from pool.registry import Job, Task
from pool.services import sealing
from tests.plugins.postgres import owner_session
from tests.pool.people import person

TODAY = date(2025, 1, 16)


def forget(book: registry.Registry, name: str) -> None:
    book.items.pop(name, None)


@pytest.fixture
def counting() -> Iterator[list[date]]:
    """A daily job that takes a number and remembers the days it was run for."""
    days: list[date] = []

    def count(on: date) -> dict[str, object]:
        days.append(on)
        return {"number": numbering.next_number("counted", 2025), "on": on}

    registry.jobs.register(Job("test.count", "计数", "19(1)", count, order=10))
    yield days
    forget(registry.jobs, "test.count")


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_a_job_run_twice_for_a_day_does_it_once_and_gives_the_first_answer(db: None, counting: list[date]) -> None:
    first, again = jobs.run_job("test.count", TODAY), jobs.run_job("test.count", TODAY)
    assert (first.repeated, again.repeated) == (False, True)
    assert first.result == again.result == {"number": 1, "on": "2025-01-16"}
    assert counting == [TODAY]
    assert jobs.run_job("test.count", TODAY + timedelta(1)).result["number"] == 2


def test_a_job_that_fails_leaves_neither_effect_nor_slot(db: None) -> None:
    def fail(on: date) -> dict[str, object]:
        numbering.next_number("failing", 2025)
        raise ZeroDivisionError

    registry.jobs.register(Job("test.fail", "失败", "", fail, daily=False))
    try:
        with pytest.raises(ZeroDivisionError):
            jobs.run_job("test.fail", TODAY)
    finally:
        forget(registry.jobs, "test.fail")
    assert not JobRun.objects.exists()
    assert numbering.next_number("failing", 2025) == 1


def test_a_job_at_the_same_moment_in_eight_workers_is_done_once(committed_db: str, counting: list[date]) -> None:
    answers, start = [], threading.Barrier(8)

    def run() -> None:
        try:
            start.wait(timeout=20)
            answers.append(jobs.run_job("test.count", TODAY))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == 8
    assert [run.repeated for run in answers].count(False) == 1
    assert counting == [TODAY]


def test_a_quarterly_slot_runs_once_in_its_quarter_and_only_when_due(db: None) -> None:
    registry.jobs.register(
        Job(
            "test.quarter",
            "季度",
            "",
            lambda on: {},
            slot=lambda on: f"{on.year}Q{(on.month + 2) // 3}",
            due=lambda on: on.day > 1,
        )
    )
    try:
        assert not jobs.run_job("test.quarter", TODAY).repeated
        assert jobs.run_job("test.quarter", date(2025, 3, 31)).repeated
        with pytest.raises(Refused, match="不需要运行"):
            jobs.run_job("test.quarter", date(2025, 4, 1))
    finally:
        forget(registry.jobs, "test.quarter")


def test_moving_the_clock_runs_each_day_in_order(db: None, counting: list[date]) -> None:
    clock.set_day(TODAY)
    seen: list[tuple[date, str]] = []
    clock.advance(date(2025, 1, 19), progress=lambda day, job, run: seen.append((day, job.name)))
    days = [TODAY, *clock.days_between(TODAY, date(2025, 1, 19))]
    assert counting == days
    assert [day for day, name in seen if name == "test.count"] == days
    assert clock.today() == date(2025, 1, 19)


def test_moving_the_clock_can_be_taken_up_again_after_a_failure(db: None, counting: list[date]) -> None:
    clock.set_day(TODAY)
    broken = [date(2025, 1, 18)]

    def fail_once(on: date) -> dict[str, object]:
        if on in broken:
            broken.clear()
            raise ZeroDivisionError
        return {}

    registry.jobs.register(Job("test.later", "后一项", "", fail_once, order=20))
    try:
        with pytest.raises(ZeroDivisionError):
            clock.advance_with_progress(date(2025, 1, 19), None)
        assert clock.today() == date(2025, 1, 18)
        clock.advance(date(2025, 1, 19))
    finally:
        forget(registry.jobs, "test.later")
    assert counting == [date(2025, 1, day) for day in (16, 17, 18, 19)]
    assert JobRun.objects.filter(job="test.later").count() == 4


def test_the_clock_moves_in_demo_and_tests_only(db: None, settings: object) -> None:
    clock.set_day(TODAY)
    settings.CLOCK_MAY_MOVE = False
    with pytest.raises(NotPermitted):
        clock.advance(date(2025, 1, 17))


def test_days_of_a_standstill_are_made_up_for(db: None, counting: list[date]) -> None:
    jobs.run_due_jobs(date(2025, 1, 13))
    assert clock.catch_up(TODAY) > 0
    assert counting == [date(2025, 1, day) for day in (13, 14, 15, 16)]
    assert clock.catch_up(TODAY) == 0


def test_a_job_by_hand_is_for_the_system_administrator_and_is_audited(db: None, counting: list[date]) -> None:
    with pytest.raises(NotPermitted):
        jobs.run_job("test.count", TODAY, by=person(Role.FINANCE_CLERK))
    jobs.run_job("test.count", TODAY, by=person(Role.SYSTEM_ADMIN))
    with scope.everything():
        assert AuditEvent.objects.get().action == "job.run"


def test_the_commands_run_and_list_the_jobs(db: None, counting: list[date]) -> None:
    out = io.StringIO()
    for _ in range(2):
        call_command("job", "test.count", "--on", "2025-01-16", stdout=out)
    assert '"repeated": false' in out.getvalue()
    assert '"repeated": true' in out.getvalue()
    call_command("jobs", stdout=out)
    assert "计数" in out.getvalue()
    with pytest.raises(CommandError, match="没有名为"):
        call_command("job", "nothing")


def test_beat_knows_every_registered_job(counting: list[date]) -> None:
    entries = beat.schedule()
    named = {entry["args"][0] for entry in entries.values() if "args" in entry}
    assert named == {job.name for job in registry.jobs if job.daily or job.every or job.at}
    assert "test.count" in named
    assert "Every 300 seconds: audit.seal, 封存审计记录" in entries
    assert "Every day at 00:05: audit.seal, 封存审计记录" in app.conf.beat_schedule


# --- promised work ----------------------------------------------------------------------------------------------------


@pytest.fixture
def work() -> Iterator[list[str]]:
    done: list[str] = []

    def do(word: str) -> None:
        numbering.next_number("worked", 2025)
        done.append(word)
        if word == "bad":
            raise ZeroDivisionError

    registry.tasks.register(Task("test.work", do))
    yield done
    forget(registry.tasks, "test.work")


def test_work_is_promised_with_its_transaction_or_not_at_all(committed_db: str, work: list[str]) -> None:
    with pytest.raises(Refused), transaction.atomic():
        outbox.enqueue("test.work", word="never")
        raise Refused("no", "")
    with transaction.atomic():
        outbox.enqueue("test.work", word="once")
        assert work == []
    assert work == ["once"]
    row = OutboxTask.objects.get()
    assert row.done_at is not None
    assert not outbox.deliver(str(row.pk))
    assert work == ["once"]


def test_what_fails_is_remembered_and_leaves_no_effect(db: None, work: list[str]) -> None:
    row = outbox.enqueue("test.work", word="bad")
    with pytest.raises(ZeroDivisionError):
        outbox.deliver(str(row.pk))
    row.refresh_from_db()
    assert (row.attempts, row.done_at) == (1, None)
    assert row.last_error.startswith("ZeroDivisionError")
    assert numbering.next_number("worked", 2025) == 1


def test_the_sweeper_rings_again_for_what_nobody_has_done(db: None, work: list[str]) -> None:
    row = outbox.enqueue("test.work", word="late")
    assert outbox.sweep() == 1
    assert work == ["late"]
    OutboxTask.objects.filter(pk=row.pk).update(done_at=None, sent_at=timezone.now())
    assert outbox.sweep() == 0
    OutboxTask.objects.filter(pk=row.pk).update(sent_at=timezone.now() - 2 * outbox.RING_AGAIN_AFTER)
    assert outbox.sweep() == 1


def test_work_that_is_being_done_is_not_begun_a_second_time(committed_db: str, work: list[str]) -> None:
    row = OutboxTask.objects.create(task="test.work", arguments={"word": "x"})
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with jobs.session_lock("outbox", str(row.pk)):
            held.set()
            let_go.wait(timeout=20)
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(timeout=20)
    assert not outbox.deliver(str(row.pk))
    let_go.set()
    other.join(timeout=20)
    assert outbox.deliver(str(row.pk))
    assert work == ["x"]


def test_verification_tells_what_was_promised_and_never_done(db: None, work: list[str]) -> None:
    row = outbox.enqueue("test.work", word="x")
    with scope.everything():
        assert not list(promised_work_is_done())
        OutboxTask.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(hours=2))
        assert len(list(promised_work_is_done())) == 1


def test_a_real_worker_moves_the_clock(committed_db: str, workers: object) -> None:
    clock.set_day(TODAY)
    with scope.everything():
        user = person()
    workers.start_worker()
    with scope.everything():
        promised = outbox.enqueue("pool.advance_clock", to="2025-01-18", by=user.pk)
    workers.until(lambda: OutboxTask.objects.get(pk=promised.pk).done_at)
    assert clock.today() == date(2025, 1, 18)
    assert JobRun.objects.filter(job="audit.seal").count() == 3


# --- the audit chain --------------------------------------------------------------------------------------------------


def tell(count: int) -> None:
    with scope.everything():
        user = person()
        for number in range(count):
            audit.record("x.y", user, by=user, on=TODAY, after={"number": number, "字": "中文"}, article="19(1)")


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_events_are_numbered_and_chained(db: None, settings: object, algorithm: str) -> None:
    settings.AUDIT_HASH = algorithm
    tell(3)
    assert sealing.seal()["sealed"] == 3
    tell(1)
    with scope.everything():
        chain = sealing.check()
        assert (chain.sealed, chain.unsealed, chain.problem) == (3, 1, "")
    sealing.seal()
    with scope.everything():
        assert [row.seq for row in AuditEvent.objects.order_by("id")] == [1, 2, 3, 4]
        assert sealing.check().sealed == 4


@pytest.mark.parametrize(
    "act",
    ["UPDATE pool_auditevent SET reason = 'x'", "DELETE FROM pool_auditevent", "TRUNCATE pool_auditevent"],
)
def test_the_application_cannot_change_the_trail(db: None, act: str) -> None:
    tell(1)
    sealing.seal()
    with pytest.raises(DatabaseError), scope.everything(), connection.cursor() as cursor:
        cursor.execute(act)


def test_a_sealed_row_is_not_sealed_again_otherwise(db: None) -> None:
    tell(1)
    sealing.seal()
    with pytest.raises(DatabaseError, match="is sealed"), scope.everything():
        AuditEvent.objects.update(hash="0" * 64)


@pytest.mark.parametrize(
    ("act", "found"),
    [
        ("UPDATE pool_auditevent SET reason = 'x' WHERE seq = 2", 2),
        ("UPDATE pool_auditevent SET after = '{}' WHERE seq = 3", 3),
        ("DELETE FROM pool_auditevent WHERE seq = 2", 2),
        ("UPDATE pool_auditevent SET seq = 9 WHERE seq = 4", 4),
        ("UPDATE pool_auditevent SET at = at - interval '1 microsecond' WHERE seq = 1", 1),
    ],
)
def test_the_first_break_is_found_after_tampering_behind_the_triggers(committed_db: str, act: str, found: int) -> None:
    tell(4)
    sealing.seal()
    with owner_session(committed_db) as session, session.cursor() as cursor:
        cursor.execute("ALTER TABLE pool_auditevent DISABLE TRIGGER USER")
        cursor.execute(act)
    with scope.everything():
        assert sealing.check().broken_at == found
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify", stdout=out)
    assert ended.value.code == 1
    assert f"第 {found} 号断裂" in out.getvalue()


def test_verification_names_every_invariant_and_passes_on_a_healthy_pool(db: None) -> None:
    tell(2)
    out = io.StringIO()
    call_command("verify", "--all", stdout=out)
    for code in ("I1 ", "I2 ", "I3 ", "I11", "I12", "I13"):
        assert f"{code} " in out.getvalue()
    assert "不成立" not in out.getvalue()
    assert "尚未封存的记录：2 条" in out.getvalue()


def test_a_file_changed_on_disk_is_found(db: None, settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    with scope.everything():
        kept = storage.keep(uuid4().bytes, name="a.txt", purpose="t", by=None)
    path = tmp_path / kept.path
    path.chmod(0o600)
    path.write_bytes(b"other")
    with pytest.raises(SystemExit):
        call_command("verify", "--all", stdout=io.StringIO())
    call_command("verify", stdout=io.StringIO())
