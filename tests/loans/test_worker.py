"""A real worker checks and enters; killed between its effect and its acknowledgement, nothing happens twice."""

from banks.models import Standing, StandingEvent
from loans import services
from loans.models import Loan, Upload
from pool import clock, outbox, scope
from pool.models import OutboxTask
from tests.factories.loans import as_csv, fresh, loan_cells
from tests.factories.people import TODAY, bank_team


def state_of(upload: Upload) -> str:
    return str(fresh(upload).state)


def test_a_file_becomes_loans_although_the_worker_dies_after_its_effect(workers):
    clock.set_day(TODAY)
    team = bank_team()
    dying = workers.start_worker("--include", "tests.loans.dying_worker", DIE_AFTER="loans.enter_upload")
    with scope.bank_scope(team.pk):
        upload = services.receive_upload(
            file=as_csv([loan_cells(), loan_cells(), loan_cells(staff="x")]), name="a.csv", by=team.maker, on=TODAY
        )
    workers.until(lambda: state_of(upload) == "checked", what="the check")
    upload = fresh(upload)
    assert (upload.rows_good, upload.rows_held) == (2, 1)

    with scope.bank_scope(team.pk):
        services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=upload.version)
    workers.until(dying._dead, what="the worker's death")
    assert state_of(upload) == "entered"

    workers.start_worker()
    with scope.everything():
        task = OutboxTask.objects.get(task="loans.enter_upload")
        receipt = OutboxTask.objects.get(task="loans.make_receipt")
    outbox.ring(task)
    outbox.ring(receipt)
    workers.until(lambda: fresh(upload).receipt_id, what="the receipt")
    with scope.everything():
        assert Loan.objects.filter(bank=team.bank).count() == 2
        assert StandingEvent.objects.filter(bank=team.bank, cause="entered").count() == 1
        assert Standing.objects.get(bank=team.bank).entered_principal == sum(
            Loan.objects.filter(bank=team.bank).values_list("principal", flat=True)
        )
        assert OutboxTask.objects.get(pk=task.pk).attempts == 1
