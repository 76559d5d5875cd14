"""What this room puts into the registries of the pool."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loans import batches, invariants, jobs, reports, selectors, services, todos
from loans import permissions as may
from loans.kinds import KINDS
from loans.services import deadlines
from loans.services.entering import RECEIPT_PURPOSE
from loans.services.extension import AGREEMENT_PURPOSE
from loans.services.uploads import FILE_PURPOSE
from loans.views import library
from pool import registry
from pool.registry import (
    ApiScope,
    DateSource,
    DeadlineRule,
    DraftSource,
    FileGuard,
    Invariant,
    NavItem,
    Search,
    SubjectPage,
    Task,
    TodoSource,
    Touch,
)

GROUP = _("贷款")


def register() -> None:
    registry.navigation.register(NavItem(_("贷款项目库"), "loans:list", may.READERS, order=50, group=GROUP))
    registry.navigation.register(NavItem(_("入库批次"), "loans:uploads", may.READERS, order=51, group=GROUP))
    KINDS.register(batches.LOANS)
    KINDS.register(batches.CLASSIFICATIONS)
    registry.todos.register(TodoSource("loans", todos.todos, order=20))
    registry.listings.register(library.LOANS)
    registry.listings.register(library.UPLOADS)
    registry.long_files.register(reports.RETURNED)
    registry.drafts.register(DraftSource("loans", todos.drafts, 10))
    registry.legal_dates.register(DateSource("loans.entry_windows", selectors.entry_window_dates, 10))
    registry.subject_pages.register(SubjectPage("loans.loan", "loans:detail"))
    registry.api_scopes.register(ApiScope(may.API_SCOPE, _("读取贷款"), may.READERS, order=20))
    registry.api_scopes.register(ApiScope(may.FILING_SCOPE, _("报送贷款和分类"), may.FILERS, order=25))
    registry.reference_touches.register(Touch("loans", selectors.touched_by, order=20))
    registry.search.register(Search("loans", _("贷款"), _hits, order=20))
    registry.jobs.register(jobs.entry_windows)
    registry.jobs.register(jobs.recheck_standing)
    registry.tasks.register(Task("loans.check_upload", services.check_upload, atomic=False))
    registry.tasks.register(Task("loans.enter_upload", services.enter_upload))
    registry.tasks.register(Task("loans.make_receipt", services.make_receipt))
    for purpose in (FILE_PURPOSE, RECEIPT_PURPOSE, AGREEMENT_PURPOSE):
        registry.file_guards.register(FileGuard(purpose, may.may_download))
    registry.invariants.register(Invariant("standing", _("不良占比与贷款一致"), invariants.standings_add_up))
    registry.invariants.register(
        Invariant("standing_series", _("不良率状态与变动记录一致"), invariants.standings_end_their_series)
    )
    registry.invariants.register(Invariant("loan_states", _("贷款状态与经过一致"), invariants.states_follow_the_log))
    registry.deadline_rules.register(DeadlineRule(deadlines.CLAIM_PERIOD, deadlines.window_again))


def _hits(user: Any, words: str) -> Iterable[tuple[str, str, str]]:
    for loan in selectors.search(user, words):
        detail = f"{loan.borrower_name} · {loan.get_state_display()}"
        yield loan.loan_number, detail, loan.get_absolute_url()
