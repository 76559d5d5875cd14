"""A true backup of the middle of a life, restored later: the same to the row; no money until two have accepted it."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.dev import backup
from pool import clock, scope
from pool.errors import Refused
from pool.models import Role
from pool.services import anchors, sealing
from recovery import services as recovery
from recovery.models import Return
from tests.assurance import ending
from tests.assurance.sizes import rounds, told
from tests.factories import claims as make
from tests.factories.people import person
from tests.factories.recovery import Project, receipt, reported
from tests.plugins import postgres
from tests.plugins.connecting import use

BACK = date(2025, 2, 24)


@pytest.fixture
def project(committed_db: str, tmp_path: Path, settings: Any) -> Project:
    """A paid claim with a return whose receipt waits to be confirmed; sealed and anchored."""
    settings.ANCHOR_FOLDER = str(tmp_path / "anchors")
    team, desk = make.good_team(volume="100000000.00"), make.Desk()
    project = Project(team, desk, make.paid_claim(team, desk, balance="1000000.00", transferred=True))
    reported(team, project.loan, "250000.00", received_on=date(2025, 2, 20), on=BACK)
    receipt(project.returns()[0], desk, BACK)
    sealed(BACK)
    return project


def sealed(on: date) -> None:
    with scope.everything():
        sealing.seal()
        anchors.drop_anchor(on, {"cash": "0.00", "reserved": "0.00"})


def confirmed(project: Project, on: date) -> Return:
    advice = project.returns()[0]
    with scope.everything():
        return recovery.confirm_return_receipt(
            return_id=advice.pk, by=project.desk.finance_approver, on=on, version=advice.version
        )


@dataclass(frozen=True)
class Kept:
    """The backup, the anchors that live on after it, and what the database held."""

    folder: Path
    living: Path
    environment: dict[str, str]
    before: list[str]


@contextmanager
def restored(kept: Kept, number: int, home: str) -> Iterator[None]:
    name = f"rcpool_clone_{os.environ['PYTEST_RUN']}_drill{number}"
    backup.restore(kept.folder, name, kept.folder.with_name(f"files-{number}"), kept.environment)
    use(name)
    try:
        yield
    finally:
        use(home)
        backup.drop(name, kept.environment)


@pytest.fixture
def kept(committed_db: str, project: Project, tmp_path: Path, settings: Any) -> Kept:
    environment = {
        "DATABASE_OWNER_URL": postgres.url_of(committed_db, "owner"), "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "ANCHOR_FOLDER": settings.ANCHOR_FOLDER,
    }  # fmt: skip
    backup.take(tmp_path / "kept", environment)
    return Kept(tmp_path / "kept", Path(settings.ANCHOR_FOLDER), environment, ending.state())


def test_a_restored_backup_is_the_same_and_moves_no_money_until_two_have_accepted_it(
    committed_db: str, project: Project, kept: Kept, settings: Any
) -> None:
    began, drills = time.monotonic(), 0
    life_goes_on(project)
    for number in rounds(1, 30):
        with restored(kept, number, committed_db):
            same_as_then(kept, settings)
            settings.ANCHOR_FOLDER = str(kept.folder.with_name(f"anchors-{number}"))
            shutil.copytree(kept.living, settings.ANCHOR_FOLDER)
            money_waits_for_two(project)
        settings.ANCHOR_FOLDER = str(kept.living)
        drills += 1
    ending.verify()
    told("restore drill", began, drills=drills, rows=len(kept.before))


def test_a_seeded_bug_is_seen(committed_db: str, project: Project, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the anchors say, the database is taken for whole."""
    life_goes_on(project)
    monkeypatch.setattr(anchors, "_holds", lambda _anchor: True)
    with restored(kept, 0, committed_db), pytest.raises(pytest.fail.Exception):
        money_waits_for_two(project)


def life_goes_on(project: Project) -> None:
    """After the backup the return is confirmed, and the day is anchored: the restored database will not know it."""
    on = BACK + timedelta(1)
    clock.set_day(on)
    confirmed(project, on)
    sealed(on)


def same_as_then(kept: Kept, settings: Any) -> None:
    settings.ANCHOR_FOLDER = str(kept.folder / backup.ANCHORS)
    assert sorted(set(ending.state()) ^ set(kept.before)) == []
    ending.verify()


def money_waits_for_two(project: Project) -> None:
    on = BACK + timedelta(2)
    clock.set_day(on)
    with pytest.raises(Refused) as no:
        confirmed(project, on)
    assert no.value.code == "older_state"
    assert ending.breaches(), "verification does not see the older state"
    security, system = person(Role.SECURITY_ADMIN), person(Role.SYSTEM_ADMIN)
    with scope.everything():
        row = anchors.propose(reason="自备份恢复，其后一笔返还重新确认", by=security, on=on)
    with scope.everything():
        anchors.confirm(acceptance_id=row.pk, by=system, on=on)
    assert confirmed(project, on).state == Return.State.RECEIVED
    sealed(on)
    ending.verify()
