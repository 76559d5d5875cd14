"""Claims at every stage, made through the services by the people whose work it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from claims import selectors, services
from claims.models import (
    Claim,
    EndingRequest,
    FundingPlan,
    Objection,
    PapersPacket,
    Payment,
    Publicity,
    Question,
    Reconsideration,
    Upgrade,
)
from loans.models import Loan
from pool import clock, scope
from pool.ledger import appropriations
from pool.models import BusinessDate, Role, User
from pool.selectors import edition, refs
from tests.factories.banks import payee_account
from tests.factories.loans import determined_loan, healthy_volume
from tests.factories.people import BankTeam, bank_team, person

ENTERED_ON = date(2024, 11, 20)
DETERMINED_ON = date(2024, 12, 2)
SUBMITTED_ON = date(2024, 12, 10)
REPORT_ON = date(2024, 12, 6)
REASON = "经核对申请材料，事实清楚"
_numbers = count(1)


def pdf_bytes(words: str = "") -> bytes:
    """A file that is a PDF by its first bytes, no two alike unless the words are."""
    return f"%PDF-1.4\n% {words or next(_numbers)}\n%%EOF\n".encode()


@dataclass
class Desk:
    """The people of the public bodies who work on a claim, each where another must be."""

    reviewer: User = field(default_factory=lambda: person(Role.MANAGER_REVIEWER))
    approver: User = field(default_factory=lambda: person(Role.MANAGER_APPROVER))
    second_reviewer: User = field(default_factory=lambda: person(Role.MANAGER_REVIEWER))
    second_approver: User = field(default_factory=lambda: person(Role.MANAGER_APPROVER))
    authority: User = field(default_factory=lambda: person(Role.AUTHORITY))
    second_authority: User = field(default_factory=lambda: person(Role.AUTHORITY))
    clerk: User = field(default_factory=lambda: person(Role.FINANCE_CLERK))
    finance_approver: User = field(default_factory=lambda: person(Role.FINANCE_APPROVER))
    supervisor: User = field(default_factory=lambda: person(Role.SUPERVISOR))


def good_team(name: str = "", volume: str = "200000000.00") -> BankTeam:
    """A bank with a payee account and so much good business that two bad loans do not suspend it."""
    team = bank_team(name)
    healthy_volume(team, volume, ENTERED_ON)
    payee_account(team, ENTERED_ON)
    return team


def money(amount: str, desk: Desk, on: date = ENTERED_ON) -> None:
    """Budget money in the pool's account."""
    with scope.everything():
        row = appropriations.enter(
            amount=Decimal(amount), document=f"深财企〔{on.year}〕{next(_numbers)}号", received_on=on,
            by=desk.supervisor, on=on,
        )  # fmt: skip
        appropriations.confirm(appropriation_id=row.pk, by=desk.finance_approver, on=on, version=row.version)


def fresh(row: Any) -> Any:
    """The row as it is now, whoever owns it; a claim with its loan at hand."""
    with scope.everything():
        rows = type(row).objects.select_related("loan", "bank") if isinstance(row, Claim) else type(row).objects
        return rows.get(pk=row.pk)


def npl_loan(team: BankTeam, balance: str = "2500000.00", **given: Any) -> Loan:
    return determined_loan(team, entered_on=ENTERED_ON, determined_on=DETERMINED_ON, balance=balance, **given)


def drafted_claim(
    team: BankTeam,
    loan: Loan | None = None,
    on: date = SUBMITTED_ON,
    *,
    without: Iterable[str] = (),
    balances: str | None = None,
    report_on: date | None = None,
    **given: Any,
) -> Claim:
    """A draft with its evidence (all but `without`) and what the credit report says."""
    loan = loan or npl_loan(team, **given)
    reach(on)
    with scope.bank_scope(team.pk):
        other = Decimal(balances) if balances is not None else loan.other_balances
        claim = services.draft_claim(
            loan_id=loan.pk, by=team.maker, on=on,
            credit_report_on=report_on or refs(on).calendar.add_workdays(on, -2), reported_balances=other,
        )  # fmt: skip
        for item in selectors.evidence_items(loan):
            if item not in set(without):
                services.add_evidence(
                    claim_id=claim.pk, item=item, upload=pdf_bytes(), name=f"{item}.pdf", by=team.maker, on=on
                )
    return fresh(claim)


def submitted_claim(team: BankTeam, loan: Loan | None = None, on: date = SUBMITTED_ON, **given: Any) -> Claim:
    claim = drafted_claim(team, loan, on, **given)
    with scope.bank_scope(team.pk):
        services.submit_claim(claim_id=claim.pk, by=team.checker, on=on, version=claim.version)
    return fresh(claim)


def reviewed_claim(team: BankTeam, desk: Desk, on: date | None = None, *, opinion: str = "pass", **given: Any) -> Claim:
    """The reviewer has given an opinion; the approver decides next."""
    claim = submitted_claim(team, **given)
    return give_opinion(claim, desk, on or after(claim.submitted_on, 1), opinion)


def give_opinion(claim: Claim, desk: Desk, on: date, opinion: str = "pass") -> Claim:
    reach(on)
    with scope.everything():
        services.give_opinion(
            claim_id=claim.pk, by=desk.reviewer, on=on, version=fresh(claim).version, opinion=opinion, reason=REASON
        )
    return fresh(claim)


def asked(claim: Claim, desk: Desk, on: date, items: Iterable[str] = (), text: str = "请说明资金去向") -> Question:
    """The reviewer's question to the bank."""
    reach(on)
    with scope.everything():
        return services.ask_bank(
            claim_id=claim.pk, by=desk.reviewer, on=on, version=fresh(claim).version, text=text, items=items
        )


def replied(question: Question, team: BankTeam, on: date, reply: str = "用于采购原材料，凭证附后") -> Question:
    """The maker has written the reply; the checker sends it next."""
    reach(on)
    with scope.bank_scope(team.pk):
        version = Question.objects.get(pk=question.pk).version
        return services.prepare_reply(question_id=question.pk, by=team.maker, on=on, version=version, reply=reply)


def answered(question: Question, team: BankTeam, on: date, reply: str = "用于采购原材料，凭证附后") -> Question:
    replied(question, team, on, reply)
    with scope.bank_scope(team.pk):
        version = Question.objects.get(pk=question.pk).version
        return services.submit_reply(question_id=question.pk, by=team.checker, on=on, version=version)


def approved_claim(team: BankTeam, desk: Desk, on: date | None = None, **given: Any) -> Claim:
    claim = reviewed_claim(team, desk, **given)
    return _decided(claim, desk, on or after(claim.submitted_on, 2), "pass")


def refused_claim(team: BankTeam, desk: Desk, on: date | None = None, **given: Any) -> Claim:
    claim = reviewed_claim(team, desk, opinion="refuse", **given)
    return _decided(claim, desk, on or after(claim.submitted_on, 2), "refuse")


def _decided(claim: Claim, desk: Desk, on: date, decision: str) -> Claim:
    reach(on)
    with scope.everything():
        services.decide(
            claim_id=claim.pk, by=desk.approver, on=on, version=claim.version, decision=decision, reason=REASON
        )
    return fresh(claim)


def posted_publicity(claims: Iterable[Claim], desk: Desk, on: date | None = None) -> Publicity:
    """A notice of approved claims, posted the day after the last decision unless told otherwise."""
    chosen = list(claims)
    on = on or after(max(claim.decided_on for claim in chosen), 1)
    reach(on)
    with scope.everything():
        return services.post_publicity(claim_ids=[claim.pk for claim in chosen], title="", by=desk.authority, on=on)


def left_out(claims: Iterable[Claim], desk: Desk, on: date) -> Claim:
    """The first of the claims, posted with the others and not carried by the correcting notice of the same day."""
    first, *others = claims
    posted = posted_publicity([first, *others], desk, on=on)
    with scope.everything():
        services.correct_publicity(
            publicity_id=posted.pk, by=desk.authority, on=on, version=posted.version, reason="名单有误",
            left_out=[first.pk],
        )  # fmt: skip
    return fresh(first)


def proposed_again(claim: Claim, desk: Desk, on: date) -> Reconsideration:
    """The reviewer wants the approval looked at anew."""
    reach(on)
    with scope.everything():
        return services.propose_reconsideration(
            claim_id=claim.pk, by=desk.reviewer, on=on, version=fresh(claim).version, reason="发现资质证明有误"
        )


def cleared_claims(claims: Iterable[Claim], desk: Desk, on: date | None = None) -> list[Claim]:
    """Published and passed without an objection."""
    chosen = list(claims)
    publicity = posted_publicity(chosen, desk, on)
    ended_on = publicity.last_day + timedelta(days=1)
    reach(ended_on)
    with scope.everything():
        services.end_publicity(publicity_id=publicity.pk, on=ended_on)
    return [fresh(claim) for claim in chosen]


def cleared_claim(team: BankTeam, desk: Desk, **given: Any) -> Claim:
    return cleared_claims([approved_claim(team, desk, **given)], desk)[0]


def objection_to(claim: Claim, on: date, text: str = "该企业已停业") -> Objection:
    """Somebody's objection to the claim's line of its notice."""
    with scope.everything():
        item = claim.publicity_items.get()
        return services.object_to(item_id=item.pk, name="李先生", contact="13800000000", text=text, on=on)


def issued_plan(claims: Iterable[Claim], desk: Desk, on: date | None = None) -> FundingPlan:
    """The money of cleared claims reserved by an issued plan."""
    ids = [claim.pk for claim in claims]
    with scope.everything():
        last = max(claim.publicity_items.get().publicity.last_day for claim in Claim.objects.filter(pk__in=ids))
        on = on or after(last, 1)
        reach(on)
        plan = services.draft_plan(by=desk.authority, on=on, claim_ids=ids, reason="分批下达")
        return services.issue_plan(plan_id=plan.pk, by=desk.second_authority, on=on, version=plan.version)


def packet_of(plan: FundingPlan, team: BankTeam) -> PapersPacket:
    with scope.everything():
        return PapersPacket.objects.get(plan=plan, bank_id=team.pk)


def submitted_papers(plan: FundingPlan, team: BankTeam, on: date | None = None) -> PapersPacket:
    on = on or after(plan.issued_on, 1)
    reach(on)
    packet = packet_of(plan, team)
    with scope.bank_scope(team.pk):
        for item in edition()["payment_papers"].words:
            services.add_paper(
                packet_id=packet.pk, item=item, upload=pdf_bytes(), name=f"{item}.pdf", by=team.maker, on=on
            )
        packet = fresh(packet)
        services.submit_papers(packet_id=packet.pk, by=team.checker, on=on, version=packet.version)
    return fresh(packet)


def complete_packet(plan: FundingPlan, team: BankTeam, desk: Desk, on: date | None = None) -> PapersPacket:
    packet = submitted_papers(plan, team, on)
    with scope.everything():
        services.accept_papers(packet_id=packet.pk, by=desk.clerk, on=packet.submitted_on, version=packet.version)
    return fresh(packet)


def prepared_payment(plan: FundingPlan, team: BankTeam, desk: Desk, on: date | None = None) -> Payment:
    packet = complete_packet(plan, team, desk, on)
    with scope.everything():
        return services.prepare_payment(
            packet_id=packet.pk, by=desk.clerk, on=packet.submitted_on, version=packet.version
        )


def instructed_payment(plan: FundingPlan, team: BankTeam, desk: Desk, on: date | None = None) -> Payment:
    payment = prepared_payment(plan, team, desk, on)
    with scope.everything():
        return services.approve_payment(
            payment_id=payment.pk, by=desk.finance_approver, on=payment.prepared_on, version=payment.version
        )


def posted_payment(plan: FundingPlan, team: BankTeam, desk: Desk, on: date | None = None) -> Payment:
    """The bank has the money: confirmed by two people, in the ledger."""
    payment = instructed_payment(plan, team, desk, on)
    value_date = after(payment.instructed_on, 1)
    reach(value_date)
    with scope.everything():
        payment = services.enter_confirmation(
            payment_id=payment.pk, by=desk.clerk, on=value_date, version=payment.version, value_date=value_date,
            bank_reference=f"HD{next(_numbers):08d}",
        )  # fmt: skip
        return services.confirm_payment(
            payment_id=payment.pk, by=desk.finance_approver, on=value_date, version=payment.version
        )


def paid_claim(
    team: BankTeam | None = None, desk: Desk | None = None, *, transferred: bool = False, **given: Any
) -> Claim:
    """One claim from the loan to the money; `transferred` moves it to the compensation library."""
    team, desk = team or good_team(), desk or Desk()
    claim = cleared_claim(team, desk, **given)
    money(str(claim.amount), desk)
    plan = issued_plan([claim], desk)
    posted_payment(plan, team, desk)
    return transferred_claim(claim, team) if transferred else fresh(claim)


def transferred_claim(claim: Claim, team: BankTeam, on: date | None = None) -> Claim:
    claim = fresh(claim)
    on = on or after(claim.paid_on, 1)
    reach(on)
    with scope.bank_scope(team.pk):
        services.transfer_to_compensation(claim_id=claim.pk, by=team.checker, on=on, version=claim.version)
    return fresh(claim)


def prepared_ending(
    team: BankTeam, loan: Loan, on: date, *, ending: str = "upgraded", classification: str = "normal"
) -> EndingRequest:
    reach(on)
    with scope.bank_scope(team.pk):
        return services.prepare_ending(
            loan_id=loan.pk, ending=ending, classification=classification, ended_on=on, by=team.maker, on=on,
            reason="借款人已恢复正常还本付息",
        )  # fmt: skip


def applied_upgrade(claim: Claim, team: BankTeam, on: date) -> Upgrade:
    """The bank's application to bring a compensated loan back, filed by the checker."""
    reach(on)
    with scope.bank_scope(team.pk):
        upgrade = services.apply_upgrade(
            loan_id=claim.loan_id, classification="normal", upgraded_on=on, reason="已恢复正常", by=team.maker, on=on
        )
        return services.submit_upgrade(upgrade_id=upgrade.pk, by=team.checker, on=on, version=upgrade.version)


def approved_upgrade(claim: Claim, team: BankTeam, desk: Desk, on: date) -> Upgrade:
    """Back in the loan library; the refund is due."""
    upgrade = applied_upgrade(claim, team, on)
    with scope.everything():
        upgrade = services.review_upgrade(
            upgrade_id=upgrade.pk, by=desk.reviewer, on=on, version=upgrade.version, agree=True, reason=REASON
        )
        return services.decide_upgrade(
            upgrade_id=upgrade.pk, by=desk.approver, on=on, version=upgrade.version, approve=True, reason=REASON
        )


def refunded_upgrade(claim: Claim, team: BankTeam, desk: Desk, on: date) -> Upgrade:
    """Everything that was compensated has come back, seen by two people."""
    upgrade = approved_upgrade(claim, team, desk, on)
    with scope.everything():
        upgrade = services.enter_refund(
            upgrade_id=upgrade.pk, by=desk.clerk, on=on, version=upgrade.version, amount=upgrade.refund_due,
            refunded_on=on, bank_reference=f"TK{next(_numbers):08d}",
        )  # fmt: skip
        return services.confirm_refund(upgrade_id=upgrade.pk, by=desk.finance_approver, on=on, version=upgrade.version)


def after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def reach(day: date) -> None:
    """The business date only moves forward; a test that tells of several claims may look back."""
    known = BusinessDate.objects.values_list("day", flat=True).first()
    if known is None or known < day:
        clock.set_day(day)


def suspend(team: BankTeam, on: date) -> Loan:
    """So large a bad loan that the bank is over the line of article 17."""
    return determined_loan(
        team, entered_on=ENTERED_ON, determined_on=on, balance="20000000.00", principal="20000000.00",
        credit_line="20000000.00", other_balances="0.00",
    )  # fmt: skip


def resume(team: BankTeam, loan: Loan, on: date) -> None:
    """The large loan is upgraded: the bank is back within the line."""
    request = prepared_ending(team, loan, on)
    with scope.bank_scope(team.pk):
        services.upgrade_unpaid(request_id=request.pk, by=team.checker, on=on, version=request.version)
