"""What ends a determination: before payment the claim lapses, after it all that was compensated comes back (19(5))."""

from datetime import date
from decimal import Decimal

import pytest

from banks.models import Standing
from claims import services
from claims.models import Claim, PapersPacket, Upgrade
from loans.models import Determination, Loan
from pool import hats, scope
from pool.errors import NotPermitted, Refused, SamePerson
from pool.ledger import services as ledger
from pool.ledger.services import Item
from pool.models import Deadline
from pool.services.verification import verify
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.factories.loans import determine
from tests.factories.people import person

pytestmark = pytest.mark.django_db
DAY = date(2024, 12, 27)
LATER = date(2025, 1, 10)


def end(stage: Stage, loan: Loan, on: date, ending: str = "upgraded", by: object = None) -> object:
    request = make.prepared_ending(stage.team, loan, on, ending=ending)
    service = services.upgrade_unpaid if ending == "upgraded" else services.void_determination
    with scope.bank_scope(stage.team.pk):
        return service(request_id=request.pk, by=by or stage.team.checker, on=on, version=request.version)


@pytest.mark.parametrize("ending", ["upgraded", "voided"])
def test_before_payment_the_claim_lapses_and_the_loan_performs_again(stage: Stage, ending: str) -> None:
    claim = make.approved_claim(stage.team, stage.desk)
    end(stage, claim.loan, DAY, ending)
    with scope.everything():
        loan = Loan.objects.get(pk=claim.loan_id)
        assert (loan.state, loan.classification) == (Loan.State.ENTERED, "normal")
        assert Determination.objects.get(loan=loan).ending == ending
        assert Standing.objects.get(bank=stage.team.bank).npl_principal == 0
        assert not Deadline.objects.filter(subject_id=claim.pk, fulfilled_on=None, dropped_on=None).exists()
    assert make.fresh(claim).state == Claim.State.LAPSED


def test_a_planned_claim_that_lapses_frees_its_money_and_its_packet(stage: Stage) -> None:
    claim = make.cleared_claim(stage.team, stage.desk)
    make.money("1000000.00", stage.desk)
    plan = make.issued_plan([claim], stage.desk, on=date(2024, 12, 26))
    payment = make.prepared_payment(plan, stage.team, stage.desk, on=DAY)
    end(stage, claim.loan, DAY)
    with scope.everything():
        assert ledger.available() == Decimal("1000000.00")
        assert ledger.reserved_for(claim.pk) == 0
        assert make.fresh(payment).state == "failed"
        assert make.packet_of(plan, stage.team).state == PapersPacket.State.VOID
    assert make.fresh(claim).state == Claim.State.LAPSED


def test_while_a_transfer_is_under_way_nothing_is_upgraded(stage: Stage) -> None:
    claim = make.cleared_claim(stage.team, stage.desk)
    make.money("1000000.00", stage.desk)
    plan = make.issued_plan([claim], stage.desk, on=date(2024, 12, 26))
    make.instructed_payment(plan, stage.team, stage.desk, on=DAY)
    with pytest.raises(Refused) as refusal:
        make.prepared_ending(stage.team, claim.loan, DAY)
    assert refusal.value.code == "instructed"


def test_two_people_of_the_bank_end_a_determination(stage: Stage) -> None:
    loan = make.npl_loan(stage.team)
    with pytest.raises(NotPermitted):
        end(stage, loan, DAY, by=stage.team.maker)
    with scope.bank_scope(stage.team.pk):
        request = loan.ending_requests.get()
        turned = person("bank_checker", stage.team.bank)
        hats.wear(request, turned, "maker")
        with pytest.raises(SamePerson):
            services.upgrade_unpaid(request_id=request.pk, by=turned, on=DAY, version=request.version)
        with pytest.raises(Refused) as refusal:
            services.void_determination(request_id=request.pk, by=stage.team.checker, on=DAY, version=request.version)
    assert refusal.value.code == "other_ending"


def test_an_upgrade_is_to_a_class_that_performs(stage: Stage) -> None:
    loan = make.npl_loan(stage.team)
    with pytest.raises(Refused) as refusal:
        make.prepared_ending(stage.team, loan, DAY, classification="doubtful")
    assert (refusal.value.code, refusal.value.article) == ("not_upgraded", "19(5)")


def test_after_the_compensation_everything_paid_is_due_and_the_loan_is_back(stage: Stage) -> None:
    claim = make.paid_claim(stage.team, stage.desk, transferred=True)
    upgrade = make.approved_upgrade(claim, stage.team, stage.desk, LATER)
    assert (upgrade.refund_due, upgrade.refund_by) == (Decimal("1000000.00"), date(2025, 2, 7))
    with scope.everything():
        loan = Loan.objects.get(pk=claim.loan_id)
        assert (loan.state, loan.library, loan.classification) == ("entered", "loan", "normal")
        assert Deadline.objects.get(subject_id=upgrade.pk, kind="refund_period").article == "19(5)"
        assert Standing.objects.get(bank=stage.team.bank).npl_principal == 0


def test_what_recoveries_have_returned_is_not_asked_for_again(stage: Stage) -> None:
    claim = make.paid_claim(stage.team, stage.desk, transferred=True)
    with scope.everything():
        ledger.receive_return(
            key="return:1", item=Item(claim.pk, claim.bank_id, Decimal("133333.33")), on=LATER,
            prepared_by=stage.desk.clerk, approved_by=stage.desk.finance_approver,
        )  # fmt: skip
    upgrade = make.approved_upgrade(claim, stage.team, stage.desk, LATER)
    assert upgrade.refund_due == Decimal("866666.67")
    with scope.everything():
        with pytest.raises(Refused) as refusal:
            refund(upgrade, stage, "866666.66")
        assert refusal.value.code == "amount_differs"
        upgrade = refund(upgrade, stage, "866666.67")
        upgrade = services.confirm_refund(
            upgrade_id=upgrade.pk, by=stage.desk.finance_approver, on=LATER, version=upgrade.version
        )
        assert ledger.net_compensation(claim.pk) == 0
    assert upgrade.state == Upgrade.State.REFUNDED
    assert make.fresh(claim).state == Claim.State.REFUNDED


def refund(upgrade: Upgrade, stage: Stage, amount: str) -> Upgrade:
    return services.enter_refund(
        upgrade_id=upgrade.pk, by=stage.desk.clerk, on=LATER, version=upgrade.version, amount=Decimal(amount),
        refunded_on=LATER, bank_reference="TK1",
    )  # fmt: skip


def test_not_claimable_again_until_the_refund_is_complete(stage: Stage) -> None:
    claim = make.paid_claim(stage.team, stage.desk, transferred=True)
    upgrade = make.approved_upgrade(claim, stage.team, stage.desk, LATER)
    again = date(2025, 1, 15)
    determine(stage.team, claim.loan, again)
    with scope.bank_scope(stage.team.pk), pytest.raises(Refused) as refusal:
        services.draft_claim(loan_id=claim.loan_id, by=stage.team.maker, on=again)
    assert (refusal.value.code, refusal.value.article) == ("refund_outstanding", "19(5)")
    with scope.everything():
        upgrade = refund(upgrade, stage, "1000000.00")
        services.confirm_refund(
            upgrade_id=upgrade.pk, by=stage.desk.finance_approver, on=again, version=upgrade.version
        )
        services.confirm_refund(
            upgrade_id=upgrade.pk, by=stage.desk.finance_approver, on=again, version=upgrade.version
        )
        assert ledger.net_compensation(claim.pk) == 0
    with scope.bank_scope(stage.team.pk):
        second = services.draft_claim(loan_id=claim.loan_id, by=stage.team.maker, on=again)
    assert second.determination_id != claim.determination_id


def test_a_loan_that_defaults_again_after_its_refund_is_compensated_again(stage: Stage) -> None:
    claim = make.paid_claim(stage.team, stage.desk, transferred=True)
    make.refunded_upgrade(claim, stage.team, stage.desk, LATER)
    loan = make.fresh(claim).loan
    determine(stage.team, loan, date(2025, 1, 15))
    filed = make.submitted_claim(stage.team, loan, date(2025, 1, 20))
    make.give_opinion(filed, stage.desk, date(2025, 1, 21))
    with scope.everything():
        services.decide(
            claim_id=filed.pk, by=stage.desk.approver, on=date(2025, 1, 22), version=make.fresh(filed).version,
            decision="pass", reason=make.REASON,
        )  # fmt: skip
    later = make.fresh(filed)
    plan = make.issued_plan(make.cleared_claims([later], stage.desk), stage.desk)
    make.posted_payment(plan, stage.team, stage.desk)
    with scope.everything():
        assert ledger.net_compensation(claim.pk) == 0
        assert ledger.net_compensation(later.pk) == later.amount
        assert [one.state for one in loan.claims.order_by("created_at")] == ["refunded", "paid"]
    assert verify(make.fresh(later).paid_on)["broken"] == {}


def test_two_managers_and_two_finance_people(stage: Stage) -> None:
    claim = make.paid_claim(stage.team, stage.desk, transferred=True)
    upgrade = make.applied_upgrade(claim, stage.team, LATER)
    with scope.everything():
        with pytest.raises(Refused):
            services.decide_upgrade(
                upgrade_id=upgrade.pk, by=stage.desk.approver, on=LATER, version=upgrade.version, approve=True,
                reason=make.REASON,
            )  # fmt: skip
        upgrade = services.review_upgrade(
            upgrade_id=upgrade.pk, by=stage.desk.reviewer, on=LATER, version=upgrade.version, agree=True,
            reason=make.REASON,
        )  # fmt: skip
        with pytest.raises(NotPermitted):
            services.decide_upgrade(
                upgrade_id=upgrade.pk, by=stage.desk.reviewer, on=LATER, version=upgrade.version, approve=True,
                reason=make.REASON,
            )  # fmt: skip
        refused = services.decide_upgrade(
            upgrade_id=upgrade.pk, by=stage.desk.approver, on=LATER, version=upgrade.version, approve=False,
            reason="依据不足",
        )  # fmt: skip
    assert refused.state == Upgrade.State.REFUSED
    assert make.fresh(claim).state == Claim.State.PAID


def test_a_late_application_is_taken_and_marked(stage: Stage) -> None:
    claim = make.paid_claim(stage.team, stage.desk, transferred=True)
    with scope.bank_scope(stage.team.pk):
        upgrade = services.apply_upgrade(
            loan_id=claim.loan_id, classification="normal", upgraded_on=LATER, reason="已恢复", by=stage.team.maker,
            on=LATER,
        )  # fmt: skip
        assert upgrade.apply_by == date(2025, 2, 7)
        upgrade = services.submit_upgrade(
            upgrade_id=upgrade.pk, by=stage.team.checker, on=date(2025, 2, 8), version=upgrade.version
        )
    assert (upgrade.applied_late, upgrade.state) == (True, Upgrade.State.APPLIED)


def test_a_loan_repaid_before_payment_voids_its_claim(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    with scope.everything():
        lapsed = services.lapse_repaid(loan_id=claim.loan_id, by=None, on=DAY)
        assert lapsed.state == Claim.State.LAPSED
        assert services.lapse_repaid(loan_id=claim.loan_id, by=None, on=DAY) is None
