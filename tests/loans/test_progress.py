"""Rows per second and what is left; a page closed and opened again; a check given up; a worker killed in the middle."""

import pytest
from django.test import Client
from django.urls import reverse

from loans import services
from loans.models import Upload, UploadRow
from loans.services import checking
from loans.views.batch import progress_of
from pool import clock, outbox, scope
from pool.models import OutboxTask
from tests.factories.loans import as_csv, fresh, loan_cells
from tests.factories.people import TODAY, bank_team
from tests.loans.test_own_workbook import by_xlsxwriter


def received(team, body: bytes, name: str = "a.csv") -> Upload:
    with scope.bank_scope(team.pk):
        return services.receive_upload(file=body, name=name, by=team.maker, on=TODAY)


def rows_of(upload: Upload) -> list[int]:
    with scope.everything():
        return list(UploadRow.objects.filter(upload=upload).order_by("row").values_list("row", flat=True))


def stops_after(monkeypatch, chunks: int, act) -> None:
    """The worker stores so many chunks, then this happens."""
    stored, seen = checking.store, []

    def store(upload, judged):
        stored(upload, judged)
        seen.append(judged)
        if len(seen) == chunks:
            act()

    monkeypatch.setattr(checking, "CHUNK", 10)
    monkeypatch.setattr(checking, "store", store)


@pytest.mark.django_db
@pytest.mark.parametrize("write", [as_csv, by_xlsxwriter])
def test_the_bar_tells_rows_a_second_and_what_is_left(monkeypatch, write):
    team = bank_team()
    upload = received(team, write([loan_cells() for _ in range(300)]), "a.xlsx")

    class Stop(Exception):
        pass

    def stop():
        raise Stop

    stops_after(monkeypatch, 11, stop)
    with pytest.raises(Stop):
        services.check_upload(upload.pk)
    upload = fresh(upload)
    said = progress_of(upload)
    assert (said["state"], said["done"]) == ("running", 100)
    assert 250 <= said["total"] <= 350, "the rows that there will be, by the share of the file that was read"
    assert upload.rows_per_second > 0
    assert f"每秒 {upload.rows_per_second:,} 行，约剩" in said["message"]


@pytest.mark.django_db
def test_a_page_closed_and_opened_again_shows_where_it_stands(monkeypatch):
    team = bank_team()
    upload = received(team, as_csv([loan_cells() for _ in range(30)]))
    monkeypatch.setattr(checking, "finish", lambda *given, **more: None)
    stops_after(monkeypatch, 3, lambda: None)
    services.check_upload(upload.pk)
    client = Client()
    client.force_login(team.maker)
    for _ in range(2):
        page = client.get(upload.get_absolute_url()).content.decode()
        assert "正在校验" in page and "30 / 30" in page and "hx-get" in page
    bar = client.get(reverse("loans:upload_progress", args=[upload.pk]))
    assert "HX-Refresh" not in bar.headers


@pytest.mark.django_db
def test_a_check_given_up_in_the_middle_stores_nothing_more(monkeypatch):
    team = bank_team()
    upload = received(team, as_csv([loan_cells() for _ in range(50)]))

    def give_up():
        Upload.objects.filter(pk=upload.pk).update(state="cancelled")

    stops_after(monkeypatch, 2, give_up)
    services.check_upload(upload.pk)
    assert len(rows_of(upload)) == 20 and fresh(upload).state == "cancelled"


@pytest.mark.django_db
def test_the_maker_gives_up_a_check_that_runs(monkeypatch):
    team = bank_team()
    upload = received(team, as_csv([loan_cells() for _ in range(30)]))
    monkeypatch.setattr(checking, "finish", lambda *given, **more: None)
    services.check_upload(upload.pk)
    upload = fresh(upload)
    assert upload.state == "checking"
    with scope.bank_scope(team.pk):
        services.cancel_upload(upload_id=upload.pk, by=team.maker, on=TODAY, version=upload.version)
    assert fresh(upload).state == "cancelled"


def test_a_check_goes_on_after_its_worker_is_killed_in_the_middle(workers):
    clock.set_day(TODAY)
    team = bank_team()
    rows = [loan_cells(staff="x" if number % 7 == 0 else "45") for number in range(60)]
    slow = workers.start_worker("--include", "tests.loans.slow_check")
    upload = received(team, as_csv(rows))
    workers.until(lambda: 0 < fresh(upload).rows_done < 60, what="a part of the rows")
    slow.kill()
    there = fresh(upload).rows_done
    assert fresh(upload).state == "checking" and 0 < there < 60

    workers.start_worker()
    with scope.everything():
        task = OutboxTask.objects.get(task="loans.check_upload")
    outbox.ring(task)
    workers.until(lambda: fresh(upload).state == "checked", what="the rest")
    upload = fresh(upload)
    assert rows_of(upload) == list(range(2, 62))
    assert (upload.rows_total, upload.rows_good, upload.rows_held) == (60, 51, 9)
