"""Who may do what with loans and uploads: (yes or no, why not)."""

from typing import Any
from uuid import UUID

from banks.permissions import PUBLIC_BODIES, works_for
from pool.models import BANK_ROLES, Role, User
from pool.permissions import Answer, has_role, require

__all__ = [
    "API_SCOPE",
    "FILERS",
    "FILING_SCOPE",
    "READERS",
    "may_check",
    "may_download",
    "may_export",
    "may_make",
    "may_see",
    "require",
]

READERS = frozenset({Role.BANK_MAKER, Role.BANK_CHECKER, Role.BANK_ADMIN}) | (PUBLIC_BODIES - {Role.REGULATOR})
"""Those who may open loans; the sharing departments read reports, not clients (8(4), 10.1(2))."""
EXPORTERS = READERS - {Role.BANK_ADMIN}
API_SCOPE = "loans:read"
FILING_SCOPE = "loans:file"
FILERS = frozenset({Role.BANK_MAKER, Role.BANK_CHECKER})
"""Whose tokens may file: the maker's receives, the checker's submits."""


def may_make(user: User, bank_id: UUID) -> Answer:
    """Prepare an upload, a classification, a withdrawal."""
    return works_for(user, bank_id, Role.BANK_MAKER)


def may_check(user: User, bank_id: UUID) -> Answer:
    """Submit what another person prepared."""
    return works_for(user, bank_id, Role.BANK_CHECKER)


def may_see(user: User, bank_id: UUID) -> Answer:
    if user.role in BANK_ROLES:
        return works_for(user, bank_id, *BANK_ROLES)
    return has_role(user, READERS)


def may_export(user: User) -> Answer:
    return has_role(user, EXPORTERS)


def may_download(user: User, file: Any) -> bool:
    """An upload or its receipt: people of its bank, and the bodies that read loans."""
    if file.bank is None:
        return False
    return bool(may_see(user, file.bank)[0])
