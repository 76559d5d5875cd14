"""The ledger of those years: every voucher in the order of its day, balanced, from money that was there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from pool.ledger import chart
from pool.ledger import services as ledger
from pool.ledger.models import Account, Appropriation, Entry, LedgerTransaction
from pool.models import User
from pool.money import ZERO, total

from .copying import Sheaf
from .dice import identity, toss
from .offices import Round, claim_of
from .scene import Scene, at
from .stories import Story

Kind = LedgerTransaction.Kind
_KEYS = 60
LEAST = Decimal(100_000)


@dataclass(order=True, slots=True)
class Posting:
    """One voucher that is to be written."""

    day: date
    turn: int
    key: str
    kind: str = field(compare=False)
    legs: list[ledger.Leg] = field(compare=False)
    people: tuple[User, User] = field(compare=False)
    article: str = field(compare=False)
    reference: str = field(compare=False)
    bank: UUID | None = field(compare=False)
    subject: UUID | None = field(compare=False)


class Money:
    """Collects what moved money; `write` puts it into the books."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.postings: list[Posting] = []
        self.clerk, self.approver = scene.people["finance1"], scene.people["finance2"]

    def of_round(self, one: Round) -> None:
        if one.plan is None or one.planned_on is None:
            return
        people = (self.scene.people["authority1"], self.scene.people["authority2"])
        legs = [leg for story in one.planned for leg in self._reserved(story, 1)]
        law = self.scene.article("total_control")
        self._add(one.planned_on, 1, f"reserve:{one.plan}", Kind.RESERVE, legs, people, law, "", _bank(legs), one.plan)
        law = self.scene.article("payment_period")
        for transfer in one.transfers:
            for story in transfer.stories if transfer.paid_on else ():
                self._paid(story, transfer.paid_on or one.planned_on, transfer.payment, law)

    def _reserved(self, story: Story, sign: int) -> list[ledger.Leg]:
        bank, claim = story.bad.house.pk, claim_of(story)
        amount = claim.amount * sign
        return [
            ledger.Leg(chart.RESERVED, amount, bank, claim.key),
            ledger.Leg(chart.RESERVE_CONTRA, -amount, bank, claim.key),
        ]

    def _paid(self, story: Story, day: date, payment: UUID, law: str) -> None:
        bank, claim = story.bad.house.pk, claim_of(story)
        legs = self._reserved(story, -1)
        legs += [
            ledger.Leg(chart.CASH, -claim.amount, bank, claim.key),
            ledger.Leg(chart.compensation(bank), claim.amount, bank, claim.key),
        ]
        people, reference = (self.clerk, self.approver), f"HD{payment.hex[-12:].upper()}"
        self._add(day, 2, f"payment:{claim.key}", Kind.PAYMENT, legs, people, law, reference, bank, payment)

    def of_returns(self, story: Story) -> None:
        claim, bank, law = story.claim, story.bad.house.pk, self.scene.article("return_formula")
        for one in story.instalments if claim is not None and claim.paid_on else ():
            if one.returned_on is None or claim is None:
                continue
            legs = [
                ledger.Leg(chart.CASH, one.due, bank, claim.key),
                ledger.Leg(chart.returns(bank), -one.due, bank, claim.key),
            ]
            people, reference = (self.clerk, self.approver), reference_of(one.return_key)
            self._add(one.returned_on, 0, f"return:{one.return_key}", Kind.RETURN, legs, people, law, reference, bank,
                claim.key)  # fmt: skip

    def _add(
        self, day: date, turn: int, key: str, kind: str, legs: list[ledger.Leg], people: tuple[User, User], law: str,
        reference: str, bank: UUID | None, subject: UUID | None,
    ) -> None:  # fmt: skip
        self.postings.append(Posting(day, turn, key, kind, legs, people, law, reference, bank, subject))

    def write(self, sheaf: Sheaf, numbers: Counter[tuple[str, int]]) -> None:
        """All of it in the order of the days; the budget's money comes before it is promised."""
        books = _Books(self.scene, sheaf, numbers)
        sum_of = Decimal(self.scene.shape["appropriation"])
        wanted = total(
            leg.amount for one in self.postings if one.kind == Kind.RESERVE for leg in one.legs if leg.amount > 0
        )
        portion = min(sum_of, (wanted / 6).quantize(Decimal(1)) // LEAST * LEAST + LEAST)
        for posting in sorted(self.postings):
            while books.available < _promised(posting):
                books.appropriate(posting.day, portion, self.scene.people["supervisor1"], self.approver)
            books.post(posting)
        books.close()


def _promised(posting: Posting) -> Decimal:
    return total(leg.amount for leg in posting.legs if leg.account == chart.RESERVED and leg.amount > 0)


def _bank(legs: Sequence[ledger.Leg]) -> UUID | None:
    banks = {leg.bank for leg in legs}
    return banks.pop() if len(banks) == 1 else None


def reference_of(key: UUID) -> str:
    """The bank's number of a receipt."""
    return f"SK{key.hex[-12:].upper()}"


class _Books:
    """The accounts with their running balances, the vouchers with their numbers."""

    def __init__(self, scene: Scene, sheaf: Sheaf, numbers: Counter[tuple[str, int]]) -> None:
        self.scene, self.sheaf, self.numbers = scene, sheaf, numbers
        self.accounts: dict[str, Account] = {}
        self.vouchers = self.appropriations = self.entries = 0

    @property
    def available(self) -> Decimal:
        return self._balance(chart.CASH) - self._balance(chart.RESERVED)

    def _balance(self, code: str) -> Decimal:
        account = self.accounts.get(code)
        return account.balance if account else ZERO

    def _account(self, code: str) -> Account:
        if code not in self.accounts:
            account = chart._new(self.scene.scheme, code)
            account.pk, account.balance = len(self.accounts) + 1, ZERO
            self.accounts[code] = account
        return self.accounts[code]

    def appropriate(self, day: date, amount: Decimal, entered_by: User, confirmed_by: User) -> None:
        self.appropriations += 1
        bits = toss(self.scene.seed, _KEYS, self.appropriations)
        key = identity(bits, int(at(day).timestamp() * 1000), self.appropriations)
        self.numbers["appropriation", day.year] += 1
        count = self.numbers["appropriation", day.year]
        number, document = f"BK{day.year}-{count:04d}", f"深财工〔{day.year}〕{count}号"
        law, legs = "9(1)", [ledger.Leg(chart.CASH, amount), ledger.Leg(chart.APPROPRIATION, -amount)]
        self.post(
            Posting(day, 0, f"appropriation:{key}", Kind.APPROPRIATE, legs, (entered_by, confirmed_by), law,
                f"{number} {document}", None, None)
        )  # fmt: skip
        self.sheaf.add_row(
            Appropriation(
                id=key, scheme_id=self.scene.scheme, version=2, created_at=at(day), number=number, amount=amount,
                document=document, on=day, entered_by_id=entered_by.pk, confirmed_by_id=confirmed_by.pk,
                confirmed_on=day, transaction_id=self.vouchers,
            )
        )  # fmt: skip

    def post(self, posting: Posting) -> None:
        self.vouchers += 1
        prepared, approved = posting.people
        voucher = ledger.Voucher(
            posting.key, posting.kind, posting.day, prepared, approved, posting.article, posting.reference,
            posting.bank, posting.subject, self.scene.scheme,
        )  # fmt: skip
        self.sheaf.add_row(
            LedgerTransaction(
                id=self.vouchers, scheme_id=self.scene.scheme, key=posting.key,
                body_hash=ledger._digest(voucher, posting.legs), kind=posting.kind, occurred_on=posting.day,
                recorded_at=at(posting.day), prepared_by_id=prepared.pk, approved_by_id=approved.pk,
                article=posting.article, reference=posting.reference, bank=posting.bank, subject=posting.subject,
            )
        )  # fmt: skip
        for leg in posting.legs:
            self._enter(leg)

    def _enter(self, leg: ledger.Leg) -> None:
        account = self._account(leg.account)
        account.balance += leg.amount
        account.version += 1
        self.entries += 1
        self.sheaf.add_row(
            Entry(
                id=self.entries, transaction_id=self.vouchers, account_id=account.pk, amount=leg.amount,
                balance_after=account.balance, account_version=account.version, bank=leg.bank, subject=leg.subject,
            )
        )  # fmt: skip

    def close(self) -> None:
        """The accounts stand before their entries in the file."""
        tables = self.sheaf.lines
        for account in self.accounts.values():
            self.sheaf.add_row(account)
        order = (Account, LedgerTransaction, Appropriation, Entry)
        names = [model._meta.db_table for model in order]
        self.sheaf.lines = dict(sorted(tables.items(), key=lambda item: names.index(item[0][0])))
