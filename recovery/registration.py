"""What this room gives to the pages, jobs and checks of the whole house."""

from django.utils.translation import gettext_lazy as _

from loans.kinds import KINDS
from pool import registry
from pool.models import Role
from pool.registry import Bar, DateSource, DraftSource, FileGuard, Invariant, NavItem, Panel, SubjectPage, TodoSource
from recovery import batches, invariants, permissions, selectors, terms
from recovery.jobs import JOBS
from recovery.services.account import PURPOSE as STATEMENT
from recovery.todos import drafts, todos
from recovery.views import closings, desk, manager, packages, pages, paid_off, panels
from recovery.views.common import PURPOSES

LOAN, CLAIM = "loans.loan", "claims.claim"
BANK = frozenset({Role.BANK_MAKER, Role.BANK_CHECKER, Role.BANK_ADMIN})
ALL = BANK | permissions.READERS
GROUP = _("清收与结项")


def register() -> None:
    KINDS.register(batches.RECOVERIES)
    registry.bars.register(Bar("recovery", LOAN, selectors.closing_in_the_way, order=20))
    registry.todos.register(TodoSource("recovery", todos, order=40))
    for listing in (
        pages.PROJECTS, pages.RECOVERIES, pages.RETURNS, desk.DESK, manager.SETTLEMENTS, closings.CLOSINGS,
        paid_off.MATURED, packages.PACKAGES,
    ):  # fmt: skip
        registry.listings.register(listing)
    registry.drafts.register(DraftSource("recovery", drafts, 30))
    registry.legal_dates.register(DateSource("recovery.windows", terms.window_dates, 20))
    registry.bars.register(Bar("recovery.clawback", CLAIM, selectors.clawback_in_the_way, order=30))
    registry.bars.register(Bar("recovery.package", CLAIM, selectors.package_in_the_way, order=40))
    registry.subject_pages.register(SubjectPage("banks.violation", "recovery:sanction"))
    for kind in ("return", "settlement", "closing", "clawback", "package"):
        registry.subject_pages.register(SubjectPage(f"recovery.{kind}", f"recovery:{kind}"))
    for job in JOBS:
        registry.jobs.register(job)
    for purpose in PURPOSES:
        registry.file_guards.register(FileGuard(purpose, permissions.download))
    registry.file_guards.register(FileGuard(STATEMENT, permissions.have_account_file))
    for rule in terms.DEADLINE_RULES:
        registry.deadline_rules.register(rule)
    _panels()
    _invariants()
    _navigation()


def _panels() -> None:
    registry.panels.register(
        Panel("recovery.tape", LOAN, panels.tape_panel, "recovery/parts/tape_panel.html", order=60)
    )
    registry.panels.register(Panel("recovery.money", "home", panels.money_panel, "recovery/parts/money_panel.html", 20))
    registry.panels.register(
        Panel("recovery.closing", LOAN, panels.closing_panel, "recovery/parts/closing_panel.html", order=70)
    )


def _invariants() -> None:
    for code, label, fn in (
        ("I6", _("返还不超过补偿且与累计公式一致"), invariants.returns_follow_the_formula),
        ("I8.recovery", _("结项各环节不由同一人承担"), invariants.four_eyes),
        ("I9.recovery", _("清收与结项的状态与变更记录一致"), invariants.states_are_their_logs),
        ("I14", _("专户流水与记账凭证逐笔相符，各份流水前后衔接"), invariants.account_agrees),
        ("I15", _("待查款项余额与各笔流水的处理一致"), invariants.suspense_is_accounted_for),
        ("I17", _("追回的补偿资金和利息与规则、决定和资金账一致"), invariants.clawbacks_are_their_receipts),
        ("I18", _("转让价款的分摊与规则、价款和清收记录一致"), invariants.packages_are_their_recoveries),
    ):
        registry.invariants.register(Invariant(code, label, fn))


def _navigation() -> None:
    for order, (label, url_name, roles) in enumerate(
        (
            (_("清收与返还"), "recovery:projects", ALL),
            (_("清收记录"), "recovery:recoveries", BANK),
            (_("返还台账"), "recovery:returns", ALL),
            (_("资金头寸"), "recovery:position", permissions.POSITION_READERS),
            (_("违规处理"), "recovery:sanctions", ALL),
            (_("专户流水"), "recovery:account", permissions.ACCOUNT_READERS),
            (_("月结"), "recovery:months", permissions.ACCOUNT_READERS),
            (_("季度跟踪"), "recovery:desk", permissions.READERS - {Role.AUTHORITY, Role.SUPERVISOR}),
            (_("不良贷款转让"), "recovery:packages", BANK | permissions.MANAGERS | {Role.AUDITOR}),
            (_("清收申请"), "recovery:settlements", BANK | permissions.MANAGERS | {Role.AUDITOR}),
            (_("正常结清结项"), "recovery:paid_off", BANK),
            (_("结项"), "recovery:closings", ALL),
        )
    ):
        registry.navigation.register(NavItem(label, url_name, roles, order=400 + order, group=GROUP))
