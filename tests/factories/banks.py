"""Banks as they may stand: with an account, listed, over the line."""

from datetime import date

from banks import services
from banks.models import DishonestyListing, PayeeAccount, Violation
from pool import scope
from pool.models import Role
from tests.factories.people import TODAY, BankTeam, bank_team, person

__all__ = ["bank_team", "confirmed_violation", "listed_dishonest", "payee_account"]


def payee_account(team: BankTeam, on: date = TODAY, *, confirmed: bool = True) -> PayeeAccount:
    with scope.bank_scope(team.pk):
        account = services.enter_payee(
            bank_id=team.pk, account_name=team.bank.name, account_number="4403001234567890123",
            opening_bank=f"{team.bank.short_name}营业部", by=team.maker, on=on,
        )  # fmt: skip
        if confirmed:
            account = services.confirm_payee(account_id=account.pk, by=team.checker, on=on, version=account.version)
    return account


def listed_dishonest(team: BankTeam, since: date = TODAY) -> DishonestyListing:
    with scope.everything():
        return services.list_dishonest(
            bank_id=team.pk, listed_from=since, source="信用信息公示系统", by=person(Role.MANAGER_STATISTICS), on=since
        )


def confirmed_violation(team: BankTeam, year: int, on: date = TODAY) -> Violation:
    with scope.everything():
        found = services.enter_violation(
            bank_id=team.pk, year=year, description="重复申报", document_number=f"深工信处〔{year}〕1号",
            by=person(Role.MANAGER_STATISTICS), on=on,
        )  # fmt: skip
        return services.confirm_violation(
            violation_id=found.pk, by=person(Role.AUTHORITY), on=on, version=found.version
        )
