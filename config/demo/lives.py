"""Loans made to measure, whose whole life is known beforehand: what the demo drives through every office."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from loans.choices import ENTERPRISE, OWNER, SOLE_TRADER
from pool.rules import add_months

from .borrowers import TRADES, DemoBorrower, Trade, make
from .loans import SEED, Cells, identity_cells

_TRADE_OF = {trade.code: trade for trade in TRADES}
_SHOPS = [trade for trade in TRADES if trade.shop]


@dataclass(frozen=True, slots=True)
class Life:
    """A loan and what the rules will say of it: the ratio and amount, or the articles it fails by."""

    kind: str
    title: str
    cells: Cells
    npl_balance: Decimal
    ratio: str
    amount: str
    failed: tuple[str, ...] = ()
    recoveries: tuple[Decimal, ...] = ()
    returns: tuple[Decimal, ...] = ()

    @property
    def iou_number(self) -> str:
        return str(self.cells["iou_number"])

    @property
    def disbursed_on(self) -> datetime.date:
        day = self.cells["disbursed_on"]
        assert isinstance(day, datetime.date)
        return day


@dataclass(frozen=True, slots=True)
class _Plan:
    title: str
    principal: str
    balance: str
    ratio: str
    amount: str
    borrower: str = ENTERPRISE
    trade: str = "C3921"
    changes: Mapping[str, object] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    recoveries: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()


_HIGH_TECH = {
    "qualifications": "国家高新技术企业",
    "qualification_from": "2023-11-15",
    "qualification_to": "2026-11-14",
}
_GIANT = {**_HIGH_TECH, "qualifications": "专精特新“小巨人”企业"}

_PLANS: dict[str, _Plan] = {
    "worked_example": _Plan(
        "微型企业，余额 500 万元，补偿四成", "3000000.00", "1234567.89", "0.40", "493827.16",
        changes={"other_balances": "2000000.00", "staff": 8, "revenue": "2500000.00", "assets": "1500000.00"},
    ),
    "half": _Plan(
        "高新技术企业首笔贷款，三成加两项", "5000000.01", "4200000.00", "0.50", "2100000.00",
        changes={**_HIGH_TECH, "features": "首笔贷款", "other_balances": "0.00"},
    ),
    "middle_tier": _Plan(
        "余额 1500 万元，绿色信贷", "8000000.00", "7654321.09", "0.40", "3061728.44",
        changes={"other_balances": "7000000.00", "features": "绿色信贷"},
    ),
    "lowest_tier": _Plan(
        "余额 3000 万元，补偿两成", "10000000.00", "9876543.21", "0.20", "1975308.64",
        changes={"other_balances": "20000000.00"},
    ),
    "capped": _Plan(
        "小巨人企业，知识产权质押并绿色，止于五成", "3000000.00", "2500000.00", "0.50", "1250000.00",
        changes={**_GIANT, "other_balances": "0.00", "features": "知识产权质押、绿色信贷", "security": "质押"},
    ),
    "returns": _Plan(
        "分次清收返还，止于已补偿", "1000000.00", "1000000.00", "0.40", "400000.00",
        recoveries=("333333.33", "333333.34", "400000.00"), returns=("133333.33", "133333.34", "133333.33"),
    ),
    "rate_edge": _Plan(
        "利率恰为同期报价加两点", "1000000.00", "800000.00", "0.40", "320000.00", changes={"annual_rate": "5.45"}
    ),
    "owner": _Plan(
        "小微企业主经营性贷款", "1500000.00", "1400000.00", "0.40", "560000.00", borrower=OWNER, trade="F5179",
        changes={"credit_line": "2000000.00"},
    ),
    "sole_trader": _Plan(
        "个体工商户信用贷款", "300000.00", "256000.00", "0.50", "128000.00", borrower=SOLE_TRADER, trade="F5211",
        changes={"features": "纯信用", "security": "信用", "credit_line": "300000.00"},
    ),
    "plain": _Plan("普通流动资金贷款", "2000000.00", "1800000.00", "0.40", "720000.00"),
    "refused_rate": _Plan(
        "利率超过同期报价加两点", "2000000.00", "1900000.00", "0.00", "0.00",
        changes={"annual_rate": "5.46"}, failed=("15(3)",),
    ),
    "refused_balance": _Plan(
        "余额超过 3000 万元", "5000000.00", "4800000.00", "0.00", "0.00",
        changes={"other_balances": "25000000.01"}, failed=("4",),
    ),
    "refused_industry": _Plan(
        "类金融企业", "2000000.00", "1500000.00", "0.00", "0.00",
        trade="L7251", changes={"quasi_financial": "是"}, failed=("3",),
    ),
    "refused_cover": _Plan(
        "已有融资担保", "2000000.00", "1500000.00", "0.00", "0.00",
        changes={"other_cover": "融资担保公司担保"}, failed=("14",),
    ),
    "refused_use": _Plan(
        "用于转贷", "2000000.00", "1500000.00", "0.00", "0.00", changes={"use": "转贷"}, failed=("15(2)",)
    ),
}  # fmt: skip

KINDS: tuple[str, ...] = tuple(_PLANS)


def facts_for_life(
    kind: str, *, bank: str, number: int, disbursed_on: datetime.date = datetime.date(2024, 5, 10), months: int = 12
) -> Life:
    """The loan of a kind of life, for a bank; `number` makes it and its borrower its own."""
    plan = _PLANS[kind]
    rng = Random(f"life/{SEED}/{bank}/{number}")
    borrower = _borrower(rng, plan)
    cells: Cells = {
        **identity_cells(borrower),
        "iou_number": f"{bank}JJ{disbursed_on:%Y%m%d}8{number:03d}",
        "contract_number": f"{bank}HT{disbursed_on:%Y%m%d}8{number:03d}",
        "branch_name": "科技园支行",
        "product": "流动资金贷款" if plan.borrower == ENTERPRISE else "个人经营性贷款",
        "use": "本企业生产经营",
        "use_detail": "采购原材料",
        "other_cover": "无",
        "security": "保证",
        "currency": "人民币",
        "principal": Decimal(plan.principal),
        "credit_line": Decimal(plan.principal),
        "other_balances": Decimal("0.00"),
        "annual_rate": Decimal("4.35"),
        "disbursed_on": disbursed_on,
        "matures_on": add_months(disbursed_on, months),
        "qualifications": "",
        "qualification_from": "",
        "qualification_to": "",
        "features": "",
        "in_shenzhen": "是",
        "quasi_financial": "否",
        "remarks": "",
    }
    for key, value in plan.changes.items():
        cells[key] = Decimal(value) if isinstance(value, str) and isinstance(cells[key], Decimal) else value
    return Life(
        kind,
        plan.title,
        cells,
        Decimal(plan.balance),
        plan.ratio,
        plan.amount,
        plan.failed,
        tuple(Decimal(each) for each in plan.recoveries),
        tuple(Decimal(each) for each in plan.returns),
    )


def _borrower(rng: Random, plan: _Plan) -> DemoBorrower:
    trade: Trade = _TRADE_OF[plan.trade] if plan.borrower == ENTERPRISE else rng.choice(_SHOPS)
    return make(rng, plan.borrower, trade, set())
