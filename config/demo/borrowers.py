"""Borrowers that do not exist: numbers with right check digits that nobody can hold.

A credit code's own last digit is right, the organisation code inside it is not; a person's number lies in a
county that was never given out. So they pass every check of ours, and none of them is anybody's.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from stdnum.cn import ric, uscc

from loans.choices import ENTERPRISE, OWNER, SOLE_TRADER
from pool.rules import add_months

_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_NO_COUNTY = "440399"
_TEN_THOUSAND = 10_000


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: code, size group, what its firms and shops are called, how often, usual size."""

    code: str
    group: str
    firm: str
    shop: str
    weight: int
    staff: tuple[int, int]
    revenue: tuple[int, int]
    """in ten thousand yuan"""


TRADES: tuple[Trade, ...] = (
    Trade("C3921", "industry", "通信设备", "", 60, (8, 320), (200, 38000)),
    Trade("C3982", "industry", "电子电路", "", 55, (10, 400), (250, 36000)),
    Trade("C3525", "industry", "精密模具", "", 50, (5, 180), (150, 18000)),
    Trade("C2927", "industry", "塑胶制品", "", 45, (5, 200), (150, 15000)),
    Trade("C3841", "industry", "新能源电池", "", 30, (20, 700), (500, 39000)),
    Trade("C3872", "industry", "光电照明", "", 35, (8, 260), (200, 22000)),
    Trade("C3912", "industry", "智能终端", "", 40, (10, 500), (300, 38000)),
    Trade("C2770", "industry", "医疗器械", "", 25, (8, 200), (200, 20000)),
    Trade("C2438", "industry", "珠宝首饰", "", 30, (5, 150), (200, 30000)),
    Trade("C1819", "industry", "服装", "制衣店", 25, (5, 300), (150, 16000)),
    Trade("D4416", "industry", "光伏能源", "", 8, (5, 60), (150, 9000)),
    Trade("E5011", "construction", "装饰工程", "装修服务部", 40, (5, 120), (150, 30000)),
    Trade("E4920", "construction", "机电安装", "", 25, (5, 90), (150, 20000)),
    Trade("F5179", "wholesale", "电子贸易", "电子经营部", 90, (3, 60), (150, 35000)),
    Trade("F5137", "wholesale", "家电供应链", "电器批发部", 35, (3, 50), (150, 30000)),
    Trade("F5121", "wholesale", "粮油", "粮油经营部", 20, (3, 40), (100, 18000)),
    Trade("F5211", "retail", "百货", "百货商行", 40, (2, 60), (60, 9000)),
    Trade("F5212", "retail", "生鲜超市", "便利店", 40, (2, 90), (60, 12000)),
    Trade("F5274", "retail", "数码", "数码店", 30, (2, 40), (60, 8000)),
    Trade("F5292", "retail", "电子商务", "网店", 40, (2, 80), (60, 15000)),
    Trade("G5431", "transport", "货运", "货运服务部", 30, (3, 200), (100, 12000)),
    Trade("G5821", "transport", "国际货运代理", "", 35, (3, 120), (150, 25000)),
    Trade("G5920", "storage", "仓储", "", 15, (3, 90), (80, 9000)),
    Trade("G6020", "post", "快递服务", "快递站", 12, (5, 200), (80, 9000)),
    Trade("H6121", "lodging", "酒店管理", "旅馆", 15, (5, 90), (80, 5000)),
    Trade("H6210", "catering", "餐饮管理", "餐馆", 50, (3, 120), (60, 6000)),
    Trade("H6233", "catering", "咖啡", "咖啡馆", 15, (2, 40), (40, 2500)),
    Trade("I6319", "information_transmission", "通信服务", "", 10, (5, 300), (80, 20000)),
    Trade("I6429", "information_transmission", "互联网", "", 20, (5, 400), (80, 30000)),
    Trade("I6513", "software", "软件", "", 60, (5, 180), (60, 9000)),
    Trade("I6531", "software", "信息系统", "", 35, (5, 150), (60, 9500)),
    Trade("K7020", "property_management", "物业管理", "", 12, (10, 400), (80, 4800)),
    Trade("L7251", "leasing_business_services", "广告传媒", "图文店", 25, (3, 80), (60, 6000)),
    Trade("L7284", "leasing_business_services", "会展服务", "", 15, (3, 60), (60, 5000)),
    Trade("M7320", "other", "检测技术", "", 20, (5, 120), (60, 7000)),
    Trade("M7491", "other", "工业设计", "", 20, (3, 90), (50, 4000)),
    Trade("O8111", "other", "汽车服务", "汽修店", 20, (3, 60), (50, 3000)),
    Trade("A0141", "agriculture", "生态农业", "农场", 10, (3, 60), (40, 6000)),
    Trade("A0412", "agriculture", "水产养殖", "养殖场", 6, (3, 40), (40, 4000)),
)
# Trades that the pool does not cover: a few loans of these are in every real file.
OUTSIDE: tuple[Trade, ...] = (
    Trade("K7010", "real_estate_development", "置业", "", 3, (10, 120), (800, 60000)),
    Trade("J6639", "other", "商业保理", "", 2, (5, 30), (150, 6000)),
)
_STEM = "鹏锐达恒信华远盛创众联科瑞智汇诚德嘉润博雅思源新纪安泰宏图启航正和优同力凯景明晟耀天宇海森合佳云展"
_SURNAMES = "陈林黄李王张刘杨吴周郑何罗梁谢曾邓许彭蔡廖邱温钟赖古"
_GIVEN = "伟芳娜敏静强磊洋勇艳杰涛明超兰霞平刚桂辉鹏华玲梅健文斌宇浩凯秀珍莉建国志远晓燕春生海云子涵"
_DISTRICTS = (
    *(("南山区", 24), ("福田区", 16), ("宝安区", 20), ("龙岗区", 14), ("龙华区", 12), ("罗湖区", 8)),
    *(("光明区", 6), ("坪山区", 4), ("盐田区", 3), ("大鹏新区", 1), ("深汕特别合作区", 1)),
)
_QUALIFICATIONS = (
    *(("国家高新技术企业", 50), ("科技型中小企业", 40), ("创新型中小企业", 30), ("专精特新中小企业", 22)),
    *(("专精特新“小巨人”企业", 4), ("制造业单项冠军企业", 1), ("行业主管部门推荐的重点企业", 2)),
)
_EARLIEST = datetime.date(2021, 6, 1)


@dataclass(frozen=True, slots=True)
class Qualified:
    """A qualification with the days it is valid."""

    label: str
    valid_from: datetime.date
    valid_to: datetime.date


@dataclass(frozen=True, slots=True)
class DemoBorrower:
    """Somebody who borrows; `kind` is the word of the contract."""

    kind: str
    name: str
    credit_code: str
    owner_name: str
    owner_id_number: str
    firm_name: str
    district: str
    trade: Trade
    staff: int
    revenue: int
    assets: int
    in_shenzhen: bool
    quasi_financial: bool
    qualifications: tuple[Qualified, ...]


def _weighted(rng: Random, pairs: Sequence[tuple[str, int]]) -> str:
    return rng.choices([word for word, _ in pairs], [weight for _, weight in pairs])[0]


def credit_code(rng: Random, start: str = "91440300") -> str:
    """Eighteen places, the last of them right; the organisation code's own check place is wrong on purpose."""
    body = "MA5" + "".join(rng.choices(_LETTERS, k=5))
    total = sum(weight * int(letter, 36) for weight, letter in zip(_ORGANISATION_WEIGHTS, body, strict=True))
    right = "0123456789X0"[(11 - total % 11) % 11]
    wrong = rng.choice([letter for letter in _LETTERS if letter != right])
    code = f"{start}{body}{wrong}"
    return code + uscc.calc_check_digit(code)


def id_number(rng: Random) -> str:
    """A person's number with the right last place, in a county that does not exist."""
    born = datetime.date(1965, 1, 1) + datetime.timedelta(days=rng.randrange(13_000))
    body = f"{_NO_COUNTY}{born:%Y%m%d}{rng.randrange(1000):03d}"
    return body + ric.calc_check_digit(body + "0")


def person(rng: Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2))))


def _between(rng: Random, bounds: tuple[int, int]) -> int:
    """Between the bounds, small far more often than large."""
    low, high = bounds
    return low + (high - low) * min(rng.randrange(1000), rng.randrange(1000), rng.randrange(1000)) // 1000


def _qualifications(rng: Random, trade: Trade) -> tuple[Qualified, ...]:
    if trade.group == "agriculture":
        labels = ["重点农业龙头企业"] if rng.randrange(6) == 0 else []
    elif trade.group in ("industry", "software", "information_transmission") or trade.code.startswith("M"):
        count = rng.choices((0, 1, 2), (50, 38, 12))[0]
        labels = list(dict.fromkeys(_weighted(rng, _QUALIFICATIONS) for _ in range(count)))
    else:
        labels = []
    found = []
    for label in labels:
        start = _EARLIEST + datetime.timedelta(days=rng.randrange(1200))
        found.append(Qualified(label, start, add_months(start, 36) - datetime.timedelta(days=1)))
    return tuple(found)


def make(rng: Random, kind: str, trade: Trade, names: set[str]) -> DemoBorrower:
    """One borrower of a kind in a trade, whose name nobody has yet."""
    district = _weighted(rng, _DISTRICTS)
    firm = _new_name(rng, kind, trade, district, names)
    owner = person(rng) if kind != ENTERPRISE else ""
    revenue = _between(rng, trade.revenue) * _TEN_THOUSAND + rng.randrange(_TEN_THOUSAND)
    staff = _between(rng, trade.staff)
    if kind != ENTERPRISE:
        staff, revenue = min(staff, 18), min(revenue, 9_500_000)
    return DemoBorrower(
        kind,
        owner if kind == OWNER else firm,
        credit_code(rng, "92440300" if kind == SOLE_TRADER else "91440300"),
        owner if kind == OWNER else "",
        id_number(rng) if kind == OWNER else "",
        firm if kind == OWNER else "",
        district,
        trade,
        staff,
        revenue,
        revenue * (30 + rng.randrange(90)) // 100,
        rng.randrange(250) > 0,
        trade.code == "J6639" or rng.randrange(400) == 0,
        _qualifications(rng, trade) if kind == ENTERPRISE else (),
    )


def _new_name(rng: Random, kind: str, trade: Trade, district: str, names: set[str]) -> str:
    while True:
        stem = "".join(rng.sample(_STEM, rng.choice((2, 2, 3))))
        if kind == SOLE_TRADER:
            name = f"深圳市{district.removesuffix('特别合作区')}{stem}{trade.shop}"
        else:
            tail = rng.choice(("有限公司", "有限公司", "科技有限公司", "实业有限公司", "（深圳）有限公司"))
            name = f"{'' if tail.startswith('（') else '深圳市'}{stem}{trade.firm}{tail}"
        if name not in names:
            names.add(name)
            return name


@lru_cache(maxsize=4)
def borrowers(seed: int = 2024, count: int = 3000) -> tuple[DemoBorrower, ...]:
    """The demo's borrowers: three in five enterprises, the rest owners and sole traders."""
    rng = Random(f"borrowers/{seed}")
    names: set[str] = set()
    shops = [trade for trade in TRADES if trade.shop]
    found = []
    for _ in range(count):
        kind = rng.choices((ENTERPRISE, OWNER, SOLE_TRADER), (62, 18, 20))[0]
        pool: Sequence[Trade] = shops if kind == SOLE_TRADER else TRADES
        if kind == ENTERPRISE and rng.randrange(100) == 0:
            pool = OUTSIDE
        trade = rng.choices(pool, [trade.weight for trade in pool])[0]
        found.append(make(rng, kind, trade, names))
    return tuple(found)
