"""A quarter's list of differences (10.2(3)): numbered, kept, made by one and issued by another."""

import subprocess
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from evaluation.models import Report
from evaluation.selectors import differences
from evaluation.services import reports
from pool import clock, scope, storage
from pool.errors import NotPermitted, Refused
from pool.ledger import services as ledger
from pool.models import Notice, Role, User
from tests.evaluation.making import made
from tests.factories.people import person
from tests.factories.recovery import Project, project, reported

pytestmark = pytest.mark.django_db
ON, QUARTER = date(2025, 7, 2), date(2025, 4, 1)


@pytest.fixture
def late() -> Project:
    """40,000.00 advised in the second quarter and not there when it is over."""
    one = project()
    reported(one.team, one.loan, "100000.00", received_on=date(2025, 2, 20), on=date(2025, 4, 10))
    clock.set_day(ON)
    return one


def asked(period: str = "2025Q2", by: User | None = None) -> Report:
    with scope.everything():
        return reports.request_differences(period=period, by=by or person(Role.MANAGER_REVIEWER), on=clock.today())


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


@pytest.mark.draws
def test_it_is_numbered_kept_and_issued_by_another_and_its_figures_stay(late: Project) -> None:
    with scope.everything():
        ledger.receive_unexplained(key="x", amount=Decimal("5.00"), on=ON, prepared_by=person(Role.FINANCE_CLERK))
    report = made(asked())
    assert report.state == Report.State.DRAFT, report.problem
    assert report.number == "CY-2025Q2-001" and report.check_code and len(report.inputs_hash) == 64
    with scope.everything():
        with pytest.raises(NotPermitted):
            reports.issue_report(report_id=report.pk, by=report.made_by, on=ON, version=report.version)
        report = reports.issue_report(
            report_id=report.pk, by=person(Role.MANAGER_APPROVER), on=ON, version=report.version
        )
        assert storage.intact(report.pdf) and storage.intact(report.xlsx)
        [row] = report.inputs["rows"]
        assert (row["number"], row["owed"]) == (late.loan.loan_number, "40000.00") and "已报未收" in row["differences"]
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(inputs={})
        told = set(Notice.objects.filter(key__startswith=f"report:{report.pk}").values_list("role", flat=True))
        assert Role.FINANCE_CLERK in told and Role.REGULATOR not in told  # it names single projects
        with storage.open_file(report.pdf) as file:
            run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=file.read(), capture_output=True, check=True)
    paper = run.stdout.decode()
    for said in ("CY-2025Q2-001", report.check_code, late.loan.loan_number[:8], "2025年第二季度清收返还差异清单"):
        assert said in paper
    desk = signed_in(Role.FINANCE_APPROVER).get(reverse("recovery:desk") + "?quarter=2025Q2").content.decode()
    assert report.number in desk and reverse("evaluation:differences") not in desk
    assert signed_in(Role.REGULATOR).get(report.get_absolute_url()).status_code == 404


def test_it_is_asked_for_from_the_desk_of_a_quarter_that_is_over(late: Project) -> None:
    statistics = signed_in(Role.MANAGER_STATISTICS)
    address = reverse("evaluation:differences") + "?period=2025Q2"
    assert address in statistics.get(reverse("recovery:desk") + "?quarter=2025Q2").content.decode()
    assert address not in statistics.get(reverse("recovery:desk")).content.decode()  # not over yet
    assert 'value="2025Q2"' in statistics.get(address).content.decode()
    for wrong in ("2025Q3", "2025Q5", "二季度"):
        with pytest.raises(Refused) as no:
            asked(wrong)
        assert no.value.field == "period"


def test_a_list_that_does_not_tie_to_the_ledger_is_not_made(late: Project) -> None:
    with scope.everything():
        said = differences.figures(QUARTER, ON)
    assert differences.breaks(said) == [] and said["by_ledger"] == "0.00"
    [problem] = differences.breaks(said | {"by_ledger": "7.00"})
    assert "7.00" in problem
