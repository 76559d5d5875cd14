"""The nightly verification: every invariant is asked; a breach is told to those who can look into it."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from pool import registry, scope
from pool.models import Role
from pool.services.notices import notify

JOB = "verify"
TOLD = (Role.AUDITOR, Role.SYSTEM_ADMIN)


def verify(on: date) -> dict[str, Any]:
    """The slow invariants too. What is broken stands in the run's record; only that it is broken goes into a notice."""
    broken: dict[str, int] = {}
    asked = 0
    with scope.everything():
        for invariant in registry.invariants:
            asked += 1
            problems = sum(1 for _problem in invariant.fn())
            if problems:
                broken[invariant.code] = problems
        if broken:
            _tell(broken, on)
    return {"asked": asked, "broken": broken}


def _tell(broken: dict[str, int], on: date) -> None:
    codes = "、".join(broken)
    for role in TOLD:
        notify(
            key=f"{JOB}:{on}:{role}", role=role, on=on, url=reverse("notices"),
            title=_("数据核验发现 %(count)s 项不成立：%(codes)s") % {"count": len(broken), "codes": codes},
            body=_("请运行 manage.py verify --all 查看明细。"),
        )  # fmt: skip
