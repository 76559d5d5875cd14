"""Who may enter, confirm and read the pool's own money."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from pool.models import FINANCE_ROLES, Role
from pool.permissions import YES, Answer, has_role

READERS = FINANCE_ROLES | {Role.SUPERVISOR, Role.AUTHORITY, Role.AUDITOR, Role.MANAGER_APPROVER}


def may_read_appropriations(user: Any) -> Answer:
    return has_role(user, READERS)


def may_enter_appropriation(user: Any) -> Answer:
    return has_role(user, {Role.FINANCE_CLERK, Role.SUPERVISOR})


def may_confirm_appropriation(user: Any, appropriation: Any) -> Answer:
    allowed = has_role(user, {Role.FINANCE_APPROVER})
    if not allowed[0]:
        return allowed
    if appropriation.entered_by_id == user.pk:
        return False, _("经办人不能复核自己录入的拨款，请由另一人复核。")
    return YES
