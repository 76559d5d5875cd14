"""The trial by command, by API and on the page: three doors, one answer."""

import io
import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from claims.rules import special_ratio
from config.dev.places import ROOT
from evaluation.forms import TRIALS, TrialForm
from evaluation.trial import KINDS
from pool.articles import edition
from pool.models import Role
from tests.evaluation.test_trial import CASE
from tests.factories.approvals import confirmed_approval, entered_approval
from tests.plugins import postgres
from tests.pool.people import person

BANK = {"bank": "b01", "amount": "5.00", "borrowers": 1, "last_amount": "4.00", "last_borrowers": 1, "violations": 0}
CASES: dict[str, list[Any]] = {
    "assess": [
        CASE,
        {**CASE, "use": "on_lending", "annual_rate": "9.00"},
        {**CASE, "determined_on": "2026-12-01", "submitted_on": "2026-12-02", "matures_on": "2027-01-10"},
        {**CASE, "principal": "-1.00"},
        {**CASE, "special_approval": "没有这个文号"},
        {**CASE, "use": "\ud800 半个字"},
        {},
        None,
        [],
    ],
    "deadlines": [
        {"event": "determined", "date": "2024-07-01"},
        {"event": "auto_close", "date": "2024-07-01", "determined": "2024-08-01"},
        {"event": "disbursed", "date": "2030-03-31"},
        {"event": "lunch", "date": "2024-07-01"},
    ],
    "returns": [
        {"compensated": "400000.00", "ratio": "0.40", "recoveries": ["333333.33", "333333.34", "400000.00"]},
        {"compensated": "1.00", "ratio": "0.40", "recoveries": ["1.00", "x"]},
    ],
    "evaluate": [
        {"banks": [BANK, {**BANK, "bank": "b02", "last_amount": None, "last_borrowers": None}]},
        {"banks": [BANK, BANK]},
    ],
    "size": [
        {"group": "industry", "staff": 45, "revenue": "36000000.00", "assets": "12000000.00"},
        {"group": "mining", "staff": 45, "revenue": "1.00", "assets": "1.00"},
    ],
}
SAID = {"assess": "补偿金额", "deadlines": "2024-10-08", "returns": "133,333.34", "evaluate": "b02", "size": "小型"}
"""A word of the answer to each form as it is first shown."""
pytestmark = pytest.mark.django_db


def by_command(kind: str, cases: list[Any], tmp_path: Path, capsys: Any, *options: str) -> list[Any]:
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    call_command("trial", kind, str(file), *options)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def by_api(kind: str, body: Any, query: str = "") -> Any:
    answer = Client().post(f"/api/v1/trial/{kind}/{query}", json.dumps(body), "application/json")
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def test_every_kind_has_cases_here() -> None:
    assert set(CASES) == set(KINDS) == set(TRIALS)


@pytest.mark.parametrize("kind", sorted(CASES))
def test_command_and_api_answer_alike(kind: str, tmp_path: Path, capsys: Any) -> None:
    cases = CASES[kind]
    told = by_command(kind, cases, tmp_path, capsys)
    assert len(told) == len(cases)
    assert by_api(kind, cases) == told
    assert any("error" in item for item in told) and any("error" not in item for item in told)
    for case, answer in zip(cases, told, strict=True):
        if not isinstance(case, list):
            assert by_api(kind, case) == answer


def test_english_on_request_at_both_doors(tmp_path: Path, capsys: Any) -> None:
    [told] = by_command("assess", [CASE], tmp_path, capsys, "--language", "en")
    assert by_api("assess", CASE, "?language=en") == told
    assert told["findings"][0]["message"] != by_api("assess", CASE)["findings"][0]["message"]


def test_a_document_of_the_register_says_what_it_says_of_a_real_claim(tmp_path: Path, capsys: Any) -> None:
    """16(5): named by its number at each door; unconfirmed or of another industry it is an error of the field."""
    row = confirmed_approval(
        industries=("C39",), ratio=Decimal("0.60"), lifts_cap=True, issued_on=date(2024, 4, 20),
        valid_from=date(2024, 5, 1),
    )  # fmt: skip
    case = {**CASE, "special_approval": row.number}
    [told] = by_command("assess", [case], tmp_path, capsys)
    assert by_api("assess", case) == told and told["ratio"] == "0.60"
    [finding] = [one for one in told["findings"] if one["code"] == "special_ratio"]
    _ratio, of_a_claim = special_ratio(edition(), row.scope().approval)
    assert finding["facts"] == of_a_claim[1].facts and finding["message"] == edition().message(of_a_claim[1])
    page = Client().get("/trial/assess/", form_data(TRIALS["assess"][1]()) | {"special_approval": row.number})
    assert page.context["answer"]["ratio"] == "0.60"
    waiting = entered_approval(industries=("C",)).number
    for wrong in ({"special_approval": waiting}, {"industry_code": "D4411"}, {"disbursed_on": "2024-01-05"}):
        assert by_api("assess", {**case, **wrong})["field"] == "special_approval"


def form_data(form: TrialForm) -> dict[str, Any]:
    """What a browser sends for the form as it is first shown."""
    shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    for name, field in form.fields.items():
        if shown[name] is None and getattr(field, "choices", None) and field.required:
            shown[name] = next(iter(field.choices))[0]
    return {name: value for name, value in shown.items() if value not in (None, "", False)}


@pytest.mark.parametrize("kind", sorted(CASES))
def test_the_page_shows_what_the_api_answers(kind: str) -> None:
    form = TRIALS[kind][1](form_data(TRIALS[kind][1]()))
    assert form.is_valid(), form.errors
    page = Client().get(f"/trial/{kind}/", form_data(form))
    assert page.status_code == 200
    answer = by_api(kind, form.case())
    assert "error" not in answer
    assert page.context["answer"] == answer
    assert SAID[kind] in page.content.decode().split('id="answer"')[1].split("<form")[0]


def test_the_page_says_each_finding_by_its_title_and_no_name_of_a_program() -> None:
    form = TRIALS["assess"][1]()
    text = Client().get("/trial/assess/", {**form_data(form), "annual_rate": "9.00"}).content.decode()
    answer = text.split('id="answer"')[1].split("<form")[0]
    assert "不符合补偿条件" in answer and "利率" in answer and "如何处理" in answer
    for slug in ("annual_rate", "published_on", "one_year", "finding-facts", "rate_"):
        assert slug not in answer


@pytest.mark.parametrize(
    ("kind", "changes", "field", "words"),
    [
        ("assess", {"principal": "x"}, "principal", "应为非负金额字符串"),
        ("assess", {"qualification": "high_tech", "valid_from": "2024-01-02", "valid_to": "2024-01-01"}, "valid_to",
         "早于起日"),
        ("returns", {"recoveries": "1.00\nx"}, "recoveries", "第2行"),
        ("evaluate", {"banks": "a,1.00,1,,,0\na,1.00,1,,,0"}, "banks", "第2行"),
        ("deadlines", {"date": "2024-02-30"}, "date", "有效日期"),
    ],
)  # fmt: skip
def test_the_page_puts_a_malformed_fact_beside_its_field(
    kind: str, changes: dict[str, str], field: str, words: str
) -> None:
    page = Client().get(f"/trial/{kind}/", form_data(TRIALS[kind][1]()) | changes)
    [message] = page.context["form"].errors[field]
    assert words in message and field not in message
    assert page.context["answer"] is None


def test_anyone_may_try_and_an_unknown_kind_is_no_page() -> None:
    signed_in = Client()
    signed_in.force_login(person(Role.BANK_MAKER))
    for client in (Client(), signed_in):
        assert client.get("/trial/size/").status_code == 200
        assert client.get("/trial/lunch/").status_code == 404
        assert client.post("/api/v1/trial/lunch/", "{}", "application/json").status_code == 404
    assert Client().get("/trial/")["Location"] == "/trial/assess/"


def test_a_body_that_is_no_json_is_refused_in_the_trial_s_words() -> None:
    for body in ("{", b"\xff\xfe", "[" * 100_000):
        answer = Client().post("/api/v1/trial/size/", body, "application/json")
        assert answer.status_code == 400
        assert json.loads(answer.content) == {"error": "不是有效的JSON", "field": None}


def test_json_is_read_whatever_its_sender_calls_it() -> None:
    body = json.dumps(CASES["size"][0])
    for kind in ("application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain"):
        assert json.loads(Client().post("/api/v1/trial/size/", body, kind).content) == {"size": "small"}


def test_too_many_cases_are_refused_and_none_is_answered_for_an_empty_list() -> None:
    assert by_api("size", []) == []
    answer = Client().post("/api/v1/trial/size/", "[" + ",".join(["{}"] * 10_001) + "]", "application/json")
    assert answer.status_code == 409
    assert json.loads(answer.content)["code"] == "too_many"


def test_the_command_refuses_an_unknown_kind_or_file() -> None:
    with pytest.raises(CommandError, match="lunch"):
        call_command("trial", "lunch")
    with pytest.raises(CommandError, match="no-such-file"):
        call_command("trial", "size", "no-such-file")


def command(database: str, *arguments: str) -> dict[str, Any]:
    """What `subprocess` needs to run the command as a program of its own."""
    environment = os.environ | {"DATABASE_URL": postgres.url_of(database)}
    return {"args": [sys.executable, str(ROOT / "manage.py"), "trial", *arguments], "env": environment}


def test_standard_input_is_answered_line_by_line(committed_db: str) -> None:
    good, wrong = (json.dumps(case).encode() for case in CASES["size"])
    done = subprocess.run(
        **command(committed_db, "size", "-"), input=b"\n".join([good, b"\xff\xfe", wrong]), capture_output=True
    )
    told = [json.loads(line) for line in io.BytesIO(done.stdout)]
    assert done.returncode == 0 and not done.stderr
    assert told[0] == {"size": "small"} and [item.get("field") for item in told[1:]] == [None, "group"]


def test_a_reader_who_has_seen_enough_is_no_fault(committed_db: str, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    file.write_text((json.dumps(CASES["size"][0]) + "\n") * 20_000)
    many = subprocess.Popen(
        **command(committed_db, "size", str(file)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert many.stdout and many.stderr
    assert json.loads(many.stdout.readline()) == {"size": "small"}
    many.stdout.close()
    assert many.stderr.read() == "" and many.wait() == 0
