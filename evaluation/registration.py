"""What this room puts into the registries of the pool."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from evaluation import invariants, permissions, todos
from evaluation.services import jobs
from evaluation.services import reports as making
from evaluation.views import evaluations, reports, statements
from pool import registry
from pool.models import BANK_ROLES, StoredFile
from pool.parts import EVERYBODY, LAW
from pool.registry import ApiScope, FileGuard, Invariant, NavItem, Task, TodoSource

GROUP = _("统计与评价")


def register() -> None:
    for item in (
        NavItem(_("统计与评价报告"), "evaluation:reports", permissions.READERS, 700, GROUP),
        NavItem(_("年度绩效评价"), "evaluation:evaluations", permissions.READERS, 710, GROUP),
        NavItem(_("本行年度评价"), "evaluation:own_results", BANK_ROLES, 710, GROUP),
        NavItem(_("对账单"), "evaluation:statements", permissions.STATEMENT_READERS, 690, GROUP),
        NavItem(_("试算"), "trial_start", EVERYBODY, 810, LAW),
    ):
        registry.navigation.register(item)
    for listing in (reports.REPORTS, evaluations.EVALUATIONS, evaluations.OWN_RESULTS, statements.STATEMENTS):
        registry.listings.register(listing)
    registry.todos.register(TodoSource("evaluation", todos.todos, order=80))
    registry.api_scopes.register(ApiScope(permissions.API_SCOPE, _("读取已发布的报告"), permissions.READERS, order=80))
    registry.file_guards.register(FileGuard(making.PURPOSE, may_have))
    registry.tasks.register(Task(making.TASK, making.make_report, atomic=False))
    registry.jobs.register(jobs.annual_evaluation)
    registry.jobs.register(jobs.half_year_statistics)
    registry.jobs.register(jobs.supervisory_indicators)
    registry.invariants.register(
        Invariant("reports", _("已发布报告的数据、校验码与文件一致"), invariants.reports_are_intact)
    )
    registry.invariants.register(
        Invariant("evaluations", _("已报备评价可由依据数据重新得出"), invariants.evaluations_follow_from_their_inputs)
    )


def may_have(user: Any, file: StoredFile) -> bool:
    """The original is for those who answer for it; readers take a marked copy at the report's own address."""
    return permissions.may_read_drafts(user)[0]
