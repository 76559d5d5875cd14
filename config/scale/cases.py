"""The rows of a non-performing loan: its determination, its claim, what came back of it, and how it ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from claims.models import Claim, Review
from loans.models import ClassificationChange, Determination
from pool.rules import Window
from recovery import rules
from recovery.models import Closing, Recovery, Return, Settlement

from .copying import NULL
from .dice import identity, toss
from .money import reference_of
from .pen import Pen, Row
from .scene import Scene, at
from .stories import Filed, Instalment, Story, decide_by
from .stream import LOANS, close, end_sound

_KEYS = 70
MAKER, CHECKER = "maker", "checker"


class Cases:
    """Writes each story with the pen."""

    def __init__(self, scene: Scene, pen: Pen) -> None:
        self.scene, self.pen = scene, pen

    def write(self, story: Story) -> None:
        bad, house, law = story.bad, story.bad.house, self.scene.article("npl_classes")
        loan = Row("loans.loan", bad.pk, house.pk, bad.number)
        self._classified(story, story.determined_on, "normal", story.classification)
        self.pen.sheaf.add_row(
            Determination(
                **self._base(story, story.key, story.determined_on, 1), loan_id=bad.pk, made_by_id=house.maker.pk,
                classification=story.classification, determined_on=story.determined_on, checked_by_id=house.checker.pk,
                principal_balance=story.balance, ended_on=story.upgraded_on, recovered_on=story.recovered_on,
                ending=Determination.Ending.UPGRADED if story.upgraded_on else "",
            )
        )  # fmt: skip
        self.pen.move(loan, "entered", "non_performing", house.checker, story.determined_on, law)
        self.pen.act("loans.submit_classification", loan, house.checker, story.determined_on, law,
                     after=story.classification, principal_balance=story.balance)  # fmt: skip
        state, library, classification, moves, closed = self._end(story, loan)
        self.pen.sheaf.lines.setdefault(LOANS, []).append(
            bad.line.replace("%s", str(moves), 1) + f"{state}\t{library}\t{classification}\t{closed or NULL}"
        )

    def _base(self, story: Story, key: Any, day: date, version: int) -> dict[str, Any]:
        scene = self.scene
        return {
            "id": key, "scheme_id": scene.scheme, "version": version, "created_at": at(day),
            "bank_id": story.bad.house.pk,
        }  # fmt: skip

    def _key(self, story: Story, what: int, day: date) -> Any:
        place = story.bad.place
        return identity(toss(self.scene.seed, _KEYS, place * 64 + what), int(at(day).timestamp() * 1000), place)

    def _classified(self, story: Story, day: date, before: str, after: str) -> None:
        house = story.bad.house
        self.pen.sheaf.add_row(
            ClassificationChange(
                **self._base(story, self._key(story, 1 if before == "normal" else 2, day), day, 1),
                loan_id=story.bad.pk, on=day, before=before, after=after, principal_balance=story.balance,
                made_by_id=house.maker.pk, checked_by_id=house.checker.pk, checked_on=day,
                reason="按五级分类办法认定。",
            )
        )  # fmt: skip

    def _end(self, story: Story, loan: Row) -> tuple[str, str, str, int, date | None]:
        """State, library, class, version and closing day of the loan, with the moves that led there."""
        if story.claim is not None:
            self._claim(story, story.claim)
            if story.claim.paid_on is not None:
                return self._compensated(story, story.claim, loan)
        if story.upgraded_on is not None:
            return self._cured(story, loan, story.upgraded_on)
        for place, one in enumerate(story.instalments, start=1):
            self._recovery(story, one, place, None)
        if story.closed_on is not None:
            close(self.scene, self.pen.numbers, self.pen.sheaf, story.bad.house, story.bad.pk.int,
                  story.bad.matures_on, story.closed_on, story.closed_by_bank, "non_performing")  # fmt: skip
            return "closed", "loan", story.classification, 3, story.closed_on
        return "non_performing", "loan", story.classification, 2, None

    def _cured(self, story: Story, loan: Row, day: date) -> tuple[str, str, str, int, date | None]:
        house, law = story.bad.house, self.scene.article("upgrade_classes")
        self._classified(story, day, story.classification, "normal")
        self.pen.move(loan, "non_performing", "entered", house.checker, day, law)
        self.pen.act("claims.upgrade_unpaid", loan, house.checker, day, law, classification="normal")
        fate = toss(self.scene.seed, _KEYS + 1, story.bad.place)
        closed = end_sound(self.scene, self.pen.numbers, self.pen.sheaf, house, story.bad.pk.int,
                           max(story.bad.matures_on, day), fate)  # fmt: skip
        return ("closed" if closed else "entered"), "loan", "normal", 4 if closed else 3, closed

    # --- the claim ----------------------------------------------------------------------------------------------------

    def _claim(self, story: Story, claim: Filed) -> None:
        scene, house, bad = self.scene, story.bad.house, story.bad
        claim.number = f"BC{claim.submitted_on.year}{self.pen.number('claim', claim.submitted_on):06d}"
        row = Row("claims.claim", claim.key, house.pk, claim.number)
        state, moves = self._claim_moves(claim, row, house)
        ours = scene.governs(story.determined_on)
        decided = claim.decided_on is not None
        self.pen.sheaf.add_row(
            Claim(
                **self._base(story, claim.key, claim.submitted_on, moves), number=claim.number, loan_id=bad.pk,
                determination_id=story.key, state=state, made_by_id=house.maker.pk, submitted_by_id=house.checker.pk,
                submitted_at=at(claim.submitted_on), submitted_on=claim.submitted_on,
                first_submitted_on=claim.submitted_on, credit_report_on=claim.submitted_on - timedelta(days=2),
                reported_balances=bad.other_balances, edition=scene.book.key if ours else "",
                edition_hash=scene.book_hash if ours else "", ratio=claim.ratio, amount=claim.amount,
                decide_by=None if decided else decide_by(scene, claim.submitted_on), decided_on=claim.decided_on,
                decision_reason=_REASON[claim.refused] if decided else "", final=claim.refused and decided,
                paid_on=claim.paid_on, transferred_on=claim.transferred_on,
            )
        )  # fmt: skip
        self._reviewed(story, claim, row)

    def _claim_moves(self, claim: Filed, row: Row, house: Any) -> tuple[str, int]:
        people, article = self.scene.people, self.scene.article
        reviewer, approver = people["reviewer1"], people["approver1"]
        authority, issuer = people["authority1"], people["authority2"]
        steps = [
            ("", "draft", house.maker, claim.submitted_on, ""),
            ("draft", "submitted", house.checker, claim.submitted_on, article("claim_period")),
            ("submitted", "reviewing", reviewer, claim.reviewed_on, article("review_period")),
            (
                "reviewing",
                "refused" if claim.refused else "approved",
                approver,
                claim.decided_on,
                article("review_period"),
            ),
            ("approved", "publicised", authority, claim.posted_on, article("publicity_period")),
            ("publicised", "cleared", None, claim.cleared_on, article("publicity_period")),
            ("cleared", "planned", issuer, claim.planned_on, article("publicity_period")),
            ("planned", "instructed", people["finance2"], claim.instructed_on, article("payment_period")),
            ("instructed", "paid", people["finance2"], claim.paid_on, article("payment_period")),
        ]
        state, made = "", 0
        for source, target, by, day, law in steps:
            if day is None:
                break
            self.pen.move(row, source, target, by, day, law)
            state, made = target, made + 1
        return state, made

    def _reviewed(self, story: Story, claim: Filed, row: Row) -> None:
        people, house = self.scene.people, story.bad.house
        pen, law = self.pen, self.scene.article("review_period")
        pen.act("claims.submit", row, house.checker, claim.submitted_on, self.scene.article("claim_period"),
                amount=claim.amount, ratio=claim.ratio)  # fmt: skip
        pen.hat(claim.key, house.maker, MAKER, claim.submitted_on)
        pen.hat(claim.key, house.checker, CHECKER, claim.submitted_on)
        opinion = Review.Opinion.REFUSE if claim.refused else Review.Opinion.PASS
        stages = (
            (Review.Stage.REVIEWER, people["reviewer1"], claim.reviewed_on, 2),
            (Review.Stage.APPROVER, people["approver1"], claim.decided_on, 3),
        )
        for place, (stage, by, day, version) in enumerate(stages):
            if day is None:
                continue
            pen.hat(claim.key, by, stage, day)
            pen.sheaf.add_row(
                Review(
                    **self._base(story, self._key(story, 5 + place, day), day, 1), claim_id=claim.key, stage=stage,
                    round=Review.Round.FIRST, opinion=opinion, reason=_REASON[claim.refused], on=day, by_id=by.pk,
                    seen_version=version, seen_hash="0" * 64, seen={},
                )
            )  # fmt: skip
            action = "claims.opinion" if stage == Review.Stage.REVIEWER else f"claims.{_DECIDED[claim.refused]}"
            pen.act(action, row, by, day, law, opinion=opinion, amount=claim.amount)

    # --- after the payment --------------------------------------------------------------------------------------------

    def _compensated(self, story: Story, claim: Filed, loan: Row) -> tuple[str, str, str, int, date | None]:
        scene, house, paid = self.scene, story.bad.house, claim.paid_on
        assert paid is not None
        finance, law = scene.people["finance2"], scene.article("payment_period")
        state, library, moves = "compensated", "loan", 3
        self.pen.move(loan, "non_performing", state, finance, paid, law)
        if claim.transferred_on is not None:
            library, moves = "compensation", moves + 1
            self.pen.move(loan, "loan", library, house.checker, claim.transferred_on, scene.article("transfer_period"),
                          what="library")  # fmt: skip
        returned = 0
        for place, one in enumerate(story.instalments, start=1):
            self._recovery(story, one, place, claim)
            if one.due:
                returned += 1
                self._return(story, one, returned, claim, last=False)
        if story.settled_on is not None:
            state, library, moves = "recovered", "settlement", moves + 1
            self._settled(story, claim, loan, story.settled_on)
        if story.closed_on is not None:
            state, moves = "closed", moves + 1
            self._closed(story, claim, loan, story.closed_on)
        return state, library, story.classification, moves, story.closed_on

    def _recovery(self, story: Story, one: Instalment, place: int, claim: Filed | None) -> None:
        house = story.bad.house
        row = Row("recovery.recovery", one.key, house.pk, story.bad.number)
        window = self._window(one, claim) if claim else None
        self.pen.sheaf.add_row(
            Recovery(
                **self._base(story, one.key, one.reported_on, 2), loan_id=story.bad.pk, determination_id=story.key,
                claim_id=claim.key if claim else None, position=place, state=Recovery.State.SUBMITTED,
                received_on=one.day, amount=one.amount, principal_part=one.principal, made_by_id=house.maker.pk,
                method=_METHODS[one.key.int % len(_METHODS)], submitted_by_id=house.checker.pk,
                submitted_on=one.reported_on, report_by=window.closes_on if window else None,
            )
        )  # fmt: skip
        law = self.scene.article("recovery_window")
        self.pen.move(row, "", "prepared", house.maker, one.reported_on)
        self.pen.move(row, "prepared", "submitted", house.checker, one.reported_on, law)
        self.pen.act("recovery.submit", row, house.checker, one.reported_on, law, amount=one.amount, position=place)

    def _window(self, one: Instalment, claim: Filed) -> Window:
        return self.scene.recovery_window(max(one.day, claim.paid_on or one.day))

    def _return(self, story: Story, one: Instalment, place: int, claim: Filed, *, last: bool) -> None:
        house, people = story.bad.house, self.scene.people
        number = f"FH{one.reported_on.year}{self.pen.number('FH', one.reported_on):06d}"
        row = Row("recovery.return", one.return_key, house.pk, number)
        window, back = self._window(one, claim), one.returned_on
        self.pen.sheaf.add_row(
            Return(
                **self._base(story, one.return_key, one.reported_on, 3 if back else 1), claim_id=claim.key,
                loan_id=story.bad.pk, recovery_id=one.key, number=number, instalment=place,
                state=Return.State.RECEIVED if back else Return.State.DUE, recovered_total=one.so_far, amount=one.due,
                advised_on=one.reported_on, due_on=window.closes_on, due_provisional=window.provisional, last=last,
                bank_reference=reference_of(one.return_key) if back else "", received_on=back,
                receipt_entered_by_id=people["finance1"].pk if back else None,
                receipt_confirmed_by_id=people["finance2"].pk if back else None,
            )
        )  # fmt: skip
        law = self.scene.article("return_formula")
        self.pen.move(row, "", "due", house.checker, one.reported_on)
        if back:
            self.pen.move(row, "due", "receipt_entered", people["finance1"], back, law)
            self.pen.move(row, "receipt_entered", "received", people["finance2"], back, law)
            self.pen.act("recovery.confirm_return_receipt", row, people["finance2"], back, law, amount=one.due)

    def _settled(self, story: Story, claim: Filed, loan: Row, day: date) -> None:
        house, manager, law = story.bad.house, self.scene.people["reviewer2"], self.scene.article("settlement_period")
        ended = story.instalments[-1].day
        number = f"QS{day.year}{self.pen.number('QS', day):06d}"
        row = Row("recovery.settlement", self._key(story, 30, day), house.pk, number)
        recovered = story.instalments[-1].so_far
        self.pen.sheaf.add_row(
            Settlement(
                **self._base(story, row.key, day, 3), loan_id=story.bad.pk, claim_id=claim.key, number=number,
                state=Settlement.State.ACCEPTED, disposal_ended_on=ended,
                apply_by=rules.settlement_window(self.scene.book, self.scene.calendar, ended).closes_on,
                applied_on=day, recovered_total=recovered,
                summary="清收完毕，本金全部收回。", made_by_id=house.maker.pk, submitted_by_id=house.checker.pk,
                decided_by_id=manager.pk, decided_on=day, decision_reason="同意转录清偿项目库。",
            )
        )  # fmt: skip
        self.pen.move(row, "", "prepared", house.maker, day)
        self.pen.move(row, "prepared", "applied", house.checker, day, law)
        self.pen.move(row, "applied", "accepted", manager, day, law)
        self.pen.move(loan, "compensated", "recovered", manager, day, law)
        self.pen.move(loan, "compensation", "settlement", manager, day, law, what="library")
        self.pen.act("recovery.decide_settlement", row, manager, day, law, accept=True)

    def _closed(self, story: Story, claim: Filed, loan: Row, day: date) -> None:
        """Settled by both institutions (20(4))."""
        house, people, law = story.bad.house, self.scene.people, "20(4)"
        manager, finance = people["reviewer2"], people["finance2"]
        number = f"JX{day.year}{self.pen.number('JX', day):06d}"
        row = Row("recovery.closing", self._key(story, 31, day), house.pk, number)
        self.pen.sheaf.add_row(
            Closing(
                **self._base(story, row.key, day, 3), loan_id=story.bad.pk, claim_id=claim.key, number=number,
                kind=Closing.Kind.SETTLED, state=Closing.State.CLOSED, event_on=story.instalments[-1].day,
                applied_on=day, reason="清收资金已全部返还，核账无误。", manager_by_id=manager.pk, closed_on=day,
                finance_by_id=finance.pk, closed_by_id=finance.pk,
            )
        )  # fmt: skip
        self.pen.move(row, "", "manager_passed", manager, day, law)
        self.pen.move(row, "manager_passed", "closed", finance, day, law)
        self.pen.move(loan, "recovered", "closed", finance, day, law)
        self.pen.act("recovery.close_settled", row, finance, day, law)


_REASON = {False: "材料齐全，符合细则规定，同意补偿。", True: "经审核不符合补偿条件。"}
_DECIDED = {False: "approve", True: "refuse"}
_METHODS = ("collection", "collection", "collection", "asset_in_kind", "transfer", "package_sale")
