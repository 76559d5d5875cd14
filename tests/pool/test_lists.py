"""One component for every list: order, pages, saved filters, columns, and an export of what is seen."""

import io
from datetime import date
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client

from pool import clock, lists, registry, scope
from pool.models import ColumnChoice, Role, SavedFilter, User
from tests.factories import recovery as make
from tests.factories.loans import entered_upload, loan_cells
from tests.factories.people import TODAY, BankTeam, bank_team, person
from tests.factories.recovery import prepared

pytestmark = pytest.mark.django_db
EVERY = [
    "claimable", "claims", "closings", "evaluations", "loans", "matured", "own_results", "packages", "packets",
    "projects", "questions", "recoveries", "recovery_desk", "report_downloads", "reports", "returns",
    "settlements", "statements", "upgrades", "uploads",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _day() -> None:
    clock.set_day(TODAY)


@pytest.fixture
def team() -> BankTeam:
    return bank_team()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, url: str, **given: Any) -> Any:
    return client.post(url, {"form_key": str(uuid4()), **given})


def test_the_lists_of_the_house_are_the_one_component() -> None:
    """The cases behind a figure are lists of their own kind, with tests of their own: they need a figure."""
    names = {listing.name for listing in registry.listings}
    assert sorted(name for name in names if not name.startswith("cases_")) == EVERY


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("role", [Role.BANK_MAKER, Role.AUDITOR])
def test_every_column_has_a_name_of_its_own_and_every_order_ends_it(name: str, role: str, team: BankTeam) -> None:
    user = team.maker if role == Role.BANK_MAKER else person(role)
    listing = registry.listings[name]
    if not listing.may_see(user)[0]:
        assert signed_in(user).get(listing.url).status_code == 403
        return
    names = [column.name for column in listing.columns(user)]
    assert all(names) and len(set(names)) == len(names)
    assert listing.hidden <= set(names)
    assert listing.order.removeprefix("-") in listing.orders
    assert {column.sort for column in listing.columns(user) if column.sort} <= set(listing.orders)
    assert all(fields[-1] == "id" for fields in listing.orders.values())
    for word in listing.orders:
        for sort in (word, f"-{word}", "nonsense"):
            assert signed_in(user).get(listing.url, {"sort": sort}).status_code == 200


@pytest.mark.parametrize("sort", ["-entered", "number", "-number", "disbursed", "-disbursed"])
def test_the_pages_of_an_order_hold_every_row_once_forwards_and_backwards(sort: str, team: BankTeam) -> None:
    days = ["2024-11-05", "2024-11-20", "2024-12-02"]
    entered_upload(
        team, [loan_cells(iou_number=f"N{number:03d}", disbursed_on=days[number % 3]) for number in range(120)]
    )
    client, query, seen = signed_in(team.maker), f"sort={sort}", []
    while query:
        table = client.get(f"/loans/?{query}").context["table"]
        seen.append([loan.loan_number for loan in table.rows])
        query, back = table.page.next_query, table.page.previous_query
    assert [len(rows) for rows in seen] == [50, 50, 20]
    assert len({number for rows in seen for number in rows}) == 120
    before = client.get(f"/loans/?{back}").context["table"]
    assert [loan.loan_number for loan in before.rows] == seen[1]
    if "number" in sort:
        flat = [number for rows in seen for number in rows]
        assert flat == sorted(flat, reverse=sort.startswith("-"))


def test_a_filter_is_kept_under_a_name_for_oneself(team: BankTeam) -> None:
    client = signed_in(team.maker)
    answer = post(client, "/lists/loans/filters/", name="四季度不良", query="state=non_performing&library=&after=x")
    assert answer["Location"] == "/loans/?state=non_performing"
    text = client.get(answer["Location"]).content.decode()
    assert '<a href="/loans/?state=non_performing" aria-current="page">四季度不良</a>' in text
    assert "四季度不良" not in signed_in(team.checker).get("/loans/").content.decode()
    row = SavedFilter.objects.get()
    assert post(signed_in(team.checker), f"/lists/filters/{row.pk}/drop/").status_code == 404
    post(client, "/lists/loans/filters/", name="四季度不良", query="state=entered")
    assert SavedFilter.objects.get().query == "state=entered"
    post(client, f"/lists/filters/{row.pk}/drop/")
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(("name", "query"), [("", "state=entered"), ("空", ""), ("空", "state=&sort=number")])
def test_nothing_is_kept_without_a_name_or_a_question(team: BankTeam, name: str, query: str) -> None:
    assert post(signed_in(team.maker), "/lists/loans/filters/", name=name, query=query).status_code == 409
    assert not SavedFilter.objects.exists()


def test_columns_are_chosen_and_the_export_is_what_is_seen(team: BankTeam) -> None:
    entered_upload(team, [loan_cells(iou_number=f"N{number}") for number in range(3)])
    client = signed_in(team.maker)
    post(client, "/lists/loans/columns/", columns=["principal", "contract_number", "no such column"])
    assert ColumnChoice.objects.get().columns == ["principal", "contract_number"]
    table = client.get("/loans/?q=N2").context["table"]
    assert [str(column.label) for column in table.columns] == ["借据号", "贷款本金", "合同编号"]
    body = client.get("/lists/loans/export/?q=N2&sort=number").getvalue()
    rows = list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))
    heads = next(place for place, row in enumerate(rows) if row[0] == "借据号")
    assert rows[heads][1].startswith("贷款本金")
    assert [row[0] for row in rows[heads + 1 :] if row[0] and row[0].startswith("N")] == ["N2"]
    post(client, "/lists/loans/columns/")
    assert not ColumnChoice.objects.exists()


def test_a_list_that_one_may_not_read_answers_nothing_of_it(team: BankTeam) -> None:
    outsider = person(Role.SECURITY_ADMIN)
    client = signed_in(outsider)
    for name in EVERY:
        assert not registry.listings[name].may_see(outsider)[0]
        assert client.get(f"/lists/{name}/export/").status_code == 403
        assert post(client, f"/lists/{name}/columns/", columns=["state"]).status_code == 403
    assert client.get("/lists/nothing/export/").status_code == 404


def test_recoveries_are_found_by_number_name_and_day() -> None:
    one = make.project()
    with scope.everything():
        loan = one.loan
    prepared(one.team, loan, "100000.00", received_on=date(2025, 1, 10), on=TODAY)
    client = signed_in(one.team.maker)

    def found(**query: str) -> int:
        return len(list(client.get("/recovery/recoveries/", query).context["table"].rows))

    assert found() == found(q=loan.loan_number) == found(q=loan.borrower_name[:4]) == found(since="2025-01-10") == 1
    assert found(q="不存在") == found(until="2025-01-09") == found(state="submitted") == 0


def test_the_same_question_is_the_same_text() -> None:
    listing = registry.listings["loans"]
    with scope.nobody():
        asked = Client().get("/loans/?state=entered").wsgi_request.GET
        again = Client().get("/loans/?library=&state=entered&sort=number").wsgi_request.GET
    assert lists.filter_of(asked) == lists.filter_of(again) == "state=entered"
    assert lists.sort_of(listing, again) == "number"
