"""Filing: what the law makes impossible is refused, what fails a rule is shown and may still be filed (19(2))."""

from datetime import date
from decimal import Decimal

import pytest

from banks.models import Agreement
from claims import selectors, services
from claims.models import Claim, Evidence
from loans.models import Determination
from pool import hats, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import Deadline
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.factories.banks import listed_dishonest
from tests.factories.people import bank_team, person

pytestmark = pytest.mark.django_db
LAST_DAY = date(2025, 3, 3)
"""Determined on 2024-12-02: three months end on Sunday the 2nd of March, so on the Monday."""


def submit(claim: Claim, stage: Stage, on: date) -> Claim:
    with scope.bank_scope(stage.team.pk):
        return services.submit_claim(claim_id=claim.pk, by=stage.team.checker, on=on, version=claim.version)


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> tuple[str, str]:
    return refusal.value.code, refusal.value.article


def test_asked_twice_the_same_draft_answers(stage: Stage) -> None:
    loan = make.npl_loan(stage.team)
    with scope.bank_scope(stage.team.pk):
        one = services.draft_claim(loan_id=loan.pk, by=stage.team.maker, on=make.SUBMITTED_ON)
        two = services.draft_claim(loan_id=loan.pk, by=stage.team.maker, on=make.SUBMITTED_ON)
        assert one.pk == two.pk
        assert Claim.objects.filter(loan=loan).count() == 1


def test_a_performing_loan_cannot_be_claimed(stage: Stage) -> None:
    loan = make.npl_loan(stage.team)
    make.resume(stage.team, loan, date(2024, 12, 5))
    with scope.bank_scope(stage.team.pk), pytest.raises(Refused) as refusal:
        services.draft_claim(loan_id=loan.pk, by=stage.team.maker, on=make.SUBMITTED_ON)
    assert refusal.value.code == "not_non_performing"


@pytest.mark.parametrize("item", ["loan_contract", "iou", "credit_report", "balance_statement"])
def test_no_submission_with_an_item_missing(stage: Stage, item: str) -> None:
    claim = make.drafted_claim(stage.team, without=[item])
    with pytest.raises(Refused) as refusal:
        submit(claim, stage, make.SUBMITTED_ON)
    assert code_of(refusal) == ("evidence_missing", "19(2)")
    assert selectors.evidence_label(item) in str(refusal.value)


def test_what_raises_the_ratio_must_be_proven(stage: Stage) -> None:
    loan = make.npl_loan(stage.team)
    loan.features = ["green"]
    assert "feature_proof" in selectors.evidence_items(loan)
    loan.features = []
    assert "feature_proof" not in selectors.evidence_items(loan)


def test_a_file_that_is_no_document_is_refused_and_the_same_bytes_twice_are_once(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team, without=["iou"])
    with scope.bank_scope(stage.team.pk):
        with pytest.raises(Refused) as refusal:
            add(claim, stage, b"MZ\x90\x00 not a document", "iou.exe")
        assert refusal.value.code == "file_kind"
        one = add(claim, stage, make.pdf_bytes("iou"), "iou.pdf")
        two = add(claim, stage, make.pdf_bytes("iou"), "iou-again.pdf")
        assert one.pk == two.pk
        newer = add(claim, stage, make.pdf_bytes("a better scan"), "iou.pdf")
        assert list(Evidence.objects.filter(claim=claim, item="iou", superseded=False)) == [newer]
        assert Evidence.objects.filter(claim=claim, item="iou").count() == 2


def add(claim: Claim, stage: Stage, content: bytes, name: str) -> Evidence:
    return services.add_evidence(
        claim_id=claim.pk, item="iou", upload=content, name=name, by=stage.team.maker, on=make.SUBMITTED_ON
    )


def test_the_credit_report_must_be_described(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    with scope.bank_scope(stage.team.pk):
        claim = services.describe_claim(
            claim_id=claim.pk, by=stage.team.maker, on=make.SUBMITTED_ON, version=claim.version,
            credit_report_on=None, reported_balances=Decimal("0.00"),
        )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        submit(claim, stage, make.SUBMITTED_ON)
    assert refusal.value.code == "report_not_described"


def test_the_last_day_of_the_three_months_is_in_time_and_the_day_after_is_not(stage: Stage) -> None:
    late = make.drafted_claim(stage.team, on=date(2025, 3, 4))
    with pytest.raises(Refused) as refusal:
        submit(late, stage, date(2025, 3, 4))
    assert code_of(refusal) == ("claim_late", "19(2)")
    with scope.bank_scope(stage.team.pk):
        services.describe_claim(
            claim_id=late.pk, by=stage.team.maker, on=LAST_DAY, version=late.version,
            credit_report_on=date(2025, 2, 28), reported_balances=Decimal("1000000.00"),
        )  # fmt: skip
    assert submit(make.fresh(late), stage, LAST_DAY).state == Claim.State.SUBMITTED


def test_a_bank_on_the_dishonesty_list_cannot_file_but_what_is_filed_goes_on(stage: Stage) -> None:
    filed, draft = make.submitted_claim(stage.team), make.drafted_claim(stage.team)
    listed_dishonest(stage.team, date(2024, 12, 11))
    with pytest.raises(Refused) as refusal:
        submit(draft, stage, date(2024, 12, 11))
    assert code_of(refusal) == ("bank_dishonest", "30")
    claim = make.give_opinion(filed, stage.desk, date(2024, 12, 12))
    with scope.everything():
        services.decide(
            claim_id=claim.pk, by=stage.desk.approver, on=date(2024, 12, 12), version=claim.version, decision="pass",
            reason=make.REASON,
        )  # fmt: skip
    assert make.fresh(claim).state == Claim.State.APPROVED


def test_a_bank_whose_agreement_has_run_out_cannot_file(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    with scope.everything():
        Agreement.objects.filter(bank=stage.team.bank, counterparty="manager").update(valid_to=date(2024, 12, 9))
    with pytest.raises(Refused) as refusal:
        submit(claim, stage, make.SUBMITTED_ON)
    assert code_of(refusal) == ("agreement_missing", "7")


def test_findings_that_fail_are_on_record_and_the_bank_may_still_file(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team, balances="27000000.01")
    with scope.bank_scope(stage.team.pk):
        seen = services.evaluate(claim, make.SUBMITTED_ON)
    assert (seen.failed, seen.amount) == (["4"], Decimal("0.00"))
    claim = submit(claim, stage, make.SUBMITTED_ON)
    assert [one["article"] for one in claim.findings if one["outcome"] == "fail"] == ["4"]
    assert (claim.ratio, claim.amount) == (Decimal("0.00"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("balances", "ratio", "amount"),
    [
        ("2000000.00", "0.4000", "1000000.00"),
        ("2000000.01", "0.3000", "750000.00"),
        ("12000000.00", "0.3000", "750000.00"),
        ("12000000.01", "0.2000", "500000.00"),
        ("27000000.00", "0.2000", "500000.00"),
    ],
)
def test_the_balance_of_the_credit_report_chooses_the_step(
    stage: Stage, balances: str, ratio: str, amount: str
) -> None:
    claim = submit(make.drafted_claim(stage.team, balances=balances), stage, make.SUBMITTED_ON)
    assert (claim.ratio, claim.amount) == (Decimal(ratio), Decimal(amount))


def test_whoever_prepared_it_cannot_submit_it_and_another_bank_knows_nothing_of_it(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    stranger = bank_team()
    with scope.bank_scope(stage.team.pk):
        with pytest.raises(NotPermitted):
            services.submit_claim(claim_id=claim.pk, by=stage.team.maker, on=make.SUBMITTED_ON, version=claim.version)
        with pytest.raises(NotPermitted):
            services.submit_claim(claim_id=claim.pk, by=stranger.checker, on=make.SUBMITTED_ON, version=claim.version)
        turned = person("bank_checker", stage.team.bank)
        hats.wear(claim, turned, "maker")
        with pytest.raises(SamePerson):
            services.submit_claim(claim_id=claim.pk, by=turned, on=make.SUBMITTED_ON, version=claim.version)
    with scope.bank_scope(stranger.pk), pytest.raises(Claim.DoesNotExist):
        services.submit_claim(claim_id=claim.pk, by=stranger.checker, on=make.SUBMITTED_ON, version=claim.version)


def test_a_page_that_is_out_of_date_changes_nothing(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    with scope.bank_scope(stage.team.pk), pytest.raises(Stale):
        services.submit_claim(claim_id=claim.pk, by=stage.team.checker, on=make.SUBMITTED_ON, version=claim.version - 1)
    assert make.fresh(claim).state == Claim.State.DRAFT


def test_filing_closes_the_claim_period_and_withdrawing_opens_it_again(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    with scope.everything():
        assert Deadline.objects.get(subject_id=claim.loan_id, kind="claim_period").fulfilled_on == make.SUBMITTED_ON
    with scope.bank_scope(stage.team.pk):
        services.withdraw_claim(
            claim_id=claim.pk, by=stage.team.checker, on=date(2024, 12, 11), version=claim.version, reason="材料有误"
        )
    with scope.everything():
        period = Deadline.objects.get(subject_id=claim.loan_id, kind="claim_period")
        assert (period.fulfilled_on, period.closes_on) == (None, LAST_DAY)
        assert Deadline.objects.get(subject_id=claim.pk, kind="review_period").dropped_on == date(2024, 12, 11)
        assert not selectors.on_file(claim.loan)
    with scope.bank_scope(stage.team.pk):
        again = services.draft_claim(loan_id=claim.loan_id, by=stage.team.maker, on=date(2024, 12, 12))
    assert again.pk != claim.pk


def test_a_determination_before_the_transition_is_held_and_its_clock_stands(stage: Stage) -> None:
    """Reading 20: determined under the former edition, whose text is not at hand."""
    loan = make.npl_loan(stage.team)
    with scope.everything():
        Determination.objects.filter(loan=loan).update(determined_on=date(2023, 8, 9))
    claim = make.drafted_claim(stage.team, loan)
    with scope.bank_scope(stage.team.pk):
        seen = services.evaluate(claim, make.SUBMITTED_ON)
    assert seen.held
    held = [one.article for one in seen.findings if one.outcome == "hold"]
    assert held == ["21"]
    claim = submit(claim, stage, make.SUBMITTED_ON)
    assert (claim.state, claim.decide_by, claim.first_submitted_on) == ("held", None, make.SUBMITTED_ON)
    with scope.everything(), pytest.raises(Refused) as refusal:
        services.give_opinion(
            claim_id=claim.pk, by=stage.desk.reviewer, on=date(2024, 12, 11), version=claim.version, opinion="pass",
            reason=make.REASON,
        )  # fmt: skip
    assert refusal.value.code == "not_under_review"
