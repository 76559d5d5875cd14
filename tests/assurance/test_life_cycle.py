"""Any order of acts by anybody of two banks and the public bodies: the services do what a small model says, no more."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
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

from claims.models import Payment
from claims.services.publicity import end_due
from pool import clock, moves, scope
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.models import User
from recovery.services import close_automatically
from tests.assurance import ending, model
from tests.assurance.acting import BALANCE, Case
from tests.assurance.model import STEPS, Fund, Life
from tests.assurance.sizes import SEED, rounds, told
from tests.factories import claims as make
from tests.factories.loans import entered_loan
from tests.factories.people import BankTeam
from tests.factories.recovery import projects

FIRST, LAST = date(2024, 12, 2), date(2025, 2, 24)
FUNDS = Decimal("600000.00")
# What is recovered before the payment may end the claim; the tests of the recovery room tell those stories.
RECOVERABLE = {"entered", "closed", "instructed", "confirming", *model.AFTER_PAYMENT.split()}
STEP_COUNT, PART = 100, 1000
# Matured long ago: they close by themselves in January unless somebody does something about them.
OLD = {"on": date(2024, 7, 8), "disbursed_on": "2024-06-17", "matures_on": "2024-07-15"}
CLOSES_ITSELF = date(2025, 1, 16)
APART = {"up_applied", "up_passed", "settling", *model.WRITING_OFF.split()}
"""One of three ways is begun; that another one may be begun beside it and which wins, the rooms' own tests tell."""


@dataclass
class World:
    """Made once; each example begins here and is rolled back to here. Two loans of each of two banks."""

    cases: list[Case]
    people: list[tuple[User, int | None]]
    lives: list[Life]
    first: date
    old: set[int]
    counted: Counter[str] = field(default_factory=Counter)

    def money(self) -> Fund:
        with scope.everything():
            return Fund(ledger.balances()["cash"])


def world() -> World:
    """From the entry of the loans on."""
    desk, teams = make.Desk(), [make.good_team(volume="100000000.00") for _ in range(2)]
    old = [entered_loan(team, **OLD) for team in teams]
    new = [entered_loan(team, make.ENTERED_ON) for team in teams]
    make.money(str(FUNDS), desk)
    make.reach(FIRST)
    cases = [Case(team, desk, loan.pk) for loans in (new, old) for team, loan in zip(teams, loans, strict=True)]
    lives = [Life(number % 2, left=BALANCE, whole=BALANCE) for number in range(4)]
    return World(cases, people_of(desk, teams), lives, FIRST, {2, 3})


def world_of_compensated() -> World:
    """One loan of each bank is compensated and in its library already: what comes after the payment gets its turn."""
    teams = [make.good_team(volume="100000000.00") for _ in range(2)]
    old = [entered_loan(team, **OLD) for team in teams]
    paid = projects(2, teams=teams)
    desk = paid[0].desk
    make.money(str(FUNDS), desk)
    cases = [Case(one.team, desk, one.loan.pk) for one in paid]
    cases += [Case(team, desk, loan.pk) for team, loan in zip(teams, old, strict=True)]
    lives = [
        Life(number, "transferred", BALANCE * model.RATIO, BALANCE, BALANCE) for number in range(2)
    ] + [Life(number, left=BALANCE, whole=BALANCE) for number in range(2)]  # fmt: skip
    return World(cases, people_of(desk, teams), lives, clock.today(), {2, 3})


def people_of(desk: make.Desk, teams: list[BankTeam]) -> list[tuple[User, int | None]]:
    people: list[tuple[User, int | None]] = [(person, None) for person in vars(desk).values()]
    return people + [(person, number) for number, team in enumerate(teams) for person in team.people().values()]


WHICH = st.sampled_from([0, 0, 0, 1, 1, 1, 2, 3])


class Machine(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.fund = self.world.money()
        self.lives = [replace(life, owed=[]) for life in self.world.lives]
        self.on = self.world.first
        self.last_days: dict[int, date] = {}
        self.filed: dict[tuple[int, str], date] = {}

    def teardown(self) -> None:
        try:
            wrong = ending.breaches()
            assert not wrong, wrong
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    @rule(which=WHICH, name=st.sampled_from(sorted(STEPS)), who=st.integers(0, 14))
    def anybody_tries_anything(self, which: int, name: str, who: int) -> None:
        person, bank = self.world.people[who % len(self.world.people)]
        self.attempt(which, name, person, bank, Decimal("100000.00"))

    @rule(which=WHICH, detour=st.integers(0, 9), fen=st.integers(1, 60_000_000))
    def the_next_thing_is_done(self, which: int, detour: int, fen: int) -> None:
        """By whom it belongs to; now and then not the ordinary way."""
        possible = dict(self.possible(self.lives[which]))
        ordinary = [name for name in possible if name not in model.DETOURS]
        chosen = ordinary if detour else list(possible)
        if chosen:
            name = chosen[fen % len(chosen)]
            self.attempt(which, name, *possible[name], Decimal(fen) / 100)

    @rule(which=WHICH, fen=st.integers(1, 60_000_000))
    def and_another(self, which: int, fen: int) -> None:
        self.the_next_thing_is_done(which=which, detour=1, fen=fen)

    def possible(self, life: Life) -> Iterator[tuple[str, tuple[User, int | None]]]:
        for name in STEPS:
            for person, bank in self.world.people:
                if model.possible(name, life, self.fund, person.role, bank, person.pk):
                    yield name, (person, bank)

    @rule(days=st.sampled_from([0, 0, 1, 5]))
    def days_go_by(self, days: int) -> None:
        if not days:
            return
        self.on = min(LAST, self.on + timedelta(days=days))
        clock.set_day(self.on)
        with scope.everything():
            end_due(self.on)
            close_automatically(self.on)
        for number, last in list(self.last_days.items()):
            if last < self.on:
                self.lives[number].state = "cleared"
                del self.last_days[number]
        for number in self.world.old:
            if self.is_overdue(number):
                self.lives[number].state = "closed"
                self.world.counted["closed by themselves"] += 1
        self.world.counted["days"] += 1

    def is_overdue(self, number: int) -> bool:
        """Six months are over and nothing is filed; only a determination within them, in force, puts it off."""
        state, determined = self.lives[number].state, self.filed.get((number, "determine"), FIRST)
        unfiled = state == "entered" or (state in {"npl", "draft"} and determined >= CLOSES_ITSELF)
        return unfiled and self.on >= CLOSES_ITSELF

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
        if name in {"up_apply", "settle", "write_off"} and life.state in {"paid", *APART}:
            return
        if name == "determine" and life.state in {"owing", "refunding"}:
            return
        expected = model.possible(name, life, self.fund, person.role, bank, person.pk)
        self.world.counted["steps"] += 1
        try:
            with transaction.atomic():
                answer = case.act(name, person, self.on, amount)
        except (Refused, ObjectDoesNotExist, AssertionError) as no:
            assert not expected, f"{self.story(which)}: {name} by {person.role} in {life.state} was refused: {no}"
            self.world.counted["refused"] += 1
            return
        if not expected and self.is_harmless(name, life, person, bank, answer):
            return
        assert expected, f"{name} by {person.role} of bank {bank} in {life.state} was let through"
        model.done(name, life, self.fund, person.pk)
        self.world.counted[name] += 1
        self.follow(which, name, answer, amount)

    def story(self, which: int) -> str:
        """What the loan has gone through, for a failure."""
        with scope.everything():
            loan = self.world.cases[which].loan()
            told = [f"{move.on} {move.field} {move.target}" for move in moves.history(loan)]
        return f"{self.on}, {'; '.join(told)}"

    def is_old(self, which: int) -> bool:
        """Its credit report may be too old to pass; how old it may be, the second oracle knows."""
        drafted, submitted = self.filed.get((which, "draft")), self.filed.get((which, "submit"))
        return drafted is not None and submitted is not None and (submitted - drafted).days > 7

    def is_harmless(self, name: str, life: Life, person: User, bank: int | None, answer: Any) -> bool:
        """Asked again, the first answer is given again: the model would do nothing either."""
        again = {"draft": "draft", "transfer": model.AFTER_PAYMENT}
        right = person.role in STEPS[name].roles and (person.role not in model.OF_THE_BANK or bank == life.bank)
        if name == "prepare":  # the transfer that was drawn up already, whatever has become of it
            return right and (life.state == "prepared" or answer.state != Payment.State.PREPARED)
        return right and (name in {"confirm", "refund_confirm"} or life.state in again.get(name, "").split())

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
        elif name == "lapse":
            self.last_days.pop(which, None)
        elif name == "up_decide":
            assert answer.refund_due == life.amount - life.returned


def run(wanted: int, found: World, salt: int = 0) -> None:
    """So many steps in examples of a fixed length; a failure tells its story."""
    machine = type("Machine", (Machine,), {"world": found})
    chosen = settings(
        max_examples=max(1, wanted // STEP_COUNT), stateful_step_count=STEP_COUNT, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate], print_blob=False,
    )  # fmt: skip
    seed(crc32(f"{SEED}/{salt}".encode()))(machine)
    run_state_machine_as_test(machine, settings=chosen)


BEGUN_LATER = {"world": {"refund_confirm", "settle_close", "wo_close", "receive"}, "world_of_compensated": {"confirm"}}
"""What that beginning need not come to in few steps."""
DEEP = {"confirm", "recover", "receive", "refund_confirm", "settle_close", "wo_close", "pay_off", "lapse"}


@pytest.mark.django_db
@pytest.mark.parametrize("beginning", [world, world_of_compensated], ids=["from the entry", "from the payment"])
def test_the_services_follow_the_model(beginning: Callable[[], World]) -> None:
    began, found = time.monotonic(), beginning()
    for part in rounds(3, 500, share=0.5):
        run(PART, found, part)
    said = found.counted
    told(f"life cycle, {beginning.__name__}", began, steps=said["drawn"], acts=said["steps"], refused=said["refused"],
         closed_by_themselves=said["closed by themselves"], **{name: said[name] for name in sorted(DEEP)})  # fmt: skip
    assert said["refused"] > said["steps"] / 10 and said["closed by themselves"]
    assert [name for name in DEEP - BEGUN_LATER[beginning.__name__] if not said[name]] == []
    ending.verify()


def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services of the claims' room do not ask whether the person may."""
    monkeypatch.setattr("claims.permissions.require", lambda _answer: None)


def nothing_is_reserved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan is issued, the money stays free."""
    monkeypatch.setattr(ledger, "reserve", lambda **_given: None)


@pytest.mark.django_db
@pytest.mark.parametrize("seeded", [nobody_is_asked, nothing_is_reserved], ids=lambda bug: bug.__name__)
def test_a_seeded_bug_is_seen(monkeypatch: pytest.MonkeyPatch, seeded: Any) -> None:
    found = world()
    seeded(monkeypatch)
    with pytest.raises(AssertionError):
        run(PART, found)
