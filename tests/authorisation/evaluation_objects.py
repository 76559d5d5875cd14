"""Evaluations and reports for the matrix: no bank's objects, so every bank's people meet them alike."""

from datetime import date

from evaluation.models import Evaluation, EvaluationLine, Finding, Inspection, Report, Statement
from evaluation.services import evaluations, reports, statements
from pool import scope
from pool.models import Role
from tests.authorisation.objects import Parts, World, builds
from tests.authorisation.recovery_objects import compensated_project
from tests.evaluation.inspecting import act, cases_of, drawn, opened, sent, written
from tests.evaluation.making import made
from tests.factories.banks import confirmed_violation
from tests.factories.loans import entered_loan
from tests.factories.people import TODAY


def _filed(world: World, year: int, on: date) -> Evaluation:
    statistics, approver = world.people[Role.MANAGER_STATISTICS], world.people[Role.MANAGER_APPROVER]
    with scope.everything():
        draft = evaluations.draft_evaluation(year=year, by=statistics, on=on)
        return evaluations.file_evaluation(evaluation_id=draft.pk, by=approver, on=on, version=draft.version)


@builds("drafted_evaluation")
def drafted_evaluation(world: World) -> Parts:
    with scope.everything():
        draft = evaluations.draft_evaluation(year=2025, by=world.people[Role.MANAGER_STATISTICS], on=date(2026, 1, 26))
    return {"pk": draft.pk}


@builds("filed_evaluation")
def filed_evaluation(world: World) -> Parts:
    return {"pk": _filed(world, 2022, TODAY).pk}


@builds("struck_out")
def struck_out(world: World) -> Parts:
    for year in (2023, 2024):
        confirmed_violation(world.team, year)
    _filed(world, 2023, TODAY)
    evaluation = _filed(world, 2024, date(2025, 1, 23))
    with scope.everything():
        return {"pk": EvaluationLine.objects.get(evaluation=evaluation, bank_id=world.team.pk).pk}


@builds("drafted_report")
def drafted_report(world: World) -> Parts:
    return {"pk": _report(world, "2024H1").pk}


@builds("issued_report")
def issued_report(world: World) -> Parts:
    report = _report(world, "2024H2")
    with scope.everything():
        reports.issue_report(
            report_id=report.pk, by=world.people[Role.MANAGER_APPROVER], on=TODAY, version=report.version
        )
    return {"pk": report.pk}


def _report(world: World, period: str) -> Report:
    with scope.everything():
        report = reports.request_half_year(period=period, by=world.people[Role.MANAGER_STATISTICS], on=TODAY)
    return made(report)


@builds("published_quarter")
def published_quarter(world: World) -> Parts:
    with scope.everything():
        report = reports.request_open_data(period="2024Q4", by=world.people[Role.MANAGER_STATISTICS], on=TODAY)
    report = made(report)
    with scope.everything():
        reports.issue_report(
            report_id=report.pk, by=world.people[Role.MANAGER_APPROVER], on=TODAY, version=report.version
        )
    return {"period": report.period}


@builds("issued_statement")
def issued_statement(world: World) -> Parts:
    """The bank was paid in the quarter before the matrix stands."""
    compensated_project(world)
    clerk, approver = world.people[Role.FINANCE_CLERK], world.people[Role.FINANCE_APPROVER]
    with scope.everything():
        for made in statements.draft_statements(period="2024Q4", by=clerk, on=TODAY):
            statements.issue_statements(seen={made.pk: made.version}, by=approver, on=TODAY)
        return {"pk": Statement.objects.get(bank_id=world.team.pk, period="2024Q4").pk}


@builds("opened_inspection")
def opened_inspection(world: World) -> Parts:
    return {"pk": opened(by=world.people[Role.SUPERVISOR], on=TODAY).pk}


@builds("drawn_inspection")
def drawn_inspection(world: World) -> Parts:
    return {"pk": _inspection(world).pk}


@builds("inspection_case")
def inspection_case(world: World) -> Parts:
    return {"pk": cases_of(_inspection(world))[0].pk}


@builds("drafted_finding")
def drafted_finding(world: World) -> Parts:
    return {"pk": written(cases_of(_inspection(world))[0], world.people[Role.SUPERVISOR]).pk}


@builds("sent_finding")
def sent_finding(world: World) -> Parts:
    return {"pk": _sent(world).pk}


@builds("manager_finding")
def manager_finding(world: World) -> Parts:
    return {"pk": _sent(world, addressee="manager").pk}


@builds("referred_finding")
def referred_finding(world: World) -> Parts:
    return {"pk": act("refer_finding", _sent(world), world.people[Role.SUPERVISOR], reason="建议追回").pk}


def _inspection(world: World) -> Inspection:
    """Of the first bank alone, so that what is drawn is its own."""
    if "inspection" not in world.built:
        entered_loan(world.team)
        by = world.people[Role.SUPERVISOR]
        world.built["inspection"] = {"row": drawn(size=1, banks=[world.team.bank], by=by, on=TODAY)}
    row: Inspection = world.built["inspection"]["row"]
    return row


def _sent(world: World, **more: str) -> Finding:
    return sent(cases_of(_inspection(world))[0], world.people[Role.SUPERVISOR], **more)
