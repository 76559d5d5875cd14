"""Claims by program: drafted, evidenced, judged and filed without a browser, by the portal's rules and in its words."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from claims.models import Claim, Evidence
from pool import scope
from tests.api.test_api import problem, token_for
from tests.factories import claims as make
from tests.factories.people import BankTeam
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
REPORT = {"credit_report_on": "2024-12-06", "reported_balances": "1000000.00"}


@built_once
def team() -> BankTeam:
    return make.good_team("前海银行")


def post(token: str, address: str, body: Any, key: str = "", kind: str = "application/json") -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4())}
    if kind == "multipart":
        return Client(headers=headers).post(f"/api/v1/claims/{address}", body)
    content = body if isinstance(body, str) else json.dumps(body)
    return Client(headers=headers).post(f"/api/v1/claims/{address}", content, content_type=kind)


def get(token: str, address: str) -> Any:
    return Client(headers={"Authorization": f"Bearer {token}"}).get(f"/api/v1/claims/{address}").json()


def evidence(token: str, claim: dict[str, Any], item: str, content: bytes = b"", key: str = "") -> Any:
    file = SimpleUploadedFile(f"{item}.pdf", content or make.pdf_bytes())
    return post(token, f"{claim['id']}/evidence/", {"item": item, "file": file}, key, "multipart")


def test_a_bank_claims_without_a_browser(team: BankTeam) -> None:
    loan = make.npl_loan(team)
    make.reach(make.SUBMITTED_ON)
    maker, checker = token_for(team.maker, "claims:file", "claims:read"), token_for(team.checker, "claims:file")
    told = post(maker, "", {"loan_number": loan.loan_number})
    assert told.status_code == 201, told.content
    claim = told.json()
    assert (claim["state"], claim["loan_number"]) == ("draft", loan.loan_number)
    before = get(maker, f"{claim['id']}/assessment/")
    slots = get(maker, f"{claim['id']}/evidence/")
    assert before["missing"] == [slot["item"] for slot in slots]
    assert all(slot["label"] and not slot["name"] for slot in slots)
    for slot in slots:
        assert evidence(maker, claim, slot["item"]).status_code == 201
    version = get(maker, f"{claim['id']}/")["version"]
    problem(post(checker, f"{claim['id']}/submit/", {"version": version}), 409, "report_not_described")
    claim = post(maker, f"{claim['id']}/describe/", {"version": version, **REPORT}).json()
    found = get(maker, f"{claim['id']}/assessment/")
    assert (found["eligible"], found["failed"], found["missing"]) == (True, [], [])
    assert {"outcome", "article", "message", "mend"} <= set(found["findings"][0])
    done = post(checker, f"{claim['id']}/submit/", {"version": claim["version"]})
    assert (done.status_code, done.json()["state"]) == (200, "submitted")
    assert done.json()["amount"] == found["amount"]
    [listed] = get(maker, "?state=submitted")["results"]
    assert listed["id"] == claim["id"]
    with scope.everything():
        filed = Claim.objects.get(pk=claim["id"])
        assert (filed.made_by, filed.submitted_by) == (team.maker, team.checker)


def test_what_fails_is_told_with_its_article_and_how_to_mend_it(team: BankTeam) -> None:
    claim = make.drafted_claim(team, balances="99000000.00")
    found = get(token_for(team.maker, "claims:file"), f"{claim.pk}/assessment/")
    assert (found["eligible"], found["amount"], "4" in found["failed"]) == (False, "0.00", True)
    [wrong] = [one for one in found["findings"] if one["outcome"] == "fail" and one["article"] == "4"]
    assert wrong["message"]
    assert wrong["mend"]


def test_the_same_request_again_is_one_effect_and_another_body_is_refused(team: BankTeam) -> None:
    loan, other = make.npl_loan(team), make.npl_loan(team)
    make.reach(make.SUBMITTED_ON)
    maker, key = token_for(team.maker, "claims:file"), str(uuid4())
    answers = [post(maker, "", {"loan_number": loan.loan_number}, key) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    problem(post(maker, "", {"loan_number": other.loan_number}, key), 409, "form_key_reused")
    claim, key = answers[0].json(), str(uuid4())
    paper = make.pdf_bytes()
    assert [evidence(maker, claim, "iou", paper, key).status_code for _ in range(2)] == [201, 200]
    problem(evidence(maker, claim, "iou", paper + b" ", key), 409, "form_key_reused")
    with scope.everything():
        assert (Claim.objects.count(), Evidence.objects.count()) == (1, 1)


def test_many_in_lines_each_by_itself_and_the_same_again_is_the_same(team: BankTeam) -> None:
    loans = [make.npl_loan(team) for _ in range(2)]
    make.reach(make.SUBMITTED_ON)
    maker, key = token_for(team.maker, "claims:file"), str(uuid4())
    rows = [json.dumps({"loan_number": loan.loan_number, **REPORT}) for loan in reversed(loans)]
    body = "\n".join([*rows, '{"loan_number": "没有"}', "{", '{"loan_number": ""}', "[]"])
    told = post(maker, "lines/", body, key, "application/x-ndjson")
    assert told.status_code == 200, told.content
    lines = told.json()
    assert [line["claim"] and line["claim"]["loan_number"] for line in lines[:2]] == [
        loan.loan_number for loan in reversed(loans)
    ]
    codes = [(line["problem"]["code"], line["problem"]["field"]) for line in lines[2:]]
    assert codes == [("not_in_library", "loan_number"), ("not_json", ""), ("invalid", "loan_number"), ("invalid", "")]
    assert post(maker, "lines/", body, key, "application/x-ndjson").json() == lines
    with scope.everything():
        assert Claim.objects.count() == 2
    problem(post(maker, "lines/", "{}\n" * 201, kind="application/x-ndjson"), 409, "too_many_lines")


def test_who_may_not_claim_here_may_not_there(team: BankTeam) -> None:
    claim, other = make.drafted_claim(team), make.good_team("别家银行")
    stranger, checker = token_for(other.maker, "claims:file"), token_for(team.checker, "claims:file")
    maker = token_for(team.maker, "claims:file")
    body = {"loan_number": claim.loan.loan_number}
    problem(post(stranger, "", body), 409, "not_in_library")
    problem(post(checker, "", body), 403)
    problem(post(token_for(team.maker, "claims:read"), "", body), 403)
    for address in ("submit/", "describe/", "evidence/"):
        problem(post(stranger, f"{claim.pk}/{address}", {"version": claim.version}), 404)
    problem(post(maker, f"{claim.pk}/submit/", {"version": claim.version}), 403)
    problem(post(checker, f"{claim.pk}/submit/", {"version": claim.version - 1}), 409, "stale")
    problem(evidence(maker, {"id": claim.pk}, "nothing"), 409, "unknown_item")
