"""The rows of a round of the offices: the notice, the plan, each bank's papers and its payment."""

from __future__ import annotations

from datetime import date
from typing import Any

from claims import periods
from claims.models import FundingPlan, PapersPacket, Payment, PlanItem, Publicity, PublicityItem
from pool.masking import mask_name
from pool.money import total

from .dice import identity, toss
from .offices import Round, Transfer, claim_of
from .pen import Pen, Row
from .scene import Scene, at

_KEYS = 80


class Papers:
    """Writes each round with the pen."""

    def __init__(self, scene: Scene, pen: Pen) -> None:
        self.scene, self.pen = scene, pen

    def write(self, one: Round) -> None:
        if one.shown:
            self._notice(one)
        if one.plan is not None and one.planned_on is not None:
            self._plan(one, one.planned_on)

    def _base(self, key: Any, day: date, version: int) -> dict[str, Any]:
        return {"id": key, "scheme_id": self.scene.scheme, "version": version, "created_at": at(day)}

    def _key(self, one: Round, what: int, place: int, day: date) -> Any:
        bits = toss(self.scene.seed, _KEYS + what, one.number * 100_000 + place)
        return identity(bits, int(at(day).timestamp() * 1000), place)

    def _notice(self, one: Round) -> None:
        scene, day, poster = self.scene, one.posted_on, self.scene.people["authority1"]
        number = f"GS{day.year}{self.pen.number('publicity', day):03d}"
        row = Row("claims.publicity", one.notice, None, number)
        state = Publicity.State.ENDED if one.ended_on else Publicity.State.POSTED
        window = periods.publicity_window(scene.book, scene.calendar, day)
        self.pen.sheaf.add_row(
            Publicity(
                **self._base(one.notice, day, 2 if one.ended_on else 1), number=number, state=state, posted_on=day,
                title=f"风险补偿项目公示（{number}）", last_day=one.last_day, posted_by_id=poster.pk,
                content_hash="0" * 64, provisional=window.provisional, ended_on=one.ended_on,
            )
        )  # fmt: skip
        law = scene.article("publicity_period")
        self.pen.move(row, "", "posted", poster, day, law)
        if one.ended_on:
            self.pen.move(row, "posted", "ended", None, one.ended_on, law)
        self.pen.act("claims.post_publicity", row, poster, day, law, claims=len(one.shown))
        for place, story in enumerate(one.shown, start=1):
            claim, borrower = claim_of(story), story.bad.borrower
            self.pen.sheaf.add_row(
                PublicityItem(
                    **self._base(self._key(one, 1, place, day), day, 1), bank_id=story.bad.house.pk,
                    publicity_id=one.notice, claim_id=claim.key, position=place, amount=claim.amount,
                    shown_bank=story.bad.house.bank.name,
                    shown_borrower=mask_name(borrower.name) if borrower.is_person else borrower.name,
                )
            )  # fmt: skip

    def _plan(self, one: Round, day: date) -> None:
        scene, people = self.scene, self.scene.people
        number = f"资助计划〔{day.year}〕{self.pen.number('plan', day)}号"
        row = Row("claims.fundingplan", one.plan or one.notice, None, number)
        papers_by = periods.papers_window(scene.book, scene.calendar, day).closes_on
        self.pen.sheaf.add_row(
            FundingPlan(
                **self._base(one.plan, day, 2), number=number, state=FundingPlan.State.ISSUED, drafted_on=day,
                total=total(claim_of(story).amount for story in one.planned), drafted_by_id=people["authority1"].pk,
                issued_by_id=people["authority2"].pk, issued_on=day, papers_by=papers_by,
            )
        )  # fmt: skip
        law = scene.article("publicity_period")
        self.pen.move(row, "", "drafted", people["authority1"], day)
        self.pen.move(row, "drafted", "issued", people["authority2"], day, law)
        self.pen.act("claims.issue_plan", row, people["authority2"], day, law, claims=len(one.planned))
        for place, story in enumerate(one.planned, start=1):
            self.pen.sheaf.add_row(
                PlanItem(
                    **self._base(self._key(one, 2, place, day), day, 1), bank_id=story.bad.house.pk, plan_id=one.plan,
                    claim_id=claim_of(story).key, position=place, amount=claim_of(story).amount,
                )
            )  # fmt: skip
        for transfer in one.transfers:
            self._packet(one, transfer, day, papers_by)

    def _packet(self, one: Round, transfer: Transfer, planned: date, papers_by: date) -> None:
        scene, house, handed_in = self.scene, transfer.house, transfer.papers_on
        row = Row("claims.paperspacket", transfer.key, house.pk, house.bank.short_name)
        steps = [("", "open", None, planned), ("open", "submitted", house.checker, handed_in)]
        steps.append(("submitted", "complete", scene.people["finance1"], handed_in))
        steps.append(("complete", "paid", scene.people["finance2"], transfer.paid_on))
        state, moves = "", 0
        for source, target, by, day in steps:
            if day is not None:
                self.pen.move(row, source, target, by, day, scene.article("papers_period"))
                state, moves = target, moves + 1
        due = periods.payment_window(scene.book, scene.calendar, handed_in, ()).closes_on if handed_in else None
        self.pen.sheaf.add_row(
            PapersPacket(
                **self._base(transfer.key, planned, moves), bank_id=house.pk, plan_id=one.plan, state=state,
                total=transfer.amount, papers_by=papers_by, submitted_by_id=house.checker.pk if handed_in else None,
                submitted_on=handed_in, complete_on=handed_in, pay_by=due if state == "complete" else None,
            )
        )  # fmt: skip
        if handed_in:
            self.pen.hat(transfer.key, house.checker, "checker", handed_in)
            self.pen.hat(transfer.key, scene.people["finance1"], "finance_clerk", handed_in)
        if transfer.instructed_on and transfer.paid_on:
            self._payment(transfer, transfer.instructed_on, transfer.paid_on)

    def _payment(self, transfer: Transfer, sent: date, paid: date) -> None:
        clerk, approver = self.scene.people["finance1"], self.scene.people["finance2"]
        number = f"BF{sent.year}{self.pen.number('payment', sent):05d}"
        house, law = transfer.house, self.scene.article("payment_period")
        row = Row("claims.payment", transfer.payment, house.pk, number)
        self.pen.sheaf.add_row(
            Payment(
                **self._base(transfer.payment, sent, 4), bank_id=house.pk, packet_id=transfer.key, number=number,
                state=Payment.State.POSTED, amount=transfer.amount, payee_id=house.payee, seen_hash="0" * 64,
                prepared_by_id=clerk.pk, prepared_on=sent, approved_by_id=approver.pk, instructed_on=sent,
                value_date=paid, bank_reference=f"HD{transfer.payment.hex[-12:].upper()}", confirmed_by_id=clerk.pk,
                posted_by_id=approver.pk, posted_on=paid,
            )
        )  # fmt: skip
        for source, target, by, day in (
            ("", "prepared", clerk, sent),
            ("prepared", "instructed", approver, sent),
            ("instructed", "confirming", clerk, paid),
            ("confirming", "posted", approver, paid),
        ):
            self.pen.move(row, source, target, by, day, law)
        self.pen.hat(transfer.key, approver, "finance_approver", sent)
        self.pen.act("claims.post_payment", row, approver, paid, law, amount=transfer.amount)
