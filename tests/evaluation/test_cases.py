"""Every number opens: the cases behind each figure add up to it, also to what was known when it was printed."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.test import Client

from banks.models import Bank
from evaluation import permissions, reports, tables
from evaluation.models import Report
from evaluation.selectors import half_year, opening
from evaluation.selectors.cases import sums_of
from evaluation.selectors.figures import BY_BANK, HALF_YEAR
from evaluation.services import reports as services
from evaluation.tables.opening import address, case_columns, opened
from evaluation.views.cases import KINDS, LISTINGS, _cases, _rows, said
from pool import clock, scope
from pool.models import Role, User
from tests.evaluation.factories import filed, seven_banks
from tests.evaluation.making import made
from tests.evaluation.world import NEXT_FIRST, NEXT_LAST, World, statistics
from tests.factories.people import person
from tests.factories.recovery import all_received

TODAY = date(2025, 7, 3)


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report without its PDF: what is asked here is on the page."""
    monkeypatch.setattr(reports, "as_pdf", lambda report, mark="": b"%PDF-1.4")
    monkeypatch.setattr(reports, "as_xlsx", lambda report, mark="": b"PK")


def half_year_report() -> Report:
    with scope.everything():
        return made(services.request_half_year(period="2025H1", by=statistics(), on=TODAY))


def sums(source: opening.Source, name: str, user: User, bank: str = "") -> tuple[opening.Printed, dict[str, Any]]:
    """What is printed, and what the page of the cases adds up."""
    of = Bank.objects.filter(code=bank).first() if bank else None
    figure = source.figures[name]
    asked = opening.Asked(source, figure, source.span, of, "")
    return source.printed(name, bank), sums_of(_cases(figure.kind, _rows(figure.kind, user), {"asked": asked}), figure)


def agrees(printed: opening.Printed, found: Any) -> bool:
    return printed.count in (None, found.count) and printed.amount in (None, found.amount)


def test_every_figure_of_the_half_year_is_the_sum_of_its_cases(the_world: World, no_files: None) -> None:
    report, auditor = half_year_report(), person(Role.AUDITOR)
    with scope.everything():
        source = opening.of(report)
        codes = [bank["code"] for bank in report.inputs["banks"]]
        checked = 0
        for name in source.figures:
            for code in ("", *codes) if name in BY_BANK else ("",):
                printed, found = sums(source, name, auditor, code)
                assert agrees(printed, found["then"]), (name, code, printed, found)
                assert found["then"] == found["now"] and found["came"].count == found["gone"].count == 0, name
                checked += 1
        assert checked == len(BY_BANK) * (1 + len(codes)) + len(source.figures) - len(BY_BANK)
        assert source.printed("returned", "").count == 1, "something came back"


def test_what_is_recorded_later_is_told_apart(the_world: World, no_files: None) -> None:
    """A return that the report had as owed arrives, dated in the period: one figure gains, another loses."""
    report, auditor = half_year_report(), person(Role.AUDITOR)
    all_received(the_world.projects[0], date(2025, 6, 30))
    with scope.everything():
        source = opening.of(report)
        for name, moved in (("returned", "came"), ("owed", "gone")):
            printed, found = sums(source, name, auditor)
            assert agrees(printed, found["then"]), name
            assert (found[moved].count, found[moved].amount) == (1, Decimal("40000.00"))
            words = said(printed, found)
            assert words[0][1] == "good" and "报告后变动" in words[1][0] and "40,000.00" in words[1][0]
        printed, found = sums(source, "flows.returned", auditor)
        assert agrees(printed, found["then"]) and found["came"].amount == Decimal("40000.00")
        assert not agrees(printed, found["now"])
        other = opening.Printed(printed.count, Decimal("1.00"))
        assert said(other, found)[0][1] == "wait", "a sum that differs is said"


def test_figures_lead_to_their_cases_for_those_who_may_open_a_loan(the_world: World, no_files: None) -> None:
    clock.set_day(TODAY)
    report = half_year_report()
    reviewer = Client()
    reviewer.force_login(person(Role.MANAGER_REVIEWER))
    page = reviewer.get(report.get_absolute_url()).content.decode()
    link = f"/reports/cases/returns/?report={report.pk}&amp;figure=returned"
    assert link in page and "/reports/cases/entries/" in page
    shown = reviewer.get("/reports/cases/returns/", {"report": report.pk, "figure": "returned"})
    told = shown.content.decode()
    assert shown.status_code == 200 and "133,333.33" in told and "与报告数字一致" in told and "第十九条" in told
    assert reviewer.get("/reports/cases/claims/", {"report": report.pk, "figure": "returned"}).status_code == 404
    assert reviewer.get("/reports/cases/claims/", {"sort": "amount"}).status_code == 200
    assert reviewer.get("/reports/cases/returns/", {"report": report.pk, "figure": "nothing"}).status_code == 404
    bank = Client()
    bank.force_login(the_world.projects[0].team.maker)
    assert bank.get("/reports/cases/returns/", {"report": report.pk, "figure": "returned"}).status_code == 404
    regulator = Client()
    regulator.force_login(person(Role.REGULATOR))
    assert regulator.get("/reports/cases/returns/", {"report": report.pk, "figure": "returned"}).status_code == 403


def test_a_list_of_cases_is_exported_with_its_question(the_world: World, no_files: None) -> None:
    clock.set_day(TODAY)
    report = half_year_report()
    client = Client()
    client.force_login(person(Role.MANAGER_REVIEWER))
    answer = client.get("/lists/cases_returns/export/", {"report": report.pk, "figure": "returned"})
    assert answer.status_code == 200 and answer["Content-Type"].endswith("sheet")
    later = client.get("/reports/cases/returns/", {"report": report.pk, "figure": "returned", "change": "later"})
    assert "没有案件计入这个数字" in later.content.decode()


@pytest.mark.django_db
def test_an_evaluation_opens_and_a_bank_sees_its_own_alone() -> None:
    seven_banks()
    evaluation = filed()
    with scope.everything():
        lines = list(evaluation.lines.select_related("bank"))
        source = opening.of_evaluation(person(Role.AUDITOR), evaluation.pk)
        assert source is not None
        for line in lines:
            for name in source.figures:
                printed, found = sums(source, name, person(Role.AUDITOR), line.bank.code)
                assert agrees(printed, found["then"]) or printed.amount is None, (line.bank, name)
        link = address(source, "growth", lines[0].bank.code)
        assert link is not None
        asked = parse_qs(urlparse(link).query)
        assert asked["figure"] == ["amount"] and asked["of"] == ["growth"]
    mine = next(line for line in lines if line.bank.short_name == "甲行")
    people = User.objects.filter(institution=mine.bank_id, role=Role.BANK_MAKER)
    client = Client()
    client.force_login(people.get())
    assert f"evaluation={evaluation.pk}" in client.get("/reports/own/").content.decode()
    given = {"evaluation": evaluation.pk, "figure": "amount"}
    own = client.get("/reports/cases/loans/", given).content.decode()
    assert "20,000,000.00" in own and "与报告数字一致" in own
    other = next(line for line in lines if line.bank.short_name == "乙行")
    page = client.get("/reports/cases/loans/", {**given, "bank": other.bank.code})
    assert page.status_code == 404 or "16,000,000.00" not in page.content.decode()


def test_tables_without_a_source_stay_as_they_are(the_world: World) -> None:
    with scope.everything():
        found = half_year.figures(NEXT_FIRST, NEXT_LAST)
    table = tables.bank_tables(found)[0]
    assert opened(table, None) is table
    figures = [column.figure for column in table.columns if column.kind in ("int", "money")]
    assert set(figures) - {""} == {"entered", "loans", "determined"} and figures.count("") == 1, "days open to no case"
    assert {figure.kind for figure in HALF_YEAR.values()} <= set(KINDS)
    assert permissions.may_open_cases(person(Role.REGULATOR))[0] is False


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("with_bank", [True, False])
def test_every_column_of_a_list_of_cases_has_a_name_of_its_own(kind: str, with_bank: bool) -> None:
    names = [column.name for column in case_columns(kind, with_bank=with_bank)]
    assert all(names) and len(set(names)) == len(names)
    assert {column.sort for column in case_columns(kind, with_bank=with_bank)} - {""} <= set(LISTINGS[kind].orders)
