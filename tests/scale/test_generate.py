"""A generated pool is one that people could have made: every invariant holds, the pages answer, nothing is touched."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum
from django.test import Client
from django.urls import reverse
from stdnum.cn import ric, uscc

from banks.models import Bank, Standing
from claims.models import Claim, FundingPlan, Publicity
from config.demo.banks import BANKS
from config.scale import fill, people
from config.scale.scene import scene_of
from config.scale.shape import Shape, shape
from loans.models import Borrower, Determination, Loan, Upload
from pool import clock, scope
from pool.crypto import blind_index
from pool.ledger.models import Account, LedgerTransaction
from pool.models import AuditEvent, Sequence, User
from recovery.models import Closing, Recovery, Return, Settlement

LOANS, BANKS_OF = 1800, BANKS[:3]
# So few loans, and yet every kind of story.
EVENTFUL = {
    "non_performing": {260: 1}, "lives": {"cured": 15, "repaid": 15, "claimed": 60, "lost": 10},
    "instalments": {1: 1, 2: 1}, "recovered": {40: 1, 100: 3},
}  # fmt: skip


@pytest.mark.usefixtures("broker")
def test_a_generated_pool_holds_every_invariant_and_its_pages_answer(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fill, "shape", lambda: Shape(dict(shape().data) | EVENTFUL))
    fill.fill(loans=LOANS, seed=7, say=lambda words: None, banks=BANKS_OF)
    call_command("verify", everything=True)
    with scope.everything():
        _is_of_the_shape()
        _ties_to_the_ledger()
        urls = _urls()
    for username, wanted in urls.items():
        client = Client(HTTP_HOST="localhost")
        client.force_login(User.objects.get(username=username))
        answers = {url: client.get(url).status_code for url in wanted}
        assert set(answers.values()) == {200}, answers
    again = fill.why_not()
    assert again is not None and again.code == "not_empty"
    with pytest.raises(CommandError, match="空库"):
        call_command("generate", loans=10)


def _is_of_the_shape() -> None:
    assert clock.today() == shape().day
    assert Loan.objects.count() == LOANS and Bank.objects.count() == len(BANKS_OF)
    assert Borrower.objects.count() == shape().borrowers(LOANS)
    assert Loan.objects.values("borrower").distinct().count() == shape().borrowers(LOANS)
    years = set(Loan.objects.values_list("disbursed_on__year", flat=True))
    assert years == set(range(2018, 2025))
    assert Upload.objects.aggregate(rows=Sum("rows_entered"), sum=Sum("principal_entered")) == Loan.objects.aggregate(
        rows=Count("pk"), sum=Sum("principal")
    )
    mean = Loan.objects.aggregate(sum=Sum("principal"))["sum"] / LOANS
    assert 700_000 < mean < 900_000
    for model in (Claim, FundingPlan, Publicity, Recovery, Return, Settlement):
        assert model.objects.exists(), model
    assert set(Closing.objects.values_list("kind", flat=True)) >= {"paid_off", "automatic", "settled"}
    owner = Loan.objects.filter(borrower_kind="owner").select_related("borrower").earliest("pk")
    assert blind_index(owner.owner_id_number, "person") == owner.borrower.person_index
    assert AuditEvent.objects.filter(seq=None).count() == 0
    last = Claim.objects.order_by("number").values_list("number", flat=True).last()
    assert Sequence.objects.get(kind="claim", year=int(last[2:6])).last == int(last[6:])


def _ties_to_the_ledger() -> None:
    paid = Claim.objects.filter(state=Claim.State.PAID).aggregate(sum=Sum("amount"))["sum"]
    assert Account.objects.filter(kind="compensation").aggregate(sum=Sum("balance"))["sum"] == paid
    back = Return.objects.filter(state=Return.State.RECEIVED).aggregate(sum=Sum("amount"))["sum"]
    assert -Account.objects.filter(kind="returns").aggregate(sum=Sum("balance"))["sum"] == back
    assert LedgerTransaction.objects.filter(kind="payment").count() == Claim.objects.filter(state="paid").count()
    bad = Determination.objects.filter(ended_on=None, recovered_on=None).aggregate(sum=Sum("principal_balance"))["sum"]
    assert Standing.objects.aggregate(sum=Sum("npl_principal"))["sum"] == bad


def _urls() -> dict[str, list[str]]:
    oldest, paid = Loan.objects.earliest("disbursed_on"), Claim.objects.filter(state="paid").latest("pk")
    of_all = [reverse(name) for name in ("home", "loans:list", "claims:index", "recovery:projects", "recovery:returns")]
    first = Loan.objects.filter(bank__code=BANKS_OF[0].code)
    waiting = Claim.objects.order_by("-submitted_on")[0]
    return {
        "reviewer1": [*of_all, oldest.get_absolute_url(), *_page(paid, waiting), paid.loan.get_absolute_url()],
        f"{BANKS_OF[0].code.lower()}-maker": [*of_all, first.earliest("pk").get_absolute_url()],
        "finance1": of_all,
        "auditor1": of_all,
    }


def _page(*claims: Claim) -> list[str]:
    return [reverse("claims:detail", args=[claim.pk]) for claim in claims]


def test_the_same_seed_gives_the_same_bytes(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for what is encrypted: that is never the same twice."""
    monkeypatch.setattr(people, "encrypt", lambda text: text)
    fill.founding.found(shape(), BANKS_OF[:1])
    first, again, other = (list(fill.rows(scene_of(shape(), seed, 400, BANKS_OF[:1]))) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_nothing_is_generated_where_the_clock_stands_for_the_law(db: None, settings: object) -> None:
    settings.CLOCK_MAY_MOVE = False  # type: ignore[attr-defined]
    refusal = fill.why_not()
    assert refusal is not None and refusal.code == "not_for_live"


def test_borrowers_are_told_apart_and_pass_the_checks_of_their_numbers() -> None:
    crowd = [people.People(shape(), 1)[number] for number in (*range(300), 1_000_000, 40_000_000)]
    assert len({one.credit_code for one in crowd}) == len(crowd)
    numbers = [one.owner_id_number for one in crowd if one.is_person]
    assert len(set(numbers)) == len(numbers) > 10
    assert all(uscc.is_valid(one.credit_code) for one in crowd)
    assert all(ric.calc_check_digit(number) == number[-1] for number in numbers)
