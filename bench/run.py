"""`dev.py bench`: what row-level security costs a page, as the ratio of two medians of the same run.

Both are taken in turns over one database: the policies stand, the policies are off. The server's own noise meets both
alike, so the ratio can be compared between machines, the milliseconds cannot.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django

LOANS, ROUNDS, ASKED = (int(word) for word in (sys.argv[1:] + ["2000", "6", "10"][len(sys.argv) - 1 :])[:3])
"""`dev.py bench LOANS ROUNDS ASKED`: loans of each of two banks, turns, requests a page in each turn."""
os.environ.update(CLOCK_MAY_MOVE="1", SECOND_FACTOR_ROLES="", SURE_MINUTES="600", CELERY_TASK_ALWAYS_EAGER="1")
os.environ.update(CACHE_IN_MEMORY="1", PYTEST_RUN=str(os.getpid()))
django.setup()

from django.test import Client  # noqa: E402 - the settings stand only now
from django.urls import reverse  # noqa: E402

from loans.models import Loan  # noqa: E402
from pool import clock, scope  # noqa: E402
from pool.models import Role, User  # noqa: E402
from tests.factories.loans import entered_upload, loan_cells  # noqa: E402
from tests.factories.people import TODAY, BankTeam, bank_team, person  # noqa: E402
from tests.plugins import postgres  # noqa: E402
from tests.plugins.databases import use  # noqa: E402


def main() -> None:
    name = postgres.clone(postgres.template())
    try:
        use(name)
        team = _filled()
        for line in measured(name, team):
            print(line, flush=True)
    finally:
        use("postgres")
        postgres.drop(name)


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
    _ask(client, url)
    for _round in range(ROUNDS):
        taken[True] += [_ask(client, url) for _ in range(ASKED)]
        with without_policies(name):
            taken[False] += [_ask(client, url) for _ in range(ASKED)]
    held, free = statistics.median(taken[True]), statistics.median(taken[False])
    return f"{title:<22}{user.role:<20}{held * 1000:>14.1f}{free * 1000:>14.1f}{held / free:>8.2f}"


def _ask(client: Client, url: str) -> float:
    began = time.perf_counter()
    response = client.get(url)
    assert response.status_code == 200, f"{url}: {response.status_code}"
    return time.perf_counter() - began


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
