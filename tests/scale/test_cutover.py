"""A past that was kept elsewhere comes in once, checked to the fen, signed by two institutions, or not at all."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum
from django.test import override_settings

from claims.models import Claim
from config.cutover import applying, gates, past, report, staging
from config.cutover.sheets import SCHEMAS, write_templates
from config.demo.banks import BANKS
from config.demo.people import PASSWORD
from config.models import Cutover, CutoverLine, CutoverPart
from config.scale import fill, founding
from config.scale.shape import Shape, shape
from loans.models import Determination, Loan
from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.ledger import services as ledger
from pool.models import AccessLog, User
from recovery.models import Return
from tests.plugins import postgres
from tests.plugins.databases import use
from tests.scale.test_generate import EVENTFUL

MEMBERS = BANKS[:2]


@pytest.fixture
def handed_over(committed_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sheets of a generated past; the database is empty again but for its people and banks."""
    monkeypatch.setattr(fill, "shape", lambda: Shape(dict(shape().data) | EVENTFUL))
    fill.fill(loans=700, seed=3, say=lambda words: None, banks=MEMBERS)
    with scope.everything():
        past.Past(tmp_path).write()
        expected = _sums()
    (tmp_path / "expected").write_text(repr(expected))
    return tmp_path


def _sums() -> dict[str, Any]:
    paid = Claim.objects.filter(state=Claim.State.PAID)
    back = Return.objects.filter(state=Return.State.RECEIVED)
    return {
        "loans": _count(Loan, "principal"), "determinations": _count(Determination, "principal_balance"),
        "states": sorted(Loan.objects.order_by().values_list("state", "library").annotate(Count("pk"))),
        "paid": _count(paid, "amount"), "back": _count(back, "amount"), "cash": str(ledger.balances().get("cash")),
    }  # fmt: skip


def _count(rows: Any, name: str) -> tuple[int, str]:
    found = getattr(rows, "objects", rows).aggregate(count=Count("pk"), sum=Sum(name))
    return found["count"], str(found["sum"])


def test_a_generated_past_comes_in_again_to_the_fen(
    handed_over: Path, committed_db: str, template_database: str
) -> None:
    empty = postgres.clone(template_database)
    use(empty)
    try:
        founding.found(shape(), MEMBERS)
        _refused_while_faulty(handed_over)
        cutover = staging.stage(folder=handed_over)
        assert (cutover.errors, cutover.differences) == (0, 0), _told(cutover)
        _signed_by_two(cutover)
        _applied_in_parts(cutover)
        with scope.everything():
            assert repr(_sums()) == (handed_over / "expected").read_text()
            assert Cutover.objects.get(pk=cutover.pk).state == "applied"
            owner = Loan.objects.filter(borrower_kind="owner").select_related("borrower").first()
            assert owner is not None and owner.borrower.person_index and len(owner.owner_id_number) == 18
        call_command("verify", everything=True)
        with pytest.raises(Refused, match="不能再移交"):
            staging.stage(folder=handed_over)
    finally:
        use(committed_db)
        postgres.drop(empty)


def _told(cutover: Cutover) -> list[Any]:
    with scope.everything():
        wrong = [(sheet, one.cell, one.message) for sheet, one in report.problems_of(cutover)][:10]
    return [*wrong, *[line for line in cutover.report if not line["same"]][:10]]


def _refused_while_faulty(folder: Path) -> None:
    """A wrong amount is told by its cell with article and mend; the totals differ; nobody can sign."""
    right = (folder / "compensations.csv").read_bytes()
    rows = list(csv.DictReader(right.decode("utf-8-sig").splitlines()))
    assert len(rows) > 2
    header = "补偿金额（元）"
    rows[1][header] = str(Decimal(rows[1][header]) + Decimal("0.01"))
    with (folder / "compensations.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    faulty = staging.stage(folder=folder)
    with scope.everything():
        [problem] = [one for sheet, one in report.problems_of(faulty) if sheet == "compensations"]
        assert (problem.code, problem.cell, problem.article) == ("past_amount", "G3", "16")
        report.write(faulty, folder / "report.xlsx")
    assert faulty.differences and (folder / "report.xlsx").stat().st_size > 5000
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(Refused) as refused:
        gates.sign(cutover_id=faulty.pk, by=_person("approver1"), on=clock.today(), seen=faulty.digest)
    assert refused.value.code == "not_clean"
    (folder / "compensations.csv").write_bytes(right)


def _person(username: str) -> User:
    return User.objects.get(username=username)


def _nobody_signs_without_proof() -> None:
    """The password alone is not enough for one who must have a second factor."""
    assert gates.prove("approver1", PASSWORD, "").username == "approver1"
    for username, password in (("approver1", "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(NotPermitted):
            gates.prove(username, password, "")
    assert AccessLog.objects.filter(kind="sign_in_failed", detail="cutover sign").count() == 2
    with override_settings(SECOND_FACTOR_ROLES=["manager_approver"]), pytest.raises(NotPermitted):
        gates.prove("approver1", PASSWORD, "")


def _signed_by_two(cutover: Cutover) -> None:
    _nobody_signs_without_proof()

    def sign(username: str, seen: str = cutover.digest) -> Cutover:
        return gates.sign(cutover_id=cutover.pk, by=_person(username), on=clock.today(), seen=seen)

    for username in ("reviewer1", "supervisor1", "finance1", f"{MEMBERS[0].code.lower()}-checker"):
        with pytest.raises(NotPermitted):
            sign(username)
    with pytest.raises(Stale):
        sign("approver1", "0" * 64)
    assert sign("approver1").state == Cutover.State.STAGED
    with pytest.raises(SamePerson):
        sign("approver2")
    with pytest.raises(Refused, match="双方签署"):
        applying.apply(cutover.pk, say=print)
    assert sign("finance2").state == Cutover.State.SIGNED


def _applied_in_parts(cutover: Cutover) -> None:
    """A dry run leaves nothing; broken off after the first bank it goes on with the second."""
    applying.apply(cutover.pk, say=print, dry_run=True)
    with scope.everything():
        assert not Loan.objects.exists() and not CutoverPart.objects.exists()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(applying, "post_all", _torn)
        with pytest.raises(ZeroDivisionError):
            applying.apply(cutover.pk, say=print)
    with scope.everything():
        assert set(CutoverPart.objects.values_list("part", flat=True)) == {bank.code for bank in MEMBERS}
        entered = Loan.objects.count()
    applying.apply(cutover.pk, say=print)
    with scope.everything():
        assert Loan.objects.count() == entered


def _torn(*args: object) -> dict[str, int]:
    raise ZeroDivisionError


def test_the_templates_carry_every_column(tmp_path: Path) -> None:
    made = write_templates(tmp_path)
    assert [path.stem for path in made] == list(SCHEMAS)
    assert all(path.stat().st_size > 4000 for path in made)


def test_nothing_staged_can_be_signed_by_nobody(db: None) -> None:
    with pytest.raises(CommandError, match="Nothing is staged"):
        call_command("cutover", "report", "/nowhere.xlsx")
    with scope.everything():
        assert not CutoverLine.objects.exists()
