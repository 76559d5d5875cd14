"""Open data: a quarter's aggregates, issued by two people once, read by anybody, and tied to the ledger."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from evaluation.models import Report
from evaluation.open_data import figures as open_data
from evaluation.services import jobs, reports
from evaluation.services.hashing import digest
from loans.models import Loan
from pool import clock, scope, storage
from pool.errors import NotPermitted, Refused
from pool.jobs import is_due
from tests.archival import faults
from tests.evaluation.making import made
from tests.evaluation.world import approver, statistics
from tests.factories.loans import entered_upload, loan_cells
from tests.factories.people import bank_team

pytestmark = pytest.mark.django_db
ENTERED, ON = date(2024, 11, 20), date(2025, 1, 6)
ADDRESS = "/open-data/2024Q4/"


@pytest.fixture
def lending():
    """Three banks; many borrowers in one district, two in another."""
    for name in ("甲行", "乙行", "丙行"):
        rows = [loan_cells(district="南山区") for _ in range(4)]
        if name != "丙行":
            rows.append(loan_cells(district="盐田区", principal="2000000.00"))
        entered_upload(bank_team(name), rows, ENTERED)
    clock.set_day(ON)


def drafted() -> Report:
    with scope.everything():
        report = reports.request_open_data(period="2024Q4", by=statistics(), on=ON)
    report = made(report)
    assert report.state == Report.State.DRAFT, report.problem
    return report


def issued() -> Report:
    report = drafted()
    with scope.everything():
        return reports.issue_report(report_id=report.pk, by=approver(), on=ON, version=report.version)


def row(report: Report, table: str, value: str) -> dict:
    return next(one for one in report.inputs["tables"][table] if one["value"] == value)


@pytest.mark.draws
def test_what_is_kept_is_what_may_be_told(lending):
    report = drafted()
    with scope.everything(), storage.open_file(report.pdf) as file:
        assert faults(file.read()) == []
    with scope.everything():
        total = sum(loan.principal for loan in Loan.objects.all())
    assert report.inputs["total"]["entered"] == {
        "count": 14, "borrowers": 14, "amount_wan": str(int(total / Decimal(10_000)))
    }  # fmt: skip
    assert row(report, "district", "yantian")["entered"] is None
    assert row(report, "district", "nanshan")["entered"] is None, "the whole less this district would tell the other"
    assert row(report, "district", "futian")["entered"]["count"] == 0
    assert row(report, "section", "C")["entered"]["count"] == 14
    assert report.inputs["total"]["paid"] == {"count": 0, "borrowers": 0, "amount_wan": "0"}
    text = json.dumps(report.inputs, ensure_ascii=False)
    with scope.everything():
        names = list(Loan.objects.values_list("borrower_name", "bank__short_name", "credit_code"))
    assert not [word for names_of_one in names for word in names_of_one if word in text]


def test_a_quarter_that_does_not_tie_to_the_ledger_is_not_made(lending, monkeypatch):
    monkeypatch.setitem(
        open_data.FACTS, "paid", "SELECT s.*, s.principal AS amount FROM sized s WHERE s.entered_on <= %(last)s"
    )
    with scope.everything():
        report = reports.request_open_data(period="2024Q4", by=statistics(), on=ON)
    report = made(report)
    assert report.state == Report.State.FAILED and "资金账" in report.problem


def test_anybody_reads_what_two_people_have_issued(lending):
    client = Client()
    assert client.get("/open-data/").status_code == 200
    assert {client.get(f"/open-data/{word}/data.json").status_code for word in ("%00", "2024Q9", "2024H1")} == {404}
    report = drafted()
    assert client.get(ADDRESS).status_code == 404
    with scope.everything():
        with pytest.raises(NotPermitted):
            reports.issue_report(report_id=report.pk, by=report.made_by, on=ON, version=report.version)
        report = reports.issue_report(report_id=report.pk, by=approver(), on=ON, version=report.version)
    shown = client.get("/open-data/").content.decode()
    assert report.title in shown and report.check_code in shown and "甲行" not in shown
    told = client.get(f"{ADDRESS}data.json")
    said = told.json()
    assert digest(said["figures"]) == said["inputs_hash"] == report.inputs_hash and said["licence"]["url"]
    again = client.get(f"{ADDRESS}data.json", headers={"If-None-Match": told["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    lines = list(csv.DictReader(io.StringIO(client.get(f"{ADDRESS}data.csv").content.decode("utf-8-sig"))))
    by_key = {(line["dimension"], line["value"], line["fact"]): line for line in lines}
    assert by_key["total", "", "entered"]["count"] == "14" and by_key["total", "", "entered"]["told"] == "yes"
    hidden = by_key["district", "yantian", "entered"]
    assert (hidden["told"], hidden["count"], hidden["label"]) == ("no", "", "盐田区")


def test_a_quarter_is_published_once(lending):
    issued()
    with scope.everything(), pytest.raises(Refused) as no:
        reports.request_open_data(period="2024Q4", by=statistics(), on=ON)
    assert no.value.code == "published"


@pytest.mark.parametrize("period", ["2025Q1", "2024", "2024Q5"])
def test_only_a_quarter_that_is_over_has_open_data(period):
    clock.set_day(ON)
    with scope.everything(), pytest.raises(Refused) as no:
        reports.request_open_data(period=period, by=statistics(), on=ON)
    assert no.value.field == "period"


def test_it_is_asked_for_by_itself_after_each_quarter():
    first = date(2025, 1, 2)
    clock.set_day(first)
    with scope.everything():
        assert is_due(jobs.open_data, first) and not is_due(jobs.open_data, date(2025, 1, 1))
        assert jobs.open_data.fn(first)["requested"]
        assert not jobs.open_data.fn(date(2025, 1, 3))["requested"]
