"""The dedicated account of a bank, a version at a time, by two people (20(3))."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from banks import permissions as may
from banks.models import Bank, PayeeAccount
from pool import audit
from pool.errors import Refused, SamePerson, Stale
from pool.masking import mask_account
from pool.models import User
from pool.sure import be_sure


@transaction.atomic
def enter_payee(
    *, bank_id: UUID, account_name: str, account_number: str, opening_bank: str, by: User, on: date
) -> PayeeAccount:
    """A new version of the dedicated account (20(3)); money goes there only after another person confirmed it."""
    may.require(may.may_enter_payee(by, bank_id))
    be_sure()
    Bank.objects.select_for_update().get(pk=bank_id)
    newest = PayeeAccount.objects.filter(bank_id=bank_id).order_by("-revision").first()
    account: PayeeAccount = PayeeAccount.objects.create(
        bank_id=bank_id, revision=newest.revision + 1 if newest else 1, account_name=account_name,
        account_number=account_number, opening_bank=opening_bank, entered_by=by,
    )  # fmt: skip
    audit.record("banks.enter_payee", account, by=by, on=on, after=_account_facts(account), article="20(3)")
    return account


@transaction.atomic
def confirm_payee(*, account_id: UUID, by: User, on: date, version: int) -> PayeeAccount:
    account: PayeeAccount = PayeeAccount.objects.select_for_update().get(pk=account_id)
    may.require(may.may_confirm_payee(by, account.bank_id))
    be_sure()
    if account.version != version or account.confirmed_by_id is not None:
        raise Stale()
    if account.entered_by_id == by.pk:
        raise SamePerson(_("收款账户须由录入人以外的人员确认。"))
    if PayeeAccount.objects.filter(bank_id=account.bank_id, revision__gt=account.revision).exists():
        raise Refused("payee_replaced", _("该账户已有更新的版本，请确认最新版本。"))
    account.confirmed_by, account.confirmed_on = by, on
    account.version += 1
    account.save(update_fields=["confirmed_by", "confirmed_on", "version"])
    audit.record("banks.confirm_payee", account, by=by, on=on, after=_account_facts(account), article="20(3)")
    return account


def _account_facts(account: PayeeAccount) -> dict[str, Any]:
    return {
        "revision": account.revision,
        "account_name": account.account_name,
        "account_number": mask_account(account.account_number),
        "opening_bank": account.opening_bank,
    }
