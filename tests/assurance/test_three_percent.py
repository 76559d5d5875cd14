"""A bank at its limit to the fen: paying, deciding, determining and entering at once never pass while it is over."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import cycle, islice
from typing import Any

import pytest
from django.db import IntegrityError

from banks.models import Standing, StandingEvent
from claims import services as claims
from claims.models import Claim, Payment
from loans import services as loans
from loans.models import Upload
from pool import scope
from pool.models import Transition
from tests.assurance import copies, ending
from tests.assurance.crowds import Act, Crowd
from tests.assurance.sizes import rounds, told, width
from tests.factories import claims as make
from tests.factories.loans import entered_loan, loan_cells
from tests.factories.people import BankTeam
from tests.plugins import lock_order

ON = date(2025, 1, 6)
D = Decimal
ENTERED, LIMIT = D("95000000.00"), D("2850000.00")
MORE = D("1000000.00")
FEN = (D("-0.01"), D("0.00"), D("0.01"))
REFUSALS = {"stale", "suspended", "not_prepared", "no_opinion_yet", "move_not_allowed", "same_class", "not_a_draft"}


@dataclass
class Edge:
    """A bank with a transfer drawn up, a claim to decide, three loans about to go bad and one to come in."""

    team: BankTeam
    desk: make.Desk
    payment: Payment
    claim: Claim
    going_bad: list[Any]
    upload: Upload


def prepared() -> Edge:
    team, desk = make.good_team(volume="80000000.00"), make.Desk()
    to_pay = make.approved_claim(team, desk, balance="1000000.00")
    to_decide = make.reviewed_claim(team, desk, balance="500000.00")
    going_bad = [entered_loan(team, make.ENTERED_ON) for _ in range(3)]
    make.money("1000000.00", desk)
    plan = make.issued_plan(make.cleared_claims([to_pay], desk), desk)
    payment = make.prepared_payment(plan, team, desk)
    make.reach(ON)
    with scope.bank_scope(team.pk):
        coming = loan_cells(
            principal=MORE, credit_line=MORE, other_balances="0", disbursed_on="2025-01-03", matures_on="2026-01-03"
        )
        upload = loans.enter_form(cells=coming, by=team.maker, on=ON)
    return Edge(team, desk, payment, to_decide, going_bad, upload)


def determinations(edge: Edge, by: Decimal) -> list[Any]:
    """Three requests that together bring the bank to its limit, or a fen beside it."""
    shares = [D("450000.00"), D("450000.00"), D("450000.00") + by]
    with scope.bank_scope(edge.team.pk):
        return [
            loans.prepare_classification(
                loan_id=loan.pk, after="substandard", on_date=ON, principal_balance=share, by=edge.team.maker, on=ON,
                reason="本金逾期 91 天",
            )
            for loan, share in zip(edge.going_bad, shares, strict=True)
        ]  # fmt: skip


def acts(edge: Edge, by: Decimal, enters: bool) -> Iterator[Act]:
    """The officers of the finance centre and of the manager, and the bank's checker, each pressing once."""
    bank = edge.team.pk

    def pays() -> object:
        with scope.everything():
            return claims.approve_payment(
                payment_id=edge.payment.pk, by=edge.desk.finance_approver, on=ON, version=edge.payment.version
            )

    def decides() -> object:
        with scope.everything():
            return claims.decide(
                claim_id=edge.claim.pk, by=edge.desk.approver, on=ON, version=edge.claim.version, decision="pass",
                reason=make.REASON,
            )  # fmt: skip

    def determines(request: Any) -> object:
        with scope.bank_scope(bank):
            return loans.submit_classification(
                request_id=request.pk, by=edge.team.checker, on=ON, version=request.version
            )

    def enters_more() -> object:
        with scope.bank_scope(bank):
            return loans.submit_upload(
                upload_id=edge.upload.pk, by=edge.team.checker, on=ON, version=edge.upload.version
            )

    several = [lambda request=request: determines(request) for request in determinations(edge, by)]
    yield from [*several, pays, decides, *([enters_more] if enters else [])]


def passed_while_over() -> Iterator[str]:
    """A transfer or an approval whose bank was over the limit by the event before it."""
    with scope.everything():
        for move in Transition.objects.filter(on=ON, field="state", target__in=["instructed", "approved"]):
            before = StandingEvent.objects.filter(bank_id=move.bank, recorded_at__lte=move.at).order_by("number").last()
            if before is not None and before.is_suspended:
                yield f"{move.subject_kind} {move.target} while over the limit"


def wrong_sums(edge: Edge, by: Decimal, enters: bool) -> Iterator[str]:
    """The two sums are what was determined and entered, and the suspension is what they demand."""
    with scope.everything():
        standing = Standing.objects.get(bank_id=edge.team.pk)
        found = (standing.entered_principal, standing.npl_principal, standing.is_suspended)
    entered, npl = ENTERED + (MORE if enters else 0), LIMIT + by
    wanted = (entered, npl, npl * 100 > 3 * entered)
    if found != wanted:
        yield f"standing {found}, should be {wanted}"


def race(crowd: Crowd, edge: Edge, number: int) -> tuple[Counter[str], list[str]]:
    """One round on a fresh copy; what came of it, and what was wrong."""
    by, enters = FEN[number % 3], number % 2 == 1
    crowd.forget_connections()
    together = list(islice(cycle(acts(edge, by, enters)), crowd.width))
    rush = crowd.rush(together)
    wrong = [*wrong_sums(edge, by, enters), *passed_while_over()]
    wrong += [f"{code}: {problem}" for code, problems in ending.breaches().items() for problem in problems]
    wrong += [f"refused by {code}" for code in rush.codes - REFUSALS]
    with scope.everything():
        came = Counter([Payment.objects.get(pk=edge.payment.pk).state, Claim.objects.get(pk=edge.claim.pk).state])
    return came, wrong


def run(crowd: Crowd, edge: Edge, numbers: Iterator[int]) -> tuple[Counter[str], list[str]]:
    came: Counter[str] = Counter()
    source = copies.kept()
    try:
        for number in numbers:
            with copies.copy_of(source):
                more, wrong = race(crowd, edge, number)
                crowd.forget_connections()
            came += more
            if wrong:
                return came, wrong
    finally:
        copies.dropped(source)
    return came, []


@pytest.fixture
def edge(committed_db: str) -> Edge:
    return prepared()


def test_nothing_passes_while_the_bank_is_over(edge: Edge) -> None:
    began = time.monotonic()
    ending.verify()
    with Crowd(width(16, 32)) as crowd:
        came, wrong = run(crowd, edge, rounds(100, 1000))
        told(
            "three percent", began, rounds=crowd.rounds, at_once=crowd.width,
            overlapped=f"{crowd.overlapping}/{crowd.rounds}", inside_together=crowd.overlaps, **came,
        )  # fmt: skip
    assert not wrong, "\n".join(wrong)
    assert crowd.overlapping > crowd.rounds * 0.9
    assert came["instructed"] and came["prepared"], "both ends of the race must occur, or nothing was raced"
    ending.verify()


def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank's row is read, not locked."""
    monkeypatch.setattr(
        "banks.standing.lock", lambda bank_id: Standing.objects.select_related("bank").get(bank_id=bank_id)
    )


def no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the bank is over the limit is not asked again when the transfer is released."""
    monkeypatch.setattr("claims.services.payment.refuse_suspended", lambda _bank_id: None)
    monkeypatch.setattr("claims.services.plan.is_suspended", lambda _bank_id: False)


@pytest.mark.parametrize("seeded", [no_lock, no_question], ids=lambda bug: bug.__name__)
def test_a_seeded_bug_is_seen(edge: Edge, monkeypatch: pytest.MonkeyPatch, seeded: Any) -> None:
    seeded(monkeypatch)
    with Crowd(16) as crowd:
        try:
            _came, wrong = run(crowd, edge, iter(range(2, 40, 3)))
        except IntegrityError as stopped:
            wrong = [str(stopped)]
    lock_order.WRONG.clear()
    assert wrong, "the proof is blind"
