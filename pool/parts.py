"""What the pool itself puts into the registries. Every room has such a place, called from its `AppConfig.ready()`."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pool import invariants, registry
from pool.ledger import invariants as money
from pool.ledger.models import Appropriation
from pool.models import ADMIN_ROLES, Role, StoredFile
from pool.permissions import (
    APPROPRIATION_READERS,
    REFERENCE_READERS,
    may_confirm_appropriation,
    may_confirm_reference,
    may_enter_reference,
    may_read_appropriations,
)
from pool.registry import FileGuard, Invariant, Job, NavItem, Task, Todo, TodoSource
from pool.services import deadlines, sealing
from pool.views.appropriations import PURPOSE
from pool.views.home import advance_clock
from pool.views.references import KINDS

EVERYBODY = frozenset(Role)
WORK, MONEY, LAW, KEEPING = (
    gettext_lazy("工作"),
    gettext_lazy("资金"),
    gettext_lazy("规则与数据"),
    gettext_lazy("系统管理"),
)


def register() -> None:
    _navigation()
    _invariants()
    registry.todos.register(TodoSource("pool.appropriations", appropriations_waiting, 60))
    registry.todos.register(TodoSource("pool.references", references_waiting, 90))
    registry.file_guards.register(FileGuard(PURPOSE, may_have_appropriation_file))
    registry.tasks.register(Task("pool.advance_clock", advance_clock, atomic=False))
    registry.jobs.register(
        Job("deadlines.recompute", gettext_lazy("按最新日历重新计算期限"), "", deadlines.recompute_all, order=10)
    )
    registry.jobs.register(
        Job("audit.seal", gettext_lazy("封存审计记录"), "", sealing.seal, order=900, at=(0, 5), every=300)
    )
    admin.site.site_header = gettext_lazy("中小微企业贷款风险补偿资金池 · 管理后台")
    admin.site.site_title = gettext_lazy("资金池管理后台")
    admin.site.index_title = gettext_lazy("查阅与办理")


def _navigation() -> None:
    for item in (
        NavItem(gettext_lazy("工作台"), "home", EVERYBODY, 10, WORK),
        NavItem(gettext_lazy("通知"), "notices", EVERYBODY, 20, WORK),
        NavItem(gettext_lazy("财政拨款"), "appropriations", APPROPRIATION_READERS, 500, MONEY),
        NavItem(gettext_lazy("规则库"), "rulebook", EVERYBODY, 800, LAW),
        NavItem(gettext_lazy("参考数据"), "reference", REFERENCE_READERS, 820, LAW),
        NavItem(gettext_lazy("管理后台"), "admin:index", ADMIN_ROLES, 900, KEEPING),
    ):
        registry.navigation.register(item)


def _invariants() -> None:
    for item in (
        Invariant("I1", gettext_lazy("每张凭证借贷合计为零"), money.transactions_sum_to_zero),
        Invariant("I2", gettext_lazy("科目余额等于分录合计，版本连续"), money.balances_are_their_entries),
        Invariant("I3", gettext_lazy("可用资金从未低于零"), money.money_was_always_there),
        Invariant("I10", gettext_lazy("登记的期限与重新计算一致"), invariants.deadlines_are_what_the_rules_say),
        Invariant("I10b", gettext_lazy("已使用的规则版本未被改动"), invariants.editions_are_unaltered),
        Invariant("I11", gettext_lazy("审计链完整"), invariants.audit_chain_is_whole),
        Invariant("I12", gettext_lazy("已承诺的任务均已完成"), invariants.promised_work_is_done),
        Invariant("I13", gettext_lazy("文件与登记的摘要一致"), invariants.files_are_intact, slow=True),
    ):
        registry.invariants.register(item)


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


def references_waiting(user: Any, on: date) -> Iterator[Todo]:
    if not may_enter_reference(user)[0]:
        return
    for slug, model in KINDS.items():
        rows = list(model.objects.filter(confirmed_at=None).select_related("entered_by"))
        mine = sum(may_confirm_reference(user, row)[0] for row in rows)
        if rows:
            yield Todo(
                _("确认%(kind)s") % {"kind": model._meta.verbose_name},
                _("%(count)s 条已录入，须由另一人对照依据文件确认") % {"count": len(rows)},
                reverse("reference_rows", args=[slug]),
                waiting_for=_("高新投另一名人员"),
                count=len(rows),
                mine=bool(mine),
            )


def may_have_appropriation_file(user: Any, file: StoredFile) -> bool:
    return bool(may_read_appropriations(user)[0])
