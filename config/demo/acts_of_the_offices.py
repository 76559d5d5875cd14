"""What the public bodies do with one loan, by the words of the script, each on its own desk."""

from __future__ import annotations

from claims import phrases
from claims import services as claims
from claims.models import Claim, Objection, PublicityItem, Upgrade
from pool import scope
from pool.selectors import edition
from recovery import services as recovery
from recovery.models import Closing, Return, Settlement

from .cases import Case, verb

REASONS = {
    "pass": "经核对申请材料与入库信息，符合补偿条件，同意按核定比例补偿。",
    "refuse": "经核对，该项目不符合补偿条件，理由见规则核验结果。",
    "return": "信用报告页数不全，请补正后重新提交。",
}
OFFICES = {
    Closing.State.APPLIED: "reviewer1",
    Closing.State.MANAGER_PASSED: "finance1",
    Closing.State.FINANCE_PASSED: "authority1",
    Closing.State.AUTHORITY_APPROVED: "supervisor1",
    Closing.State.SUPERVISOR_APPROVED: "approver1",
}


# --- review -----------------------------------------------------------------------------------------------------------


@verb
def assigned(case: Case, who: str) -> None:
    """The approver gives the desk on which the claim lies to a person."""
    with case.office("approver1") as (by, on):
        claim = case.newest(Claim)
        person = case.stage.person(who).pk
        claims.assign_claim(claim_id=claim.pk, by=by, on=on, version=claim.version, person_id=person)


@verb
def asked(case: Case, provision: str, who: str = "reviewer1") -> None:
    """One of the canned questions, with the papers that it asks for."""
    with case.office(who) as (by, on):
        phrase = next(one for one in phrases.questions() if one.provision == provision)
        claim = case.newest(Claim)
        claims.ask_bank(
            claim_id=claim.pk, by=by, on=on, version=claim.version, text=phrase.text(edition()), items=phrase.evidence
        )


@verb
def opinion(case: Case, word: str = "pass", who: str = "reviewer1") -> None:
    """The first person's opinion."""
    with case.office(who) as (by, on):
        claim = case.newest(Claim)
        claims.give_opinion(claim_id=claim.pk, by=by, on=on, version=claim.version, opinion=word, reason=REASONS[word])


@verb
def decided(case: Case, word: str = "pass") -> None:
    """The decision, by another person."""
    with case.office("approver1") as (by, on):
        claim = case.newest(Claim)
        claims.decide(claim_id=claim.pk, by=by, on=on, version=claim.version, decision=word, reason=REASONS[word])


@verb
def corrected(case: Case, name: str, value: str) -> None:
    """The reviewer sets a verified fact beside the declared one."""
    with case.office("reviewer1") as (by, on):
        claim = case.newest(Claim)
        claims.correct_facts(
            claim_id=claim.pk, by=by, on=on, version=claim.version, corrections_={name: value},
            reason="以信用报告所载为准",
        )  # fmt: skip


@verb
def re_examined(case: Case, word: str) -> None:
    """The written conclusion of another pair."""
    opinion(case, word, "reviewer2")
    with case.office("approver2") as (by, on):
        claim = case.newest(Claim)
        claims.decide_re_examination(
            claim_id=claim.pk, by=by, on=on, version=claim.version, decision=word, conclusion=REASONS[word]
        )


# --- objections -------------------------------------------------------------------------------------------------------


@verb
def objected(case: Case) -> None:
    """Somebody who read the notice."""
    with scope.everything():
        item = PublicityItem.objects.filter(claim__loan=case.loan).latest("id")
        claims.object_to(
            item_id=item.pk, name="何先生", contact="13800000000", on=case.stage.day,
            text="该企业已于去年停止在本市经营，请核实。",
        )  # fmt: skip


@verb
def objection_reported(case: Case) -> None:
    with case.office("reviewer2") as (by, on):
        row = _objection(case)
        claims.report_objection(
            objection_id=row.pk, by=by, on=on, version=row.version, report="已实地走访并调取社保缴纳记录，情况附后。"
        )


@verb
def objection_decided(case: Case, word: str) -> None:
    """upheld or dismissed"""
    with case.office("authority2") as (by, on):
        row = _objection(case)
        reason = "经复核属实，予以移出。" if word == "upheld" else "经复核，企业仍在本市正常经营，异议不成立。"
        claims.decide_objection(
            objection_id=row.pk, by=by, on=on, version=row.version, uphold=word == "upheld", reason=reason
        )


def _objection(case: Case) -> Objection:
    found: Objection = Objection.objects.filter(item__claim__loan=case.loan).latest("id")
    return found


# --- upgrade after compensation ---------------------------------------------------------------------------------------


@verb
def upgrade_reviewed(case: Case, word: str = "pass") -> None:
    with case.office("reviewer1") as (by, on):
        row = case.newest(Upgrade)
        claims.review_upgrade(
            upgrade_id=row.pk, by=by, on=on, version=row.version, agree=word == "pass", reason="分类上调依据充分"
        )


@verb
def upgrade_decided(case: Case, word: str = "pass") -> None:
    with case.office("approver1") as (by, on):
        row = case.newest(Upgrade)
        claims.decide_upgrade(
            upgrade_id=row.pk, by=by, on=on, version=row.version, approve=word == "pass",
            reason="同意转回贷款项目库" if word == "pass" else "还款记录不足三期，暂不予转回",
        )  # fmt: skip


@verb
def refund_entered(case: Case) -> None:
    with case.office("finance1") as (by, on):
        row = case.newest(Upgrade)
        claims.enter_refund(
            upgrade_id=row.pk, by=by, on=on, version=row.version, amount=row.refund_due, refunded_on=on,
            bank_reference=f"TK{row.number}",
        )  # fmt: skip


@verb
def refund_confirmed(case: Case) -> None:
    with case.office("finance2") as (by, on):
        row = case.newest(Upgrade)
        claims.confirm_refund(upgrade_id=row.pk, by=by, on=on, version=row.version)


# --- returns, settlement, closing -------------------------------------------------------------------------------------


@verb
def return_entered(case: Case) -> None:
    """The clerk has found the money of the oldest open return."""
    with case.office("finance1") as (by, on):
        row = Return.objects.filter(loan=case.loan, state=Return.State.DUE).order_by("instalment")[0]
        recovery.enter_return_receipt(
            return_id=row.pk, amount=row.amount, reference=f"FH{row.number}", received_on=on, by=by, on=on,
            version=row.version,
        )  # fmt: skip


@verb
def return_confirmed(case: Case) -> None:
    with case.office("finance2") as (by, on):
        row = Return.objects.filter(loan=case.loan, state=Return.State.RECEIPT_ENTERED).order_by("instalment")[0]
        recovery.confirm_return_receipt(return_id=row.pk, by=by, on=on, version=row.version)


@verb
def returned(case: Case) -> None:
    """The oldest open return has come back and is posted."""
    return_entered(case)
    return_confirmed(case)


@verb
def settlement_decided(case: Case, word: str = "accepted") -> None:
    with case.office("reviewer1") as (by, on):
        row = case.newest(Settlement)
        reason = "" if word == "accepted" else "处置清单缺少评估报告，请补充"
        recovery.decide_settlement(
            settlement_id=row.pk, accept=word == "accepted", reason=reason, by=by, on=on, version=row.version
        )


@verb
def accounts_passed(case: Case) -> None:
    """The manager has settled the accounts."""
    with case.office("reviewer1") as (by, on):
        loan = case.loan
        recovery.pass_settled(loan_id=loan.pk, by=by, on=on, version=loan.version)


@verb
def accounts_closed(case: Case) -> None:
    """So has the finance centre."""
    with case.office("finance1") as (by, on):
        closing = case.newest(Closing)
        recovery.close_settled(closing_id=closing.pk, by=by, on=on, version=closing.version)


@verb
def accounts_sent_back(case: Case) -> None:
    with case.office("finance1") as (by, on):
        closing = case.newest(Closing)
        recovery.send_back_settled(
            closing_id=closing.pk, reason="末次返还回单尚未核对", by=by, on=on, version=closing.version
        )


@verb
def write_off_passed(case: Case, offices: str = "1") -> None:
    """The next offices of the chain agree."""
    for _ in range(int(offices)):
        with scope.everything():
            state = case.newest(Closing).state
        with case.office(OFFICES[state]) as (by, on):
            closing = case.newest(Closing)
            recovery.pass_write_off(
                closing_id=closing.pk, by=by, on=on, version=closing.version, opinion="材料齐全，同意"
            )


@verb
def write_off_sent_back(case: Case) -> None:
    with case.office("reviewer1") as (by, on):
        closing = case.newest(Closing)
        recovery.send_back_write_off(
            closing_id=closing.pk, reason="责任认定报告未加盖公章", by=by, on=on, version=closing.version
        )


@verb
def refusal_closed(case: Case) -> None:
    """The claim is refused for good; the manager closes the project."""
    with case.office("approver1") as (by, on):
        loan = case.loan
        recovery.close_refused(loan_id=loan.pk, by=by, on=on, version=loan.version, reason="终局不予补偿")
