"""Who may do what with the kit's own things. Each answer is (yes or no, why not), for pages, admin, API and tests."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from pool.errors import NotPermitted
from pool.models import ADMIN_ROLES, BANK_ROLES, Role

Answer = tuple[bool, Any]
YES: Answer = (True, "")

REFERENCE_KEEPERS = frozenset({Role.MANAGER_STATISTICS, Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER})
"""Those who enter and confirm calendars, rates and catalogues (10); the two are never the same person."""
REFERENCE_READERS = frozenset(Role) - BANK_ROLES - {Role.SECURITY_ADMIN}
JOB_RUNNERS = frozenset({Role.SYSTEM_ADMIN, Role.MANAGER_STATISTICS})
TRAIL_READERS = frozenset({Role.AUDITOR, Role.SECURITY_ADMIN})
EXPORTERS = frozenset(Role) - {Role.REGULATOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
"""Those to whom some list may be exported; each list asks for itself."""
ANCHOR_READERS = TRAIL_READERS | {Role.SYSTEM_ADMIN}


def require(answer: Answer) -> None:
    allowed, why = answer
    if not allowed:
        raise NotPermitted(why)


def has_role(user: Any, roles: Iterable[str]) -> Answer:
    if user.is_authenticated and user.is_active and user.role in set(roles):
        return YES
    return False, _("您的角色无权执行此操作。")


def may_enter_reference(user: Any) -> Answer:
    return has_role(user, REFERENCE_KEEPERS)


def may_confirm_reference(user: Any, row: Any) -> Answer:
    allowed = has_role(user, REFERENCE_KEEPERS)
    if not allowed[0]:
        return allowed
    if row.entered_by_id == user.pk:
        return False, _("录入人不能确认自己录入的数据，请由另一人确认。")
    return YES


def may_see_moves(user: Any) -> Answer:
    """Which projects' days a notice would move: those who keep the calendar, and the audit."""
    return has_role(user, REFERENCE_KEEPERS | {Role.AUDITOR})


def may_withdraw_holidays(user: Any, notice: Any) -> Answer:
    """Submit or withdraw: by who entered it."""
    if notice.made_by_id != user.pk:
        return False, _("由录入人办理。")
    return has_role(user, REFERENCE_KEEPERS)


def may_confirm_holidays(user: Any, notice: Any) -> Answer:
    if notice.made_by_id == user.pk:
        return False, _("录入人不能确认自己录入的数据，请由另一人确认。")
    return has_role(user, REFERENCE_KEEPERS)


may_withdraw_batch, may_confirm_batch = may_withdraw_holidays, may_confirm_holidays


def may_run_jobs(user: Any) -> Answer:
    return has_role(user, JOB_RUNNERS)


def may_enter_admin(user: Any) -> Answer:
    return has_role(user, ADMIN_ROLES)


def may_see_anchors(user: Any) -> Answer:
    return has_role(user, ANCHOR_READERS)


def may_propose_restore(user: Any) -> Answer:
    return has_role(user, {Role.SECURITY_ADMIN})


def may_confirm_restore(user: Any) -> Answer:
    return has_role(user, {Role.SYSTEM_ADMIN})


def may_manage_accounts(user: Any) -> Answer:
    return has_role(user, {Role.SYSTEM_ADMIN})


def may_end_sessions(user: Any) -> Answer:
    return has_role(user, {Role.SECURITY_ADMIN})


def may_propose_factor_reset(user: Any, person: Any) -> Answer:
    """The first of the two; for nobody oneself. A bank's administrator for the people of that bank."""
    if user.pk == person.pk:
        return False, _("不能为自己提出重置。")
    if _of_one_bank(user, person):
        return has_role(user, {Role.BANK_ADMIN})
    return has_role(user, {Role.SECURITY_ADMIN})


def may_confirm_factor_reset(user: Any, row: Any) -> Answer:
    """The second: another administrator, and not whom it is about."""
    if user.pk in {row.proposed_by_id, row.user_id}:
        return False, _("提出人和当事人都不能确认本项重置，请由另一人确认。")
    if _of_one_bank(user, row.user):
        return has_role(user, {Role.BANK_ADMIN})
    return has_role(user, {Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN})


def _of_one_bank(user: Any, person: Any) -> bool:
    return user.institution is not None and user.institution == person.institution
