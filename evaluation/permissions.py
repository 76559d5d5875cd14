"""Who may evaluate, report, file and read: each answer is (allowed, why not)."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from banks.permissions import works_for
from loans.permissions import READERS as LOAN_READERS
from loans.permissions import may_export as may_export_loans
from pool import hats
from pool.models import BANK_ROLES, FINANCE_ROLES, MANAGER_ROLES, Role
from pool.permissions import YES, Answer, has_role

READERS = MANAGER_ROLES | FINANCE_ROLES | {Role.AUTHORITY, Role.SUPERVISOR, Role.REGULATOR, Role.AUDITOR}
"""Of all banks' results and issued reports (8(4), 10, 25)."""
DRAFT_READERS = MANAGER_ROLES | {Role.AUDITOR}
PREPARERS = frozenset({Role.MANAGER_STATISTICS})
CHECKERS = frozenset({Role.MANAGER_APPROVER})
STATEMENT_READERS = BANK_ROLES | FINANCE_ROLES | {Role.MANAGER_STATISTICS, Role.SUPERVISOR, Role.AUDITOR}
INSPECTORS = frozenset({Role.SUPERVISOR, Role.AUTHORITY})
"""Who inspects, alone or together (26, 32)."""
INSPECTION_READERS = INSPECTORS | {Role.AUDITOR}
FINDING_READERS = INSPECTION_READERS | BANK_ROLES | MANAGER_ROLES | FINANCE_ROLES
ANSWERERS = {"bank": Role.BANK_CHECKER, "manager": Role.MANAGER_APPROVER, "finance_centre": Role.FINANCE_APPROVER}
"""Who speaks for whom a finding is addressed to."""
API_SCOPE = "reports:read"
PREPARER, CHECKER = "preparer", "checker"
"""The hats of the two people on an evaluation or a report."""


class Hands(NamedTuple):
    """Who makes one kind of report, who issues it, who sees it before, and who reads it then."""

    prepare: frozenset[str]
    check: frozenset[str]
    drafts: frozenset[str]
    read: frozenset[str]


MANAGERS_REPORT = Hands(PREPARERS, CHECKERS, DRAFT_READERS, READERS)
HANDS: dict[str, Hands] = {
    "half_year": MANAGERS_REPORT,
    "evaluation": MANAGERS_REPORT,
    "supervisory": MANAGERS_REPORT,
    "partners": MANAGERS_REPORT,
    "open_data": MANAGERS_REPORT,
    "differences": Hands(PREPARERS | {Role.MANAGER_REVIEWER}, CHECKERS, DRAFT_READERS, READERS - {Role.REGULATOR}),
    "inspection": Hands(INSPECTORS, INSPECTORS, INSPECTION_READERS, READERS - {Role.REGULATOR}),
}
"""Of each kind of report. An inspection's is the inspectors' own; it and a list of differences name single projects
(10.1(2))."""


def may_read(user: Any) -> Answer:
    return has_role(user, READERS)


def may_read_drafts(user: Any) -> Answer:
    return has_role(user, DRAFT_READERS)


def may_open_cases(user: Any) -> Answer:
    """From a figure to its cases: those who may open a loan; the sharing departments read figures only (10.1(2))."""
    return has_role(user, LOAN_READERS)


def may_export_cases(user: Any) -> Answer:
    return may_export_loans(user)


def may_read_own_result(user: Any) -> Answer:
    return has_role(user, BANK_ROLES)


def may_prepare(user: Any) -> Answer:
    """Draft evaluations and reports (20(5), 25)."""
    if user.role not in PREPARERS:
        return False, _("只有高新投统计人员可以编制评价和报告。")
    return YES


def may_prepare_report(user: Any, kind: str) -> Answer:
    """Each kind by its own body (20(5), 25, 26)."""
    if user.role not in HANDS[kind].prepare:
        return False, _("您的角色不编制这类报告。")
    return YES


def may_read_report(user: Any, report: Any) -> Answer:
    """A draft only for those who prepare and check it."""
    hands = HANDS[report.kind]
    return has_role(user, hands.read if report.state == "issued" else hands.drafts)


def may_check_report(user: Any, report: Any) -> Answer:
    """Issue a report that another person has prepared."""
    return _may_check(user, report, HANDS[report.kind].check)


def may_check(user: Any, case: Any) -> Answer:
    """File an evaluation that another person has prepared."""
    return _may_check(user, case, CHECKERS)


def _may_check(user: Any, case: Any, checkers: frozenset[str]) -> Answer:
    if user.role not in checkers:
        words = _("只有高新投终审人员可以核准报送。") if checkers == CHECKERS else _("只有检查人员可以核准发布。")
        return False, words
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


# ---- inspections -----------------------------------------------------------------------------------------------------


def may_see_inspections(user: Any) -> Answer:
    return has_role(user, INSPECTION_READERS)


def may_inspect(user: Any) -> Answer:
    """The authority, and the supervisor together with it (26, 32)."""
    return has_role(user, INSPECTORS)


def may_close_inspection(user: Any, inspection: Any) -> Answer:
    if inspection.opened_by_id == user.pk:
        return False, _("立项人不能自行办结，请另一名检查人员办理。")
    return may_inspect(user)


def may_see_findings(user: Any) -> Answer:
    return has_role(user, FINDING_READERS)


def may_answer_finding(user: Any, finding: Any) -> Answer:
    """The second person of whom it is addressed to."""
    role = ANSWERERS[finding.addressee]
    if finding.addressee == "bank":
        return works_for(user, finding.bank_id, role)
    return has_role(user, frozenset({role}))


def may_close_finding(user: Any, finding: Any) -> Answer:
    if finding.accepted_by_id == user.pk:
        return False, _("核实人不能自行销号，请另一名检查人员复核。")
    return may_inspect(user)


def may_act_on_referral(user: Any) -> Answer:
    """Proposals to the authority are the manager's (28)."""
    return has_role(user, PREPARERS)
