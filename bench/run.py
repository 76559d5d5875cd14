"""`dev.py bench`: what row-level security costs a page, as the ratio of two medians of the same run.

Both are taken in turns over one database: the policies stand, the policies are off. The server's own noise meets both
alike, so the ratio can be compared between machines, the milliseconds cannot.
"""

import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import Client
from django.urls import reverse

from bench.ground import ask, database
from loans.models import Loan
from pool import clock, scope
from pool.models import Role, User
from tests.factories.loans import entered_upload, loan_cells
from tests.factories.people import TODAY, BankTeam, bank_team, person
from tests.plugins import postgres

LOANS, ROUNDS, ASKED = (int(word) for word in (sys.argv[1:] + ["2000", "6", "10"][len(sys.argv) - 1 :])[:3])
"""`dev.py bench LOANS ROUNDS ASKED`: loans of each of two banks, turns, requests a page in each turn."""


def main() -> None:
    with database() as name:
        team = _filled()
        for line in measured(name, team):
            print(line, flush=True)


def _filled() -> BankTeam:
    """Two banks with as many loans each, so that a policy has something to keep away."""
    clock.set_day(TODAY)
    teams = [bank_team(), bank_team()]
    for team in teams:
        entered_upload(team, [loan_cells() for _ in range(LOANS)])
    return teams[0]


def measured(name: str, team: BankTeam) -> Iterator[str]:
    with scope.everything():
        loan = Loan.objects.filter(bank=team.bank).earliest("pk")
    pages = {
        "work bench": reverse("home"),
        "loan library": reverse("loans:list"),
        "one loan": reverse("loans:detail", args=[loan.pk]),
        "uploads": reverse("loans:uploads"),
        "claims": reverse("claims:index"),
        "projects to recover": reverse("recovery:projects"),
    }
    yield f"{LOANS:,} loans of each of two banks, {ROUNDS * ASKED} requests a page and column"
    yield f"{'page':<22}{'person':<20}{'policies, ms':>14}{'without, ms':>14}{'ratio':>8}"
    for user in (team.maker, person(Role.MANAGER_REVIEWER)):
        client = Client(HTTP_HOST="localhost")
        client.force_login(user)
        for title, url in pages.items():
            yield _line(name, title, user, client, url)


def _line(name: str, title: str, user: User, client: Client, url: str) -> str:
    taken: dict[bool, list[float]] = {True: [], False: []}
    ask(client, url)
    for _round in range(ROUNDS):
        taken[True] += [ask(client, url) for _ in range(ASKED)]
        with without_policies(name):
            taken[False] += [ask(client, url) for _ in range(ASKED)]
    held, free = statistics.median(taken[True]), statistics.median(taken[False])
    return f"{title:<22}{user.role:<20}{held * 1000:>14.1f}{free * 1000:>14.1f}{held / free:>8.2f}"


@contextmanager
def without_policies(name: str) -> Iterator[None]:
    with postgres.owner_session(name) as session, session.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'")
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


if __name__ == "__main__":
    main()
