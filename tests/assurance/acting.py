"""The acts of the model done for real: each by the person who is told to, on the row as it stands."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import Any

from claims import selectors
from claims import services as claims
from claims.models import Claim, FundingPlan, PapersPacket, Payment, Upgrade
from loans import services as loans
from loans.models import Loan
from pool import scope
from pool.models import User
from pool.selectors import edition, refs
from recovery import services as recovery
from recovery.models import Closing, Recovery, Return, Settlement
from tests.factories import claims as make
from tests.factories.people import BankTeam
from tests.factories.recovery import proof

BALANCE = Decimal("1000000.00")


class Case:
    """One loan of the machine with its bank and the public bodies' people."""

    def __init__(self, team: BankTeam, desk: make.Desk, loan_id: Any) -> None:
        self.team, self.desk, self.loan_id = team, desk, loan_id

    def act(self, name: str, by: User, on: date, amount: Decimal) -> Any:
        """In that person's own scope; what others must do beforehand is done by them."""
        ready = getattr(self, f"before_{name}", None)
        given = ready(on, amount) if ready else {}
        with self.as_seen_by(by):
            acts: Callable[..., Any] = getattr(self, name)
            return acts(by=by, on=on, **given)

    def as_seen_by(self, person: User) -> AbstractContextManager[None]:
        return scope.scope_for(person)

    def loan(self) -> Loan:
        with scope.everything():
            return Loan.objects.get(pk=self.loan_id)

    def claim(self) -> Claim:
        with scope.everything():
            return Claim.objects.filter(loan=self.loan_id).latest("created_at")

    def plan_row(self) -> FundingPlan:
        with scope.everything():
            return FundingPlan.objects.filter(items__claim=self.claim()).latest("created_at")

    def packet(self) -> PapersPacket:
        with scope.everything():
            return PapersPacket.objects.get(plan=self.plan_row(), bank=self.team.pk)

    def payment(self) -> Payment:
        with scope.everything():
            return Payment.objects.filter(packet=self.packet()).latest("created_at")

    def before_determine(self, on: date, _amount: Decimal) -> dict[str, Any]:
        with scope.bank_scope(self.team.pk):
            request = loans.prepare_classification(
                loan_id=self.loan_id, after="substandard", on_date=on, principal_balance=BALANCE, by=self.team.maker,
                on=on, reason="本金逾期 91 天",
            )  # fmt: skip
        return {"request": request}

    def determine(self, *, by: User, on: date, request: Any) -> Any:
        return loans.submit_classification(request_id=request.pk, by=by, on=on, version=request.version)

    def draft(self, *, by: User, on: date) -> Any:
        loan = self.loan()
        return claims.draft_claim(
            loan_id=loan.pk, by=by, on=on, credit_report_on=refs(on).calendar.add_workdays(on, -2),
            reported_balances=loan.other_balances,
        )  # fmt: skip

    def before_submit(self, on: date, _amount: Decimal) -> dict[str, Any]:
        """The evidence, by the maker."""
        claim = self.claim()
        with scope.bank_scope(self.team.pk):
            for item in selectors.evidence_items(self.loan()):
                claims.add_evidence(
                    claim_id=claim.pk, item=item, upload=make.pdf_bytes(), name="a.pdf", by=self.team.maker, on=on
                )
        return {}

    def submit(self, *, by: User, on: date) -> Any:
        claim = self.claim()
        return claims.submit_claim(claim_id=claim.pk, by=by, on=on, version=claim.version)

    def withdraw(self, *, by: User, on: date) -> Any:
        return self.take_back({"submitted", "reviewing"}, by=by, on=on)

    def give_up(self, *, by: User, on: date) -> Any:
        return self.take_back({"draft"}, by=by, on=on)

    def take_back(self, states: set[str], *, by: User, on: date) -> Any:
        claim = self.claim()
        assert claim.state in states, "another step of the model"
        return claims.withdraw_claim(claim_id=claim.pk, by=by, on=on, version=claim.version, reason="重新申请")

    def opinion(self, *, by: User, on: date) -> Any:
        claim = self.claim()
        return claims.give_opinion(
            claim_id=claim.pk, by=by, on=on, version=claim.version, opinion="pass", reason=make.REASON
        )

    def decide(self, *, by: User, on: date, decision: str = "pass") -> Any:
        claim = self.claim()
        return claims.decide(
            claim_id=claim.pk, by=by, on=on, version=claim.version, decision=decision, reason=make.REASON
        )

    def refuse(self, *, by: User, on: date) -> Any:
        return self.decide(by=by, on=on, decision="refuse")

    def publicise(self, *, by: User, on: date) -> Any:
        return claims.post_publicity(claim_ids=[self.claim().pk], title="", by=by, on=on)

    def plan(self, *, by: User, on: date) -> Any:
        return claims.draft_plan(by=by, on=on, claim_ids=[self.claim().pk], reason="分批下达")

    def issue(self, *, by: User, on: date) -> Any:
        plan = self.plan_row()
        return claims.issue_plan(plan_id=plan.pk, by=by, on=on, version=plan.version)

    def unplan(self, *, by: User, on: date) -> Any:
        plan = self.plan_row()
        return claims.withdraw_plan(plan_id=plan.pk, by=by, on=on, version=plan.version, reason="重新拟定")

    def before_papers(self, on: date, _amount: Decimal) -> dict[str, Any]:
        packet = self.packet()
        with scope.bank_scope(self.team.pk):
            for item in edition()["payment_papers"].words:
                claims.add_paper(
                    packet_id=packet.pk, item=item, upload=make.pdf_bytes(), name="a.pdf", by=self.team.maker, on=on
                )
            claims.submit_papers(packet_id=packet.pk, by=self.team.checker, on=on, version=self.packet().version)
        return {}

    def papers(self, *, by: User, on: date) -> Any:
        packet = self.packet()
        return claims.accept_papers(packet_id=packet.pk, by=by, on=on, version=packet.version)

    def prepare(self, *, by: User, on: date) -> Any:
        packet = self.packet()
        return claims.prepare_payment(packet_id=packet.pk, by=by, on=on, version=packet.version)

    def approve(self, *, by: User, on: date) -> Any:
        return self.on_payment(claims.approve_payment, by=by, on=on)

    def fail(self, *, by: User, on: date) -> Any:
        return self.on_payment(claims.fail_payment, by=by, on=on, failure="账号有误")

    def enter(self, *, by: User, on: date) -> Any:
        number = f"HD{self.payment().number}"
        return self.on_payment(claims.enter_confirmation, by=by, on=on, value_date=on, bank_reference=number)

    def confirm(self, *, by: User, on: date) -> Any:
        return self.on_payment(claims.confirm_payment, by=by, on=on)

    def on_payment(self, service: Callable[..., Any], **given: Any) -> Any:
        payment = self.payment()
        return service(payment_id=payment.pk, version=payment.version, **given)

    def transfer(self, *, by: User, on: date) -> Any:
        claim = self.claim()
        return claims.transfer_to_compensation(claim_id=claim.pk, by=by, on=on, version=claim.version)

    def before_recover(self, on: date, amount: Decimal) -> dict[str, Any]:
        with scope.bank_scope(self.team.pk):
            rows = Recovery.objects.filter(loan=self.loan_id, determination__ended_on=None).exclude(state="cancelled")
            left = BALANCE - sum((row.principal_part for row in rows), Decimal("0.00"))
            row = recovery.report_recovery(
                loan_id=self.loan_id, received_on=on, amount=amount, principal_part=min(amount, left),
                method="collection", by=self.team.maker, on=on,
            )  # fmt: skip
        return {"row": row}

    def recover(self, *, by: User, on: date, row: Recovery) -> Any:
        return recovery.submit_recovery(recovery_id=row.pk, by=by, on=on, version=row.version)

    def before_receive(self, on: date, _amount: Decimal) -> dict[str, Any]:
        with scope.everything():
            advice = Return.objects.filter(loan=self.loan_id, state="due").order_by("instalment").first()
            assert advice is not None
            entered = recovery.enter_return_receipt(
                return_id=advice.pk, amount=advice.amount, reference=f"FH{advice.number}", received_on=on,
                by=self.desk.clerk, on=on, version=advice.version,
            )  # fmt: skip
        return {"advice": entered}

    def receive(self, *, by: User, on: date, advice: Return) -> Any:
        return recovery.confirm_return_receipt(return_id=advice.pk, by=by, on=on, version=advice.version)

    def before_lapse(self, on: date, _amount: Decimal) -> dict[str, Any]:
        with scope.bank_scope(self.team.pk):
            request = claims.prepare_ending(
                loan_id=self.loan_id, ending="upgraded", classification="normal", ended_on=on, by=self.team.maker,
                on=on, reason="已恢复正常",
            )  # fmt: skip
        return {"request": request}

    def lapse(self, *, by: User, on: date, request: Any) -> Any:
        return claims.upgrade_unpaid(request_id=request.pk, by=by, on=on, version=request.version)

    def before_pay_off(self, on: date, _amount: Decimal) -> dict[str, Any]:
        with scope.bank_scope(self.team.pk):
            item = recovery.PaidOff(self.loan_id, on)
            (closing,) = recovery.prepare_paid_off(items=[item], by=self.team.maker, on=on)
        return {"closing": closing}

    def pay_off(self, *, by: User, on: date, closing: Any) -> Any:
        return recovery.close_paid_off(closing_id=closing.pk, by=by, on=on, version=closing.version)

    def latest(self, model: Any) -> Any:
        with scope.everything():
            return model.objects.filter(loan=self.loan_id).latest("created_at")

    def before_up_apply(self, on: date, _amount: Decimal) -> dict[str, Any]:
        with scope.bank_scope(self.team.pk):
            upgrade = claims.apply_upgrade(
                loan_id=self.loan_id, classification="normal", upgraded_on=on, reason="已恢复正常", by=self.team.maker,
                on=on,
            )  # fmt: skip
        return {"upgrade": upgrade}

    def up_apply(self, *, by: User, on: date, upgrade: Upgrade) -> Any:
        return claims.submit_upgrade(upgrade_id=upgrade.pk, by=by, on=on, version=upgrade.version)

    def on_upgrade(self, service: Callable[..., Any], **given: Any) -> Any:
        upgrade = self.latest(Upgrade)
        return service(upgrade_id=upgrade.pk, version=upgrade.version, **given)

    def up_review(self, *, by: User, on: date) -> Any:
        return self.on_upgrade(claims.review_upgrade, by=by, on=on, agree=True, reason=make.REASON)

    def up_decide(self, *, by: User, on: date, approve: bool = True) -> Any:
        return self.on_upgrade(claims.decide_upgrade, by=by, on=on, approve=approve, reason=make.REASON)

    def up_refuse(self, *, by: User, on: date) -> Any:
        return self.up_decide(by=by, on=on, approve=False)

    def refund(self, *, by: User, on: date) -> Any:
        owed, number = self.latest(Upgrade).refund_due, f"TK{self.latest(Upgrade).number}"
        return self.on_upgrade(
            claims.enter_refund, by=by, on=on, amount=owed or Decimal(0), refunded_on=on, bank_reference=number
        )

    def refund_reject(self, *, by: User, on: date) -> Any:
        return self.on_upgrade(claims.reject_refund, by=by, on=on, reason="回单有误")

    def refund_confirm(self, *, by: User, on: date) -> Any:
        return self.on_upgrade(claims.confirm_refund, by=by, on=on)

    def before_settle(self, on: date, _amount: Decimal) -> dict[str, Any]:
        with scope.bank_scope(self.team.pk):
            row = recovery.apply_settlement(
                loan_id=self.loan_id, disposal_ended_on=on, summary="处置完成", by=self.team.maker, on=on
            )
        return {"row": row}

    def settle(self, *, by: User, on: date, row: Settlement) -> Any:
        return recovery.submit_settlement(settlement_id=row.pk, by=by, on=on, version=row.version)

    def settle_accept(self, *, by: User, on: date, accept: bool = True) -> Any:
        row = self.latest(Settlement)
        return recovery.decide_settlement(
            settlement_id=row.pk, accept=accept, reason=make.REASON, by=by, on=on, version=row.version
        )

    def settle_refuse(self, *, by: User, on: date) -> Any:
        return self.settle_accept(by=by, on=on, accept=False)

    def settle_pass(self, *, by: User, on: date) -> Any:
        return recovery.pass_settled(loan_id=self.loan_id, by=by, on=on, version=self.loan().version)

    def on_closing(self, service: Callable[..., Any], **given: Any) -> Any:
        closing = self.latest(Closing)
        return service(closing_id=closing.pk, version=closing.version, **given)

    def settle_back(self, *, by: User, on: date) -> Any:
        return self.on_closing(recovery.send_back_settled, by=by, on=on, reason="请再核对")

    def settle_close(self, *, by: User, on: date) -> Any:
        return self.on_closing(recovery.close_settled, by=by, on=on)

    def before_write_off(self, on: date, _amount: Decimal) -> dict[str, Any]:
        with scope.bank_scope(self.team.pk):
            closing = recovery.apply_write_off(
                loan_id=self.loan_id, written_off_on=on, loss_amount=BALANCE, responsibility="已尽职",
                reason="无可执行财产", evidence=proof(self.team), by=self.team.maker, on=on,
            )  # fmt: skip
        return {"closing": closing}

    def write_off(self, *, by: User, on: date, closing: Closing) -> Any:
        return recovery.submit_write_off(closing_id=closing.pk, by=by, on=on, version=closing.version)

    def wo_back(self, *, by: User, on: date) -> Any:
        return self.on_closing(recovery.send_back_write_off, by=by, on=on, reason="材料不全")

    def office(state: str) -> Callable[..., Any]:
        """Makes the five methods below: the next office agrees, where the model thinks that it is its turn."""

        def agree(self: "Case", *, by: User, on: date) -> Any:
            assert self.latest(Closing).state == state, "another office's turn"
            return self.on_closing(recovery.pass_write_off, by=by, on=on, opinion=make.REASON)

        return agree

    wo_manager, wo_finance = office("applied"), office("manager_passed")
    wo_authority, wo_supervisor = office("finance_passed"), office("authority_approved")
    wo_close = office("supervisor_approved")
    del office
