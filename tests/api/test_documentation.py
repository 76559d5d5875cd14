"""The interface describes itself: a schema without gaps, a page that works under our policy, a client that runs."""

import json
import re
import runpy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page

from config.dev.places import ROOT
from pool import clock
from tests.api.test_api import token_for
from tests.api.test_filing import lines
from tests.factories import claims as make
from tests.factories.loans import loan_cells
from tests.plugins.browsers import Portal


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Fails where the generator warns of anything."""
    file = tmp_path_factory.mktemp("api") / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    told: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return told


def test_the_schema_is_valid_and_names_every_address(schema: dict[str, Any]) -> None:
    assert set(schema["paths"]) == {
        "/api/v1/loans/", "/api/v1/loans/{id}/", "/api/v1/claims/", "/api/v1/claims/{id}/", "/api/v1/reports/",
        "/api/v1/reports/{id}/", "/api/v1/reports/{id}/pdf/", "/api/v1/reports/{id}/xlsx/", "/api/v1/trial/{kind}/",
        "/api/v1/uploads/", "/api/v1/uploads/{id}/", "/api/v1/uploads/{id}/rows/", "/api/v1/uploads/{id}/submit/",
        "/api/v1/uploads/{id}/confirm/", "/api/v1/claims/lines/", "/api/v1/claims/{id}/describe/",
        "/api/v1/claims/{id}/evidence/", "/api/v1/claims/{id}/assessment/", "/api/v1/claims/{id}/submit/",
        "/api/v1/uploads/{id}/file/", "/api/v1/series/", "/api/v1/series/{series}/", "/api/v1/reports/{id}/lines/",
        "/api/v1/reports/{id}/csv/",
    }  # fmt: skip
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (path, method)
            assert "404" in operation["responses"], (path, method)


def test_the_schema_is_served_to_anyone(db: None) -> None:
    told = Client().get("/api/v1/schema/?format=json")
    assert told.status_code == 200 and json.loads(told.content)["openapi"].startswith("3.")


def test_the_page_works_under_the_content_policy(live_portal: Portal, page: Page) -> None:
    """The fixture `page` fails the test if the browser complains of a script or of the policy."""
    page.goto("/api/v1/docs/")
    page.wait_for_selector("#swagger-ui .opblock")
    assert page.locator(".opblock").count() >= 9
    page.locator("[id$=trial_create] .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    answered = page.locator(".live-responses-table tbody .response-col_status")
    answered.wait_for()
    assert answered.inner_text().strip().startswith("200")


def cells(**given: Any) -> dict[str, Any]:
    return loan_cells(disbursed_on="2024-10-15", matures_on="2025-10-15", **given)


def the_client() -> str:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return str(code)


def test_the_client_of_the_documentation_runs(
    live_portal: Portal, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path
) -> None:
    clock.set_day(date(2024, 11, 1))
    team = make.good_team("甲行")
    paid = make.paid_claim(team, balance="1234567.89")
    monkeypatch.setenv("POOL_URL", str(live_portal))
    monkeypatch.setenv("POOL_TOKEN", token_for(team.maker))
    loans = tmp_path / "loans.jsonl"
    loans.write_bytes(lines(cells(), cells(principal="很多")))
    monkeypatch.setenv("POOL_FILE", str(loans))
    file = tmp_path / "pool_client.py"
    file.write_text(the_client(), encoding="utf-8")
    names = runpy.run_path(str(file), run_name="__main__")
    told = capsys.readouterr().out.splitlines()
    assert f"{paid.number} paid 493827.16" in told and told[-2] == "2024-10-08"
    assert len(told) == 11 + 1 + 1 + 1
    assert told[-1].startswith("2 JJ")
    with pytest.raises(RuntimeError, match="not_authenticated"):
        names["Pool"](str(live_portal), "wrong").ask("loans/")
    assert names["Pool"](str(live_portal)).ask("trial/size/", {"group": "x"})["field"] == "group"


def test_the_client_needs_no_library_and_few_lines() -> None:
    code = the_client()
    assert len(code.splitlines()) <= 40
    assert re.findall(r"^(?:import|from) (.+)", code, re.MULTILINE) == [
        "json, os, time, uuid", "urllib import error, parse, request"
    ]  # fmt: skip
