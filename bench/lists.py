"""`dev.py bench lists`: the loan library at a million rows beside the same pages at three thousand, in one run;
claims, recoveries and uploads at a fifth of it beside a handful.

The ratio to the small library says whether a page grows with the table; the ratio to the page of notices, which
reads next to nothing, says what the rows themselves cost.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.test import Client
from django.urls import reverse

from bench.ground import ask, database
from claims.models import Claim
from loans.models import Determination, Loan, Upload
from pool import clock, scope
from pool.models import Role, User
from pool.tables import cursor_of
from recovery.models import Recovery
from tests.factories.loans import entered_upload, loan_cells
from tests.factories.people import TODAY, BankTeam, bank_team, person
from tests.factories.recovery import in_good_standing, projects, reported
from tests.plugins import postgres

SMALL = 1500
"""Loans of each of two banks, entered as any are; the rest are copies of them."""
FEWER = 5
"""A loan library has so many times the rows of the other lists."""
ROWS, ASKED = (int(word) for word in (sys.argv[1:] + ["1000000", "15"][len(sys.argv) - 1 :])[:2])
COPIED: dict[type[Model], dict[str, str]] = {
    Loan: {
        "loan_number": "loan_number || '-' || n",
        "loan_number_key": "loan_number_key || '-' || n",
        "disbursed_on": "disbursed_on - (n %% 600)",
    },
    Determination: {
        "id": "md5(id::text || n)::uuid",
        "principal_balance": "principal_balance + n",
        "ended_on": "determined_on",
        "ending": "'voided'",
    },
    Claim: {
        "number": "number || '-' || n",
        "state": "'refused'",
        "determination_id": "md5(determination_id::text || n)::uuid",
    },
    Recovery: {"position": "n + 1", "received_on": "received_on - (n %% 600)", "amount": "amount + n %% 5000"},
    Upload: {"number": "number || '-' || n", "made_on": "made_on - (n %% 600)"},
}
"""What differs between a row and its copies: numbers and days of their own, and no claim in the way of another."""


def main() -> None:
    with database() as name:
        teams = [in_good_standing(bank_team()) for _ in range(2)]
        for done in projects(2, teams=teams):
            reported(done.team, done.loan, "1000.00", received_on=clock.today(), on=clock.today())
        clock.set_day(max(TODAY, clock.today()))
        for team in teams:
            entered_upload(team, [loan_cells() for _ in range(SMALL)])
        people = (teams[0].maker, person(Role.AUDITOR))
        small = {user.role: dict(measured(user, teams[0])) for user in people}
        began = time.monotonic()
        _multiply(name)
        print(f"{ROWS:,} loans of two banks and {ROWS // FEWER:,} claims, recoveries and uploads, made in")
        print(f"{time.monotonic() - began:.0f} s; {ASKED} requests a page")
        print(f"{'page':<28}{'person':<14}{'few, ms':>11}{'all, ms':>11}{'ratio':>8}{'to notices':>12}")
        for user in people:
            large = dict(measured(user, teams[0]))
            for title, taken in large.items():
                before = small[user.role][title]
                print(
                    f"{title:<28}{user.role:<14}{before * 1000:>11.1f}{taken * 1000:>11.1f}{taken / before:>8.2f}"
                    f"{taken / large['notices']:>12.2f}",
                    flush=True,
                )


def _multiply(name: str) -> None:
    """Copies by the database itself; then its statistics."""
    with postgres.owner_session(name) as session, session.cursor() as cursor:
        for model, own in COPIED.items():
            table = model._meta.db_table
            own = {"id": "uuidv7()", **own}
            columns = [field.column for field in model._meta.concrete_fields if field.column not in own]
            listed = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(f"SELECT count(*) FROM {table}")
            [(there,)] = cursor.fetchall()
            copies = (ROWS if model is Loan else ROWS // FEWER) // there - 1
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(own)}, {listed})"
                f" SELECT {', '.join(own.values())}, {listed}"
                f" FROM {table} CROSS JOIN generate_series(1, %s) AS n",
                [copies],
            )
            cursor.execute(f"ANALYZE {table}")


def measured(user: User, team: BankTeam) -> Iterator[tuple[str, float]]:
    """Title and median of each page."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    for title, url in pages(team).items():
        ask(client, url)
        yield title, statistics.median(ask(client, url) for _ in range(ASKED))


def pages(team: BankTeam) -> dict[str, str]:
    library = reverse("loans:list")
    with scope.everything():
        middle = Loan.objects.filter(bank=team.bank).order_by("pk")
        one: Any = middle[middle.count() // 2]
    found = {"notices": reverse("notices"), "first": library}
    for title, query in {
        "by number": {"sort": "number"},
        "by disbursement": {"sort": "-disbursed"},
        "of one state": {"state": "entered"},
        "of no row": {"state": "withdrawn"},
        "of one quarter": {"quarter": f"{one.disbursed_on:%Y}-{(one.disbursed_on.month - 1) // 3 * 3 + 1:02d}-01"},
        "late ones": {"late": "1"},
        "searched by number": {"q": one.loan_number},
        "searched by name": {"q": one.borrower_name[:8]},
    }.items():
        found[title] = f"{library}?{urlencode(query)}"
    for title, sort in {"deep": "", "deep by number": "number", "deep by disbursement": "-disbursed"}.items():
        found[title] = _deep(library, sort, one)
    return found | dict(_others())


def _others() -> Iterator[tuple[str, str]]:
    for title, name, queries in (
        ("claims", "claims:index", {"": {}, "by balance": {"sort": "balance"}, "of one state": {"state": "refused"}}),
        ("recoveries", "recovery:recoveries", {"": {}, "by amount": {"sort": "amount"}, "of no row": {"q": "none"}}),
        ("uploads", "loans:uploads", {"": {}, "by rows": {"sort": "rows"}, "of one state": {"state": "entered"}}),
    ):
        for words, query in queries.items():
            yield f"{title} {words}".strip(), f"{reverse(name)}?{urlencode(query)}"


def _deep(library: str, sort: str, one: Loan) -> str:
    """The page after a row in the middle, by the cursor that the list itself would give."""
    keys = {"": [one.pk], "number": [one.loan_number_key, one.pk], "-disbursed": [one.disbursed_on, one.pk]}[sort]
    query = {"after": cursor_of([str(key) for key in keys])} | ({"sort": sort} if sort else {})
    return f"{library}?{urlencode(query)}"


if __name__ == "__main__":
    main()
