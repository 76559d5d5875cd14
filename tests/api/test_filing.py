"""Filing by program: a file or lines of JSON, the same rules and words as the portal, one effect however often sent."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loans import services
from loans.columns import LOAN_SCHEMA
from loans.models import Loan, Upload
from pool import clock, scope
from pool.models import AuditEvent
from pool.sheets import SheetRefused, read
from tests.api.test_api import problem, token_for
from tests.factories.loans import loan_cells
from tests.factories.people import BankTeam, bank_team
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
TODAY = date(2025, 1, 16)
FILING = "loans:file"


@built_once
def team() -> BankTeam:
    clock.set_day(TODAY)
    return bank_team("前海银行")


def lines(*rows: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False, default=str) for row in rows).encode()


def send(token: str, content: bytes, key: str = "", name: str = "loans.jsonl", **fields: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    return Client(headers=headers).post("/api/v1/uploads/", {"file": SimpleUploadedFile(name, content), **fields})


def submit(token: str, upload: dict[str, Any], version: int, key: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    address = f"/api/v1/uploads/{upload['id']}/submit/"
    return Client(headers=headers).post(address, {"version": version}, content_type="application/json")


def confirm(token: str, upload: dict[str, Any], body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    address = f"/api/v1/uploads/{upload['id']}/confirm/"
    return Client(headers=headers).post(address, body, content_type="application/json")


def get(token: str, address: str) -> Any:
    return Client(headers={"Authorization": f"Bearer {token}"}).get(f"/api/v1/uploads/{address}")


def checked(told: dict[str, Any]) -> None:
    with scope.everything():
        services.check_upload(UUID(told["id"]))


def fresh_cells(**given: Any) -> dict[str, Any]:
    return loan_cells(disbursed_on="2025-01-06", matures_on="2026-01-06", **given)


def test_a_bank_files_checks_and_submits_without_a_browser(team: BankTeam) -> None:
    maker, checker = token_for(team.maker, FILING), token_for(team.checker, FILING)
    good, bad = fresh_cells(), fresh_cells(principal="很多")
    told = send(maker, lines(good, bad), str(uuid4()))
    assert told.status_code == 201, told.content
    batch = told.json()
    assert (batch["state"], batch["kind"]) == ("received", "loans")
    checked(batch)
    batch = get(maker, f"{batch['id']}/").json()
    assert (batch["state"], batch["rows_good"], batch["rows_held"]) == ("checked", 1, 1)
    [held] = get(maker, f"{batch['id']}/rows/?status=held").json()["results"]
    assert held["row"] == 2, "the second line of the file"
    [wrong] = [one for one in held["problems"] if one["field"] == "principal"]
    assert wrong["value"] == "很多"
    assert wrong["message"]
    assert wrong["mend"]
    done = submit(checker, batch, batch["version"], str(uuid4()))
    assert (done.status_code, done.json()["state"]) == (200, "submitted")
    with scope.everything():
        services.enter_upload(UUID(batch["id"]))
        assert Loan.objects.get().loan_number == good["iou_number"]
        assert AuditEvent.objects.filter(action="loans.submit_upload", actor=team.checker).count() == 1


def test_the_same_request_again_is_one_batch_and_another_body_is_refused(team: BankTeam) -> None:
    maker, key, content = token_for(team.maker, FILING), str(uuid4()), lines(fresh_cells())
    first, again = send(maker, content, key), send(maker, content, key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    problem(send(maker, lines(fresh_cells()), key), 409, "form_key_reused")
    with scope.everything():
        assert Upload.objects.count() == 1


def test_a_submission_sent_twice_is_one(team: BankTeam) -> None:
    maker, checker, key = token_for(team.maker, FILING), token_for(team.checker, FILING), str(uuid4())
    batch = send(maker, lines(fresh_cells()), str(uuid4())).json()
    checked(batch)
    version = get(maker, f"{batch['id']}/").json()["version"]
    answers = [submit(checker, batch, version, key) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    problem(submit(checker, batch, version, str(uuid4())), 409, "stale")


def test_without_a_key_with_the_wrong_token_or_role_nothing_is_received(team: BankTeam) -> None:
    content = lines(fresh_cells())
    told = problem(send(token_for(team.maker, FILING), content), 400, "key_missing")
    assert told["field"] == "Idempotency-Key"
    problem(send(token_for(team.maker, "loans:read"), content, str(uuid4())), 403)
    problem(send(token_for(team.checker, FILING), content, str(uuid4())), 403)
    with scope.everything():
        assert not Upload.objects.exists()


def test_the_maker_s_token_does_not_submit_and_another_bank_s_finds_nothing(team: BankTeam) -> None:
    maker = token_for(team.maker, FILING)
    batch = send(maker, lines(fresh_cells()), str(uuid4())).json()
    checked(batch)
    problem(submit(maker, batch, 1, str(uuid4())), 403)
    other = token_for(bank_team("另一银行").checker, FILING)
    assert get(other, f"{batch['id']}/").status_code == 404
    assert get(other, f"{batch['id']}/rows/").status_code == 404
    problem(submit(other, batch, 1, str(uuid4())), 404)
    assert get(other, "").json()["results"] == []


def test_a_warning_is_confirmed_by_the_maker_s_token_before_the_checker_s_submits(team: BankTeam) -> None:
    maker, checker = token_for(team.maker, FILING), token_for(team.checker, FILING)
    batch = send(maker, lines(fresh_cells(credit_line="1000000.00"), fresh_cells()), str(uuid4())).json()
    checked(batch)
    told = get(maker, f"{batch['id']}/").json()
    assert (told["rows_good"], told["rows_unconfirmed"]) == (2, 1)
    problem(submit(checker, batch, told["version"], str(uuid4())), 409, "warnings_unconfirmed")
    (row,) = get(maker, f"{batch['id']}/rows/?status=unconfirmed").json()["results"]
    assert row["problems"][0] | {"message": "", "mend": ""} == {
        "field": "credit_line", "severity": "warning", "code": "line_under_principal", "value": "1000000.00",
        "message": "", "mend": "", "article": "4", "confirmed": None,
    }  # fmt: skip
    asked = {"rows": [row["id"]], "reason": "已核对批复"}
    problem(confirm(checker, batch, asked), 403)
    problem(confirm(maker, batch, asked | {"reason": ""}), 400)
    done = confirm(maker, batch, asked)
    assert (done.status_code, done.json()["rows_unconfirmed"]) == (200, 0)
    found = {one["id"]: one for one in get(maker, f"{batch['id']}/rows/?status=good").json()["results"]}
    said = {"by": team.maker.display_name, "on": "2025-01-16", "reason": "已核对批复"}
    assert found[row["id"]]["problems"][0]["confirmed"] == said
    assert submit(checker, batch, done.json()["version"], str(uuid4())).status_code == 200


def test_a_refused_file_frees_its_key(team: BankTeam) -> None:
    maker, key = token_for(team.maker, FILING), str(uuid4())
    problem(send(maker, b"", key), 400)
    assert send(maker, lines(fresh_cells()), key).status_code == 201


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'{"iou_number": "1"}\n[1, 2]', "2"),
        (b'{"iou_number": "1"}\n{"iou_number": {"deep": 1}}', "2"),
        (b'{"iou_number": "1"}\n{"iou_number": NaN}', "2"),
        (b'{"iou_number": "1"', "1"),
        (b'{"iou_number": "1"}\n{"a": ' + b"[" * 100_000, "2"),
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path: Any, content: bytes, line: str) -> None:
    path = tmp_path / "loans.jsonl"
    path.write_bytes(content)
    with pytest.raises(SheetRefused) as refusal:
        read(path, LOAN_SCHEMA)
    assert (refusal.value.code, refusal.value.params["line"]) == ("file_json_line", line)


def test_lines_of_json_read_like_a_sheet(tmp_path: Any) -> None:
    path = tmp_path / "loans.jsonl"
    plain = fresh_cells()
    typed = plain | {"principal": 1500000.5, "remarks": None}
    path.write_bytes("\ufeff".encode() + lines(plain) + b"\n\n" + lines(typed))
    with read(path, LOAN_SCHEMA) as reader:
        assert not reader.broken, [problem.message for problem in reader.problems]
        first, second = list(reader)
    assert (first.number, second.number) == (1, 3)
    assert str(second.values["principal"]) in {"1500000.5", "1500000.50"}
    assert not first.has_errors and not second.has_errors
