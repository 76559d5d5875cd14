"""How the generated pool began, through the services: reference data, the people of the public bodies, the banks."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from random import Random

from django.core.management import call_command

from banks import services as banks
from banks.models import Agreement
from config.demo.banks import DemoBank
from config.demo.borrowers import credit_code
from config.demo.people import OFFICIALS, PASSWORD, clerks
from pool import clock, scope
from pool.models import User
from pool.services import people

from .shape import Shape


def found(shape: Shape, members: Sequence[DemoBank]) -> None:
    """The same people as in the demo, so that anybody can sign in and look."""
    day = shape["quarters"]["first"]
    with scope.everything():
        clock.set_day(shape.day)
        call_command("load_reference", stdout=io.StringIO())
        for one in OFFICIALS:
            people.create_account(
                username=one.username, display_name=one.name, role=one.role, password=PASSWORD, by=None, on=day,
                institution_name=one.institution, must_change_password=False,
            )  # fmt: skip
        by = {user.username: user for user in User.objects.filter(institution=None)}
        for bank in members:
            _join(bank, by, day)


def _join(bank: DemoBank, by: dict[str, User], day: date) -> None:
    rng = Random(f"founding/{bank.code}")
    joined = banks.register_bank(
        code=bank.code, name=bank.name, short_name=bank.short_name, credit_code=credit_code(rng), joined_on=day,
        by=by["statistics1"], on=day,
    )  # fmt: skip
    hands: dict[str, User] = {}
    for clerk in clerks(bank):
        hands[clerk.role] = banks.enrol(
            bank_id=joined.pk, username=clerk.username, display_name=clerk.name, role=clerk.role,
            password=clerk.password, by=None, on=day,
        ).user  # fmt: skip
    signers = {Agreement.Counterparty.MANAGER: "statistics1", Agreement.Counterparty.FINANCE: "finance1"}
    for place, (counterparty, username) in enumerate(signers.items(), start=1):
        banks.register_agreement(
            bank_id=joined.pk, counterparty=counterparty, number=f"HZ{day.year}-{bank.code}-{place}", signed_on=day,
            valid_from=day, valid_to=None, by=by[username], on=day,
        )  # fmt: skip
    account = banks.enter_payee(
        bank_id=joined.pk, account_name=f"{bank.short_name}风险补偿资金专户",
        account_number="4403" + "".join(rng.choices("0123456789", k=15)),
        opening_bank=f"{bank.short_name}深圳分行营业部", by=hands["bank_maker"], on=day,
    )  # fmt: skip
    banks.confirm_payee(account_id=account.pk, by=hands["bank_checker"], on=day, version=account.version)
