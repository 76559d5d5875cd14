"""The yearly list of partner banks (10.2(2)): who, what changed, by which day, and by two people."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from banks import services as banks
from evaluation.models import Report
from evaluation.selectors import partners
from evaluation.services import jobs, reports
from pool import clock, scope, storage
from pool.errors import NotPermitted, Refused
from pool.jobs import is_due
from pool.models import Notice, Role
from tests.archival import faults
from tests.evaluation.making import made
from tests.factories.banks import confirmed_violation
from tests.factories.people import bank_team, person
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
ON = date(2025, 1, 16)


def asked(period: str = "2024", on: date = ON) -> Report:
    clock.set_day(on)
    with scope.everything():
        return reports.request_partners(period=period, by=person(Role.MANAGER_STATISTICS), on=on)


def issued(report: Report, on: date = ON) -> Report:
    report = made(report)
    assert report.state == Report.State.DRAFT, report.problem
    with scope.everything():
        return reports.issue_report(
            report_id=report.pk, by=person(Role.MANAGER_APPROVER), on=on, version=report.version
        )


@built_once
def four():
    """One all along, one joined in 2024, one left in 2024, one only in 2025."""
    teams = [
        bank_team("常在", joined_on=date(2023, 3, 1)), bank_team("新来", joined_on=date(2024, 5, 6)),
        bank_team("退出", joined_on=date(2023, 3, 1)), bank_team("后来", joined_on=date(2025, 1, 2)),
    ]  # fmt: skip
    with scope.everything():
        banks.cancel_membership(
            bank_id=teams[2].pk, by=person(Role.AUTHORITY), on=date(2024, 9, 9), may_reapply_from=date(2026, 9, 9),
            article="24",
        )  # fmt: skip
    return teams


def names(rows: list[dict[str, str]]) -> list[str]:
    return [row["name"][:2] for row in rows]


def test_the_list_names_who_is_a_partner_and_what_changed(four):
    clock.set_day(date(2024, 11, 1))
    confirmed_violation(four[0], 2024)
    with scope.everything():
        said = partners.figures(2024)
    assert names(said["banks"]) == ["常在", "新来"]
    assert (names(said["joined"]), names(said["left"])) == (["新来"], ["退出"])
    assert (said["left"][0]["article"], said["left"][0]["on"]) == ("24", "2024-09-09")
    assert said["count_before"] == 2 and partners.breaks(said) == []
    assert said["banks"][0]["manager"] and said["banks"][0]["finance_centre"]


@pytest.mark.draws
def test_it_is_numbered_kept_and_issued_by_another(four):
    report = issued(asked())
    assert report.number.startswith("MD-2024-")
    with scope.everything():
        assert storage.intact(report.pdf) and storage.intact(report.xlsx)
        with storage.open_file(report.pdf) as file:
            assert faults(file.read()) == []
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(title="改写")
        told = set(Notice.objects.filter(key__startswith=f"report:{report.pk}").values_list("role", flat=True))
    assert {Role.AUTHORITY, Role.FINANCE_CLERK} <= told
    again = made(asked())
    with scope.everything(), pytest.raises(NotPermitted):
        reports.issue_report(report_id=again.pk, by=again.made_by, on=ON, version=again.version)


def test_a_change_without_a_record_against_last_year_s_list_is_not_made(four):
    before = issued(asked("2024"))
    with scope.everything():
        said = partners.figures(2025)
        assert said["before"]["number"] == before.number and partners.breaks(said) == []
    strange = said | {"banks": said["banks"][1:], "count_before": said["count_before"] - 1}
    assert any(before.number in problem and four[0].bank.code in problem for problem in partners.breaks(strange))


@pytest.mark.parametrize("period", ["2025", "2099", "24", "二〇二四", "0000"])
def test_only_a_year_that_is_over_has_a_list(period):
    with pytest.raises(Refused) as no:
        asked(period)
    assert (no.value.field, no.value.article) == ("period", "10.2(2)")


def test_it_is_asked_for_by_itself_and_reminded_of_until_it_is_issued(four):
    first = date(2025, 1, 2)
    clock.set_day(first)
    with scope.everything():
        assert is_due(jobs.partner_list, first) and not is_due(jobs.partner_list, date(2025, 1, 1))
        assert jobs.partner_list.fn(first)["requested"]
        assert not jobs.partner_list.fn(date(2025, 1, 3))["requested"]
        last = date(2025, 2, 28)
        assert partners.due_on(2024) == last
        days = [date(2025, 2, day) for day in range(17, 29)] + [date(2025, 3, 3), date(2025, 3, 4)]
        reminded = [day for day in days if jobs.remind_of_list.fn(day)["reminded"]]
    assert reminded == [date(2025, 2, 19), date(2025, 2, 25), date(2025, 2, 27), date(2025, 3, 3)]
    with scope.everything():
        draft = Report.objects.get(kind=Report.Kind.PARTNERS)
    draft = made(draft)
    with scope.everything():
        draft = reports.adopt_report(
            report_id=draft.pk, by=person(Role.MANAGER_STATISTICS), on=first, version=draft.version
        )
        reports.issue_report(report_id=draft.pk, by=person(Role.MANAGER_APPROVER), on=first, version=draft.version)
        assert not is_due(jobs.remind_of_list, last)
