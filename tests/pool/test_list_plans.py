"""A bank's lists begin with its bank: an order or a filter reads an index that does, and sorts nothing of the whole.

The tables of a test are too small for the planner to choose an index for its speed; so sorting and reading whole tables
are made dear, and what is left says whether an index fits.
"""

from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from pool import clock, lists, registry, scope
from tests.factories.people import TODAY, BankTeam, bank_team

pytestmark = pytest.mark.django_db
FITS = [
    ("loans", "sort=disbursed", "loan_by_bank_disbursement"),
    ("loans", "sort=-disbursed", "loan_by_bank_disbursement"),
    ("recoveries", "", "recovery_by_bank_day"),
    ("recoveries", "sort=received", "recovery_by_bank_day"),
    ("recoveries", "sort=-amount", "recovery_by_bank_amount"),
    ("claims", "sort=balance", "determination_by_balance"),
]


@pytest.fixture(autouse=True)
def _day() -> None:
    clock.set_day(TODAY)


@pytest.fixture
def team() -> BankTeam:
    return bank_team()


def plan(team: BankTeam, name: str, query: str) -> dict[str, Any]:
    """How PostgreSQL would read the first page of the list for the bank's maker."""
    listing, params = registry.listings[name], QueryDict(query)
    with scope.bank_scope(team.pk), connection.cursor() as cursor:
        partly = [] if "balance" in query else ["enable_incremental_sort"]  # claims of one balance are sorted by age
        for dear in ("enable_seqscan", "enable_sort", "enable_bitmapscan", *partly):
            cursor.execute(f"SET LOCAL {dear} = off")
        _form, rows = lists.narrowed(listing, team.maker, params)
        sql, given = rows.order_by(*lists.order_of(listing, params))[:51].query.sql_with_params()
        cursor.execute(f"EXPLAIN (FORMAT JSON, COSTS OFF) {sql}", given)
        [(found,)] = cursor.fetchall()
    whole: dict[str, Any] = found[0]["Plan"]
    return whole


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(one for child in node.get("Plans", ()) for one in nodes(child))]


@pytest.mark.parametrize(("name", "query", "index"), FITS)
def test_an_order_reads_an_index_that_begins_with_the_bank(name: str, query: str, index: str, team: BankTeam) -> None:
    found = nodes(plan(team, name, query))
    [scan] = [one for one in found if one.get("Index Name") == index]
    assert "bank_id" in scan["Index Cond"]
    assert not [one for one in found if one["Node Type"] == "Sort"]


def test_the_loans_of_a_quarter_are_found_by_bank_and_day(team: BankTeam) -> None:
    """Their own order is that of entry: then a quarter of the bank's is sorted, not its whole share."""
    [scan] = [
        one
        for one in nodes(plan(team, "loans", "quarter=2024-10-01&sort=disbursed"))
        if one.get("Index Name") == "loan_by_bank_disbursement"
    ]
    assert {"bank_id", "disbursed_on"} <= set(scan["Index Cond"].replace("(", " ").split())


def test_late_loans_have_an_index_of_their_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'loan_late_by_bank'")
        [(said,)] = cursor.fetchall()
    assert "(bank_id, id DESC) WHERE entered_late" in said


def test_an_order_without_an_index_is_seen(team: BankTeam) -> None:
    assert [one for one in nodes(plan(team, "uploads", "sort=rows")) if one["Node Type"] == "Sort"]
