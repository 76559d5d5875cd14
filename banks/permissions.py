"""Who may do what with a bank's records. Each answer is (yes or no, why not), for pages, admin, API and tests alike."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from pool.models import BANK_ROLES, Role, StoredFile, User
from pool.permissions import YES, Answer, has_role, require

__all__ = ["KEEPERS", "PUBLIC_BODIES", "YES", "Answer", "has_role", "require", "works_for"]

PUBLIC_BODIES = frozenset(Role) - BANK_ROLES - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
"""Those who see every bank; the two administrators see no business data."""
KEEPERS = frozenset({Role.MANAGER_STATISTICS})
"""Who keeps the lists of banks and enterprises (10.2(4))."""
SANCTION_DECIDERS = frozenset({Role.AUTHORITY})
"""Who puts a breach right and takes the money back (28)."""


def works_for(user: User, bank_id: UUID, *roles: str) -> Answer:
    """A person of this bank in one of these roles."""
    if not user.is_active or user.institution is None or user.institution != bank_id:
        return False, _("您不属于该加盟银行。")
    if user.role not in roles:
        return False, _("您的角色无权执行此操作。")
    return YES


def may_see_bank(user: User, bank_id: UUID) -> Answer:
    if user.role in PUBLIC_BODIES:
        return YES
    return works_for(user, bank_id, *BANK_ROLES)


def may_see_members(user: User, bank_id: UUID) -> Answer:
    return works_for(user, bank_id, Role.BANK_ADMIN)


may_manage_members = may_see_members


def may_enter_payee(user: User, bank_id: UUID) -> Answer:
    return works_for(user, bank_id, Role.BANK_MAKER)


def may_confirm_payee(user: User, bank_id: UUID) -> Answer:
    return works_for(user, bank_id, Role.BANK_CHECKER)


def may_register_bank(user: User) -> Answer:
    return has_role(user, KEEPERS)


def may_enter_joining(user: User) -> Answer:
    """Who keeps the list takes applications in (10.2(2), 10.2(4))."""
    return has_role(user, KEEPERS)


def may_decide_joining(user: User) -> Answer:
    """The manager's second person: the manager signs the agreement and answers for the list (10.2(2))."""
    return has_role(user, frozenset({Role.MANAGER_APPROVER}))


def may_see_joinings(user: User) -> Answer:
    return has_role(user, PUBLIC_BODIES)


def may_have_joining_paper(user: User, _file: object) -> bool:
    return may_see_joinings(user)[0]


def may_have_agreement(user: User, file: StoredFile) -> bool:
    """The scan of an agreement: its bank's people and the public bodies."""
    return file.bank is not None and may_see_bank(user, file.bank)[0]


def may_register_agreement(user: User, counterparty: str) -> Answer:
    """Each managing body registers its own agreements (10.2(2), 10.3(2))."""
    keepers = {"manager": Role.MANAGER_STATISTICS, "finance_centre": Role.FINANCE_CLERK}
    return has_role(user, frozenset({keepers[counterparty]}))


def may_list_dishonest(user: User) -> Answer:
    return has_role(user, KEEPERS)


def may_propose_sanction(user: User) -> Answer:
    return has_role(user, KEEPERS)


def may_decide_sanction(user: User) -> Answer:
    return has_role(user, SANCTION_DECIDERS)
