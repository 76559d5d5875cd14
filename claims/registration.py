"""What this room puts into the registries of the pool."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from claims import invariants, jobs, permissions, selectors, todos
from claims.services import clocks, due, special
from claims.views import bank, claimable, panels, papers, questions, today, upgrades
from loans.models import Loan
from pool import registry
from pool.models import BANK_ROLES, MANAGER_ROLES, Role
from pool.registry import (
    ApiScope,
    Bar,
    DeadlineRule,
    DraftSource,
    FileGuard,
    Invariant,
    NavItem,
    Panel,
    Search,
    SubjectPage,
    TodoSource,
    Touch,
)

GROUP = _("补偿")
HITS = 20


def register() -> None:
    for item in (
        NavItem(_("补偿申请"), "claims:index", BANK_ROLES | permissions.READERS, order=100, group=GROUP),
        NavItem(_("可申请的不良贷款"), "claims:claimable", BANK_ROLES, order=110, group=GROUP),
        NavItem(_("复核提交"), "claims:desk", frozenset({Role.BANK_CHECKER}), order=115, group=GROUP),
        NavItem(_("审核询问"), "claims:questions", BANK_ROLES | permissions.QUESTION_READERS, order=117, group=GROUP),
        NavItem(_("审核办理"), "admin:claims_claim_changelist", MANAGER_ROLES, order=120, group=GROUP),
        NavItem(_("公示"), "claims:publicities", permissions.READERS, order=130, group=GROUP),
        NavItem(_("公示异议"), "claims:objections", permissions.OBJECTION_READERS, order=140, group=GROUP),
        NavItem(_("资助计划"), "claims:plans", permissions.READERS, order=150, group=GROUP),
        NavItem(_("特别审批"), "claims:specials", permissions.READERS, order=155, group=GROUP),
        NavItem(_("拨款资料与拨付"), "claims:packets", BANK_ROLES | permissions.PAPER_READERS, order=160, group=GROUP),
        NavItem(_("支付文件"), "claims:pay_files", permissions.PAYERS | {Role.AUDITOR}, order=165, group=GROUP),
        NavItem(_("上调与撤销认定"), "claims:upgrades", BANK_ROLES | permissions.READERS, order=170, group=GROUP),
    ):
        registry.navigation.register(item)
    registry.todos.register(TodoSource("claims", todos.todos, order=30))
    registry.todos.register(TodoSource("claims.approvals", todos.approvals, order=35))
    registry.todos.register(TodoSource("claims.wording", todos.wording, order=36))
    registry.panels.register(Panel("claims.loan", "loans.loan", panels.of_loan, "claims/panels/loan.html", order=10))
    registry.panels.register(Panel("claims.standing", "home", today.standing_panel, "claims/panels/standing.html", 10))
    registry.api_scopes.register(ApiScope(permissions.FILING_SCOPE, _("报送补偿申请"), permissions.FILERS, order=35))
    registry.api_scopes.register(
        ApiScope(permissions.API_SCOPE, _("读取补偿申请"), BANK_ROLES | permissions.READERS, order=30)
    )
    registry.bars.register(Bar("claims", Loan._meta.label_lower, selectors.claim_in_the_way, order=10))
    registry.drafts.register(DraftSource("claims", todos.drafts, 20))
    for listing in (bank.CLAIMS, claimable.CLAIMABLE, papers.PACKETS, questions.QUESTIONS, upgrades.UPGRADES):
        registry.listings.register(listing)
    registry.reference_touches.register(Touch("claims", selectors.touched_by, order=30))
    registry.search.register(Search("claims", _("补偿申请"), _hits, order=30))
    pages = {
        "claim": "detail",
        "paperspacket": "packet",
        "upgrade": "upgrade",
        "approvalrecord": "special",
        "question": "question",
    }
    for kind, page in pages.items():
        registry.subject_pages.register(SubjectPage(f"claims.{kind}", f"claims:{page}"))
    for job in (jobs.keep_clocks, jobs.end_publicities, jobs.close_refusals, jobs.remind):
        registry.jobs.register(job)
    for purpose, guard in (
        ("claim_evidence", permissions.have_evidence),
        ("loose_evidence", permissions.have_loose),
        ("question_paper", permissions.have_reply_paper),
        ("payment_paper", permissions.have_paper),
        (special.PURPOSE, permissions.have_approval),
        (special.SHEET, permissions.have_approval),
        ("funding_plan", permissions.have_plan),
        ("stamped_plan", permissions.have_plan),
        ("objection_attachment", permissions.have_attachment),
    ):
        registry.file_guards.register(FileGuard(purpose, guard))
    for rule in _deadline_rules():
        registry.deadline_rules.register(rule)
    for invariant in (
        Invariant("I4", _("同一贷款不重复补偿"), invariants.nobody_is_compensated_twice),
        Invariant("I5", _("拨付金额等于审核金额"), invariants.paid_is_approved_or_nothing),
        Invariant("reserved", _("预留金额等于待拨付项目"), invariants.reserved_is_planned),
        Invariant("I7", _("拨付时未暂停且公示期满"), invariants.no_payment_past_a_gate),
        Invariant("I8", _("同一申请一人一岗"), invariants.one_person_in_one_stage),
        Invariant("questions", _("询问期间申请在初审"), invariants.only_a_claim_in_first_review_is_asked),
        Invariant("claim_states", _("补偿各环节状态与经过一致"), invariants.states_follow_the_log),
    ):
        registry.invariants.register(invariant)


def _deadline_rules() -> Iterable[DeadlineRule]:
    """Each of this room's periods, and where its subject repeats the last day, that column."""
    for kind, subject in due.SUBJECTS.items():
        repeated, order = due.REPEATED.get(kind, ({}, 0))
        yield DeadlineRule(kind, clocks.window_again, subject, repeated, order)


def _hits(person: Any, words: str) -> Iterable[tuple[str, str, str]]:
    """Claims by their number."""
    if person.role not in BANK_ROLES | permissions.READERS or person.role == Role.REGULATOR:
        return
    for claim in selectors.claims_of(person).filter(number__icontains=words)[:HITS]:
        detail = f"{claim.loan.borrower_name} · {claim.get_state_display()}"
        yield claim.number, detail, todos.claim_url(claim)
