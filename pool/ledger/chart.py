"""The chart of accounts: what each account holds and which way it moves.

    cash               money in the special account            + in, − out
    appropriation      budget money received                   − what was given
    reserved           promised to issued plans, not yet paid  + reserved, − paid or voided
    reserve_contra     the other side of `reserved`
    compensation:BANK  paid to the bank                        + paid
    returns:BANK       recovered money the bank paid back      − returned
    refunds:BANK       compensation given back after an upgrade − refunded
    clawbacks:BANK     compensation taken back after a breach  − taken back
    interest           earned by the account, or with a clawback  − earned
    fees               bank charges                            + paid
    suspense           money received, not yet explained       − received, + explained

Balances of one transaction, and so of the whole ledger, sum to zero. Available money is cash − suspense − reserved.
"""

from collections.abc import Iterable
from uuid import UUID

from pool.ledger.models import Account

CASH = "cash"
APPROPRIATION = "appropriation"
RESERVED = "reserved"
RESERVE_CONTRA = "reserve_contra"
INTEREST = "interest"
FEES = "fees"
SUSPENSE = "suspense"

BY_BANK = frozenset({Account.Kind.COMPENSATION, Account.Kind.RETURNS, Account.Kind.REFUNDS, Account.Kind.CLAWBACKS})


def compensation(bank: UUID) -> str:
    return f"compensation:{bank}"


def returns(bank: UUID) -> str:
    return f"returns:{bank}"


def refunds(bank: UUID) -> str:
    return f"refunds:{bank}"


def clawbacks(bank: UUID) -> str:
    return f"clawbacks:{bank}"


def _bank_of(code: str) -> UUID | None:
    bank = code.partition(":")[2]
    return UUID(bank) if bank else None


def locked(scheme: str, codes: Iterable[str]) -> dict[str, Account]:
    """These accounts, made if need be, locked in the order of their codes: no two payments wait on each other."""
    wanted = sorted(set(codes))
    known = set(Account.objects.filter(scheme=scheme, code__in=wanted).values_list("code", flat=True))
    missing = [code for code in wanted if code not in known]
    if missing:
        Account.objects.bulk_create([_new(scheme, code) for code in missing], ignore_conflicts=True)
    rows = Account.objects.select_for_update().filter(scheme=scheme, code__in=wanted).order_by("code")
    return {account.code: account for account in rows}


def _new(scheme: str, code: str) -> Account:
    kind = Account.Kind(code.partition(":")[0])
    return Account(scheme_id=scheme, code=code, kind=kind, subject=_bank_of(code), name=str(kind.label))
