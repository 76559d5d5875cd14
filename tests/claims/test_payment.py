"""Papers, transfer, confirmation: two people at each, every gate asked again, each claim posted once (20(3))."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from banks import services as banks
from claims import services
from claims.models import Claim, FundingPlan, PapersPacket, Payment
from loans.models import Loan
from pool import hats, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.ledger import services as ledger
from pool.ledger.models import LedgerTransaction
from pool.models import Deadline, Role
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.factories.loans import healthy_volume
from tests.factories.people import bank_team, person
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
ISSUED = date(2024, 12, 26)
PAPERS = date(2024, 12, 27)


@built_once
def plan(stage: Stage) -> FundingPlan:
    claim = make.cleared_claim(stage.team, stage.desk)
    make.money("1000000.00", stage.desk)
    return make.issued_plan([claim], stage.desk, on=ISSUED)


def claim_of(plan: FundingPlan) -> Claim:
    with scope.everything():
        return plan.items.get().claim


def approve(payment: Payment, stage: Stage, by: object = None, on: date = PAPERS) -> Payment:
    with scope.everything():
        return services.approve_payment(
            payment_id=payment.pk, by=by or stage.desk.finance_approver, on=on, version=make.fresh(payment).version
        )


def enter(payment: Payment, stage: Stage, on: date = PAPERS, **given: object) -> Payment:
    values = {"value_date": on, "bank_reference": "HD1"} | given
    with scope.everything():
        return services.enter_confirmation(
            payment_id=payment.pk, by=stage.desk.clerk, on=on, version=make.fresh(payment).version, **values
        )


def confirm(payment: Payment, stage: Stage, by: object = None, on: date = PAPERS) -> Payment:
    with scope.everything():
        return services.confirm_payment(
            payment_id=payment.pk, by=by or stage.desk.finance_approver, on=on, version=make.fresh(payment).version
        )


@pytest.mark.parametrize("missing", ["account_confirmation", "receipt", "handler_id_copy", "power_of_attorney"])
def test_the_four_papers_by_name_or_no_submission(stage: Stage, plan: FundingPlan, missing: str) -> None:
    packet = make.packet_of(plan, stage.team)
    with scope.bank_scope(stage.team.pk):
        for item in {"account_confirmation", "receipt", "handler_id_copy", "power_of_attorney"} - {missing}:
            services.add_paper(
                packet_id=packet.pk, item=item, upload=make.pdf_bytes(), by=stage.team.maker, on=PAPERS, name="a.pdf"
            )
        with pytest.raises(Refused) as refusal:
            services.submit_papers(
                packet_id=packet.pk, by=stage.team.checker, on=PAPERS, version=make.fresh(packet).version
            )
    assert (refusal.value.code, refusal.value.article) == ("papers_missing", "19(3)")


def test_the_ten_days_run_from_the_complete_set_and_not_from_one_sent_back(stage: Stage, plan: FundingPlan) -> None:
    packet = make.submitted_papers(plan, stage.team, on=PAPERS)
    assert packet.pay_by == date(2025, 1, 6)
    with scope.everything():
        packet = services.return_papers(
            packet_id=packet.pk, by=stage.desk.clerk, on=date(2024, 12, 30), version=packet.version, reason="印章不清"
        )
    assert (packet.state, packet.pay_by) == (PapersPacket.State.OPEN, None)
    with scope.bank_scope(stage.team.pk):
        packet = services.submit_papers(
            packet_id=packet.pk, by=stage.team.checker, on=date(2025, 1, 2), version=packet.version
        )
    with scope.everything():
        packet = services.accept_papers(
            packet_id=packet.pk, by=stage.desk.clerk, on=date(2025, 1, 3), version=packet.version
        )
        assert (packet.complete_on, packet.pay_by) == (date(2025, 1, 2), date(2025, 1, 13))
        running = Deadline.objects.filter(subject_id=packet.pk, kind="payment_period", dropped_on=None)
        assert [row.closes_on for row in running] == [date(2025, 1, 13)]


def test_two_finance_people_and_each_claim_once(stage: Stage, plan: FundingPlan) -> None:
    payment = make.prepared_payment(plan, stage.team, stage.desk, on=PAPERS)
    with pytest.raises(NotPermitted):
        approve(payment, stage, by=stage.desk.clerk)
    payment = approve(payment, stage)
    with pytest.raises(Refused):
        approve(payment, stage)
    with pytest.raises(Refused) as refusal:
        confirm(payment, stage)
    assert refusal.value.code == "not_confirmed"
    payment = enter(payment, stage)
    with pytest.raises(NotPermitted):
        confirm(payment, stage, by=stage.desk.clerk)
    assert confirm(payment, stage).state == Payment.State.POSTED
    assert confirm(payment, stage).state == Payment.State.POSTED
    claim = make.fresh(claim_of(plan))
    with scope.everything():
        assert LedgerTransaction.objects.filter(key=f"payment:{claim.pk}").count() == 1
        assert ledger.net_compensation(claim.pk) == Decimal("1000000.00")
        assert Loan.objects.get(pk=claim.loan_id).state == Loan.State.COMPENSATED
        transfer = Deadline.objects.get(subject_id=claim.pk, kind="transfer_period")
        assert (transfer.closes_on, transfer.article) == (date(2025, 1, 20), "19(4)")


def test_a_person_with_the_other_hat_on_this_packet_is_refused(stage: Stage, plan: FundingPlan) -> None:
    payment = make.prepared_payment(plan, stage.team, stage.desk, on=PAPERS)
    with scope.everything():
        moved = person(Role.FINANCE_APPROVER)
        hats.wear(payment.packet, moved, "finance_clerk")
    with pytest.raises(SamePerson):
        approve(payment, stage, by=moved)


def test_prepared_twice_is_one_payment(stage: Stage, plan: FundingPlan) -> None:
    payment = make.prepared_payment(plan, stage.team, stage.desk, on=PAPERS)
    packet = make.packet_of(plan, stage.team)
    with scope.everything():
        again = services.prepare_payment(packet_id=packet.pk, by=stage.desk.clerk, on=PAPERS, version=packet.version)
    assert again.pk == payment.pk


def test_a_payee_changed_after_preparation_stops_the_transfer(stage: Stage, plan: FundingPlan) -> None:
    payment = make.prepared_payment(plan, stage.team, stage.desk, on=PAPERS)
    with scope.bank_scope(stage.team.pk):
        account = banks.enter_payee(
            bank_id=stage.team.pk, account_name=stage.team.bank.name, account_number="6222000000000000001",
            opening_bank="另一营业部", by=stage.team.maker, on=PAPERS,
        )  # fmt: skip
        banks.confirm_payee(account_id=account.pk, by=stage.team.checker, on=PAPERS, version=account.version)
    with pytest.raises(Refused) as refusal:
        approve(payment, stage)
    assert refusal.value.code == "changed_since_prepared"
    with scope.everything():
        services.fail_payment(
            payment_id=payment.pk, by=stage.desk.clerk, on=PAPERS, version=payment.version, failure="账户变更"
        )
        packet = make.packet_of(plan, stage.team)
        new = services.prepare_payment(packet_id=packet.pk, by=stage.desk.clerk, on=PAPERS, version=packet.version)
    assert new.payee_id == account.pk
    assert approve(new, stage).state == Payment.State.INSTRUCTED


def test_no_confirmed_account_no_payment(stage: Stage) -> None:
    team = bank_team()
    healthy_volume(team, "200000000.00", make.ENTERED_ON)
    claim = make.cleared_claim(team, stage.desk)
    make.money("1000000.00", stage.desk)
    found = make.issued_plan([claim], stage.desk, on=ISSUED)
    with pytest.raises(Refused) as refusal:
        make.prepared_payment(found, team, stage.desk, on=PAPERS)
    assert (refusal.value.code, refusal.value.article) == ("no_payee", "20(3)")


def test_over_the_line_nothing_is_paid_and_the_money_stays_reserved(stage: Stage, plan: FundingPlan) -> None:
    payment = make.prepared_payment(plan, stage.team, stage.desk, on=PAPERS)
    large = make.suspend(stage.team, date(2024, 12, 30))
    with pytest.raises(Refused) as refusal:
        approve(payment, stage, on=date(2024, 12, 30))
    assert (refusal.value.code, refusal.value.article) == ("suspended", "17")
    with scope.everything():
        assert ledger.reserved_for(claim_of(plan).pk) == Decimal("1000000.00")
    make.resume(stage.team, large, date(2024, 12, 31))
    assert approve(payment, stage, on=date(2024, 12, 31)).state == Payment.State.INSTRUCTED


def test_what_the_bank_confirms_is_recorded_even_if_the_bank_is_suspended_meanwhile(
    stage: Stage, plan: FundingPlan
) -> None:
    payment = make.instructed_payment(plan, stage.team, stage.desk, on=PAPERS)
    make.suspend(stage.team, date(2024, 12, 30))
    payment = enter(payment, stage, on=date(2024, 12, 30))
    assert confirm(payment, stage, on=date(2024, 12, 30)).state == Payment.State.POSTED


def test_the_classification_is_tested_again_at_the_payment(stage: Stage, plan: FundingPlan) -> None:
    payment = make.prepared_payment(plan, stage.team, stage.desk, on=PAPERS)
    with scope.everything():
        Loan.objects.filter(pk=claim_of(plan).loan_id).update(classification="normal")
    with pytest.raises(Refused) as refusal:
        approve(payment, stage)
    assert (refusal.value.code, refusal.value.article) == ("not_fit", "15(3)")


def test_a_failed_transfer_leaves_the_money_reserved_and_may_be_tried_again(stage: Stage, plan: FundingPlan) -> None:
    payment = make.instructed_payment(plan, stage.team, stage.desk, on=PAPERS)
    claim = claim_of(plan)
    assert make.fresh(claim).state == Claim.State.INSTRUCTED
    with scope.everything():
        with pytest.raises(NotPermitted):
            services.fail_payment(
                payment_id=payment.pk, by=stage.desk.clerk, on=PAPERS, version=payment.version, failure="退票"
            )
        services.fail_payment(
            payment_id=payment.pk, by=stage.desk.finance_approver, on=PAPERS, version=payment.version, failure="退票"
        )
        assert make.fresh(claim).state == Claim.State.PLANNED
        assert ledger.reserved_for(claim.pk) == Decimal("1000000.00")
        packet = make.packet_of(plan, stage.team)
        again = services.prepare_payment(packet_id=packet.pk, by=stage.desk.clerk, on=PAPERS, version=packet.version)
    again = enter(approve(again, stage), stage)
    assert confirm(again, stage).state == Payment.State.POSTED


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"value_date": PAPERS - timedelta(days=1)}, "value_date"),
        ({"value_date": PAPERS + timedelta(days=1)}, "value_date"),
        ({"bank_reference": "  "}, "reference_missing"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(
    stage: Stage, plan: FundingPlan, given: dict[str, object], code: str
) -> None:
    payment = make.instructed_payment(plan, stage.team, stage.desk, on=PAPERS)
    with pytest.raises(Refused) as refusal:
        enter(payment, stage, **given)
    assert refusal.value.code == code


def test_one_receipt_pays_one_transfer(stage: Stage, plan: FundingPlan) -> None:
    first = enter(make.instructed_payment(plan, stage.team, stage.desk, on=PAPERS), stage)
    confirm(first, stage)
    claim = make.cleared_claim(stage.team, stage.desk)
    make.money("1000000.00", stage.desk)
    second = make.instructed_payment(
        make.issued_plan([claim], stage.desk, on=ISSUED), stage.team, stage.desk, on=PAPERS
    )
    with pytest.raises(Refused) as refusal:
        enter(second, stage)
    assert refusal.value.code == "reference_used"


def test_a_receipt_the_second_person_does_not_find_is_entered_again(stage: Stage, plan: FundingPlan) -> None:
    payment = enter(make.instructed_payment(plan, stage.team, stage.desk, on=PAPERS), stage)
    with scope.everything():
        payment = services.reject_confirmation(
            payment_id=payment.pk,
            by=stage.desk.finance_approver,
            on=PAPERS,
            version=payment.version,
            reason="回单号不符",
        )
    assert (payment.state, payment.bank_reference) == (Payment.State.INSTRUCTED, "")
    assert confirm(enter(payment, stage, bank_reference="HD2"), stage).bank_reference == "HD2"


def test_a_page_out_of_date_instructs_nothing(stage: Stage, plan: FundingPlan) -> None:
    payment = make.prepared_payment(plan, stage.team, stage.desk, on=PAPERS)
    with scope.everything(), pytest.raises(Stale):
        services.approve_payment(
            payment_id=payment.pk, by=stage.desk.finance_approver, on=PAPERS, version=payment.version + 1
        )


def test_the_bank_moves_the_project_itself_once_the_money_is_there(stage: Stage, plan: FundingPlan) -> None:
    claim = make.fresh(claim_of(plan))
    with scope.bank_scope(stage.team.pk), pytest.raises(Refused) as refusal:
        services.transfer_to_compensation(claim_id=claim.pk, by=stage.team.checker, on=PAPERS, version=claim.version)
    assert (refusal.value.code, refusal.value.article) == ("not_compensated", "19(4)")
    make.posted_payment(plan, stage.team, stage.desk, on=PAPERS)
    claim = make.transferred_claim(claim, stage.team)
    with scope.bank_scope(stage.team.pk):
        again = services.transfer_to_compensation(
            claim_id=claim.pk, by=stage.team.checker, on=date(2025, 1, 3), version=claim.version
        )
        assert again.transferred_on == claim.transferred_on
        assert Loan.objects.get(pk=claim.loan_id).library == Loan.Library.COMPENSATION
    with scope.everything():
        assert Deadline.objects.get(subject_id=claim.pk, kind="transfer_period").fulfilled_on == claim.transferred_on
