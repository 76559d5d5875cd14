"""What the ledger puts into the registries."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pool import registry
from pool.ledger import chart, invariants, services
from pool.ledger.models import Appropriation
from pool.ledger.permissions import READERS, may_confirm_appropriation, may_read_appropriations
from pool.ledger.views import PURPOSE
from pool.models import StoredFile
from pool.parts import MONEY
from pool.registry import FileGuard, Invariant, Job, NavItem, Todo, TodoSource
from pool.services import anchors


def register() -> None:
    registry.navigation.register(NavItem(gettext_lazy("财政拨款"), "appropriations", READERS, 500, MONEY))
    registry.todos.register(TodoSource("ledger.appropriations", appropriations_waiting, 60))
    registry.file_guards.register(FileGuard(PURPOSE, may_have_appropriation_file))
    for item in (
        Invariant("I1", gettext_lazy("每张凭证借贷合计为零"), invariants.transactions_sum_to_zero),
        Invariant("I2", gettext_lazy("科目余额等于分录合计，版本连续"), invariants.balances_are_their_entries),
        Invariant("I16", gettext_lazy("已月结的月份余额不变、不再有新凭证"), invariants.closed_months_stay),
        Invariant("I3", gettext_lazy("可用资金从未低于零"), invariants.money_was_always_there),
    ):
        registry.invariants.register(item)
    words = {
        "anchored": gettext_lazy("已写入锚点"), "seq": gettext_lazy("锚点所在序号"), "head": gettext_lazy("链首摘要"),
        "lost": gettext_lazy("数据库缺少的序号"),
    }  # fmt: skip
    registry.jobs.register(
        Job("audit.anchor", gettext_lazy("写入审计锚点"), "", anchor, order=905, at=(0, 15), words=words)
    )


def anchor(on: date) -> dict[str, Any]:
    """The day's anchor, after the sealing: how far the chain has come and what money there is."""
    held = services.balances()
    money = {name: f"{held.get(name, services.ZERO):.2f}" for name in (chart.CASH, chart.RESERVED)}
    return anchors.drop_anchor(on, money)


def appropriations_waiting(user: Any, on: date) -> Iterator[Todo]:
    if not may_read_appropriations(user)[0]:
        return
    waiting = Appropriation.objects.filter(confirmed_on=None, withdrawn_on=None)
    for row in waiting.select_related("entered_by").order_by("on"):
        yield Todo(
            _("复核财政拨款 %(number)s") % {"number": row.number},
            row.document,
            row.get_absolute_url(),
            article="9(1)",
            waiting_for=_("金融中心复核"),
            mine=may_confirm_appropriation(user, row)[0],
        )


def may_have_appropriation_file(user: Any, file: StoredFile) -> bool:
    return bool(may_read_appropriations(user)[0])
