"""`dev.py bench imports [ROWS] [csv|xlsx …]`: a file of loans checked as the worker does it, and given back marked.

Each step is told as a ratio to reading the same file through the reader alone, in the same run; memory is told at each
tenth of the rows, of this process and of the child that unpacks a workbook, so that growth is seen.
"""

import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import django

ASKED = sys.argv[1:]
ROWS = int(next((word for word in ASKED if word.isdigit()), "500000"))
KINDS = [word for word in ASKED if not word.isdigit()] or ["csv", "xlsx"]
WARNED, WRONG = 50, 200
"""Every 50th row has a warning, every 200th a mistake."""
os.environ.update(CLOCK_MAY_MOVE="1", CELERY_TASK_ALWAYS_EAGER="0", CACHE_IN_MEMORY="1", PYTEST_RUN=str(os.getpid()))
django.setup()

import psutil  # noqa: E402 - the settings stand only now

from loans import reports, services  # noqa: E402
from loans.columns import LOAN_SCHEMA  # noqa: E402
from loans.models import Upload  # noqa: E402
from loans.services import checking  # noqa: E402
from pool import clock, scope  # noqa: E402
from pool.sheets import read  # noqa: E402
from pool.templates_xlsx import fill  # noqa: E402
from tests.factories.loans import loan_cells  # noqa: E402
from tests.factories.people import TODAY, BankTeam, bank_team  # noqa: E402
from tests.plugins import postgres  # noqa: E402
from tests.plugins.connecting import use  # noqa: E402

MB = 1 << 20


def main() -> None:
    name = postgres.clone(postgres.template())
    try:
        use(name)
        clock.set_day(TODAY)
        team = bank_team()
        with tempfile.TemporaryDirectory() as folder:
            for kind in KINDS:
                path = written(Path(folder) / f"loans.{kind}")
                for line in measured(team, path):
                    print(line, flush=True)
                path.unlink()
    finally:
        use("postgres")
        postgres.drop(name)


def cells() -> Iterator[dict[str, str]]:
    for number in range(ROWS):
        if number % WRONG == WRONG - 1:
            yield loan_cells(staff="x")
        elif number % WARNED == WARNED - 1:
            yield loan_cells(credit_line="1000000.00")
        else:
            yield loan_cells()


def written(path: Path) -> Path:
    if path.suffix == ".xlsx":
        fill(LOAN_SCHEMA, str(path), cells())
        return path
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.header for column in LOAN_SCHEMA.columns])
        writer.writerows([row.get(column.key, "") for column in LOAN_SCHEMA.columns] for row in cells())
    return path


def measured(team: BankTeam, path: Path) -> Iterator[str]:
    yield f"\n{path.suffix} {ROWS:,} rows, {path.stat().st_size / MB:.0f} MB"
    base = timed(lambda: _read(path))
    yield f"{'read alone':<16}{base:>8.1f} s{ROWS / base:>10,.0f} rows/s   ratio 1.00"
    with scope.bank_scope(team.pk), path.open("rb") as file:
        upload = services.receive_upload(file=file, name=path.name, by=team.maker, on=TODAY, rehearsal=True)
    with Memory() as seen:
        taken = timed(lambda: services.check_upload(upload.pk))
    yield f"{'check':<16}{taken:>8.1f} s{ROWS / taken:>10,.0f} rows/s   ratio {taken / base:.2f}"
    yield "    MB at each tenth, here + child: " + "  ".join(f"{here}+{child}" for here, child in seen)
    with scope.everything():
        whole = Upload.objects.select_related("file").get(pk=upload.pk)
        assert (whole.state, whole.rows_total) == ("checked", ROWS), (whole.state, whole.problems, whole.rows_total)
        assert (whole.rows_held, whole.rows_unconfirmed) == (ROWS // WRONG, ROWS // WARNED - ROWS // WRONG)
        before = psutil.Process().memory_info().rss
        taken = timed(lambda: reports.own_workbook(whole).file.close())
    more = max(0, psutil.Process().memory_info().rss - before) // MB
    kept = "own file" if reports.goes_back_whole(whole) else "held rows"
    yield f"{'returned':<16}{taken:>8.1f} s{ROWS / taken:>10,.0f} rows/s   ratio {taken / base:.2f}"
    yield f"    {kept}, {more} MB more"


def timed(act: object) -> float:
    began = time.perf_counter()
    act()  # type: ignore[operator]
    return time.perf_counter() - began


def _read(path: Path) -> None:
    with read(path, LOAN_SCHEMA) as reader:
        assert sum(1 for _ in reader) == ROWS


class Memory:
    """What the process and its children hold, at each tenth of the rows."""

    def __enter__(self) -> list[tuple[int, int]]:
        self.seen: list[tuple[int, int]] = []
        self.stored, self.rows = checking.store, 0
        checking.store = self._store
        return self.seen

    def _store(self, upload: Upload, judged: list[object]) -> None:
        self.stored(upload, judged)  # type: ignore[arg-type]
        self.rows += len(judged)
        if self.rows * 10 // ROWS > len(self.seen):
            own = psutil.Process()
            children = sum(child.memory_info().rss for child in own.children(recursive=True))
            self.seen.append((own.memory_info().rss // MB, children // MB))

    def __exit__(self, *error: object) -> None:
        checking.store = self.stored


if __name__ == "__main__":
    main()
