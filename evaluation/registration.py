"""What this room puts into the registries of the pool."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from evaluation import invariants, permissions, todos
from evaluation.selectors.reports import of_file
from evaluation.services import findings, inspections, jobs
from evaluation.services import reports as making
from evaluation.views import as_of, cases, catalogue, evaluations, reports, statements
from pool import registry
from pool.models import BANK_ROLES, StoredFile
from pool.parts import EVERYBODY, LAW
from pool.registry import ApiScope, DeadlineRule, FileGuard, Invariant, NavItem, Panel, SubjectPage, Task, TodoSource

GROUP = _("统计与评价")


def register() -> None:
    for item in (
        NavItem(_("风险总览"), "evaluation:cockpit", permissions.READERS, 680, GROUP),
        NavItem(_("报告系列"), "evaluation:series", permissions.READERS, 695, GROUP),
        NavItem(_("统计与评价报告"), "evaluation:reports", permissions.READERS, 700, GROUP),
        NavItem(_("年度绩效评价"), "evaluation:evaluations", permissions.READERS, 710, GROUP),
        NavItem(_("本行年度评价"), "evaluation:own_results", BANK_ROLES, 710, GROUP),
        NavItem(_("对账单"), "evaluation:statements", permissions.STATEMENT_READERS, 690, GROUP),
        NavItem(_("公开数据"), "open_data:index", EVERYBODY, 820, LAW),
        NavItem(_("试算"), "trial_start", EVERYBODY, 810, LAW),
        NavItem(_("监督检查"), "evaluation:inspections", permissions.INSPECTION_READERS, 720, GROUP),
        NavItem(_("检查发现问题"), "evaluation:findings", permissions.FINDING_READERS, 725, GROUP),
    ):
        registry.navigation.register(item)
    own = (
        reports.REPORTS,
        catalogue.DOWNLOADS,
        evaluations.EVALUATIONS,
        evaluations.OWN_RESULTS,
        statements.STATEMENTS,
    )
    for listing in (*own, *cases.LISTINGS.values()):
        registry.listings.register(listing)
    panel = "evaluation/panels/as_of.html"
    registry.panels.register(Panel("evaluation.as_of_loan", "loans.loan", as_of.loan_panel, panel, order=90))
    registry.panels.register(Panel("evaluation.as_of_bank", "banks.bank", as_of.bank_panel, panel, order=90))
    registry.todos.register(TodoSource("evaluation", todos.todos, order=80))
    registry.api_scopes.register(ApiScope(permissions.API_SCOPE, _("读取已发布的报告"), permissions.READERS, order=80))
    registry.file_guards.register(FileGuard(making.PURPOSE, may_have))
    registry.tasks.register(Task(making.TASK, making.make_report, atomic=False))
    registry.jobs.register(jobs.annual_evaluation)
    registry.jobs.register(jobs.half_year_statistics)
    registry.jobs.register(jobs.supervisory_indicators)
    registry.jobs.register(jobs.partner_list)
    registry.jobs.register(jobs.open_data)
    registry.jobs.register(jobs.remind_of_list)
    registry.jobs.register(jobs.remind_of_answers)
    registry.panels.register(
        Panel(
            "evaluation.differences", "recovery.desk", reports.differences_panel,
            "evaluation/panels/differences.html", order=10,
        )
    )  # fmt: skip
    registry.file_guards.register(FileGuard(findings.PURPOSE, findings.may_have_paper))
    registry.file_guards.register(
        FileGuard(inspections.PURPOSE, lambda user, _file: permissions.may_see_inspections(user)[0])
    )
    registry.subject_pages.register(SubjectPage("evaluation.finding", "evaluation:finding"))
    registry.deadline_rules.register(
        DeadlineRule(findings.DEADLINE, findings.window_again, "evaluation.finding", {"answer_by": "closes_on"}, 5)
    )
    registry.invariants.register(
        Invariant("inspections", _("检查样本可由总体清单和随机种子重新抽出"), invariants.samples_can_be_drawn_again)
    )
    registry.invariants.register(
        Invariant("reports", _("已发布报告的数据、校验码与文件一致"), invariants.reports_are_intact)
    )
    registry.invariants.register(
        Invariant("evaluations", _("已报备评价可由依据数据重新得出"), invariants.evaluations_follow_from_their_inputs)
    )


def may_have(user: Any, file: StoredFile) -> bool:
    """The original is for those who answer for it; readers take a marked copy at the report's own address."""
    report = of_file(file.pk)
    return report is not None and user.role in permissions.HANDS[report.kind].drafts
