"""Claims on their way from the draft to the refund by the addresses that people click, one stage after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from claims import services as claims
from claims.models import Claim, FundingPlan, PapersPacket, Payment, Upgrade
from pool import clock, scope
from pool.ledger.models import Appropriation
from pool.models import User
from pool.selectors import edition
from recovery.models import Recovery, Return
from tests.factories import claims as make
from tests.factories.people import BankTeam

BALANCE = "100000.00"
POSTED_ON = date(2024, 12, 16)


@dataclass(frozen=True)
class Click:
    """One press of a button: who, where, with what; `route` names it in the figures."""

    route: str
    by: User
    url: str
    data: dict[str, Any]


def click(route: str, by: User, row: Any, *arguments: Any, **data: Any) -> Click:
    """A button of that row's page, with the version that the page shows."""
    return Click(route, by, reverse(route, args=[row.pk, *arguments]), {"version": row.version, **data})


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@dataclass
class Life:
    """One loan with its claim; what it is worked on next is looked up afresh at every stage."""

    team: BankTeam
    desk: make.Desk
    claim_id: Any
    number: int

    def claim(self) -> Claim:
        with scope.everything():
            return Claim.objects.select_related("loan").get(pk=self.claim_id)

    def one(self, model: Any, **where: Any) -> Any:
        with scope.everything():
            return model.objects.get(**where)

    def packet(self) -> PapersPacket:
        return self.one(PapersPacket, plan__items__claim=self.claim_id)

    def payment(self) -> Payment:
        return self.one(Payment, packet=self.packet())

    def upgrade(self) -> Upgrade:
        return self.one(Upgrade, claim=self.claim_id)


def begun(count: int) -> list[Life]:
    """Drafts of one bank that stays far under the limit, and money for all of them."""
    team, desk = make.good_team(volume=str(max(1, count) * 20_000_000) + ".00"), make.Desk()
    make.money(f"{count * 100_000}.00", desk)
    drafts = [make.drafted_claim(team, balance=BALANCE) for _ in range(count)]
    return [Life(team, desk, claim.pk, number) for number, claim in enumerate(drafts)]


Stage = Callable[[Life], Click]


def stages() -> Iterator[tuple[date, Stage]]:
    """The day and the button of each stage, in order; what lies between two buttons is done on the way."""
    yield from _to_the_decision()
    yield from _to_the_plan()
    yield from _to_the_money()
    yield from _back_again()


def _to_the_decision() -> Iterator[tuple[date, Stage]]:
    yield make.SUBMITTED_ON, lambda life: click("claims:submit", life.team.checker, life.claim())
    on = date(2024, 12, 11)
    act = "admin:claims_claim_act"
    yield on, lambda life: click(act, life.desk.reviewer, life.claim(), "opinion", opinion="pass", reason=make.REASON)
    yield on, lambda life: click(act, life.desk.approver, life.claim(), "decide", decision="pass", reason=make.REASON)


def _to_the_plan() -> Iterator[tuple[date, Stage]]:
    posting = reverse("claims:publicities")
    yield (
        POSTED_ON,
        lambda life: Click(
            "claims:publicities", life.desk.authority, posting, {"claims": [str(life.claim_id)], "title": "公示"}
        ),
    )
    entering = reverse("new_appropriation")
    given = {"amount": "1000.00", "received_on": "2024-12-16"}
    yield (
        POSTED_ON,
        lambda life: Click(
            "new_appropriation", life.desk.supervisor, entering, {**given, "document": f"深财〔2024〕第{life.number}号"}
        ),
    )
    yield (
        POSTED_ON,
        lambda life: click(
            "confirm_appropriation",
            life.desk.finance_approver,
            life.one(Appropriation, document=f"深财〔2024〕第{life.number}号"),
        ),
    )
    yield _after_publicity(), lambda life: _issue(life, _drafted_plan(life))


def _issue(life: Life, plan: FundingPlan) -> Click:
    with scope.everything():
        items = [str(key) for key in plan.items.values_list("pk", flat=True)]
    return click("claims:issue_plan", life.desk.second_authority, plan, items=items)


def _after_publicity() -> date:
    return make.after(POSTED_ON, 12)


def _drafted_plan(life: Life) -> FundingPlan:
    on = _after_publicity()
    with scope.everything():
        publicity = life.claim().publicity_items.get().publicity
        claims.end_publicity(publicity_id=publicity.pk, on=publicity.last_day + timedelta(days=1))
        return claims.draft_plan(by=life.desk.authority, on=on, claim_ids=[life.claim_id], reason="分批下达")


def _to_the_money() -> Iterator[tuple[date, Stage]]:
    on = make.after(_after_publicity(), 1)
    yield on, lambda life: click("claims:submit_papers", life.team.checker, _with_papers(life, on))
    yield on, lambda life: click("claims:accept_papers", life.desk.clerk, life.packet())
    yield on, lambda life: click("claims:prepare_payment", life.desk.clerk, life.packet())
    yield on, lambda life: click("claims:approve_payment", life.desk.finance_approver, life.payment())
    yield (
        on,
        lambda life: click(
            "claims:enter_confirmation",
            life.desk.clerk,
            life.payment(),
            value_date=on.isoformat(),
            bank_reference=f"HD{life.number}",
        ),
    )
    yield on, lambda life: click("claims:confirm_payment", life.desk.finance_approver, life.payment())
    yield on, lambda life: click("claims:transfer", life.team.checker, life.claim())


def _with_papers(life: Life, on: date) -> PapersPacket:
    packet = life.packet()
    with scope.bank_scope(life.team.pk):
        for item in edition()["payment_papers"].words:
            claims.add_paper(
                packet_id=packet.pk, item=item, upload=make.pdf_bytes(), name="a.pdf", by=life.team.maker, on=on
            )
    return life.packet()


def _back_again() -> Iterator[tuple[date, Stage]]:
    """A recovery and its return, then the upgrade with the refund of the rest."""
    on = date(2025, 2, 24)
    came = {"received_on": "2025-02-20", "amount": "25000.00", "principal_part": "25000.00", "method": "collection"}
    yield (
        on,
        lambda life: Click(
            "recovery:report", life.team.maker, reverse("recovery:report", args=[life.claim().loan_id]), came
        ),
    )
    yield on, lambda life: click("recovery:submit_recovery", life.team.checker, life.one(Recovery, claim=life.claim_id))
    yield on, lambda life: click("recovery:enter_receipt", life.desk.clerk, _advice(life), **_receipt(life))
    yield on, lambda life: click("recovery:confirm_receipt", life.desk.finance_approver, _advice(life))
    yield on, lambda life: click("claims:submit_upgrade", life.team.checker, _applied(life, on))
    agreed = {"agree": "yes", "approve": "yes", "reason": make.REASON}
    yield on, lambda life: click("claims:review_upgrade", life.desk.reviewer, life.upgrade(), **agreed)
    yield on, lambda life: click("claims:decide_upgrade", life.desk.approver, life.upgrade(), **agreed)
    yield (
        on,
        lambda life: click(
            "claims:enter_refund",
            life.desk.clerk,
            life.upgrade(),
            amount=str(life.upgrade().refund_due),
            refunded_on=on.isoformat(),
            bank_reference=f"TK{life.number}",
        ),
    )
    yield on, lambda life: click("claims:confirm_refund", life.desk.finance_approver, life.upgrade())


def _advice(life: Life) -> Return:
    return life.one(Return, claim=life.claim_id)


def _receipt(life: Life) -> dict[str, str]:
    return {"amount": str(_advice(life).amount), "reference": f"FH{life.number}", "received_on": "2025-02-24"}


def _applied(life: Life, on: date) -> Upgrade:
    with scope.bank_scope(life.team.pk):
        return claims.apply_upgrade(
            loan_id=life.claim().loan_id,
            classification="normal",
            upgraded_on=on,
            reason="已恢复正常",
            by=life.team.maker,
            on=on,
        )


def compensated(life: Life) -> Decimal:
    claim = life.claim()
    return Decimal(claim.amount or 0)


__all__ = ["Click", "Life", "begun", "clock", "compensated", "signed_in", "stages"]
