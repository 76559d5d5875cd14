"""Killed at every statement of a money path and tried again, the pool is as if nothing had happened on the way."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from claims import services as claims
from loans import services as loans
from pool import jobs, moves, outbox, scope
from pool.errors import Refused
from pool.models import OutboxTask
from recovery import services as recovery
from tests.assurance import copies, ending
from tests.assurance.dying import Act, died
from tests.assurance.sizes import CUT, Limit, told
from tests.factories import claims as make
from tests.factories.loans import entered_loan, loan_cells
from tests.factories.people import BankTeam
from tests.factories.recovery import Project, receipt, reported

ISSUED = date(2025, 1, 6)
PAID, BACK = date(2025, 1, 8), date(2025, 2, 24)
MATURED, CLOSES = date(2025, 2, 20), date(2025, 8, 21)
STRIDE = 1 if os.environ.get("ASSURANCE_SIZE") else 5
WHOLE = "enter a batch"
"""The path that is killed at every point at any size: it has a publication among them."""
PATHS = 7
ALREADY = {"stale", "move_not_allowed", "not_a_draft", "not_prepared"}


@dataclass(frozen=True)
class Path:
    """A money path: the database before it, and the act."""

    name: str
    source: str
    act: Act


def paths() -> Iterator[Path]:
    """One claim on its whole way, stopped before each step that moves money; every act knows what it saw."""
    team, desk = make.good_team(volume="100000000.00"), make.Desk()
    claim = make.cleared_claim(team, desk, balance="1000000.00")
    forgotten = entered_loan(team, date(2025, 1, 3), disbursed_on="2025-01-02", matures_on=str(MATURED))
    make.money(str(claim.amount), desk)
    make.reach(ISSUED)
    enters = _entering(team)
    yield Path("enter a batch", copies.kept(), enters)
    enters()
    yield from _to_the_money(team, desk, claim)
    yield from _back_again(team, desk, claim)
    make.reach(CLOSES)
    assert forgotten.pk
    yield Path("closing job", copies.kept(), lambda: jobs.run_job("recovery.close_automatically", CLOSES))


def _entering(team: BankTeam) -> Act:
    """The only one of them with work promised to a worker: the publication is a point as well."""
    with scope.bank_scope(team.pk):
        cells = loan_cells(disbursed_on="2025-01-03", matures_on="2026-01-03")
        upload = loans.enter_form(cells=cells, by=team.maker, on=ISSUED)

    def act() -> Any:
        with scope.bank_scope(team.pk):
            return loans.submit_upload(upload_id=upload.pk, by=team.checker, on=ISSUED, version=upload.version)

    return act


def everywhere(service: Callable[..., Any], **given: Any) -> Act:
    def act() -> Any:
        with scope.everything():
            return service(**given)

    return act


def _to_the_money(team: BankTeam, desk: make.Desk, claim: Any) -> Iterator[Path]:
    with scope.everything():
        plan = claims.draft_plan(by=desk.authority, on=ISSUED, claim_ids=[claim.pk], reason="分批下达")
    issue = everywhere(
        claims.issue_plan, plan_id=plan.pk, by=desk.second_authority, on=ISSUED, version=plan.version
    )  # fmt: skip
    yield Path("issue plan", copies.kept(), issue)
    payment = make.prepared_payment(issue(), team, desk, PAID)
    approve = everywhere(
        claims.approve_payment, payment_id=payment.pk, by=desk.finance_approver, on=PAID, version=payment.version
    )
    yield Path("approve payment", copies.kept(), approve)
    version = approve().version
    with scope.everything():
        payment = claims.enter_confirmation(
            payment_id=payment.pk, by=desk.clerk, on=PAID, version=version, value_date=PAID, bank_reference="HD1"
        )
    confirm = everywhere(
        claims.confirm_payment, payment_id=payment.pk, by=desk.finance_approver, on=PAID, version=payment.version
    )
    yield Path("confirm payment", copies.kept(), confirm)
    confirm()


def _back_again(team: BankTeam, desk: make.Desk, claim: Any) -> Iterator[Path]:
    project = Project(team, desk, make.transferred_claim(claim, team, PAID + timedelta(days=1)))
    reported(team, project.loan, "250000.00", received_on=date(2025, 2, 20), on=BACK)
    advice = receipt(project.returns()[0], desk, BACK)
    receive = everywhere(
        recovery.confirm_return_receipt,
        return_id=advice.pk,
        by=desk.finance_approver,
        on=BACK,
        version=advice.version,
    )
    yield Path("receive return", copies.kept(), receive)
    receive()
    upgrade = make.approved_upgrade(make.fresh(claim), team, desk, BACK)
    with scope.everything():
        upgrade = claims.enter_refund(
            upgrade_id=upgrade.pk, by=desk.clerk, on=BACK, version=upgrade.version, amount=upgrade.refund_due,
            refunded_on=BACK, bank_reference="TK1",
        )  # fmt: skip
    refund = everywhere(
        claims.confirm_refund, upgrade_id=upgrade.pk, by=desk.finance_approver, on=BACK, version=upgrade.version
    )
    yield Path("refund of upgrade", copies.kept(), refund)
    refund()


def settled(act: Act) -> list[str]:
    """Try again as a person or beat would, let the sweeper ring for what was promised; then the state."""
    try:
        act()
    except Refused as no:
        assert no.code in ALREADY, no.code
    outbox.sweep()
    with scope.everything():
        assert not OutboxTask.objects.filter(done_at=None).exists(), "promised and not done"
    return ending.state()


def undisturbed(path: Path) -> list[str]:
    with copies.copy_of(path.source):
        path.act()
        outbox.sweep()
        ending.verify()
        return ending.state()


def killed(path: Path, wanted: list[str], first: int, stride: int) -> tuple[int, list[str]]:
    """Die at each of these points, retry, compare: how many points, and what differed."""
    limit = Limit(1 / PATHS)
    for tried, at in enumerate(count(first, stride)):
        if limit.is_over():
            CUT.append(f"{tried:,} points")
            return tried, []
        wrong = killed_at(path, wanted, at)
        if wrong is None:
            return tried, []
        if wrong:
            return tried + 1, [f"{path.name}, killed at {at}: {line}" for line in wrong]
    raise AssertionError("unreachable")


def killed_at(path: Path, wanted: list[str], at: int) -> list[str] | None:
    """What differed; None where the path ended before this point."""
    with copies.copy_of(path.source):
        return _differences(path, wanted) if died(path.act, at) else None


def _differences(path: Path, wanted: list[str]) -> list[str]:
    found = settled(path.act)
    broken = [f"{code}: {problem}" for code, problems in ending.breaches().items() for problem in problems]
    return sorted(set(found) ^ set(wanted)) + broken


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweeper does not wait until a bell may be thought lost."""
    monkeypatch.setattr(outbox, "RING_AGAIN_AFTER", timedelta(0))


def test_killed_at_any_statement_and_tried_again_nothing_differs(committed_db: str, at_once: None) -> None:
    found = list(paths())
    assert len(found) == PATHS
    for number, path in enumerate(found):
        began = time.monotonic()
        stride = 1 if path.name == WHOLE else STRIDE
        points, wrong = killed(path, undisturbed(path), 1 + number % stride, stride)
        told(f"kill -9, {path.name}", began, points=points, every=stride)
        assert not wrong, "\n".join(wrong[:8])
        assert points, "no point was reached: nothing was killed"
        copies.dropped(path.source)
    ending.verify()


def half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """The path is no transaction: each statement is committed by itself."""
    monkeypatch.setattr("recovery.services.returns.moves.move", committed_halfway(moves.move))


def promised_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The promise is not written with the effect, only the bell is rung when it is committed."""

    def ring_only(task_name: str, **arguments: Any) -> None:
        given = {name: str(value) for name, value in arguments.items()}
        transaction.on_commit(lambda: outbox.ring(OutboxTask.objects.create(task=task_name, arguments=given)))

    monkeypatch.setattr(outbox, "enqueue", ring_only)


def committed_halfway(move: Callable[..., Any]) -> Callable[..., Any]:
    def moved(*given: Any, **named: Any) -> Any:
        answer = move(*given, **named)
        connection.connection.commit()
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.scope', 'all', true)")
        return answer

    return moved


@pytest.mark.parametrize(
    ("seeded", "name"), [(half_done, "receive return"), (promised_outside, "enter a batch")], ids=["half", "promise"]
)
def test_a_seeded_bug_is_seen(
    committed_db: str, at_once: None, monkeypatch: pytest.MonkeyPatch, seeded: Any, name: str
) -> None:
    path = next(one for one in paths() if one.name == name)
    wanted = undisturbed(path)
    seeded(monkeypatch)
    try:
        _points, wrong = killed(path, wanted, 1, 2)
    except (AssertionError, DatabaseError) as stopped:
        wrong = [str(stopped)]
    assert wrong, "the proof is blind"
