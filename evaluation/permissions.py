"""Who may evaluate, report, file and read: each answer is (allowed, why not)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from banks.permissions import works_for
from pool import hats
from pool.models import BANK_ROLES, FINANCE_ROLES, MANAGER_ROLES, Role
from pool.permissions import YES, Answer, has_role

READERS = MANAGER_ROLES | FINANCE_ROLES | {Role.AUTHORITY, Role.SUPERVISOR, Role.REGULATOR, Role.AUDITOR}
"""Of all banks' results and issued reports (8(4), 10, 25)."""
DRAFT_READERS = MANAGER_ROLES | {Role.AUDITOR}
PREPARERS = frozenset({Role.MANAGER_STATISTICS})
CHECKERS = frozenset({Role.MANAGER_APPROVER})
STATEMENT_READERS = BANK_ROLES | FINANCE_ROLES | {Role.MANAGER_STATISTICS, Role.SUPERVISOR, Role.AUDITOR}
API_SCOPE = "reports:read"
PREPARER, CHECKER = "preparer", "checker"
"""The hats of the two people on an evaluation or a report."""


def may_read(user: Any) -> Answer:
    return has_role(user, READERS)


def may_read_drafts(user: Any) -> Answer:
    return has_role(user, DRAFT_READERS)


def may_read_own_result(user: Any) -> Answer:
    return has_role(user, BANK_ROLES)


def may_prepare(user: Any) -> Answer:
    """Draft evaluations and reports (20(5), 25)."""
    if user.role not in PREPARERS:
        return False, _("只有高新投统计人员可以编制评价和报告。")
    return YES


def may_check(user: Any, case: Any) -> Answer:
    """File an evaluation or issue a report that another person has prepared."""
    if user.role not in CHECKERS:
        return False, _("只有高新投终审人员可以核准报送。")
    if case.made_by_id is None:
        return False, _("系统自动编制的草稿，须先由统计人员核对确认。")
    if case.made_by_id == user.pk or not hats.may_wear(case, user, CHECKER):
        return False, _("核准人不能是编制人本人。")
    return YES


def may_see_statements(user: Any) -> Answer:
    """The bank its own; the finance centre and those who watch it, all."""
    return has_role(user, STATEMENT_READERS)


def may_draw_up(user: Any) -> Answer:
    """Statements of account are the finance centre's (10.3(3))."""
    return has_role(user, frozenset({Role.FINANCE_CLERK}))


def may_issue_statements(user: Any) -> Answer:
    return has_role(user, frozenset({Role.FINANCE_APPROVER}))


def may_answer(user: Any, bank_id: Any) -> Answer:
    """The bank's checker speaks for the bank's books (11(4))."""
    return works_for(user, bank_id, Role.BANK_CHECKER)


def may_cancel_membership(user: Any) -> Answer:
    """Act on years running unqualified (24)."""
    if user.role != Role.AUTHORITY:
        return False, _("只有主管部门可以取消加盟资格。")
    return YES
