"""Who may do what with recoveries, returns, settlements and closings: `(may, why not)`, for services and pages."""

from typing import Any
from uuid import UUID

from banks.permissions import PUBLIC_BODIES, Answer, has_role, require, works_for
from pool.models import BANK_ROLES, Role, User

__all__ = [
    "ACCOUNT_READERS",
    "CHECKERS",
    "MAKERS",
    "POSITION_READERS",
    "READERS",
    "Answer",
    "approve_as_authority",
    "approve_as_supervisor",
    "cancel",
    "chase",
    "check_account",
    "check_settled",
    "close",
    "confirm_receipt",
    "download",
    "enter_receipt",
    "has_role",
    "keep_account",
    "pass_closing",
    "prepare",
    "re_check",
    "require",
    "review",
    "see",
    "see_account",
    "see_desk",
    "see_lists",
    "see_position",
    "submit",
    "work_account",
]

READERS = PUBLIC_BODIES - {Role.REGULATOR}
"""The public bodies that open single projects; the sharing departments read reports (8(4)), not clients (10.1(2))."""
MANAGERS = frozenset({Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER})
MAKERS, CHECKERS = frozenset({Role.BANK_MAKER}), frozenset({Role.BANK_CHECKER})
FINANCE = frozenset({Role.FINANCE_CLERK, Role.FINANCE_APPROVER})
ACCOUNT_READERS = FINANCE | {Role.SUPERVISOR, Role.AUDITOR}
POSITION_READERS = READERS


def prepare(person: User, bank_id: UUID) -> Answer:
    """Recoveries, applications, closings: the bank's maker."""
    return works_for(person, bank_id, Role.BANK_MAKER)


def submit(person: User, bank_id: UUID) -> Answer:
    """What leaves the bank: the bank's checker."""
    return works_for(person, bank_id, Role.BANK_CHECKER)


def cancel(person: User, bank_id: UUID) -> Answer:
    """What has not left the bank yet: either of the two."""
    return works_for(person, bank_id, Role.BANK_MAKER, Role.BANK_CHECKER)


def enter_receipt(person: User) -> Answer:
    """The finance centre's clerk has seen the money on the special account."""
    return has_role(person, frozenset({Role.FINANCE_CLERK}))


def confirm_receipt(person: User) -> Answer:
    """The second person of the finance centre."""
    return has_role(person, frozenset({Role.FINANCE_APPROVER}))


def review(person: User) -> Answer:
    """Settlement applications: either kind of the manager's reviewers."""
    return has_role(person, MANAGERS)


def chase(person: User) -> Answer:
    """The manager checks returns against reports (10.2(3)): any of its desks asks the silent ones."""
    return has_role(person, MANAGERS | {Role.MANAGER_STATISTICS})


def pass_closing(person: User) -> Answer:
    """The manager's first word on a closing."""
    return has_role(person, frozenset({Role.MANAGER_REVIEWER}))


def re_check(person: User) -> Answer:
    """The finance centre re-checks a write-off (19(7))."""
    return has_role(person, FINANCE)


check_settled = re_check


def approve_as_authority(person: User) -> Answer:
    return has_role(person, frozenset({Role.AUTHORITY}))


def approve_as_supervisor(person: User) -> Answer:
    return has_role(person, frozenset({Role.SUPERVISOR}))


def close(person: User) -> Answer:
    """The manager's last word: it closes in the system (19(7))."""
    return has_role(person, MANAGERS)


def keep_account(person: User) -> Answer:
    """The special account's statement: the finance centre's clerk takes it in and says what its lines are."""
    return has_role(person, frozenset({Role.FINANCE_CLERK}))


def check_account(person: User) -> Answer:
    """The second person of the finance centre."""
    return has_role(person, frozenset({Role.FINANCE_APPROVER}))


def work_account(person: User) -> Answer:
    """Either of the finance centre's two."""
    return has_role(person, FINANCE)


def see_account(person: User) -> Answer:
    """All banks' money on one sheet: who keeps it and who inspects it (9, 26)."""
    return has_role(person, ACCOUNT_READERS)


def see_position(person: User) -> Answer:
    """All the pool's money: the manager who plans, the finance centre who pays, those who give and inspect."""
    return has_role(person, POSITION_READERS)


def see(person: User, bank_id: UUID) -> Answer:
    if person.role in BANK_ROLES:
        return works_for(person, bank_id, *BANK_ROLES)
    return has_role(person, READERS)


def see_lists(person: User) -> Answer:
    """Lists: a bank's people their own rows, the public bodies all."""
    return has_role(person, READERS | BANK_ROLES)


def see_desk(person: User) -> Answer:
    """The quarter's desk over all banks: those who watch disposal (10.2(3)) and those who watch them."""
    return has_role(person, READERS)


def download(person: User, file: Any) -> bool:
    """A voucher or a proof of loss: people of its bank, and the bodies that read projects."""
    return file.bank is not None and bool(see(person, file.bank)[0])


def have_account_file(person: User, _file: Any) -> bool:
    return bool(see_account(person)[0])
