"""A small demo, made as the large one is: every state of every life is there, and every invariant holds."""

from collections.abc import Iterator

from django.core.management import call_command

from claims.models import Claim, FundingPlan, Objection, PapersPacket, Payment, Publicity, Question, Upgrade
from config.demo import seed, world
from config.demo.loans import DEMO_DAY
from evaluation.models import Evaluation, Report, Statement
from loans.models import Confirmation, Correction, Extension, Loan, Upload
from pool import clock, scope
from pool.models import Transition, User
from recovery.models import Closing, Recovery, Return, Settlement

LIVES = (
    *(Loan, Upload, Extension, Correction, Claim, Publicity, Objection, FundingPlan, PapersPacket, Payment, Upgrade),
    *(Recovery, Return, Settlement, Closing),
)


def test_the_demo_has_every_state_and_nothing_in_it_breaks_an_invariant(committed_db: str, broker: object) -> None:
    said: list[str] = []
    seed.seed(world.SMALL, said.append)
    assert seed.is_seeded()
    with scope.everything():
        assert clock.today() == DEMO_DAY
        missing = [problem for model in LIVES for problem in _missing(model)]
        assert not missing, missing
        assert Report.objects.filter(period="2024H1", state=Report.State.ISSUED).exists()
        assert Evaluation.objects.filter(state=Evaluation.State.FILED).exists()
        tried = Upload.objects.get(rehearsal=True)
        assert (tried.state, tried.rows_unconfirmed, tried.rows_held) == ("checked", 1, 1)
        classes = Upload.objects.get(kind=Upload.Kind.CLASSIFICATIONS)
        assert classes.state == "checked" and classes.rows_good and classes.rows_held == 1
        assert Confirmation.objects.exists()
        assert Upload.objects.filter(state="checked", rehearsal=False, rows_unconfirmed=0, kind="loans").exists()
        answers = set(Statement.objects.filter(period="2024Q4").values_list("state", flat=True))
        assert answers == {Statement.State.ISSUED, Statement.State.CONFIRMED}
        assert Upload.objects.filter(kind=Upload.Kind.RECOVERIES, state=Upload.State.CHECKED, rows_good__gt=0).exists()
        questions = Question.objects.order_by("asked_on").values_list("state", "bank__code")
        assert list(questions) == [("answered", "B06"), ("asked", "B01")]
        assert User.objects.get(username="b01-maker").email == "b01-maker@rcpool.example"
    call_command("verify", "--all")


def _missing(model: type) -> Iterator[str]:
    """The states that no row is in, or, where they pass in a moment, that no row was ever in."""
    there = set(model.objects.values_list("state", flat=True))
    kind = model._meta.label_lower
    there |= set(Transition.objects.filter(subject_kind=kind, field="state").values_list("target", flat=True))
    yield from (f"{model.__name__}: {state}" for state in model.State.values if state not in there)
