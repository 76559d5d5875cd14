"""`dev.py bench generate [LOANS]`: how long the generated pool takes, stage by stage, and its verification."""

import os
import sys
import time
from collections.abc import Iterator

import psutil
from django.core.management import call_command
from django.db.models import Count, Sum

from bench.ground import database
from claims.models import Claim, PapersPacket
from config.scale.fill import fill
from loans.models import Loan
from pool import scope
from pool.ledger.models import Account
from recovery.models import Closing, Return
from tests.plugins import postgres


def main() -> None:
    loans = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with database() as name:
        began = time.perf_counter()
        fill(
            loans=loans,
            seed=2024,
            say=lambda words: print(f"{time.perf_counter() - began:7.1f} s  {words}", flush=True),
        )
        taken = time.perf_counter() - began
        size = _size(name)
        print(f"{loans:,} loans in {taken:.1f} s ({loans / taken:,.0f}/s), {size >> 20:,} MB in the database")
        print(f"{psutil.Process(os.getpid()).memory_info().rss >> 20} MB here")
        for words in _shape():
            print(words)
        began = time.perf_counter()
        call_command("verify", everything=True)
        print(f"verified in {time.perf_counter() - began:.1f} s")


def _shape() -> Iterator[str]:
    """What is in it, by kind and state."""
    with scope.everything():
        sums = Loan.objects.aggregate(count=Count("pk"), total=Sum("principal"))
        yield f"{sums['count']:,} loans, {sums['total']:,} yuan, {sums['total'] / sums['count']:,.0f} each"
        for model in (Loan, Claim, Closing, Return, PapersPacket):
            rows = model.objects.order_by().values_list("state").annotate(count=Count("pk"))
            yield f"{model.__name__}: " + ", ".join(f"{state} {count:,}" for state, count in sorted(rows))
        for account in Account.objects.filter(subject=None):
            yield f"{account.code}: {account.balance:,}"


def _size(name: str) -> int:
    with postgres.owner_session() as session, session.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(%s)", [name])
        [(size,)] = cursor.fetchall()
    return int(size)


if __name__ == "__main__":
    main()
