"""A long list is made in the background: the same workbook, for its owner alone, for some days, while they may."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from pool import clock, exports, retention, scope
from pool.models import AccessLog, ListExport, Notice, OutboxTask, Role, User
from pool.services import downloads
from pool.services.notices import notices_of
from tests.factories.loans import entered_upload, loan_cells
from tests.factories.people import TODAY, BankTeam, bank_team, person

pytestmark = pytest.mark.django_db
EXPORT = "/lists/loans/export/?q=&sort=number"


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Three rows are long here."""
    clock.set_day(TODAY)
    monkeypatch.setattr(downloads, "AT_ONCE", 2)
    monkeypatch.setattr(settings, "MEDIA_ROOT", str(tmp_path))


@pytest.fixture
def team() -> BankTeam:
    made = bank_team()
    entered_upload(made, [loan_cells(iou_number=f"N{number}") for number in range(3)])
    return made


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(user: User, address: str = EXPORT) -> ListExport:
    """Asked for, not yet made: the promise waits for a commit that a test never makes."""
    answer = signed_in(user).get(address)
    assert answer["Location"] == "/downloads/"
    with scope.everything():
        return ListExport.objects.filter(user=user).latest("asked_at")


def made(user: User, address: str = EXPORT) -> ListExport:
    row = asked(user, address)
    downloads.make(row.pk)
    return fresh(row)


def fresh(row: ListExport) -> ListExport:
    with scope.everything():
        return ListExport.objects.get(pk=row.pk)


def sheet_of(body: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))


def test_a_long_list_is_made_by_the_worker_as_it_was_seen_with_its_mark(team: BankTeam) -> None:
    row = asked(team.maker)
    with scope.everything():
        assert OutboxTask.objects.get(task=downloads.TASK).arguments == {"export_id": str(row.pk)}
    client = signed_in(team.maker)
    assert "排队中" in client.get("/downloads/").content.decode()
    assert client.get(f"/downloads/{row.pk}/").status_code == 404
    downloads.make(row.pk)
    row = fresh(row)
    assert (row.state, row.rows) == ("ready", 3)
    assert client.get(f"/downloads/{row.pk}/progress/")["HX-Refresh"] == "true"
    body = client.get(f"/downloads/{row.pk}/").getvalue()
    lines = sheet_of(body)
    assert team.maker.display_name in lines[0][0] and "导出编号" in lines[0][0]
    assert [line[0] for line in lines if str(line[0]).startswith("N")] == ["N0", "N1", "N2"]
    with scope.everything():
        told = notices_of(team.maker).get(key=f"export:{row.pk}")
        assert (told.url, told.user) == ("/downloads/", team.maker)
        assert AccessLog.objects.filter(kind=AccessLog.Kind.DOWNLOAD, subject_id=str(row.pk)).count() == 1


def test_what_is_short_is_still_made_at_once(team: BankTeam) -> None:
    answer = signed_in(team.maker).get("/lists/loans/export/?q=N1")
    assert answer.status_code == 200
    assert [line[0] for line in sheet_of(answer.getvalue()) if str(line[0]).startswith("N")] == ["N1"]
    assert not ListExport.objects.exists()


def test_only_its_owner_has_it_and_only_their_banks_rows_are_in_it(team: BankTeam) -> None:
    other = bank_team("别家银行")
    entered_upload(other, [loan_cells(iou_number=f"X{number}") for number in range(4)])
    mine, theirs = made(team.maker), made(other.maker)
    assert (mine.rows, theirs.rows) == (3, 4)
    assert made(person(Role.AUDITOR)).rows == 7
    for somebody in (team.checker, other.maker, person(Role.AUDITOR)):
        client = signed_in(somebody)
        assert client.get(f"/downloads/{mine.pk}/").status_code == 404
        assert client.get(f"/downloads/{mine.pk}/progress/").status_code == 404
        assert client.post(f"/downloads/{mine.pk}/drop/", {"form_key": str(uuid4())}).status_code == 404
    with scope.bank_scope(other.pk):
        assert not ListExport.objects.filter(pk=mine.pk).exists()


def test_who_may_no_longer_export_gets_nothing(team: BankTeam) -> None:
    ready, waiting = made(team.maker), asked(team.maker, "/lists/loans/export/?sort=entered")
    User.objects.filter(pk=team.maker.pk).update(role=Role.BANK_ADMIN)
    team.maker.refresh_from_db()
    assert signed_in(team.maker).get(f"/downloads/{ready.pk}/").status_code == 403
    downloads.make(waiting.pk)
    assert (fresh(waiting).state, fresh(waiting).trouble) == ("failed", "您已无权导出该清单。")
    assert not downloads.place(waiting).exists()


def test_who_went_to_another_bank_leaves_it_behind(team: BankTeam) -> None:
    other, ready, waiting = bank_team(), made(team.maker), asked(team.maker, "/lists/loans/export/?sort=entered")
    User.objects.filter(pk=team.maker.pk).update(institution=other.pk)
    team.maker.refresh_from_db()
    assert signed_in(team.maker).get(f"/downloads/{ready.pk}/").status_code == 404
    downloads.make(waiting.pk)
    assert fresh(waiting).state == "failed"


def test_the_same_question_again_is_the_same_export_and_nobody_asks_for_ever(team: BankTeam) -> None:
    assert asked(team.maker).pk == asked(team.maker).pk
    asked(team.maker, "/lists/loans/export/?sort=entered")
    asked(team.maker, "/lists/loans/export/?sort=-number")
    assert signed_in(team.maker).get("/lists/loans/export/?sort=disbursed").status_code == 409


def test_called_twice_or_after_its_owner_dropped_it_the_worker_leaves_nothing(team: BankTeam) -> None:
    row = made(team.maker)
    first = downloads.place(row).stat().st_mtime_ns
    downloads.make(row.pk)
    assert downloads.place(row).stat().st_mtime_ns == first
    signed_in(team.maker).post(f"/downloads/{row.pk}/drop/", {"form_key": str(uuid4())})
    assert not downloads.place(row).exists()
    downloads.make(row.pk)
    assert not list(downloads.place(row).parent.iterdir())
    with scope.everything():
        assert Notice.objects.filter(key=f"export:{row.pk}").count() == 1


def test_it_runs_out_and_goes_with_its_file(team: BankTeam) -> None:
    row = made(team.maker)
    with scope.everything():
        ListExport.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert signed_in(team.maker).get(f"/downloads/{row.pk}/").status_code == 404
    with scope.everything():
        assert retention.sweep(TODAY)["pool.ListExport"] == 1
    assert not downloads.place(row).exists()


def test_the_page_says_which_list_and_which_question(team: BankTeam) -> None:
    made(team.maker, "/lists/loans/export/?state=entered&sort=number")
    page = signed_in(team.maker).get("/downloads/").content.decode()
    assert "贷款项目" in page and "状态：在库" in page


def test_a_workbook_of_many_rows_holds_none_of_them(tmp_path: Path) -> None:
    """The writer asks for the next row only when the last one is written."""
    open_rows, most = 0, 0

    class Row:
        def __init__(self) -> None:
            nonlocal open_rows, most
            open_rows += 1
            most = max(most, open_rows)

        def __del__(self) -> None:
            nonlocal open_rows
            open_rows -= 1

        number = "N1"

    column = exports.Column("借据号", "number", "code")
    rows = (Row() for _ in range(20_000))
    assert exports.write_xlsx(tmp_path / "long.xlsx", [exports.Sheet("贷款", [column], rows)]) == 20_000
    assert most <= 3
