"""One person of every role, and banks with their people."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import count
from uuid import UUID

from banks import services
from banks.models import Agreement, Bank
from pool import scope
from pool.models import BANK_ROLES, Role, User
from tests.factories.words import credit_code

TODAY = date(2025, 1, 16)
JOINED = date(2023, 3, 1)
PASSWORD = "a long enough word 2025"
_numbers = count(1)


def person(role: str, bank: Bank | UUID | None = None, username: str = "", display_name: str = "") -> User:
    """A user who may sign in with PASSWORD (told apart by `username`)."""
    institution = bank.pk if isinstance(bank, Bank) else bank
    name = username or f"{role}-{next(_numbers)}"
    shown = display_name or f"{Role(role).label}{name.rsplit('-', 1)[-1]}"
    user = User(username=name, display_name=shown, role=role, institution=institution)
    user.password = _hashed()
    user.save()
    return user


@cache
def _hashed() -> str:
    """Argon2 is slow on purpose; one hash serves every person of a run."""
    fresh = User()
    fresh.set_password(PASSWORD)
    return str(fresh.password)


@dataclass
class BankTeam:
    """A bank in good standing with its people."""

    bank: Bank
    maker: User
    checker: User
    admin: User

    @property
    def pk(self) -> UUID:
        return UUID(str(self.bank.pk))

    def people(self) -> dict[str, User]:
        return {Role.BANK_MAKER: self.maker, Role.BANK_CHECKER: self.checker, Role.BANK_ADMIN: self.admin}


def bank_team(name: str = "", *, agreements: bool = True, joined_on: date = JOINED) -> BankTeam:
    """A partner bank: registered by the manager, with both agreements and three people."""
    number = next(_numbers)
    name = name or f"测试银行{number}"
    with scope.everything():
        statistics = person(Role.MANAGER_STATISTICS)
        bank = services.register_bank(
            code=f"B{number:05d}", name=f"{name}股份有限公司深圳分行", short_name=name,
            credit_code=credit_code(number), joined_on=joined_on, by=statistics, on=joined_on,
        )  # fmt: skip
        if agreements:
            sign_agreements(bank, joined_on, statistics)
        people = [_enrolled(bank, role, number) for role in (Role.BANK_MAKER, Role.BANK_CHECKER, Role.BANK_ADMIN)]
    return BankTeam(bank, *people)


def sign_agreements(bank: Bank, on: date, statistics: User | None = None) -> None:
    signers = {
        Agreement.Counterparty.MANAGER: statistics or person(Role.MANAGER_STATISTICS),
        Agreement.Counterparty.FINANCE: person(Role.FINANCE_CLERK),
    }
    for counterparty, signer in signers.items():
        services.register_agreement(
            bank_id=bank.pk, counterparty=counterparty, number=f"{bank.code}-{counterparty}", signed_on=on,
            valid_from=on, valid_to=None, by=signer, on=on,
        )  # fmt: skip


def _enrolled(bank: Bank, role: str, number: int) -> User:
    membership = services.enrol(
        bank_id=bank.pk, username=f"{role}-of-{number}", display_name=f"{Role(role).label}{number}", role=role,
        password=None, by=None, on=JOINED,
    )  # fmt: skip
    user: User = membership.user
    user.password = _hashed()
    user.save(update_fields=["password"])
    return user


def everybody() -> dict[str, User]:
    """One person of each role that is not a bank's."""
    return {role: person(role) for role in Role.values if role not in BANK_ROLES}
