"""What a bank's people do with one loan, by the words of the script. The maker prepares, the checker submits."""

from __future__ import annotations

import datetime
from decimal import Decimal

from claims import selectors as claims_selectors
from claims import services as claims
from claims.models import Claim, EndingRequest, Question, Upgrade
from loans import services as loans
from loans.forms import filled_in
from loans.models import ClassificationRequest, Correction, Extension, Loan, WithdrawalRequest
from loans.services.correction import declared
from pool import storage
from pool.rules import add_months
from pool.selectors import refs
from recovery import services as recovery
from recovery.models import Closing, Recovery, Settlement

from .cases import Case, verb
from .papers import sample
from .stage import Stage
from .troubles import Trouble

BAD = "本金或利息逾期超过 90 天"
ANSWER = "贷款资金受托支付给原材料供应商，受托支付凭证、采购合同和发票附后，用途为本企业生产经营。"
BETTER = "借款人已恢复正常还本付息"


# --- the classification -----------------------------------------------------------------------------------------------


@verb
def classified(case: Case, word: str, balance: str = "") -> None:
    """Prepared by the maker: 正常 … 损失, with what is still owed."""
    with case.maker() as (by, on):
        loans.prepare_classification(
            loan_id=case.loan.pk, after=word, on_date=on, by=by, on=on, reason=BAD,
            principal_balance=Decimal(balance) if balance else case.life.npl_balance,
        )  # fmt: skip


@verb
def classification_submitted(case: Case) -> None:
    with case.checker() as (by, on):
        request = case.newest(ClassificationRequest)
        loans.submit_classification(request_id=request.pk, by=by, on=on, version=request.version)


@verb
def classification_cancelled(case: Case) -> None:
    with case.maker() as (by, on):
        request = case.newest(ClassificationRequest)
        loans.cancel_classification(request_id=request.pk, by=by, on=on, version=request.version)


@verb
def determined(case: Case, word: str = "substandard", balance: str = "") -> None:
    """Non-performing, by both people on one day."""
    classified(case, word, balance)
    classification_submitted(case)


@verb
def ending_prepared(case: Case, ending: str = "upgraded") -> None:
    with case.maker() as (by, on):
        claims.prepare_ending(
            loan_id=case.loan.pk, ending=ending, classification="normal", ended_on=on, by=by, on=on,
            reason=BETTER if ending == "upgraded" else "系统误操作，借款人并未逾期",
        )  # fmt: skip


@verb
def ending_submitted(case: Case) -> None:
    with case.checker() as (by, on):
        request = case.newest(EndingRequest)
        end = claims.upgrade_unpaid if request.ending == "upgraded" else claims.void_determination
        end(request_id=request.pk, by=by, on=on, version=request.version)


@verb
def ending_cancelled(case: Case) -> None:
    with case.maker() as (by, on):
        request = case.newest(EndingRequest)
        claims.cancel_ending(request_id=request.pk, by=by, on=on, version=request.version)


# --- the entry itself -------------------------------------------------------------------------------------------------


@verb
def extension_prepared(case: Case, months: str) -> None:
    """Agreed on the day it is entered, for so many months more."""
    with case.maker() as (by, on):
        later = add_months(case.loan.due_on, int(months))
        paper = sample("展期协议", f"借据号：{case.life.iou_number}", f"展期至：{later}")
        loans.prepare_extension(
            loan_id=case.loan.pk, extended_to=later, agreed_on=on, agreement=paper, name="展期协议.pdf", by=by, on=on,
            reason="主要客户回款延后，经双方协商展期。",
        )  # fmt: skip


@verb
def extension_submitted(case: Case) -> None:
    with case.checker() as (by, on):
        request = case.newest(Extension)
        loans.extend_loan(request_id=request.pk, by=by, on=on, version=request.version)


@verb
def extension_cancelled(case: Case) -> None:
    with case.maker() as (by, on):
        request = case.newest(Extension)
        loans.cancel_extension(request_id=request.pk, by=by, on=on, version=request.version)


@verb
def correction_prepared(case: Case, field: str, text: str) -> None:
    with case.maker() as (by, on):
        cells = {
            key: "、".join(value) if isinstance(value, list) else str(value)
            for key, value in filled_in(declared(case.loan)).items()
        }
        loans.prepare_correction(
            loan_id=case.loan.pk, cells={**cells, field: text}, by=by, on=on, reason="录入时看错行，按原件更正。"
        )


@verb
def correction_submitted(case: Case) -> None:
    with case.checker() as (by, on):
        request = case.newest(Correction)
        loans.correct_loan(request_id=request.pk, by=by, on=on, version=request.version)


@verb
def correction_cancelled(case: Case) -> None:
    with case.maker() as (by, on):
        request = case.newest(Correction)
        loans.cancel_correction(request_id=request.pk, by=by, on=on, version=request.version)


# --- out of the library -----------------------------------------------------------------------------------------------


@verb
def withdrawal_prepared(case: Case) -> None:
    with case.maker() as (by, on):
        loans.prepare_withdrawal(loan_id=case.loan.pk, reason="重复录入，撤回", by=by, on=on)


@verb
def withdrawal_submitted(case: Case) -> None:
    with case.checker() as (by, on):
        request = case.newest(WithdrawalRequest)
        loans.withdraw_loan(request_id=request.pk, by=by, on=on, version=request.version)


@verb
def withdrawal_cancelled(case: Case) -> None:
    with case.maker() as (by, on):
        request = case.newest(WithdrawalRequest)
        loans.cancel_withdrawal(request_id=request.pk, by=by, on=on, version=request.version)


@verb
def paid_off(case: Case, day: str) -> None:
    """The maker has put it on the list of loans that were paid off."""
    with case.maker() as (by, on):
        item = recovery.PaidOff(case.loan.pk, datetime.date.fromisoformat(day))
        recovery.prepare_paid_off(items=[item], by=by, on=on)


@verb
def paid_off_closed(case: Case) -> None:
    with case.checker() as (by, on):
        closing = case.newest(Closing)
        recovery.close_paid_off(closing_id=closing.pk, by=by, on=on, version=closing.version)


@verb
def closing_cancelled(case: Case) -> None:
    with case.maker() as (by, on):
        closing = case.newest(Closing)
        recovery.cancel_closing(closing_id=closing.pk, by=by, on=on, version=closing.version, reason="日期填写有误")


# --- the claim --------------------------------------------------------------------------------------------------------


@verb
def drafted(case: Case, *lacking: str) -> None:
    """A draft with every document but those that are `lacking`."""
    with case.maker() as (by, on):
        loan = case.loan
        claim = claims.draft_claim(
            loan_id=loan.pk, by=by, on=on, credit_report_on=refs(on).calendar.add_workdays(on, -3),
            reported_balances=loan.other_balances,
        )  # fmt: skip
        for item in claims_selectors.evidence_items(loan):
            if item not in lacking:
                label = claims_selectors.evidence_label(item)
                paper = sample(label, f"借据号：{loan.loan_number}", f"借款人：{loan.borrower_name}", f"日期：{on}")
                claims.add_evidence(claim_id=claim.pk, item=item, upload=paper, name=f"{label}.pdf", by=by, on=on)


@verb
def filed(case: Case) -> None:
    """The checker submits the claim."""
    with case.checker() as (by, on):
        claim = case.newest(Claim)
        claims.submit_claim(claim_id=claim.pk, by=by, on=on, version=claim.version)


@verb
def claimed(case: Case) -> None:
    """Drafted and filed on one day."""
    drafted(case)
    filed(case)


@verb
def answered(case: Case) -> None:
    """The reply to the open question, with every paper that it asked for."""
    with case.maker() as (by, on):
        question = Question.objects.get(claim=case.newest(Claim), state=Question.State.ASKED)
        for item in question.items:
            label = claims_selectors.evidence_label(item)
            paper = sample(f"{label}（补充）", f"借据号：{case.loan.loan_number}", f"日期：{on}")
            claims.add_question_paper(
                question_id=question.pk, item=item, upload=paper, name=f"{label}.pdf", by=by, on=on
            )
        version = Question.objects.get(pk=question.pk).version
        claims.prepare_reply(question_id=question.pk, by=by, on=on, version=version, reply=ANSWER)
    with case.checker() as (by, on):
        claims.submit_reply(question_id=question.pk, by=by, on=on, version=version + 1)


@verb
def claim_withdrawn(case: Case) -> None:
    with case.checker() as (by, on):
        claim = case.newest(Claim)
        claims.withdraw_claim(claim_id=claim.pk, by=by, on=on, version=claim.version, reason="借款人正在办理还款")


@verb
def re_examination_asked(case: Case) -> None:
    with case.checker() as (by, on):
        claim = case.newest(Claim)
        claims.ask_re_examination(
            claim_id=claim.pk, by=by, on=on, version=claim.version, reason="我行已补充说明材料，请予复核"
        )


@verb
def transferred(case: Case) -> None:
    """To the compensation library, after the money has arrived."""
    with case.checker() as (by, on):
        claim = case.newest(Claim)
        claims.transfer_to_compensation(claim_id=claim.pk, by=by, on=on, version=claim.version)


# --- upgrade after compensation ---------------------------------------------------------------------------------------


@verb
def upgrade_prepared(case: Case) -> None:
    with case.maker() as (by, on):
        claims.apply_upgrade(
            loan_id=case.loan.pk, classification="special_mention", upgraded_on=on, reason=BETTER, by=by, on=on
        )


@verb
def upgrade_filed(case: Case) -> None:
    with case.checker() as (by, on):
        upgrade = case.newest(Upgrade)
        claims.submit_upgrade(upgrade_id=upgrade.pk, by=by, on=on, version=upgrade.version)


@verb
def upgrade_cancelled(case: Case) -> None:
    with case.maker() as (by, on):
        upgrade = case.newest(Upgrade)
        claims.cancel_upgrade(upgrade_id=upgrade.pk, by=by, on=on, version=upgrade.version)


# --- recoveries and the end -------------------------------------------------------------------------------------------


@verb
def recovery_noted(case: Case, amount: str, received: str, principal: str = "") -> None:
    """The maker writes an instalment down."""
    with case.maker() as (by, on):
        recovery.report_recovery(
            loan_id=case.loan.pk, received_on=datetime.date.fromisoformat(received), amount=Decimal(amount),
            principal_part=Decimal(principal or amount), method=Recovery.Method.COLLECTION, by=by, on=on,
            note_text="诉讼执行回款",
        )  # fmt: skip


@verb
def recovery_reported(case: Case) -> None:
    with case.checker() as (by, on):
        row = case.newest(Recovery)
        recovery.submit_recovery(recovery_id=row.pk, by=by, on=on, version=row.version)


@verb
def recovery_cancelled(case: Case) -> None:
    with case.maker() as (by, on):
        row = case.newest(Recovery)
        recovery.cancel_recovery(recovery_id=row.pk, by=by, on=on, version=row.version, reason="金额填写有误")


@verb
def recovered(case: Case, amount: str, received: str, principal: str = "") -> None:
    """An instalment written down and reported on one day."""
    recovery_noted(case, amount, received, principal)
    recovery_reported(case)


@verb
def settlement_prepared(case: Case, ended: str) -> None:
    with case.maker() as (by, on):
        recovery.apply_settlement(
            loan_id=case.loan.pk, disposal_ended_on=datetime.date.fromisoformat(ended), by=by, on=on,
            summary="抵质押物及保证人财产均已处置完毕，无其他可执行财产。",
        )  # fmt: skip


@verb
def settlement_filed(case: Case) -> None:
    with case.checker() as (by, on):
        row = case.newest(Settlement)
        recovery.submit_settlement(settlement_id=row.pk, by=by, on=on, version=row.version)


@verb
def settlement_cancelled(case: Case) -> None:
    with case.maker() as (by, on):
        row = case.newest(Settlement)
        recovery.cancel_settlement(settlement_id=row.pk, by=by, on=on, version=row.version, reason="尚有财产线索待查")


@verb
def write_off_prepared(case: Case, loss: str) -> None:
    with case.maker() as (by, on):
        paper = sample("核销证明材料", f"借据号：{case.life.iou_number}", f"核销金额：{loss} 元")
        proof = storage.keep(paper, name="核销证明材料.pdf", purpose="write_off_proof", by=by, bank=by.institution)
        recovery.apply_write_off(
            loan_id=case.loan.pk, written_off_on=on, loss_amount=Decimal(loss), evidence=proof, by=by, on=on,
            responsibility="已完成责任认定，经办人员尽职免责。",
            reason="借款人破产程序终结，经两次拍卖流拍，无可供执行财产。",
        )  # fmt: skip


@verb
def write_off_filed(case: Case) -> None:
    with case.checker() as (by, on):
        closing = case.newest(Closing)
        recovery.submit_write_off(closing_id=closing.pk, by=by, on=on, version=closing.version)


def goes_bad(stage: Stage, one: Trouble) -> None:
    """A loan that is not followed further; its bank has three months to claim."""
    with stage.acting(f"{one.bank.lower()}-maker") as (by, on):
        loan = Loan.objects.filter(bank=by.institution, loan_number=one.iou_number).first()
        if loan is None:
            return  # held back at the door by a rule
        request = loans.prepare_classification(
            loan_id=loan.pk, after=one.classification, on_date=on, principal_balance=one.principal_balance, by=by,
            on=on, reason=BAD,
        )  # fmt: skip
    with stage.acting(f"{one.bank.lower()}-checker") as (by, on):
        loans.submit_classification(request_id=request.pk, by=by, on=on, version=request.version)
