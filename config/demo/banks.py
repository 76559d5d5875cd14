"""Forty-three partner banks that do not exist."""

from __future__ import annotations

from dataclasses import dataclass

_NAMES = (
    *("鹏湾", "岭海", "梧桐山", "莲塘", "凤凰木", "勒杜鹃", "伶仃洋", "大鹏湾", "云岭", "红树林", "海月"),
    *("青榕", "银湖山", "望海", "听涛", "赤湾", "白鹭", "观澜", "羊台山", "仙湖", "香蜜湖", "侨城"),
    *("盐港", "鸿图", "启明湾", "恒帆", "同舟湾", "万川", "青禾", "稻禾", "星汉", "远帆", "晨曦"),
    *("湾畔", "晴川", "朗月", "长风", "知远", "汇岭", "汀州海", "百舸", "东江潮", "海棠湾"),
)
_BRANCHES = (
    *("科技园支行", "福田支行", "罗湖支行", "宝安支行", "龙岗支行", "龙华支行", "前海支行", "坪山支行"),
    *("光明支行", "蛇口支行", "盐田支行", "华强支行", "坂田支行", "沙井支行", "普惠金融部"),
)
# How much of the pool's loans a bank makes, from the first to the last.
_WEIGHTS = (90, 80, 72, 66, 60, 55, 50, 46, 42, 39, 36, 33, 31, 29, 27, 25, 23, 22, 21, 20, 19, 18, 17)
_SMALLEST = 16

NEAR_LIMIT = "B12"
"""The bank whose non-performing loans stand just under the limit."""
OVER_LIMIT = "B17"
"""The bank whose non-performing loans stand over the limit."""
SHRINKING = frozenset({"B31", "B38"})
"""Banks that lent less in the later year than in the earlier."""
NOT_FILED_YET = frozenset({"B01", "B09", "B20", "B24", "B28", "B33", "B36", "B40", "B43"})
"""Banks whose file of the open quarter is still to come."""


@dataclass(frozen=True, slots=True)
class DemoBank:
    """A partner bank: its code is its key everywhere in the demo."""

    code: str
    name: str
    short_name: str
    branches: tuple[str, ...]
    weight: int


def _bank(place: int, stem: str) -> DemoBank:
    width = 3 + place % 5
    start = place * 4 % len(_BRANCHES)
    branches = tuple(_BRANCHES[(start + step) % len(_BRANCHES)] for step in range(width))
    weight = _WEIGHTS[place] if place < len(_WEIGHTS) else _SMALLEST
    return DemoBank(f"B{place + 1:02d}", f"{stem}银行股份有限公司深圳分行", f"{stem}银行", branches, weight)


BANKS: tuple[DemoBank, ...] = tuple(_bank(place, stem) for place, stem in enumerate(_NAMES))
BY_CODE: dict[str, DemoBank] = {bank.code: bank for bank in BANKS}
