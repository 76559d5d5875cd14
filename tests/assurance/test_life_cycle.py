"""Any order of acts by anybody of two banks and the public bodies: the services do what a small model says, no more."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zlib import crc32

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from claims.services.publicity import end_due
from pool import clock, scope
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.models import User
from tests.assurance import ending, model
from tests.assurance.acting import BALANCE, Case
from tests.assurance.model import STEPS, Fund, Life
from tests.assurance.sizes import SEED, rounds, told
from tests.factories import claims as make
from tests.factories.loans import entered_loan

FIRST, LAST = date(2024, 12, 2), date(2025, 2, 24)
FUNDS = Decimal("600000.00")
# What is recovered before the payment may end the claim; the tests of the recovery room tell those stories.
RECOVERABLE = {"entered", "instructed", "confirming", "paid", "transferred"}
STEP_COUNT, PART = 100, 1000


@dataclass
class World:
    """Made once; each example begins here and is rolled back to here."""

    cases: list[Case]
    people: list[tuple[User, int | None]]
    counted: Counter[str] = field(default_factory=Counter)


def world() -> World:
    desk, teams = make.Desk(), [make.good_team(volume="100000000.00") for _ in range(2)]
    cases = [Case(team, desk, entered_loan(team, make.ENTERED_ON).pk) for team in teams]
    make.money(str(FUNDS), desk)
    people: list[tuple[User, int | None]] = [(person, None) for person in vars(desk).values()]
    people += [(person, number) for number, team in enumerate(teams) for person in team.people().values()]
    make.reach(FIRST)
    return World(cases, people)


class Machine(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.fund = Fund(FUNDS)
        self.lives = [Life(number, left=BALANCE) for number in range(len(self.world.cases))]
        self.on = FIRST
        self.last_days: dict[int, date] = {}
        self.filed: dict[tuple[int, str], date] = {}

    def teardown(self) -> None:
        try:
            wrong = ending.breaches()
            assert not wrong, wrong
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    @rule(which=st.integers(0, 1), name=st.sampled_from(sorted(STEPS)), who=st.integers(0, 14))
    def anybody_tries_anything(self, which: int, name: str, who: int) -> None:
        person, bank = self.world.people[who % len(self.world.people)]
        self.attempt(which, name, person, bank, Decimal("100000.00"))

    @rule(which=st.integers(0, 1), detour=st.integers(0, 9), fen=st.integers(1, 60_000_000))
    def the_next_thing_is_done(self, which: int, detour: int, fen: int) -> None:
        """By whom it belongs to; now and then not the ordinary way."""
        life = self.lives[which]
        names = [name for name, step in STEPS.items() if life.state in step.before]
        ordinary = [name for name in names if name not in model.DETOURS]
        chosen = names if detour == 0 and len(names) > 1 else ordinary
        if not chosen:
            return
        name = chosen[(detour + fen) % len(chosen)]
        for person, bank in self.world.people:
            if model.possible(name, life, self.fund, person.role, bank, person.pk):
                self.attempt(which, name, person, bank, Decimal(fen) / 100)
                return

    @rule(days=st.sampled_from([0, 0, 1, 5]))
    def days_go_by(self, days: int) -> None:
        if not days:
            return
        self.on = min(LAST, self.on + timedelta(days=days))
        clock.set_day(self.on)
        with scope.everything():
            end_due(self.on)
        for number, last in list(self.last_days.items()):
            if last < self.on:
                self.lives[number].state = "cleared"
                del self.last_days[number]
        self.world.counted["days"] += 1

    @invariant()
    def the_money_is_where_the_model_says(self) -> None:
        self.world.counted["drawn"] += 1
        with scope.everything():
            held = ledger.balances()
        assert (held["cash"], held.get("reserved", Decimal("0.00"))) == (self.fund.cash, self.fund.reserved)

    def attempt(self, which: int, name: str, person: User, bank: int | None, amount: Decimal) -> None:
        life, case = self.lives[which], self.world.cases[which]
        if name == "decide" and self.is_old(which):
            return
        if name == "recover" and life.state not in RECOVERABLE:
            return
        expected = model.possible(name, life, self.fund, person.role, bank, person.pk)
        self.world.counted["steps"] += 1
        try:
            with transaction.atomic():
                answer = case.act(name, person, self.on, amount)
        except (Refused, ObjectDoesNotExist, AssertionError) as no:
            assert not expected, f"{name} by {person.role} in {life.state} was refused: {no}"
            self.world.counted["refused"] += 1
            return
        if not expected and self.is_harmless(name, life, person, bank):
            return
        assert expected, f"{name} by {person.role} of bank {bank} in {life.state} was let through"
        model.done(name, life, self.fund, person.pk)
        self.world.counted[name] += 1
        self.follow(which, name, answer, amount)

    def is_old(self, which: int) -> bool:
        """Its credit report may be too old to pass; how old it may be, the second oracle knows."""
        drafted, submitted = self.filed.get((which, "draft")), self.filed.get((which, "submit"))
        return drafted is not None and submitted is not None and (submitted - drafted).days > 7

    def is_harmless(self, name: str, life: Life, person: User, bank: int | None) -> bool:
        """Asked again, the first answer is given again: the model would do nothing either."""
        again = {"draft": "draft", "prepare": "prepared", "confirm": "paid transferred", "transfer": "transferred"}
        right = person.role == STEPS[name].role and (person.role not in model.OF_THE_BANK or bank == life.bank)
        return right and life.state in again.get(name, "").split()

    def follow(self, which: int, name: str, answer: Any, amount: Decimal) -> None:
        life = self.lives[which]
        self.filed[which, name] = self.on
        if name == "decide":
            life.amount = answer.amount
            assert life.amount == BALANCE * model.RATIO
        elif name == "publicise":
            self.last_days[which] = answer.last_day
        elif name == "recover":
            life.recover(amount)


@pytest.fixture
def plans_without_their_document(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("claims.reports.plan_pdf", lambda *_args, **_named: b"%PDF-1.4 no pages")
    return


def run(wanted: int, found: World, salt: int = 0) -> None:
    """So many steps in examples of a fixed length; a failure tells its story."""
    machine = type("Machine", (Machine,), {"world": found})
    chosen = settings(
        max_examples=max(1, wanted // STEP_COUNT), stateful_step_count=STEP_COUNT, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate], print_blob=False,
    )  # fmt: skip
    seed(crc32(f"{SEED}/{salt}".encode()))(machine)
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.django_db
def test_the_services_follow_the_model(plans_without_their_document: None) -> None:
    began, found = time.monotonic(), world()
    for part in rounds(6, 1000):
        run(PART, found, part)
    said = found.counted
    told("life cycle", began, steps=said["drawn"], acts=said["steps"], refused=said["refused"], paid=said["confirm"],
         recovered=said["recover"], received=said["receive"])  # fmt: skip
    assert said["confirm"] and said["refused"] > said["steps"] / 10
    ending.verify()


def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services of the claims' room do not ask whether the person may."""
    monkeypatch.setattr("claims.permissions.require", lambda _answer: None)


def nothing_is_reserved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan is issued, the money stays free."""
    monkeypatch.setattr(ledger, "reserve", lambda **_given: None)


@pytest.mark.django_db
@pytest.mark.parametrize("seeded", [nobody_is_asked, nothing_is_reserved], ids=lambda bug: bug.__name__)
def test_a_seeded_bug_is_seen(plans_without_their_document: None, monkeypatch: pytest.MonkeyPatch, seeded: Any) -> None:
    found = world()
    seeded(monkeypatch)
    with pytest.raises(AssertionError):
        run(PART, found)
