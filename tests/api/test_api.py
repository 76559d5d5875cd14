"""The interface for programs: who reads what, in which shape, page by page."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from claims.models import Claim
from evaluation.models import Report
from evaluation.services import reports
from evaluation.services.hashing import digest
from loans.models import Loan
from pool import clock, scope
from pool.errors import Refused
from pool.models import AccessLog, ApiToken, AuditEvent, Role, User
from pool.services import tokens
from tests.evaluation.making import made
from tests.factories import claims as make
from tests.factories.loans import entered_loan, entered_upload, loan_cells, owner_cells
from tests.factories.people import BankTeam, bank_team, person
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
TODAY = date(2025, 1, 16)
SHAPE = {"code", "detail", "article", "field"}
SCOPES = ("loans:read", "claims:read", "reports:read")


def token_for(user: User, *scopes: str) -> str:
    mine = [item.name for item in tokens.scopes_for(user)]
    with scope.scope_for(user):
        return tokens.issue(user=user, name="测试", scopes=list(scopes) or mine, by=user, on=TODAY)[0]


def ask(address: str, token: str = "", **headers: str) -> Any:
    given = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(headers={**given, **headers}).get(f"/api/v1/{address}")


def problem(answer: Any, status: int, code: str = "") -> dict[str, str]:
    told = answer.json()
    assert answer.status_code == status and set(told) == SHAPE, (answer.status_code, told)
    assert not code or told["code"] == code
    return dict(told)


@dataclass
class Two:
    """Two banks with loans of their own."""

    team: BankTeam
    other: BankTeam


@built_once
def two() -> Two:
    clock.set_day(TODAY)
    team, other = bank_team("甲行"), bank_team("乙行")
    entered_upload(team, [loan_cells(), owner_cells(owner_name="陈大文"), loan_cells()])
    entered_loan(other)
    return Two(team, other)


# ---- who may ask


def test_without_a_living_token_nothing_is_answered(two: Two) -> None:
    user = two.team.maker
    good = token_for(user)
    assert ask("loans/", good).status_code == 200
    for address in ("loans/", "claims/", "reports/", f"loans/{uuid4()}/"):
        problem(ask(address), 401, "not_authenticated")
        problem(ask(address, "nonsense"), 401)
    assert ask("loans/")["WWW-Authenticate"] == "Bearer"
    row = ApiToken.objects.get(token_hash=tokens.hash_of(good))
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    problem(ask("loans/", good), 401)
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() + timedelta(days=1))
    assert ask("loans/", good).status_code == 200
    with scope.scope_for(user):
        tokens.revoke(token_id=row.pk, by=user, on=TODAY)
    problem(ask("loans/", good), 401)
    another = token_for(user)
    user.is_active = False
    user.save()
    problem(ask("loans/", another), 401)


def test_a_token_is_good_for_its_scopes_and_its_person_s_role_only(two: Two) -> None:
    claims_only = token_for(two.team.maker, "claims:read")
    problem(ask("loans/", claims_only), 403, "not_permitted")
    assert ask("claims/", claims_only).status_code == 200
    regulator = person(Role.REGULATOR)
    reports_only = token_for(regulator)
    assert ask("reports/", reports_only).status_code == 200
    for address in ("loans/", "claims/"):
        problem(ask(address, reports_only), 403)
    for user, wanted in ((regulator, ["loans:read"]), (two.team.maker, ["reports:read"]), (regulator, [])):
        with pytest.raises(Refused):
            tokens.issue(user=user, name="x", scopes=wanted, by=user, on=TODAY)
    token = token_for(two.team.maker)
    two.team.maker.role = Role.BANK_ADMIN
    ApiToken.objects.update(scopes=[*SCOPES])
    problem(ask("reports/", token), 403)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_who_keeps_the_system_reads_nothing_of_it(role: Role) -> None:
    client = Client()
    client.force_login(person(role))
    for address in ("loans/", "claims/", "reports/"):
        problem(client.get(f"/api/v1/{address}"), 403)


def test_the_browser_s_session_reads_too(two: Two) -> None:
    client = Client()
    client.force_login(two.team.maker)
    assert len(client.get("/api/v1/loans/").json()["results"]) == 3


# ---- whose rows, in which shape


def test_a_bank_reads_its_own_and_another_s_is_as_if_it_were_not(two: Two) -> None:
    token = token_for(two.team.maker)
    told = ask("loans/", token).json()["results"]
    assert len(told) == 3 and {row["bank"] for row in told} == {two.team.bank.code}
    with scope.everything():
        foreign = Loan.objects.get(bank_id=two.other.pk)
    assert ask(f"loans/{told[0]['id']}/", token).status_code == 200
    assert problem(ask(f"loans/{foreign.pk}/", token), 404) == problem(ask(f"loans/{uuid4()}/", token), 404)
    assert ask(f"loans/?loan_number={foreign.loan_number}", token).json()["results"] == []


def test_public_bodies_read_all_with_natural_persons_masked(two: Two) -> None:
    mine = {row["loan_number"]: row for row in ask("loans/", token_for(two.team.maker)).json()["results"]}
    told = {row["loan_number"]: row for row in ask("loans/", token_for(person(Role.AUTHORITY))).json()["results"]}
    assert len(told) == 4 and set(mine) < set(told)
    [owner] = [row for row in mine.values() if row["borrower_kind"] == "owner"]
    with scope.everything():
        number = Loan.objects.get(pk=owner["id"]).owner_id_number
    assert owner["owner_name"] == "陈大文"
    masked = told[owner["loan_number"]]
    assert masked["borrower_name"] == owner["borrower_name"][:1] + "*" * (len(owner["borrower_name"]) - 1)
    assert "owner_name" not in masked
    for rows in (mine, told):
        assert number and number not in str(rows) and "陈大文" not in str(told)
    enterprise = next(row for row in told.values() if row["borrower_kind"] == "enterprise")
    assert "*" not in enterprise["borrower_name"]


def test_amounts_are_text_and_dates_are_iso(two: Two) -> None:
    row = ask("loans/", token_for(two.team.maker)).json()["results"][0]
    assert (row["principal"], row["annual_rate"], row["disbursed_on"]) == ("3000000.00", "4.3500", "2024-11-08")
    assert row["findings"] == [] and row["qualifications"] == []


def test_pages_go_on_until_every_row_was_told_once(two: Two) -> None:
    token, address, seen = token_for(two.team.maker), "loans/?page_size=2", []
    while address:
        page = ask(address, token).json()
        seen.append([row["id"] for row in page["results"]])
        address = (page["next"] or "").partition("/api/v1/")[2]
    assert [len(page) for page in seen] == [2, 1]
    flat = [row for page in seen for row in page]
    assert len(set(flat)) == 3 and flat == sorted(flat, reverse=True)


@pytest.mark.parametrize(
    ("query", "field"), [("state=nonsense", "state"), ("disbursed_from=yesterday", "disbursed_from")]
)
def test_a_filter_that_cannot_be_read_says_which(two: Two, query: str, field: str) -> None:
    assert problem(ask(f"loans/?{query}", token_for(two.team.maker)), 400, "invalid")["field"] == field


def test_a_bent_cursor_is_refused_and_filters_filter(two: Two) -> None:
    token = token_for(two.team.maker)
    problem(ask("loans/?cursor=nonsense", token), 404)
    for query, count in (("state=entered", 3), ("state=closed", 0), ("disbursed_from=2024-11-09", 0),
                         ("disbursed_to=2024-11-08&entered_late=false", 3)):  # fmt: skip
        assert len(ask(f"loans/?{query}", token).json()["results"]) == count, query


@pytest.mark.parametrize("address", ["", "nonsense/", "loans/nonsense/", "loans/1/", "trial/lunch/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_is_none_answers_as_every_problem(address: str, method: str) -> None:
    problem(getattr(Client(), method)(f"/api/v1/{address}"), 404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_is_read_cannot_be_written(two: Two, method: str) -> None:
    headers = {"Authorization": f"Bearer {token_for(two.team.maker)}"}
    for address in ("loans/", *(() if method == "post" else ("claims/",))):
        answer = getattr(Client(headers=headers), method)(f"/api/v1/{address}", {}, "application/json")
        problem(answer, 405)


def test_every_read_is_in_the_access_log(two: Two) -> None:
    token = token_for(two.team.maker)
    row = ask("loans/", token).json()["results"][0]
    ask(f"loans/{row['id']}/", token)
    ask(f"loans/{uuid4()}/", token)
    log = AccessLog.objects.filter(user=two.team.maker).order_by("id")
    assert [(item.kind, item.subject_kind, item.subject_id) for item in log] == [
        ("read", "loans.loan", ""),
        ("read", "loans.loan", row["id"]),
        ("denied", "", ""),
    ]


# ---- claims


def test_a_paid_claim_is_told_to_the_fen_and_a_draft_to_its_bank_alone() -> None:
    team = make.good_team("甲行")
    paid = make.paid_claim(team, balance="1234567.89")
    draft = make.drafted_claim(team, on=date(2025, 1, 6))
    mine = {row["number"]: row for row in ask("claims/", token_for(team.maker)).json()["results"]}
    told = {row["number"]: row for row in ask("claims/", token_for(person(Role.FINANCE_CLERK))).json()["results"]}
    assert set(mine) == {paid.number, draft.number} and set(told) == {paid.number}
    row = told[paid.number]
    assert (row["ratio"], row["amount"], row["npl_principal"]) == ("0.4000", "493827.16", "1234567.89")
    assert row["state"] == "paid" and {item["article"] for item in row["findings"]} >= {"16(1)", "19(2)"}
    assert mine[paid.number] == row
    finding = next(item for item in row["findings"] if item["article"] == "16(1)")
    assert set(finding) == {"article", "outcome", "code", "message", "facts", "provisional"}
    assert "40%" in finding["message"] and finding["facts"]["ratio"] == "0.40"
    other = token_for(bank_team().maker)
    assert problem(ask(f"claims/{paid.pk}/", other), 404) == problem(ask(f"claims/{uuid4()}/", other), 404)
    assert ask(f"claims/?loan={paid.loan_id}&state=paid", token_for(team.maker)).json()["results"][0] == row
    with scope.everything():
        assert Claim.objects.count() == 2


# ---- reports


@built_once
def issued() -> Report:
    clock.set_day(TODAY)
    clerk, second = person(Role.MANAGER_STATISTICS), person(Role.MANAGER_APPROVER)
    bank_team("甲行")
    with scope.everything():
        report = reports.request_half_year(period="2024H2", by=clerk, on=TODAY)
    report = made(report)
    assert ask("reports/", token_for(second)).json()["results"] == []
    with scope.everything():
        reports.issue_report(report_id=report.pk, by=second, on=TODAY, version=report.version)
        return Report.objects.select_related("pdf").get(pk=report.pk)


def test_issued_reports_are_read_and_their_copies_marked(issued: Report) -> None:
    token = token_for(person(Role.REGULATOR))
    [row] = ask("reports/", token).json()["results"]
    assert "figures" not in row and row["check_code"] == issued.check_code
    told = ask(f"reports/{row['id']}/", token).json()
    assert digest(told["figures"]) == told["inputs_hash"] == issued.inputs_hash
    assert told["pdf_sha256"] == issued.pdf.sha256 and told["figures"]["totals"]["paid"]["count"] == 0
    for accept in ("*/*", "application/pdf"):
        copy = ask(told["pdf_url"].partition("/api/v1/")[2], token, Accept=accept)
        assert (copy.status_code, copy["Content-Type"], copy.content[:5]) == (200, "application/pdf", b"%PDF-")
    sheet = ask(told["xlsx_url"].partition("/api/v1/")[2], token)
    assert sheet.content[:4] == b"PK\x03\x04"
    assert AccessLog.objects.filter(kind="download", role=Role.REGULATOR).count() == 3
    problem(ask(f"reports/{uuid4()}/pdf/", token), 404)


# ---- the command


def test_an_operator_issues_a_token_that_is_printed_once(two: Two, capsys: Any) -> None:
    call_command("api_token", two.team.maker.username, "--scope", "loans:read", "--days", "7")
    token = capsys.readouterr().out.strip()
    assert ask("loans/", token).status_code == 200
    row = ApiToken.objects.get()
    assert row.scopes == ["loans:read"] and token not in (row.token_hash, row.prefix)
    with scope.everything():
        assert AuditEvent.objects.filter(action="tokens.issue", subject_id=str(row.pk)).exists()
    for arguments in (["nobody", "--scope", "loans:read"], [two.team.maker.username, "--scope", "reports:read"]):
        with pytest.raises(CommandError):
            call_command("api_token", *arguments)
