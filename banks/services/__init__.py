"""The only writer of banks, their joining, agreements, people, payee accounts, listings and violations."""

from banks.services.accounts import confirm_payee, enter_payee
from banks.services.conduct import (
    decide_sanction,
    dismiss_sanction,
    end_listing,
    list_dishonest,
    lock_violation,
    propose_sanction,
    withdraw_sanction,
)
from banks.services.joining import admit, apply_to_join, refuse_joining, withdraw_joining
from banks.services.partners import cancel_membership, register_agreement, register_bank
from banks.services.people import (
    add_member,
    change_role,
    enrol,
    give_password,
    leave,
    set_member_active,
)

__all__ = [
    "add_member",
    "admit",
    "apply_to_join",
    "cancel_membership",
    "change_role",
    "confirm_payee",
    "decide_sanction",
    "dismiss_sanction",
    "end_listing",
    "enrol",
    "enter_payee",
    "give_password",
    "leave",
    "list_dishonest",
    "lock_violation",
    "propose_sanction",
    "refuse_joining",
    "register_agreement",
    "register_bank",
    "set_member_active",
    "withdraw_joining",
    "withdraw_sanction",
]
