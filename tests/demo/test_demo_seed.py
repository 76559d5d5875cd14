"""A small demo, made as the large one is: every state of every life is there, and every invariant holds."""

from collections.abc import Iterator
from typing import Any

from django.core.management import call_command

from banks.models import Joining
from claims.models import (
    ApprovalRecord,
    CannedPhrase,
    Claim,
    FundingPlan,
    Objection,
    PapersPacket,
    Payment,
    Publicity,
    Question,
    Reconsideration,
    Upgrade,
)
from config.demo import seed, world
from config.demo.loans import DEMO_DAY
from evaluation.models import Evaluation, Finding, Report, Statement
from loans.models import Confirmation, Correction, Extension, Loan, Upload
from pool import clock, scope
from pool.ledger.models import MonthClosing
from pool.models import Transition, User
from recovery.models import (
    Chaser,
    Clawback,
    Closing,
    Package,
    PackageItem,
    Recovery,
    Return,
    Settlement,
    SuspenseUse,
)

LIVES = (
    *(Loan, Upload, Extension, Correction, Claim, Publicity, Objection, FundingPlan, PapersPacket, Payment, Upgrade),
    *(Recovery, Return, Settlement, Closing),
)

ON_THE_DESKS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("pay file under way", Payment.objects, {"pay_file__isnull": False, "state": Payment.State.INSTRUCTED}),
    ("pay file paid", Payment.objects, {"pay_file__isnull": False, "state": Payment.State.POSTED}),
    ("month closed", MonthClosing.objects, {"state": MonthClosing.State.CLOSED}),
    ("month waiting", MonthClosing.objects, {"state": MonthClosing.State.PROPOSED}),
    ("suspense that goes back", SuspenseUse.objects, {"state": SuspenseUse.State.PROPOSED}),
    ("transfer with its shares", PackageItem.objects, {"recovery__isnull": False}),
    ("transfer waiting", Package.objects, {"state": Package.State.APPLIED, "bank__code": "B01"}),
    ("finding answered", Finding.objects, {"state": Finding.State.ANSWERED, "bank__code": "B02"}),
    ("finding open", Finding.objects, {"state": Finding.State.ISSUED, "bank__code": "B01"}),
    ("application to join", Joining.objects, {"state": Joining.State.APPLIED}),
    ("clawback paid in part", Clawback.objects, {"state": Clawback.State.DUE, "receipts__isnull": False}),
    ("review anew", Reconsideration.objects, {"state": Reconsideration.State.PROPOSED}),
    ("silent project asked for", Chaser.objects, {"replied_on": None}),
    ("silent project answered", Chaser.objects, {"replied_on__isnull": False}),
    ("wording waiting", CannedPhrase.objects, {"confirmed_on": None}),
    ("special approval waiting", ApprovalRecord.objects, {"state": ApprovalRecord.State.SUBMITTED}),
)


def test_the_demo_has_every_state_and_nothing_in_it_breaks_an_invariant(
    committed_db: str, broker: object, settings: Any
) -> None:
    settings.SPECIAL_ACCOUNT_NAME, settings.SPECIAL_ACCOUNT_NUMBER = "深圳市财政金融服务中心", "44250100000000000001"
    settings.SPECIAL_ACCOUNT_BANK = "演示银行深圳分行营业部"
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
        missing = [f"{label}: {wanted}" for label, rows, wanted in ON_THE_DESKS if not rows.filter(**wanted).exists()]
        assert not missing, missing
    call_command("verify", "--all")


def _missing(model: type) -> Iterator[str]:
    """The states that no row is in, or, where they pass in a moment, that no row was ever in."""
    there = set(model.objects.values_list("state", flat=True))
    kind = model._meta.label_lower
    there |= set(Transition.objects.filter(subject_kind=kind, field="state").values_list("target", flat=True))
    yield from (f"{model.__name__}: {state}" for state in model.State.values if state not in there)
