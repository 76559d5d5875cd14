"""Banks as they may stand: with an account, listed, over the line."""

from datetime import date
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from banks import services
from banks.models import DishonestyListing, Joining, PayeeAccount, Violation
from pool import scope
from pool.models import Role, User
from tests.factories.people import TODAY, BankTeam, bank_team, person
from tests.factories.words import credit_code

_numbers = count(1)

__all__ = [
    "applied_to_join",
    "bank_team",
    "confirmed_violation",
    "listed_dishonest",
    "payee_account",
    "proposed_sanction",
    "scan",
]

PDF = b"%PDF-1.7\n1 0 obj\n"


def scan(name: str = "扫描件.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A paper as it comes from the scanner."""
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def applied_to_join(on: date = TODAY, by: User | None = None, **facts: Any) -> Joining:
    """An application taken in by the manager's statistics desk."""
    number = next(_numbers)
    given = {
        "credit_code": credit_code(900_000 + number), "code": f"J{number:05d}", "short_name": f"新申请银行{number}",
        "name": f"新申请银行{number}股份有限公司深圳分行", "kind": "bank", "level": "branch",
        "licence_number": "B0001B2440", "licence": scan(), "undertaking": scan("申请书.pdf"), "applied_on": on,
    }  # fmt: skip
    with scope.everything():
        return services.apply_to_join(by=by or person(Role.MANAGER_STATISTICS), on=on, **(given | facts))


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


def proposed_sanction(team: BankTeam, year: int = 2024, on: date = TODAY, **facts: Any) -> Violation:
    """What the manager puts before the authority."""
    given = {
        "ground": Violation.Ground.CLAIMED_TWICE, "basis": "28", "description": "重复申报",
        "document_number": f"深工信处〔{year}〕1号",
    }  # fmt: skip
    with scope.everything():
        return services.propose_sanction(
            bank_id=team.pk, year=year, by=person(Role.MANAGER_STATISTICS), on=on, **(given | facts)
        )


def confirmed_violation(team: BankTeam, year: int, on: date = TODAY) -> Violation:
    """Decided by the authority, with nothing taken back."""
    found = proposed_sanction(team, year, on)
    with scope.everything():
        row = services.lock_violation(found.pk, found.version)
        return services.decide_sanction(row, by=person(Role.AUTHORITY), on=on, opinion="属实")
