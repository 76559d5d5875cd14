"""Series, issues and figures for programs: as JSON, line by line, as CSV, and only once if nothing has changed."""

import csv
import io
from typing import Any

import pytest

from evaluation.api.lines import lines
from evaluation.models import Report
from evaluation.services import reports
from pool import clock, scope
from pool.models import AccessLog, Role
from tests.api.test_api import TODAY, ask, problem, token_for
from tests.evaluation.making import made
from tests.factories.people import bank_team, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued() -> Report:
    clock.set_day(TODAY)
    bank_team("甲行")
    with scope.everything():
        report = reports.request_half_year(period="2024H2", by=person(Role.MANAGER_STATISTICS), on=TODAY)
    report = made(report)
    with scope.everything():
        return reports.issue_report(
            report_id=report.pk, by=person(Role.MANAGER_APPROVER), on=TODAY, version=report.version
        )


def test_every_series_says_what_it_is_and_what_comes_next(issued: Report) -> None:
    token = token_for(person(Role.REGULATOR))
    rows = {row["series"]: row for row in ask("series/", token).json()}
    assert set(rows) == {"half_year", "supervisory", "evaluation", "partners", "open_data"}, (
        "inspections are not theirs"
    )
    half = rows["half_year"]
    assert (half["latest"]["number"], half["issues"], half["article"]) == (issued.number, 1, "10.1(1)")
    assert half["next"] == {"period": "2025H1", "drafted_from": "2025-07-01", "due": None}
    assert rows["partners"]["next"] == {"period": "2024", "drafted_from": "2025-01-02", "due": "2025-02-28"}
    assert rows["supervisory"]["latest"] is None and rows["supervisory"]["next"]["period"] == "2024Q4"
    [row] = ask(half["issues_url"].partition("/api/v1/")[2], token).json()["results"]
    assert row["id"] == str(issued.pk) and ask("reports/?kind=partners", token).json()["results"] == []
    told = ask("series/supervisory/", token).json()["definitions"]
    assert any(one["figure"] == "growth_gap" and one["how"] and "银监" in one["basis"] for one in told)
    problem(ask("series/inspection/", token), 404)
    problem(ask("series/", token_for(bank_team("乙行").maker)), 403)


def test_the_lines_are_the_figures_and_the_file_is_the_lines(issued: Report) -> None:
    token = token_for(person(Role.REGULATOR))
    address = f"reports/{issued.pk}/lines/"
    said = ask(address, token).json()
    code = issued.inputs["banks"][0]["code"]
    by_name = {(line["section"], line["key"], line["figure"]): line for line in said}
    assert len(by_name) == len(said), "a figure is named once"
    assert by_name["totals", "", "paid.count"]["value"] == "0"
    assert by_name["banks", code, "paid.amount"]["value"] == issued.inputs["banks"][0]["paid"]["amount"]
    assert by_name["banks", code, "name"]["text"] == issued.inputs["banks"][0]["name"]
    narrow = ask(f"{address}?section=banks&key={code}&figure=paid.amount", token).json()
    assert [line["figure"] for line in narrow] == ["paid.amount"]
    file = ask(f"reports/{issued.pk}/csv/", token)
    assert file["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(row["section"], row["key"], row["figure"]) for row in rows] == list(by_name)
    assert {row["value"] for row in rows if row["value"]} <= {line["value"] for line in said}
    with scope.everything():
        log = AccessLog.objects.get(kind="download", subject_id=str(issued.pk))
    assert log.role == Role.REGULATOR and issued.inputs_hash in log.detail


def test_whoever_has_an_issue_is_not_sent_it_again(issued: Report) -> None:
    token = token_for(person(Role.REGULATOR))
    for address in (f"reports/{issued.pk}/", f"reports/{issued.pk}/lines/?section=banks", f"reports/{issued.pk}/csv/"):
        first = ask(address, token)
        again = ask(address, token, **{"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), address
        assert ask(address, token, **{"If-None-Match": '"another"'}).status_code == 200
    assert AccessLog.objects.filter(subject_id=str(issued.pk)).count() == 9, "every reading is kept"


@pytest.mark.parametrize(
    "figures, told",
    [
        ({"size": "5000.00"}, [("report", "", "size", "5000.00", None)]),
        ({"note": None, "on": "2024-01-31"}, [
            ("report", "", "note", None, None), ("report", "", "on", None, "2024-01-31"),
        ]),
        ({"splits": {"district": [{"value": "futian", "n": 1}]}}, [
            ("splits.district", "futian", "n", "1", None), ("splits.district", "futian", "value", None, "futian"),
        ]),
        ({"banks": [{"code": "B01", "standing": {"suspended": False, "npl": "-0.05"}}]}, [
            ("banks", "B01", "code", None, "B01"), ("banks", "B01", "standing.npl", "-0.05", None),
            ("banks", "B01", "standing.suspended", None, "false"),
        ]),
        ({"left": ["甲", "0012"]}, [("left", "1", "value", None, "甲"), ("left", "2", "value", None, "0012")]),
    ],
)  # fmt: skip
def test_one_rule_makes_lines_of_every_report(figures: dict[str, Any], told: list[Any]) -> None:
    assert [tuple(line) for line in lines(figures)] == told
