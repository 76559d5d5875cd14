"""The OpenAPI file is the contract: whatever a program sends, the answer is one that the file names, never a fault."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from rest_framework.response import Response
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from loans.api.views import LoanResource
from pool import clock
from pool.models import User
from tests.api.test_api import token_for
from tests.assurance.sizes import SEED, rounds, told
from tests.factories.loans import entered_loan, entered_upload, loan_cells, owner_cells
from tests.factories.people import TODAY, bank_team, person

schemathesis.serializer.alias("application/x-ndjson", "text/plain")
CASES = 100
"""For each operation in a round."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
pytestmark = pytest.mark.django_db


@pytest.fixture
def askers() -> dict[str, dict[str, str]]:
    """The headers of a bank's program, of the regulator's, of one without a token, of one with a wrong one."""
    clock.set_day(TODAY)
    team, other = bank_team("甲行"), bank_team("乙行")
    entered_upload(team, [loan_cells(), owner_cells(owner_name="陈大文"), loan_cells()])
    entered_loan(other)
    users: dict[str, User] = {"bank": team.maker, "regulator": person("regulator")}
    tokens = {name: f"Bearer {token_for(user)}" for name, user in users.items()}
    return {name: {"Authorization": token} for name, token in tokens.items()} | {
        "nobody": {},
        "stranger": {"Authorization": "Bearer nonsense"},
    }


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """As Django's own client does: a request of the test must not close the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    for found in schema.get_all_operations():
        yield found.ok()


def test_no_request_gets_an_answer_that_the_contract_does_not_name(askers: dict[str, dict[str, str]]) -> None:
    asked: dict[str, int] = {}
    began = time.monotonic()
    for number in rounds(ci=1, release=500):
        for operation in operations():
            for name, headers in askers.items():
                what = f"{operation.label} as {name}"
                asked[what] = asked.get(what, 0) + _try(operation, headers, CASES // len(askers), number)
    assert len(asked) == 27 * len(askers)
    told("api_contract", began, requests=sum(asked.values()), operations_and_askers=len(asked), faults=0, breaches=0)


def _try(operation: Any, headers: dict[str, str], count: int, number: int = 0) -> int:
    done = 0

    @seeded(f"{SEED}/{number}")
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def each(case: Case) -> None:
        nonlocal done
        done += 1
        answer = case.call(headers={**(case.headers or {}), **headers})
        case.validate_response(answer, checks=CHECKS)

    each()
    return done


def test_an_answer_of_another_shape_is_seen(askers: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The seeded bug: a list that is a number."""
    monkeypatch.setattr(LoanResource, "list", lambda self, request, **_kwargs: Response({"results": 7}))
    loans = next(one for one in operations() if one.label == "GET /api/v1/loans/")
    with pytest.raises(FailureGroup, match="violates schema"):
        _try(loans, askers["bank"], 3)
