"""Who may sign in to the demo: one person or two of each role, and three people of every bank."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pool.models import Role

from .banks import DemoBank
from .borrowers import person

PASSWORD = "demo-2025-pool"
"""Of every demo account; it is printed, so it protects nothing and the demo holds nobody's data."""


@dataclass(frozen=True, slots=True)
class Official:
    """A person of a public body."""

    username: str
    role: Role
    name: str
    institution: str


_GAOTOU, _FINANCE = "深圳市高新投集团", "深圳市财政金融服务中心"

OFFICIALS: tuple[Official, ...] = (
    Official("reviewer1", Role.MANAGER_REVIEWER, "周初审", _GAOTOU),
    Official("reviewer2", Role.MANAGER_REVIEWER, "吴初审", _GAOTOU),
    Official("approver1", Role.MANAGER_APPROVER, "郑终审", _GAOTOU),
    Official("approver2", Role.MANAGER_APPROVER, "冯终审", _GAOTOU),
    Official("statistics1", Role.MANAGER_STATISTICS, "陈统计", _GAOTOU),
    Official("finance1", Role.FINANCE_CLERK, "褚经办", _FINANCE),
    Official("finance2", Role.FINANCE_APPROVER, "卫复核", _FINANCE),
    Official("authority1", Role.AUTHORITY, "蒋科长", "深圳市工业和信息化局"),
    Official("authority2", Role.AUTHORITY, "沈处长", "深圳市中小企业服务局"),
    Official("supervisor1", Role.SUPERVISOR, "韩监督", "深圳市财政局"),
    Official("regulator1", Role.REGULATOR, "杨联络", "中国人民银行深圳市分行"),
    Official("auditor1", Role.AUDITOR, "朱审计", "深圳市审计局"),
    Official("sysadmin1", Role.SYSTEM_ADMIN, "秦系统", _GAOTOU),
    Official("security1", Role.SECURITY_ADMIN, "许安全", _GAOTOU),
)

BANK_POSTS: tuple[tuple[str, Role], ...] = (
    ("admin", Role.BANK_ADMIN),
    ("maker", Role.BANK_MAKER),
    ("checker", Role.BANK_CHECKER),
)
MAY_SIGN_IN = frozenset({"B01", "B02", "B03", "B12", "B17"})
"""Banks whose people have the demo password; the others' people have none until it is given to them."""


@dataclass(frozen=True, slots=True)
class Clerk:
    """A person of a bank."""

    username: str
    role: Role
    name: str
    password: str | None


def clerks(bank: DemoBank) -> tuple[Clerk, ...]:
    """The administrator, the maker and the checker of a bank."""
    rng = Random(f"people/{bank.code}")
    password = PASSWORD if bank.code in MAY_SIGN_IN else None
    return tuple(Clerk(f"{bank.code.lower()}-{post}", role, person(rng), password) for post, role in BANK_POSTS)
