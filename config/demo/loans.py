"""Loans of the demo, by bank and quarter, as rows of the loan template."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from random import Random

from loans.choices import ENTERPRISE, INDUSTRY_GROUPS, OWNER
from pool.refs import lpr_from_file
from pool.rules import add_months

from .banks import BANKS, NOT_FILED_YET, SHRINKING, DemoBank
from .borrowers import DemoBorrower, borrowers

Cells = dict[str, object]
INDUSTRY_LABELS = {choice.word: choice.label for choice in INDUSTRY_GROUPS}

SEED = 2024
TOTAL = 22_400
"""Loans made; banks that have not filed the open quarter yet hold some of them back."""
DEMO_DAY = datetime.date(2025, 1, 16)
OPEN_QUARTER = "2024Q4"


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the demo: its days, its share of the loans, and when its files were uploaded."""

    name: str
    first: datetime.date
    last: datetime.date
    share: int
    uploaded_from: datetime.date
    upload_days: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


_D = datetime.date
QUARTERS: tuple[Quarter, ...] = (
    Quarter("2023Q3", _D(2023, 7, 1), _D(2023, 9, 30), 11, _D(2023, 10, 12), 5),
    Quarter("2023Q4", _D(2023, 10, 1), _D(2023, 12, 31), 13, _D(2024, 1, 9), 5),
    Quarter("2024Q1", _D(2024, 1, 1), _D(2024, 3, 31), 16, _D(2024, 4, 15), 5),
    Quarter("2024Q2", _D(2024, 4, 1), _D(2024, 6, 30), 18, _D(2024, 7, 8), 5),
    Quarter("2024Q3", _D(2024, 7, 1), _D(2024, 9, 30), 20, _D(2024, 10, 10), 7),
    Quarter(OPEN_QUARTER, _D(2024, 10, 1), _D(2024, 12, 31), 22, _D(2025, 1, 6), 8),
)
BY_NAME: dict[str, Quarter] = {quarter.name: quarter for quarter in QUARTERS}

# Months → how often.
_TERMS = ((12, 62), (6, 9), (24, 11), (36, 14), (60, 4))
# Basis points over the rate of the period: mean and spread; a few lie over the limit.
_SPREAD_MEAN, _SPREAD = 80, 45
_DEAR = (205, 420)
_FEATURES = (
    (("无还本续贷",), 90),
    (("绿色信贷",), 50),
    (("知识产权质押",), 30),
    (("应收账款质押",), 40),
    (("存货抵（质）押",), 12),
    (("政府采购订单融资",), 14),
    (("绿色信贷", "知识产权质押"), 6),
)
_FOREIGN_USES = ("转贷", "投资资本市场", "个人消费", "并购", "参与民间借贷")
_COVERS = ("保险公司保险", "融资担保公司担保", "融资担保公司担保", "财政再担保", "其他同类风险补偿")
_PURPOSES = ("采购原材料", "支付货款", "支付工资及租金", "备货", "设备维护", "研发投入", "日常周转")


@dataclass(frozen=True, slots=True)
class DemoFile:
    """What one bank uploads for one quarter, and on which day."""

    bank: DemoBank
    quarter: Quarter
    uploaded_on: datetime.date
    rows: tuple[Cells, ...]


def _skew(rng: Random, low: int, high: int) -> int:
    """Between the bounds, low more often than high."""
    return low + (high - low) * min(rng.randrange(1000), rng.randrange(1000)) // 1000


def _principal(rng: Random, borrower: DemoBorrower) -> int:
    bounds = {ENTERPRISE: (30, 1000), OWNER: (20, 400)}.get(borrower.kind, (5, 150))
    amount = _skew(rng, *bounds) * 10_000
    return amount + (rng.randrange(1_000_000) if rng.randrange(20) == 0 else 0)


def _other_balances(rng: Random, borrower: DemoBorrower, principal: int) -> int:
    if rng.randrange(100) < 35:
        return 0
    if borrower.kind != ENTERPRISE:
        return _skew(rng, 1, 200) * 10_000
    if rng.randrange(100) == 0:
        return 30_000_000 - principal + _skew(rng, 1, 1500) * 10_000
    return min(_skew(rng, 5, 2600) * 10_000, 30_000_000 - principal)


def _rate(rng: Random, on: datetime.date, months: int) -> Decimal:
    quote = [quote for quote in lpr_from_file().quotes if quote.published_on <= on][-1]
    base = quote.five_year if months >= 60 else quote.one_year
    points = (
        rng.randrange(*_DEAR) if rng.randrange(40) == 0 else max(-40, min(200, round(rng.gauss(_SPREAD_MEAN, _SPREAD))))
    )
    return base + Decimal(points // 5 * 5) / 100


def _features(rng: Random, borrower: DemoBorrower, other: int, first: bool) -> list[str]:
    found: list[str] = []
    if (first and other == 0 and rng.randrange(100) < 70) or rng.randrange(400) == 0:
        found.append("首笔贷款")
    if rng.randrange(100) < 26:
        found += [*rng.choices([words for words, _ in _FEATURES], [often for _, often in _FEATURES])[0]]
    if not any("押" in word for word in found) and rng.randrange(100) < 30:
        found.append("纯信用")
    return found


def _security(rng: Random, features: list[str]) -> str:
    if "纯信用" in features:
        return "信用"
    if any("押" in word for word in features):
        return "质押"
    return rng.choice(("保证", "保证", "保证、抵押", "抵押", "共同借款", "共同借款、保证"))


def loan(rng: Random, bank: DemoBank, borrower: DemoBorrower, on: datetime.date, number: str, first: bool) -> Cells:
    """One loan as a row of the template; plausible in itself, not always one that can be compensated."""
    months = rng.choices([term for term, _ in _TERMS], [often for _, often in _TERMS])[0]
    principal = _principal(rng, borrower)
    other = _other_balances(rng, borrower, principal)
    features = _features(rng, borrower, other, first)
    line = principal if rng.randrange(3) else principal + _skew(rng, 10, 300) * 10_000
    personal = borrower.kind != ENTERPRISE
    valid = [each for each in borrower.qualifications if each.valid_from <= on]
    return {
        **identity_cells(borrower),
        "iou_number": f"{bank.code}JJ{number}",
        "contract_number": f"{bank.code}HT{number}",
        "branch_name": rng.choice(bank.branches),
        "product": "其他贷款" if rng.randrange(250) == 0 else "个人经营性贷款" if personal else "流动资金贷款",
        "use": rng.choice(_FOREIGN_USES) if rng.randrange(150) == 0 else "本企业生产经营",
        "use_detail": rng.choice(_PURPOSES),
        "other_cover": rng.choice(_COVERS) if rng.randrange(50) == 0 else "无",
        "security": _security(rng, features),
        "currency": "人民币",
        "principal": Decimal(principal).quantize(Decimal("0.01")),
        "credit_line": Decimal(line).quantize(Decimal("0.01")) if personal or rng.randrange(2) else "",
        "other_balances": Decimal(other).quantize(Decimal("0.01")),
        "annual_rate": _rate(rng, on, months),
        "disbursed_on": on,
        "matures_on": add_months(on, months),
        "qualifications": "、".join(each.label for each in valid),
        "qualification_from": "、".join(each.valid_from.isoformat() for each in valid),
        "qualification_to": "、".join(each.valid_to.isoformat() for each in valid),
        "features": "、".join(features),
        "remarks": "",
    }


def identity_cells(borrower: DemoBorrower) -> Cells:
    """What the template says about a borrower."""
    kinds = {ENTERPRISE: "企业", OWNER: "小微企业主"}
    return {
        "borrower_kind": kinds.get(borrower.kind, "个体工商户"),
        "borrower_name": "" if borrower.kind == OWNER else borrower.name,
        "credit_code": borrower.credit_code,
        "owner_name": borrower.owner_name,
        "owner_id_kind": "居民身份证" if borrower.owner_id_number else "",
        "owner_id_number": borrower.owner_id_number,
        "firm_name": borrower.firm_name,
        "co_borrower_name": "",
        "co_borrower_code": "",
        "district": borrower.district,
        "industry_code": borrower.trade.code,
        "industry_group": INDUSTRY_LABELS[borrower.trade.group],
        "staff": borrower.staff,
        "revenue": Decimal(borrower.revenue).quantize(Decimal("0.01")),
        "assets": Decimal(borrower.assets).quantize(Decimal("0.01")),
        "in_shenzhen": "是" if borrower.in_shenzhen else "否",
        "quasi_financial": "是" if borrower.quasi_financial else "否",
    }


def _count(bank: DemoBank, quarter: Quarter, total: int) -> int:
    weights, shares = sum(each.weight for each in BANKS), sum(each.share for each in QUARTERS)
    share = quarter.share
    if bank.code in SHRINKING:
        share = 30 if quarter.name < "2024" else 6
    return max(12, total * bank.weight * share // (weights * shares))


def _customers(seed: int, bank: DemoBank) -> list[DemoBorrower]:
    """A bank's own circle of customers; some bank with others too."""
    everybody = borrowers(seed)
    return Random(f"customers/{seed}/{bank.code}").sample(everybody, min(len(everybody), 60 + bank.weight * 8))


def rows(bank: DemoBank, quarter: Quarter, seed: int = SEED, total: int = TOTAL) -> tuple[Cells, ...]:
    """The loans a bank made in a quarter, in order of their dates."""
    rng = Random(f"loans/{seed}/{bank.code}/{quarter.name}")
    customers = _customers(seed, bank)
    days = sorted(
        quarter.first + datetime.timedelta(days=rng.randrange(quarter.days))
        for _ in range(_count(bank, quarter, total))
    )
    found = []
    for place, day in enumerate(days, start=1):
        number = f"{day:%Y%m%d}{place:04d}"
        found.append(loan(rng, bank, rng.choice(customers), day, number, first=rng.randrange(5) == 0))
    return tuple(found)


def _forgotten(bank: DemoBank, quarter: Quarter, seed: int, total: int) -> tuple[Cells, ...]:
    """Now and then a bank finds a loan of the quarter before in the drawer: it is entered too late."""
    rng = Random(f"late/{seed}/{bank.code}/{quarter.name}")
    place = QUARTERS.index(quarter)
    if place < 3 or rng.randrange(4):
        return ()
    before = QUARTERS[place - 1]
    day = before.last - datetime.timedelta(days=rng.randrange(40))
    customer = rng.choice(_customers(seed, bank))
    return (loan(rng, bank, customer, day, f"{day:%Y%m%d}9{rng.randrange(1000):03d}", first=False),)


def upload_day(bank: DemoBank, quarter: Quarter) -> datetime.date:
    """The working day on which a bank uploads its file of a quarter, within the window."""
    place = int(bank.code[1:])
    day = quarter.uploaded_from + datetime.timedelta(days=place * 3 % quarter.upload_days)
    while day.weekday() > 4:
        day += datetime.timedelta(days=1)
    return day


def files(seed: int = SEED, total: int = TOTAL) -> Iterator[DemoFile]:
    """Every file uploaded before the demo's day, in order of the days."""
    plan = sorted(
        ((upload_day(bank, quarter), bank, quarter) for quarter in QUARTERS for bank in BANKS),
        key=lambda each: (each[0], each[2].name, each[1].code),
    )
    for day, bank, quarter in plan:
        if quarter.name == OPEN_QUARTER and bank.code in NOT_FILED_YET:
            continue
        yield DemoFile(bank, quarter, day, rows(bank, quarter, seed, total) + _forgotten(bank, quarter, seed, total))


@lru_cache(maxsize=2)
def portfolio(seed: int = SEED, total: int = TOTAL) -> dict[str, tuple[Cells, ...]]:
    """Everything each bank has entered by the demo's day, by bank code."""
    found: dict[str, tuple[Cells, ...]] = {}
    for file in files(seed, total):
        found[file.bank.code] = found.get(file.bank.code, ()) + file.rows
    return found
