"""Inspections as the people of article 26 do them, through the services."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from evaluation.models import Finding, Inspection, InspectionCase, Report
from evaluation.services import findings, inspections, reports
from evaluation.services.inspections import Plan
from pool import clock, scope
from pool.models import Role, User
from tests.evaluation.making import made
from tests.factories.claims import pdf_bytes
from tests.factories.people import person


def opened(
    subject: str = "entries", method: str = "random", size: int = 2, *, by: User | None = None, on: date | None = None,
    **more: Any,
) -> Inspection:  # fmt: skip
    on = on or clock.today()
    plan = Plan(
        **{
            "subject": subject, "starts_on": date(2023, 1, 1), "ends_on": on, "reason": "年度抽查", "method": method,
            "size": size, "answer_days": settings.INSPECTION_ANSWER_DAYS, **more,
        }
    )  # fmt: skip
    with scope.everything():
        return inspections.open_inspection(plan=plan, by=by or person(Role.SUPERVISOR), on=on)


def drawn(subject: str = "entries", method: str = "random", size: int = 2, **more: Any) -> Inspection:
    one = opened(subject, method, size, **more)
    with scope.everything():
        return inspections.draw_sample(inspection_id=one.pk, by=one.opened_by, on=one.opened_on, version=one.version)


def cases_of(inspection: Inspection) -> list[InspectionCase]:
    with scope.everything():
        return list(inspection.cases.select_related("bank", "inspection").order_by("position"))


def cleared(case: InspectionCase, by: User | None = None) -> InspectionCase:
    with scope.everything():
        return inspections.clear_case(
            case_id=case.pk, by=by or person(Role.SUPERVISOR), on=clock.today(), version=case.version,
            note="核对借据与流水，未见异常",
        )  # fmt: skip


def written(case: InspectionCase, by: User | None = None, **more: Any) -> Finding:
    said = {
        "kind": "breach", "addressee": "bank", "basis": "15(2)", "amount": Decimal("1000.00"), "papers": [pdf_bytes()],
        "text": "部分资金用于偿还股东借款", "demand": "收回挪用资金并报送整改材料", **more,
    }  # fmt: skip
    with scope.everything():
        case = InspectionCase.objects.get(pk=case.pk)
        return findings.write_finding(
            case_id=case.pk, by=by or person(Role.SUPERVISOR), on=clock.today(), version=case.version, **said
        )


def sent(case: InspectionCase, by: User | None = None, **more: Any) -> Finding:
    finding = written(case, by, **more)
    return act("issue_finding", finding, by or person(Role.SUPERVISOR))


def act(name: str, finding: Finding, by: User, **more: Any) -> Finding:
    """One service of a finding, with the version as it stands."""
    with scope.everything():
        row = Finding.objects.get(pk=finding.pk)
        return getattr(findings, name)(
            finding_id=row.pk, by=by, on=clock.today(), version=more.pop("version", row.version), **more
        )


def answered(finding: Finding, by: User, text: str = "已于本月收回") -> Finding:
    return act("answer_finding", finding, by, text=text, papers=[pdf_bytes()])


def reported(inspection: Inspection, by: User, issuer: User) -> Report:
    with scope.everything():
        row = Inspection.objects.get(pk=inspection.pk)
        report = reports.request_inspection_report(inspection_id=row.pk, by=by, on=clock.today(), version=row.version)
    report = made(report)
    with scope.everything():
        return reports.issue_report(report_id=report.pk, by=issuer, on=clock.today(), version=report.version)
