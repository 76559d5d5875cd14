"""What happens after a payment, made through the services by the people whose work it is."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from banks.models import Violation
from claims import services as claims
from claims.models import Claim, Payment
from loans import services as uploads
from loans.models import Loan, Upload
from pool import clock, scope, storage
from pool.models import Role, StoredFile, User
from recovery import services
from recovery.columns import RECOVERY_SCHEMA
from recovery.models import Clawback, ClawbackReceipt, Closing, Package, Recovery, Return, Settlement
from tests.factories.banks import payee_account, proposed_sanction
from tests.factories.claims import (
    ENTERED_ON,
    Desk,
    after,
    cleared_claims,
    fresh,
    give_opinion,
    instructed_payment,
    issued_plan,
    money,
    npl_loan,
    paid_claim,
    pdf_bytes,
    submitted_claim,
    transferred_claim,
)
from tests.factories.loans import entered_loan
from tests.factories.people import BankTeam, bank_team, person

__all__ = ["Desk", "Offices", "Project", "fresh", "good_team"]


@dataclass
class Offices:
    """Who agrees to a write-off, one after the other."""

    reviewer: User = field(default_factory=lambda: person(Role.MANAGER_REVIEWER))
    closer: User = field(default_factory=lambda: person(Role.MANAGER_APPROVER))
    finance: User = field(default_factory=lambda: person(Role.FINANCE_APPROVER))
    authority: User = field(default_factory=lambda: person(Role.AUTHORITY))
    supervisor: User = field(default_factory=lambda: person(Role.SUPERVISOR))

    def in_order(self) -> list[User]:
        return [self.reviewer, self.finance, self.authority, self.supervisor, self.closer]


@dataclass
class Project:
    """One compensated loan with everybody who works on it: 400,000.00 at 40 % unless told otherwise."""

    team: BankTeam
    desk: Desk
    claim: Claim

    @property
    def loan(self) -> Loan:
        with scope.everything():
            return Loan.objects.get(pk=self.claim.loan_id)

    def returns(self) -> list[Return]:
        with scope.everything():
            return list(Return.objects.filter(claim=self.claim).order_by("instalment"))


def proposed_clawback(one: Project, on: date, *, rate: str = "3.65", pay_by: date | None = None) -> Violation:
    """A sanction that takes this project's compensation back, with the project named."""
    clock.set_day(on)
    row = proposed_sanction(
        one.team, on.year, on, claws_back=True, rate=Decimal(rate), pay_by=pay_by or on + timedelta(days=30)
    )
    with scope.everything():
        services.name_projects(
            violation_id=row.pk, loan_numbers=[one.loan.loan_number], by=person(Role.MANAGER_STATISTICS), on=on,
            version=row.version,
        )  # fmt: skip
    return fresh(row)


def decided_clawback(one: Project, on: date, **given: Any) -> Clawback:
    row = proposed_clawback(one, on, **given)
    with scope.everything():
        services.decide_sanction(
            violation_id=row.pk, by=person(Role.AUTHORITY), on=on, version=row.version, reason="情况属实"
        )
        return Clawback.objects.get(violation=row)


def entered_receipt(row: Clawback, amount: str, on: date, by: User | None = None) -> ClawbackReceipt:
    clock.set_day(on)
    with scope.everything():
        return services.enter_clawback_receipt(
            clawback_id=row.pk, amount=Decimal(amount), reference=f"ZH-{on}", received_on=on,
            by=by or person(Role.FINANCE_CLERK), on=on, version=fresh(row).version,
        )  # fmt: skip


def received_clawback(row: Clawback, amount: str, on: date) -> ClawbackReceipt:
    receipt = entered_receipt(row, amount, on)
    with scope.everything():
        return services.confirm_clawback_receipt(
            receipt_id=receipt.pk, by=person(Role.FINANCE_APPROVER), on=on, version=receipt.version
        )


def good_team(name: str = "") -> BankTeam:
    """A bank with a payee account and just so much good business that one bad loan does not suspend it."""
    return in_good_standing(bank_team(name))


def in_good_standing(team: BankTeam) -> BankTeam:
    for _ in range(2):
        entered_loan(team, ENTERED_ON, principal="20000000.00", credit_line="20000000.00", other_balances="0")
    payee_account(team, ENTERED_ON)
    return team


def project(team: BankTeam | None = None, *, balance: str = "1000000.00", **given: Any) -> Project:
    team, desk = team or good_team(), Desk()
    given.setdefault("transferred", True)
    return Project(team, desk, paid_claim(team, desk, balance=balance, **given))


def projects(
    count: int, *, team: BankTeam | None = None, teams: list[BankTeam] | None = None, balance: str = "1000000.00"
) -> list[Project]:
    """Several, of one bank or each of its own: the day only moves forward, so they go through their life together."""
    desk, teams = Desk(), teams or [team or good_team() for _ in range(count)]
    loans = [npl_loan(one, balance) for one in teams]
    filed = [submitted_claim(one, loan) for one, loan in zip(teams, loans, strict=True)]
    on = after(filed[0].submitted_on, 1)
    approved = [decided(give_opinion(claim, desk, on), desk, on) for claim in filed]
    money(str(sum(claim.amount for claim in approved)), desk)
    plan = issued_plan(cleared_claims(approved, desk), desk)
    papers_on = after(plan.issued_on, 1)
    payments = [instructed_payment(plan, one, desk, papers_on) for one in ([team] if team else teams)]
    paid_on = after(papers_on, 1)
    for payment in payments:
        confirmed(payment, desk, paid_on)
    moved = [transferred_claim(claim, one, after(paid_on, 1)) for claim, one in zip(approved, teams, strict=True)]
    return [Project(one, desk, claim) for one, claim in zip(teams, moved, strict=True)]


def decided(claim: Claim, desk: Desk, on: date) -> Claim:
    with scope.everything():
        claims.decide(
            claim_id=claim.pk, by=desk.approver, on=on, version=claim.version, decision="pass", reason="事实清楚"
        )
    return fresh(claim)


def confirmed(payment: Payment, desk: Desk, on: date) -> None:
    clock.set_day(on)
    with scope.everything():
        payment = claims.enter_confirmation(
            payment_id=payment.pk, by=desk.clerk, on=on, version=payment.version, value_date=on,
            bank_reference=f"HD{payment.number}",
        )  # fmt: skip
        claims.confirm_payment(payment_id=payment.pk, by=desk.finance_approver, on=on, version=payment.version)


def prepared(
    team: BankTeam, loan: Loan, amount: str, *, received_on: date, on: date, principal: str | None = None,
    method: str = Recovery.Method.COLLECTION,
) -> Recovery:  # fmt: skip
    """One instalment, written down by the maker; all of it principal unless told otherwise."""
    clock.set_day(on)
    with scope.bank_scope(team.pk):
        return services.report_recovery(
            loan_id=loan.pk, received_on=received_on, amount=Decimal(amount),
            principal_part=Decimal(amount if principal is None else principal), method=method, by=team.maker, on=on,
        )  # fmt: skip


def reported(team: BankTeam, loan: Loan, amount: str, *, received_on: date, on: date, **given: Any) -> Recovery:
    """… and submitted by the checker."""
    recovery = prepared(team, loan, amount, received_on=received_on, on=on, **given)
    with scope.bank_scope(team.pk):
        return services.submit_recovery(recovery_id=recovery.pk, by=team.checker, on=on, version=recovery.version)


def recovery_cells(loan: Loan, amount: str, **given: Any) -> dict[str, str]:
    """One row of a file of recoveries by column key; all of it principal unless told otherwise."""
    cells = {
        "iou_number": loan.loan_number, "borrower_name": loan.borrower_name, "amount": amount,
        "principal_part": amount, "method": "追收", "note": "",
    }  # fmt: skip
    return {**cells, **{key: str(value) for key, value in given.items()}}


def recoveries_csv(rows: Iterable[dict[str, str]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.header for column in RECOVERY_SCHEMA.columns])
    for row in rows:
        writer.writerow([row.get(column.key, "") for column in RECOVERY_SCHEMA.columns])
    return buffer.getvalue().encode("utf-8-sig")


def recoveries_upload(team: BankTeam, rows: Iterable[dict[str, str]], on: date) -> Upload:
    """A checked file of recoveries."""
    clock.set_day(on)
    with scope.bank_scope(team.pk):
        upload = uploads.receive_upload(
            file=recoveries_csv(rows), name="recoveries.csv", by=team.maker, on=on, kind=Upload.Kind.RECOVERIES.value
        )
    uploads.check_upload(upload.pk)
    return fresh(upload)


def receipt(advice: Return, desk: Desk, on: date, *, reference: str = "HD20250120001") -> Return:
    """The finance clerk has entered what came in."""
    clock.set_day(on)
    advice = fresh(advice)
    with scope.everything():
        return services.enter_return_receipt(
            return_id=advice.pk, amount=advice.amount, reference=reference, received_on=on, by=desk.clerk, on=on,
            version=advice.version,
        )  # fmt: skip


def received(advice: Return, desk: Desk, on: date) -> Return:
    """Seen by both people of the finance centre, and posted."""
    advice = receipt(advice, desk, on)
    with scope.everything():
        return services.confirm_return_receipt(
            return_id=advice.pk, by=desk.finance_approver, on=on, version=advice.version
        )


def all_received(one: Project, on: date) -> None:
    for advice in one.returns():
        if advice.state == Return.State.DUE:
            received(advice, one.desk, on)


def applied_settlement(one: Project, *, ended_on: date, on: date) -> Settlement:
    """清收申请, filed by the bank's two people."""
    clock.set_day(on)
    with scope.bank_scope(one.team.pk):
        made = services.apply_settlement(
            loan_id=one.claim.loan_id, disposal_ended_on=ended_on, summary="抵押物已处置完毕，余款无法收回",
            by=one.team.maker, on=on,
        )  # fmt: skip
        return services.submit_settlement(settlement_id=made.pk, by=one.team.checker, on=on, version=made.version)


def accepted_settlement(one: Project, *, ended_on: date, on: date) -> Settlement:
    """In the settlement library."""
    applied = applied_settlement(one, ended_on=ended_on, on=on)
    with scope.everything():
        return services.decide_settlement(
            settlement_id=applied.pk, accept=True, reason="", by=one.desk.reviewer, on=on, version=applied.version
        )


def passed_settled(one: Project, on: date) -> Closing:
    """The manager's accounts are settled; the finance centre's are next."""
    clock.set_day(on)
    with scope.everything():
        return services.pass_settled(loan_id=one.claim.loan_id, by=one.desk.reviewer, on=on, version=one.loan.version)


def closed_settled(one: Project, on: date) -> Closing:
    closing = passed_settled(one, on)
    with scope.everything():
        return services.close_settled(
            closing_id=closing.pk, by=one.desk.finance_approver, on=on, version=closing.version
        )


def proof(team: BankTeam) -> StoredFile:
    with scope.bank_scope(team.pk):
        return storage.keep(
            pdf_bytes(), name="核销证明材料.pdf", purpose="write_off_proof", by=team.maker, bank=team.pk
        )


def prepared_write_off(one: Project, on: date, *, loss: str = "600000.00") -> Closing:
    clock.set_day(on)
    with scope.bank_scope(one.team.pk):
        return services.apply_write_off(
            loan_id=one.claim.loan_id, written_off_on=on, loss_amount=Decimal(loss), responsibility="已尽职免责",
            reason="借款人破产清算终结，无可执行财产", evidence=proof(one.team), by=one.team.maker, on=on,
        )  # fmt: skip


def applied_write_off(one: Project, on: date, **given: Any) -> Closing:
    """核销结项申请, filed; the manager is next."""
    made = prepared_write_off(one, on, **given)
    with scope.bank_scope(one.team.pk):
        return services.submit_write_off(closing_id=made.pk, by=one.team.checker, on=on, version=made.version)


def passed_write_off(closing: Closing, people: list[User], on: date) -> Closing:
    """The next offices agree, in the order of `people`."""
    clock.set_day(on)
    for by in people:
        with scope.everything():
            closing = services.pass_write_off(closing_id=closing.pk, by=by, on=on, version=fresh(closing).version)
    return fresh(closing)


def written_off(one: Project, on: date, offices: Offices | None = None) -> Closing:
    return passed_write_off(applied_write_off(one, on), (offices or Offices()).in_order(), on)


def prepared_package(team: BankTeam, sale: services.Sale, on: date) -> Package:
    """A registered transfer, written down by the maker with its contract."""
    clock.set_day(on)
    with scope.bank_scope(team.pk):
        paper = storage.keep(pdf_bytes(), name="转让合同.pdf", purpose="transfer_contract", by=team.maker, bank=team.pk)
        return services.prepare_package(sale=sale, document=paper, bank_id=team.pk, by=team.maker, on=on)


def applied_package(team: BankTeam, sale: services.Sale, on: date) -> Package:
    """… and filed by the checker."""
    made = prepared_package(team, sale, on)
    with scope.bank_scope(team.pk):
        return services.submit_package(package_id=made.pk, by=team.checker, on=on, version=made.version)


def prepared_paid_off(team: BankTeam, loan: Loan, *, paid_off_on: date, on: date) -> Closing:
    clock.set_day(on)
    with scope.bank_scope(team.pk):
        item = services.PaidOff(loan.pk, paid_off_on)
        return services.prepare_paid_off(items=[item], by=team.maker, on=on)[0]


def closed_paid_off(team: BankTeam, loan: Loan, *, paid_off_on: date, on: date) -> Closing:
    made = prepared_paid_off(team, loan, paid_off_on=paid_off_on, on=on)
    with scope.bank_scope(team.pk):
        return services.close_paid_off(closing_id=made.pk, by=team.checker, on=on, version=made.version)
