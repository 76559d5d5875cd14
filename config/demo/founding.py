"""How the demo's pool began: its people, its partner banks with their agreements and accounts, its money."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from decimal import Decimal
from random import Random

from django.core.management import call_command

from banks import services as banks
from banks.models import Agreement
from pool import scope
from pool.ledger import appropriations
from pool.services import people

from .banks import DemoBank
from .borrowers import credit_code
from .people import OFFICIALS, PASSWORD, clerks
from .stage import Stage

JOINED = datetime.date(2023, 3, 1)
APPROPRIATIONS = (
    (datetime.date(2023, 8, 1), "1000000000.00", "深财工〔2023〕58号"),
    (datetime.date(2024, 4, 1), "1500000000.00", "深财工〔2024〕21号"),
)
WAITING_APPROPRIATION = ("500000000.00", "深财工〔2025〕3号")


def found(stage: Stage, members: Sequence[DemoBank]) -> None:
    """Everything that stands before the first loan."""
    with scope.everything():
        call_command("load_reference", stdout=io.StringIO())
        for one in OFFICIALS:
            people.create_account(
                username=one.username, display_name=one.name, role=one.role, password=PASSWORD, by=None,
                on=stage.day, institution_name=one.institution, must_change_password=False,
            )  # fmt: skip
    for bank in members:
        _join(stage, bank)


def _join(stage: Stage, bank: DemoBank) -> None:
    rng = Random(f"founding/{bank.code}")
    with stage.acting("statistics1") as (by, on):
        joined = banks.register_bank(
            code=bank.code, name=bank.name, short_name=bank.short_name, credit_code=credit_code(rng),
            joined_on=JOINED, by=by, on=on,
        )  # fmt: skip
        for clerk in clerks(bank):
            banks.enrol(
                bank_id=joined.pk, username=clerk.username, display_name=clerk.name, role=clerk.role,
                password=clerk.password, by=None, on=on,
            )  # fmt: skip
    signers = {Agreement.Counterparty.MANAGER: "statistics1", Agreement.Counterparty.FINANCE: "finance1"}
    for place, (counterparty, username) in enumerate(signers.items(), start=1):
        with stage.acting(username) as (by, on):
            banks.register_agreement(
                bank_id=joined.pk, counterparty=counterparty, number=f"HZ{JOINED.year}-{bank.code}-{place}",
                signed_on=JOINED, valid_from=JOINED, valid_to=None, by=by, on=on,
            )  # fmt: skip
    with stage.acting(f"{bank.code.lower()}-maker") as (by, on):
        account = banks.enter_payee(
            bank_id=joined.pk, account_name=f"{bank.short_name}风险补偿资金专户",
            account_number="4403" + "".join(rng.choices("0123456789", k=15)),
            opening_bank=f"{bank.short_name}深圳分行营业部", by=by, on=on,
        )  # fmt: skip
    with stage.acting(f"{bank.code.lower()}-checker") as (by, on):
        banks.confirm_payee(account_id=account.pk, by=by, on=on, version=account.version)


def appropriate(stage: Stage, amount: str, document: str, *, confirmed: bool = True) -> None:
    """Budget money: entered by the supervisor, found in the account by the finance centre's second person."""
    with stage.acting("supervisor1") as (by, on):
        row = appropriations.enter(amount=Decimal(amount), document=document, received_on=on, by=by, on=on)
    if confirmed:
        with stage.acting("finance2") as (by, on):
            appropriations.confirm(appropriation_id=row.pk, by=by, on=on, version=row.version)
