"""The database server is stopped in the middle, as by a power cut, and started again: no half, nothing lost."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from loans import services as loans
from loans.models import Upload
from pool import clock, forms_keys, outbox, scope
from pool.models import FormKey, JobRun, OutboxTask, StoredFile
from tests.assurance import ending
from tests.assurance.lives import signed_in
from tests.assurance.sizes import told
from tests.assurance.test_job_faults import CLOSING, FIRST, ON, asked, closings, waiting
from tests.factories.loans import as_csv, entered_loan, loan_cells
from tests.factories.people import TODAY, BankTeam, bank_team
from tests.plugins.servers import Server
from tests.plugins.workers import Workers

NOT_DONE = "这一步没有完成"
SOMEBODY_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%loans_loan%'"


def undisturbed() -> list[str]:
    for row in OutboxTask.objects.order_by("created_at"):
        assert outbox.deliver(str(row.pk))
    return ending.state_but_run_numbers()


def test_a_server_stopped_in_the_middle_of_a_job_leaves_what_an_undisturbed_run_leaves(
    committed_db: str, workers: Workers, own_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is inside the job's transaction, waiting for a row that the test holds, when the server goes."""
    began = time.monotonic()
    for _ in range(2):
        entered_loan(bank_team(), ON, disbursed_on="2025-02-10", matures_on="2025-02-20", annual_rate="4.1")
    with scope.everything():
        clock.set_day(FIRST)
    (promised,) = asked(1)
    own_server.take_over(committed_db, tmp_path / "taken")
    wanted = undisturbed()
    with own_server.in_use():
        worker = workers.start_worker(**own_server.environment())
        _stop_in_the_middle(own_server, workers, promised)
        worker.wait_for_log("OperationalError")
        own_server.start()
        assert (closings(), JobRun.objects.count(), waiting()) == (0, 0, 1)
        monkeypatch.setattr(outbox, "RING_AGAIN_AFTER", timedelta(0))
        assert outbox.sweep() == 1
        workers.until(lambda: waiting() == 0, 60, "what the server interrupted")
        assert (closings(), JobRun.objects.get().job) == (2, CLOSING)
        assert sorted(set(ending.state_but_run_numbers()) ^ set(wanted)) == []
        ending.verify()
    told("server stopped in a job", began, stops=1, closings=2)


def _stop_in_the_middle(server: Server, workers: Workers, promised: OutboxTask) -> None:
    holder, looker = server.session(), server.session()
    looker.autocommit = True
    with holder.cursor() as held, looker.cursor() as asking:
        held.execute("SELECT id FROM loans_loan ORDER BY id DESC LIMIT 1 FOR UPDATE")
        assert outbox.ring(promised)

        def waits() -> bool:
            asking.execute(SOMEBODY_WAITS)
            return bool(asking.fetchone()[0])

        workers.until(waits, 60, "the worker in the middle of its job")
        server.stop_at_once()
    connections.close_all()


def press(client: Client, key: str, content: bytes) -> Any:
    connections.close_all()
    file = SimpleUploadedFile("loans.csv", content, "text/csv")
    return client.post(reverse("loans:upload_new"), {"file": file, forms_keys.FIELD: key})


def test_an_upload_that_the_server_did_not_outlive_is_told_so_and_can_be_sent_again(
    committed_db: str, own_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set_day(TODAY)
    team: BankTeam = bank_team()
    own_server.take_over(committed_db, tmp_path / "taken")
    with own_server.in_use():
        client, form = signed_in(team.maker), (str(uuid4()), as_csv([loan_cells(), loan_cells()]))
        client.raise_request_exception = False
        with monkeypatch.context() as patch:
            patch.setattr("loans.views.uploads.services.receive_upload", _then_stopped(own_server))
            interrupted = press(client, *form)
        while_down = press(client, *form)
        for answer in (interrupted, while_down):
            assert answer.status_code == 500
            assert NOT_DONE in answer.content.decode()
        own_server.start()
        connections.close_all()
        with scope.everything():
            assert not (Upload.objects.exists() or StoredFile.objects.exists() or FormKey.objects.exists())
        again = press(client, *form)
        assert again.status_code == 302, again.content.decode()[:500]
        assert press(client, *form).headers["Location"] == again.headers["Location"]
        with scope.everything():
            upload = Upload.objects.get()
            assert (upload.state, upload.rows.count()) == (Upload.State.CHECKED, 2)
        ending.verify()


def _then_stopped(server: Server) -> Any:
    """The file is kept and its rows are written, but not yet committed."""
    receive = loans.receive_upload

    def received(**given: Any) -> Upload:
        upload = receive(**given)
        server.stop_at_once()
        return upload

    return received
