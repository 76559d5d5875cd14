"""Borrowers by their number: firms, owners and shops that do not exist, the same each time they are asked for.

Nothing is remembered, so that a hundred million loans need no more room than ten. The credit codes are right in their
own last place and wrong in the organisation's inside them; the identity numbers lie in a county never given out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from operator import mul

from config.demo import borrowers as words
from loans.choices import DISTRICTS
from loans.words import BorrowerKind
from pool.crypto import blind_index, encrypt

from .dice import Weighted, number_of, toss
from .shape import Shape

_KIND = 1
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DIGIT = {letter: int(letter, 36) for letter in _LETTERS}
_PLACE = {letter: place for place, letter in enumerate(_LETTERS)}
_DISTRICT = {choice.label: choice.word for choice in DISTRICTS}
_COUNTY = "440399"
_BORN = date(1962, 1, 1)
_TAILS = ("有限公司", "有限公司", "科技有限公司", "实业有限公司", "贸易有限公司", "发展有限公司", "（深圳）有限公司")
FORMER = 1_500_000_000_000
"""The millisecond in the keys of borrowers: before the first loan."""
COLUMNS = (
    "borrower_id", "borrower_kind", "borrower_name", "credit_code", "owner_name", "owner_id_kind", "owner_id_number",
    "firm_name", "co_borrower_name", "co_borrower_code", "district", "industry_code", "industry_group", "staff",
    "revenue", "assets", "in_city", "quasi_financial", "industry_restricted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Borrower:
    """One of them, as a loan declares it."""

    pk: str
    kind: str
    name: str
    credit_code: str
    owner_name: str
    owner_id_number: str
    firm_name: str
    district: str
    trade: words.Trade
    staff: int
    revenue: int
    assets: int

    @property
    def is_person(self) -> bool:
        return self.kind == OWNER

    def identity(self) -> tuple[str | None, str | None]:
        """The credit code of a firm or a shop; the blind index of an owner's number."""
        return (None, blind_index(self.owner_id_number, "person")) if self.is_person else (self.credit_code, None)

    def cells(self) -> str:
        """`COLUMNS` as COPY reads them."""
        kind = "resident_id" if self.is_person else ""
        return (
            f"{self.pk}\t{self.kind}\t{self.name}\t{self.credit_code}\t{self.owner_name}\t{kind}\t"
            f"{encrypt(self.owner_id_number)}\t{self.firm_name}\t\t\t{_DISTRICT[self.district]}\t{self.trade.code}\t"
            f"{self.trade.group}\t{self.staff}\t{self.revenue}.00\t{self.assets}.00\tt\tf\tf"
        )


ENTERPRISE, OWNER, SOLE_TRADER = (
    BorrowerKind.ENTERPRISE.value,
    BorrowerKind.OWNER.value,
    BorrowerKind.SOLE_TRADER.value,
)


class People:
    """Borrower 0 to the last."""

    def __init__(self, shape: Shape, seed: int) -> None:
        self.seed = seed
        self.kinds = shape.table("kinds")
        self.trades = Weighted([(trade, trade.weight) for trade in words.TRADES])
        self.shops = Weighted([(trade, trade.weight) for trade in words.TRADES if trade.shop])
        self.districts = Weighted(list(words._DISTRICTS))

    def __getitem__(self, number: int) -> Borrower:
        bits = toss(self.seed, _KIND, number)
        more = toss(self.seed, _KIND + 1, number)
        kind = self.kinds[bits]
        trade = (self.shops if kind == SOLE_TRADER else self.trades)[bits >> 12]
        district = self.districts[bits >> 24]
        firm = _firm(kind, trade, district, bits >> 36)
        owner = _person(more >> 40) if kind == OWNER else ""
        staff, revenue = _between(trade.staff, more), _between(trade.revenue, more >> 10) * 10_000
        if kind != ENTERPRISE:
            staff, revenue = min(staff, 18), min(revenue, 9_500_000)
        return Borrower(
            f"{number_of(bits, FORMER + number, number):032x}",
            kind, owner or firm, _credit_code(number, more, "92440300" if kind == SOLE_TRADER else "91440300"), owner,
            _id_number(number, more >> 20) if owner else "", firm if owner else "", district, trade, staff, revenue,
            revenue * (30 + (more >> 30) % 90) // 100,
        )  # fmt: skip


def _between(bounds: tuple[int, int], bits: int) -> int:
    """Small far more often than large."""
    low, high = bounds
    return low + (high - low) * min(bits % 1000, (bits >> 10) % 1000) // 1400


def _firm(kind: str, trade: words.Trade, district: str, bits: int) -> str:
    stems, count = words._STEM, len(words._STEM)
    stem = stems[bits % count] + stems[(bits >> 6) % count] + (stems[(bits >> 12) % count] if bits & 0x40000 else "")
    if kind == SOLE_TRADER:
        return f"深圳市{district.removesuffix('特别合作区')}{stem}{trade.shop}"
    tail = _TAILS[(bits >> 19) % len(_TAILS)]
    return f"{'' if tail[0] == '（' else '深圳市'}{stem}{trade.firm}{tail}"


def _person(bits: int) -> str:
    given, count = words._GIVEN, len(words._GIVEN)
    second = given[(bits >> 12) % count] if bits & 0x100000 else ""
    return words._SURNAMES[bits % len(words._SURNAMES)] + given[(bits >> 6) % count] + second


def _credit_code(number: int, bits: int, start: str) -> str:
    """The number itself is in it, so that no two are alike."""
    body = ""
    for _ in range(5):
        number, rest = divmod(number, 31)
        body += _LETTERS[rest]
    body = f"M{_LETTERS[10 + number % 21]}{_LETTERS[number // 21 % 31]}{body}"
    total = sum(map(mul, _ORGANISATION_WEIGHTS, map(_DIGIT.__getitem__, body)))
    wrong = _LETTERS[bits % 9]
    code = f"{start}{body}{wrong if wrong != '0123456789X0'[11 - total % 11] else 'A'}"
    rest = sum(map(mul, _CODE_WEIGHTS, map(_PLACE.__getitem__, code))) % 31
    return code + _LETTERS[(31 - rest) % 31]


def _id_number(number: int, bits: int) -> str:
    """The day of birth and the three places after it count the owners."""
    born = _BORN + timedelta(days=number // 1000 % 15_000)
    body = f"{_COUNTY}{born:%Y%m%d}{number % 1000:03d}"
    check = sum(weight * int(digit) for weight, digit in zip(_PERSON_WEIGHTS, body, strict=True)) % 11
    return body + "10X98765432"[check]
