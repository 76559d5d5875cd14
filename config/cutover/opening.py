"""The opening ledger: the vouchers the services would have posted, on their own days, from money that was there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from claims.models import Claim
from config.models import Cutover, CutoverLine
from pool import numbering
from pool.ledger import services as ledger
from pool.ledger.models import Appropriation
from pool.models import User
from pool.selectors import edition
from recovery.models import Return

from . import gates

BUDGET = "9(1)"


@dataclass(order=True)
class Posting:
    """One thing that moved money; on one day what came in goes first."""

    day: date
    turn: int
    number: int
    post: Any = field(compare=False)


def post_all(cutover: Cutover, manager: User, finance: User) -> dict[str, int]:
    postings = sorted([*_opening(cutover, manager, finance), *_returned(cutover, manager, finance),
                       *_paid(cutover, manager, finance)])  # fmt: skip
    for posting in postings:
        posting.post()
    return {"vouchers": len(postings)}


def _opening(cutover: Cutover, manager: User, finance: User) -> Iterator[Posting]:
    posts = {"interest": ledger.earn_interest, "fee": ledger.pay_fee, "suspense": ledger.receive_unexplained}
    for line in CutoverLine.objects.filter(cutover=cutover, sheet="ledger").order_by("on", "row"):
        amount, kind = Decimal(line.data["amount"]), line.data["kind"]
        given = {"on": line.on, "prepared_by": manager, "approved_by": finance}
        said = f"{gates.reference(cutover)} {line.data['document']}"[:160]
        key = f"cutover:{cutover.pk}:{line.row}"
        if kind == "appropriate":
            act = partial(_appropriated, line, amount, said, given)
        else:
            act = partial(posts[kind], key=key, amount=amount, reference=said, **given)
        yield Posting(line.on, 0 if kind != "fee" else 3, line.row, act)


def _appropriated(line: CutoverLine, amount: Decimal, said: str, given: dict[str, Any]) -> None:
    row = Appropriation(
        number=f"BK{line.on.year}-{numbering.next_number('appropriation', line.on.year):04d}", amount=amount,
        document=line.data["document"], on=line.on, entered_by=given["prepared_by"],
    )  # fmt: skip
    row.transaction = ledger.appropriate(
        key=f"appropriation:{row.pk}", amount=amount, reference=said, article=BUDGET, **given
    )
    row.confirmed_by, row.confirmed_on, row.version = given["approved_by"], line.on, 2
    row.save()


def _returned(cutover: Cutover, manager: User, finance: User) -> Iterator[Posting]:
    law = edition()["return_formula"].article
    for number, row in enumerate(Return.objects.filter(state=Return.State.RECEIVED).order_by("received_on", "pk")):
        yield Posting(
            row.received_on, 1, number,
            partial(
                ledger.receive_return, key=f"return:{row.pk}", on=row.received_on, prepared_by=manager,
                item=ledger.Item(row.claim_id, row.bank_id, row.amount), approved_by=finance, article=law,
                reference=f"{gates.reference(cutover)} {row.number}",
            ),
        )  # fmt: skip


def _paid(cutover: Cutover, manager: User, finance: User) -> Iterator[Posting]:
    claims = Claim.objects.filter(paid_on__isnull=False).order_by("paid_on", "pk")
    for number, claim in enumerate(claims):
        yield Posting(claim.paid_on, 2, number, partial(_pay, cutover, claim, manager, finance))


def _pay(cutover: Cutover, claim: Claim, manager: User, finance: User) -> None:
    """Reserved and paid on one day, so that no money is promised that was not there."""
    given = {
        "items": [ledger.Item(claim.pk, claim.bank_id, claim.amount)], "on": claim.paid_on, "prepared_by": manager,
        "approved_by": finance, "reference": f"{gates.reference(cutover)} {claim.number}",
    }  # fmt: skip
    ledger.reserve(key=f"reserve:{claim.pk}", article=edition()["total_control"].article, **given)
    ledger.post_payment(key=f"payment:{claim.pk}", article=edition()["payment_period"].article, **given)
