"""`dev.py bench lists`: the loan library at a million rows beside the same pages at three thousand, in one run.

The ratio to the small library says whether a page grows with the table; the ratio to the page of notices, which
reads next to nothing, says what the rows themselves cost.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from bench.ground import ask, database
from loans.models import Loan
from pool import clock, scope
from pool.models import Role, User
from pool.tables import cursor_of
from tests.factories.loans import entered_upload, loan_cells
from tests.factories.people import TODAY, BankTeam, bank_team, person
from tests.plugins import postgres

SMALL = 1500
"""Loans of each of two banks, entered as any are; the rest are copies of them."""
ROWS, ASKED = (int(word) for word in (sys.argv[1:] + ["1000000", "15"][len(sys.argv) - 1 :])[:2])
_SKIPPED = {"id", "loan_number", "loan_number_key", "disbursed_on"}


def main() -> None:
    with database() as name:
        clock.set_day(TODAY)
        teams = [bank_team(), bank_team()]
        for team in teams:
            entered_upload(team, [loan_cells() for _ in range(SMALL)])
        people = (teams[0].maker, person(Role.AUDITOR))
        small = {user.role: dict(measured(user, teams[0])) for user in people}
        began = time.monotonic()
        _multiply(name)
        print(f"{ROWS:,} loans of two banks, made in {time.monotonic() - began:.0f} s; {ASKED} requests a page")
        print(f"{'page':<26}{'person':<14}{'3,000, ms':>11}{'all, ms':>11}{'ratio':>8}{'to notices':>12}")
        for user in people:
            large = dict(measured(user, teams[0]))
            for title, taken in large.items():
                before = small[user.role][title]
                print(
                    f"{title:<26}{user.role:<14}{before * 1000:>11.1f}{taken * 1000:>11.1f}{taken / before:>8.2f}"
                    f"{taken / large['notices']:>12.2f}",
                    flush=True,
                )


def _multiply(name: str) -> None:
    """Copies under numbers and days of their own, by the database itself; then its statistics."""
    columns = [field.column for field in Loan._meta.concrete_fields if field.column not in _SKIPPED]
    listed = ", ".join(f'"{column}"' for column in columns)
    copies = ROWS // (2 * SMALL) - 1
    with postgres.owner_session(name) as session, session.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO loans_loan (id, loan_number, loan_number_key, disbursed_on, {listed})"
            f" SELECT uuidv7(), loan_number || '-' || n, loan_number_key || '-' || n, disbursed_on - (n %% 600),"
            f" {listed}"
            " FROM loans_loan CROSS JOIN generate_series(1, %s) AS n",
            [copies],
        )
        cursor.execute("ANALYZE loans_loan")


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
    return found


def _deep(library: str, sort: str, one: Loan) -> str:
    """The page after a row in the middle, by the cursor that the list itself would give."""
    keys = {"": [one.pk], "number": [one.loan_number_key, one.pk], "-disbursed": [one.disbursed_on, one.pk]}[sort]
    query = {"after": cursor_of([str(key) for key in keys])} | ({"sort": sort} if sort else {})
    return f"{library}?{urlencode(query)}"


if __name__ == "__main__":
    main()
