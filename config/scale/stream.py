"""Every loan in the order of its day, and how the sound ones ended. The others wait for their story (`stories`)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from loans.models import Borrower as BorrowerRow
from loans.models import Loan, Upload
from pool.models import Transition
from pool.refs import lpr_from_file
from pool.rules import add_months
from recovery.models import Closing

from .copying import NULL, Sheaf, Table
from .dice import Weighted, identity, number_of, toss
from .people import COLUMNS, ENTERPRISE, FORMER, Borrower, People
from .scene import MORNING, House, Scene, at, stamp
from .shape import Quarter

_LOAN, _FATE, _BAD = 10, 11, 12
MANY = 20_000
"""Loans written at a time."""
HEAD = (
    "id", "scheme_id", "version", "created_at", "bank_id", "branch_id", "upload_id", "loan_number", "loan_number_key",
    "contract_number", "branch_name", "product", "use", "use_detail", "security", "other_cover", "currency",
    "original_principal", "principal", "credit_line", "other_balances", "annual_rate", "disbursed_on", "matures_on",
    "extended_to", "qualifications", "features", "remarks", "entered_on", "entered_at", "entry_closes_on",
    "entered_late", "edition", "edition_hash", "findings", *COLUMNS, "state", "library", "classification", "closed_on",
)  # fmt: skip
LOANS: Table = (Loan._meta.db_table, HEAD)
MOVES: Table = (
    Transition._meta.db_table,
    ("subject_kind", "subject_id", "bank_id", "field", "source", "target", "by_id", "on", "at", "reason", "article"),
)
CLOSINGS: Table = (
    Closing._meta.db_table,
    (
        "id", "scheme_id", "version", "created_at", "bank_id", "loan_id", "number", "kind", "state", "event_on",
        "apply_by", "applied_on", "applied_late", "reason", "findings", "made_by_id", "submitted_by_id",
        "closed_by_id", "closed_on", "responsibility", "refusal_reason",
    ),
)  # fmt: skip
BORROWERS: Table = (
    BorrowerRow._meta.db_table,
    ("id", "scheme_id", "version", "created_at", "credit_code", "person_index"),
)
State, Library = Loan.State, Loan.Library


@dataclass(slots=True)
class Bad:
    """A loan that turned non-performing: its line but for its state, and what its story needs."""

    place: int
    house: House
    pk: UUID
    line: str
    borrower: Borrower
    principal: Decimal
    other_balances: Decimal
    disbursed_on: date
    matures_on: date
    entered_on: date
    features: tuple[str, ...]
    qualifications: tuple[str, ...]
    number: str


@dataclass(slots=True)
class Batch:
    """One bank's file of one quarter."""

    pk: UUID
    rows: int = 0
    principal: int = 0


class Stream:
    """Goes through the loans once; afterwards `bad`, `batches` and `numbers` are what the rest is made of."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.shape = scene, scene.shape
        self.people = People(scene.shape, scene.seed)
        self.crowd = scene.shape.borrowers(scene.loans)
        self.step = _coprime(self.crowd)
        self.bad: list[Bad] = []
        self.batches: dict[tuple[int, int], Batch] = {}
        self.numbers: Counter[tuple[str, int]] = Counter()
        self._tables()

    def _tables(self) -> None:
        table = self.shape.table
        self.houses = Weighted([(house, house.bank.weight) for house in self.scene.houses])
        self.months, self.over, self.other = table("months"), table("over_lpr"), table("other_balances_share")
        self.security, self.purposes = table("security"), table("purposes")
        self.features, self.qualifications = table("features"), table("qualifications")
        chances, careless = table("non_performing"), self.shape["careless"]
        self.chances = [
            careless.get(house.bank.code, chances[toss(self.scene.seed, _BAD, house.place)])
            for house in self.scene.houses
        ]
        self.rates = _rates(self.shape["rate_before_lpr"])

    def borrowers(self) -> Iterator[Sheaf]:
        """Who borrows; each at least once where there are loans enough."""
        created, scheme = at(self.shape["quarters"]["first"], MORNING), self.scene.scheme
        for begin in range(0, self.crowd, MANY):
            sheaf = Sheaf()
            rows = sheaf.lines.setdefault(BORROWERS, [])
            for number in range(begin, min(begin + MANY, self.crowd)):
                one = self.people[number]
                code, index = one.identity()
                rows.append(f"{one.pk}\t{scheme}\t1\t{created}\t{code or NULL}\t{index or NULL}")
            yield sheaf

    def __iter__(self) -> Iterator[Sheaf]:
        for quarter in self.shape.quarters(self.scene.loans):
            desks = [self._desk(quarter, house) for house in self.scene.houses]
            for begin in range(quarter.begin, quarter.end, MANY):
                sheaf = Sheaf()
                for place in range(begin, min(begin + MANY, quarter.end)):
                    self._loan(sheaf, quarter, place, desks)
                yield sheaf
            sheaf = Sheaf()
            for house in self.scene.houses:
                self._upload(sheaf, quarter, house)
            yield sheaf

    def _desk(self, quarter: Quarter, house: House) -> tuple[Any, ...]:
        """What is alike for all loans of one file."""
        day = self.scene.entered_on(quarter, house.place)
        bits = toss(self.scene.seed, _BAD + 1, quarter.number * 1000 + house.place)
        batch = Batch(identity(bits, int(at(day, MORNING).timestamp() * 1000), house.place))
        self.batches[quarter.number, house.place] = batch
        closes, moment = self.scene.entry_closes_on(quarter), stamp(day)
        entered = f"{day}\t{moment}\t{closes}\tf\t{self.scene.book.key}\t{self.scene.book_hash}\t[]"
        moved = f"\t{house.hands[1]}\t{day}\t{moment}\t\t{self.scene.article('entry_window')}"
        before = f"{moment}\t{house.key}\t{NULL}\t{batch.pk}\t"
        return batch, day, before, entered, moved

    def _loan(self, sheaf: Sheaf, quarter: Quarter, place: int, desks: list[tuple[Any, ...]]) -> None:
        scene = self.scene
        bits, fate = toss(scene.seed, _LOAN, place), toss(scene.seed, _FATE, place)
        house = self.houses[bits]
        batch, entered_on, before, entered, moved = desks[house.place]
        borrower = self.people[place * self.step % self.crowd]
        day = quarter.first + timedelta(days=(place - quarter.begin) * quarter.days // (quarter.end - quarter.begin))
        months = self.months[bits >> 12]
        matures = add_months(day, months)
        principal = self._principal(borrower.kind, bits >> 24)
        other = min(principal * self.other[bits >> 36] // 100, 30_000_000 - principal)
        other = other // 10_000 * 10_000 if borrower.kind == ENTERPRISE else min(other, 2_000_000)
        feature, qualification = self.features[bits >> 44], self.qualifications[bits >> 52]
        feature = "" if feature == "first_loan" and other else feature
        qualification = qualification if borrower.kind == ENTERPRISE else ""
        number = f"{house.bank.code}JJ{day:%Y%m%d}{place:08d}"
        key = number_of(bits, FORMER + 100_000_000_000 + place, place)
        pk = f"{key:032x}"
        product = "working_capital" if borrower.kind == ENTERPRISE else "personal_business"
        head = (
            f"{pk}\t{scene.scheme}\t%s\t{before}{number}\t{number}\t"
            f"{house.bank.code}HT{place:08d}\t{house.bank.branches[fate % len(house.bank.branches)]}\t{product}\t"
            f"operations\t{self.purposes[fate >> 8]}\t{self._security(feature, fate >> 20)}\tnone\tCNY\t"
            f"{principal}.00\t{principal}.00\t{principal}.00\t{other}.00\t"
            f"{_rate(self.rates, day, self.over[fate >> 32])}\t{day}\t{matures}\t{NULL}\t"
            f"{_qualified(qualification, day)}\t{_listed(feature)}\t\t{entered}\t"
            f"{borrower.cells()}\t"
        )
        batch.rows += 1
        batch.principal += principal
        rows = sheaf.lines.setdefault(MOVES, [])
        subject = f"loans.loan\t{pk}\t{house.key}\t"
        rows.append(f"{subject}state\t\tentered{moved}")
        rows.append(f"{subject}library\t\tloan{moved}")
        if (fate >> 44) % 10_000 < self.chances[house.place] and (scene.day - entered_on).days > 30:
            self.bad.append(
                Bad(
                    place, house, UUID(int=key), head, borrower, Decimal(principal), Decimal(other), day, matures,
                    entered_on, (feature,) if feature else (), (qualification,) if qualification else (), number,
                )
            )  # fmt: skip
            return
        closed = end_sound(scene, self.numbers, sheaf, house, key, matures, fate)
        state = f"closed\tloan\tnormal\t{closed}" if closed else f"entered\tloan\tnormal\t{NULL}"
        sheaf.lines.setdefault(LOANS, []).append(head.replace("%s", "2" if closed else "1", 1) + state)

    def _principal(self, kind: str, bits: int) -> int:
        spread = self.shape["spread"]
        mean, largest = self.shape["mean_principal"][kind], self.shape["largest_principal"][kind]
        amount = mean * spread[bits & 63] // 1000 * (900 + (bits >> 6 & 255) * 200 // 255) // 1000
        return max(10_000, min(amount // 1000 * 1000, largest))

    def _security(self, feature: str, bits: int) -> str:
        word = "pledge" if feature.endswith("_pledge") else self.security[bits]
        return _listed("" if word == "none" else word)

    def _upload(self, sheaf: Sheaf, quarter: Quarter, house: House) -> None:
        batch = self.batches[quarter.number, house.place]
        if not batch.rows:
            return
        day = self.scene.entered_on(quarter, house.place)
        self.numbers["loan_upload", day.year] += 1
        self.numbers["loan_receipt", day.year] += 1
        row = Upload(
            id=batch.pk, scheme_id=self.scene.scheme, bank_id=house.pk, version=5, created_at=at(day, MORNING),
            number=f"RK{day.year}-{self.numbers['loan_upload', day.year]:06d}", source=Upload.Source.API,
            state=Upload.State.ENTERED, rows_total=batch.rows, rows_done=batch.rows, rows_good=batch.rows,
            rows_entered=batch.rows, principal_good=Decimal(batch.principal),
            principal_entered=Decimal(batch.principal), made_by_id=house.maker.pk, made_on=day,
            submitted_by_id=house.checker.pk, submitted_at=at(day), submitted_on=day,
            receipt_number=f"HZ{day.year}-{self.numbers['loan_receipt', day.year]:06d}",
        )  # fmt: skip
        sheaf.add_row(row)


def end_sound(
    scene: Scene, numbers: Counter[tuple[str, int]], sheaf: Sheaf, house: House, loan: int, matures: date, fate: int,
    source: str = "entered",
) -> date | None:  # fmt: skip
    """Closed by the bank after the last payment, or by itself; None where its day is still to come."""
    by_bank = (fate >> 54) % 100 < scene.shape["closed_by_bank"]
    day = matures + timedelta(days=5 + (fate >> 58) % 60) if by_bank else scene.closes_by_itself(matures)
    if day > scene.day:
        return None
    close(scene, numbers, sheaf, house, loan, matures, day, by_bank, source)
    return day


def close(
    scene: Scene, numbers: Counter[tuple[str, int]], sheaf: Sheaf, house: House, loan: int, matures: date, day: date,
    by_bank: bool, source: str,
) -> None:  # fmt: skip
    """The closing, its moves and the loan's last one."""
    pk, key, moment = f"{loan:032x}", f"{loan ^ 0xC105E << 20:032x}", stamp(day)
    kind, law = _LAWS[by_bank][0], scene.laws[_LAWS[by_bank][1]]
    maker, checker = house.hands
    people = f"{maker}\t{checker}\t{checker}" if by_bank else f"{NULL}\t{NULL}\t{NULL}"
    who = checker if by_bank else NULL
    number = _closing_number(numbers, day, by_bank)
    sheaf.lines.setdefault(CLOSINGS, []).append(
        f"{key}\t{scene.scheme}\t{2 if by_bank else 1}\t{moment}\t{house.key}\t{pk}\t{number}\t{kind}\tclosed\t"
        f"{matures}\t{NULL}\t{day}\tf\t{_REASONS[by_bank]}\t[]\t{people}\t{day}\t\t"
    )
    rows = sheaf.lines.setdefault(MOVES, [])
    tail = f"{who}\t{day}\t{moment}\t\t{law}"
    subject = f"recovery.closing\t{key}\t{house.key}\tstate\t"
    if by_bank:
        rows.append(f"{subject}\tprepared\t{maker}\t{day}\t{moment}\t\t{law}")
        rows.append(f"{subject}prepared\tclosed\t{tail}")
    else:
        rows.append(f"{subject}\tclosed\t{tail}")
    rows.append(f"loans.loan\t{pk}\t{house.key}\tstate\t{source}\tclosed\t{tail}")


_LAWS = {True: ("paid_off", "payoff_closing"), False: ("automatic", "auto_closing")}
_REASONS = {True: "贷款已结清。", False: "到期六个月未主动结项且未提出补偿申请，系统自动结项。"}


def _closing_number(numbers: Counter[tuple[str, int]], day: date, by_bank: bool) -> str:
    if by_bank:
        numbers["JQ", day.year] += 1
        return f"JQ{day.year}{numbers['JQ', day.year]:06d}"
    run = day.timetuple().tm_yday
    numbers["automatic_closing", day.year] = max(run, numbers["automatic_closing", day.year])
    numbers[f"-{day}", 0] += 1
    return f"ZD{day.year}{run:04d}-{numbers[f'-{day}', 0]:05d}"


@lru_cache(maxsize=1 << 15)
def _rate(rates: tuple[tuple[date, Decimal], ...], day: date, over: int) -> str:
    return str(next(rate for since, rate in rates if since <= day) + Decimal(over) / 100)


def _rates(before: str) -> tuple[tuple[date, Decimal], ...]:
    quotes = [(quote.published_on, quote.one_year) for quote in lpr_from_file().quotes]
    return (*reversed(quotes), (date.min, Decimal(before)))


def _coprime(count: int) -> int:
    """A step that visits every borrower before it comes back to the first."""
    step = count * 618 // 1000 | 1
    while _divisor(step, count) != 1:
        step += 2
    return step


def _divisor(one: int, other: int) -> int:
    while other:
        one, other = other, one % other
    return one


def _listed(word: str) -> str:
    return f'["{word}"]' if word else "[]"


def _qualified(kind: str, day: date) -> str:
    if not kind:
        return "[]"
    return json.dumps([{"kind": kind, "valid_from": f"{day.year - 1}-06-01", "valid_to": f"{day.year + 2}-05-31"}])
