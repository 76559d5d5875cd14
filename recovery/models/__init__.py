"""The rows of this room: what follows a payment, and the special account's own statement."""

from recovery.models.account import AccountLine, AccountStatement, LineVoucher
from recovery.models.chasers import Chaser
from recovery.models.clawback import Clawback, ClawbackReceipt
from recovery.models.packages import Package, PackageItem
from recovery.models.projects import Closing, Recovery, Return, Settlement
from recovery.models.suspense import SuspenseUse

__all__ = [
    "AccountLine",
    "AccountStatement",
    "Chaser",
    "Clawback",
    "ClawbackReceipt",
    "Closing",
    "LineVoucher",
    "Package",
    "PackageItem",
    "Recovery",
    "Return",
    "Settlement",
    "SuspenseUse",
]
