"""The partner banks themselves: when they were members, and what they have signed (7, 18, 24)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from banks import permissions as may
from banks.models import Agreement, Bank, Branch, Joining, Standing, Tenure
from banks.services import telling
from pool import audit, storage
from pool.errors import Refused
from pool.models import StoredFile, User
from pool.selectors import edition

PURPOSE = "agreement"


@transaction.atomic
def register_bank(
    *,
    code: str,
    name: str,
    short_name: str,
    credit_code: str,
    joined_on: date,
    by: User,
    on: date,
    kind: str = Bank.Kind.BANK,
    has_local_branch: bool = True,
) -> Bank:
    """A partner from before the portal; who comes now applies (`joining`)."""
    may.require(may.may_register_bank(by))
    if not has_local_branch:
        raise Refused("no_local_branch", _("加盟银行须在深圳市依法设立分行以上机构。"), "7", "has_local_branch")
    if Bank.objects.filter(code=code).exists():
        raise Refused("bank_known", _("机构代码已被使用。"), field="code")
    return found(
        code=code, name=name, short_name=short_name, credit_code=credit_code, joined_on=joined_on, kind=kind, by=by,
        on=on,
    )  # fmt: skip


def found(*, joined_on: date, by: User, on: date, joining: Joining | None = None, **facts: str) -> Bank:
    """The partner's record with its first tenure; its counters begin at nothing."""
    bank: Bank = Bank.objects.create(joined_on=joined_on, **facts)
    Branch.objects.create(bank=bank, code=f"{bank.code}-01", name=bank.name)
    Standing.objects.create(bank=bank)
    Tenure.objects.create(bank=bank, began_on=joined_on, joining=joining)
    after = {"code": bank.code, "name": bank.name, "joined_on": joined_on}
    law = edition()["agreement_parties"].article
    audit.record("banks.register_bank", bank, by=by, on=on, after=after, article=law, bank=bank.pk)
    return bank


def return_to(bank_id: UUID, joining: Joining, *, by: User, on: date) -> Bank:
    """Admitted again (24): another tenure; the former one stays as it was, and so does all that the bank has done."""
    bank: Bank = Bank.objects.select_for_update().get(pk=bank_id)
    law = edition()["reapply_after"].article
    if bank.cancelled_on is None:
        raise Refused("is_partner", _("该机构已是加盟银行，无须再次申请。"), law)
    before = {"cancelled_on": bank.cancelled_on, "name": bank.name}
    bank.cancelled_on = bank.may_reapply_from = None
    bank.name, bank.short_name, bank.has_local_branch = joining.name, joining.short_name, True
    bank.version += 1
    bank.save(update_fields=["cancelled_on", "may_reapply_from", "name", "short_name", "has_local_branch", "version"])
    Tenure.objects.create(bank=bank, began_on=on, joining=joining)
    after = {"began_on": on, "name": bank.name}
    audit.record("banks.readmit", bank, by=by, on=on, before=before, after=after, article=law, bank=bank.pk)
    return bank


@transaction.atomic
def cancel_membership(*, bank_id: UUID, by: User | None, on: date, may_reapply_from: date, article: str = "24") -> Bank:
    """Membership ends; what is filed goes on (reading 23). The evaluation decides this (24), or a sanction (28)."""
    bank: Bank = Bank.objects.select_for_update().get(pk=bank_id)
    if bank.cancelled_on is not None:
        return bank
    bank.cancelled_on, bank.may_reapply_from = on, may_reapply_from
    bank.version += 1
    bank.save(update_fields=["cancelled_on", "may_reapply_from", "version"])
    tenure = Tenure.objects.select_for_update().get(bank=bank, ended_on__isnull=True)
    tenure.ended_on, tenure.article, tenure.may_reapply_from = on, article, may_reapply_from
    tenure.version += 1
    tenure.save(update_fields=["ended_on", "article", "may_reapply_from", "version"])
    after = {"cancelled_on": on, "may_reapply_from": may_reapply_from}
    audit.record("banks.cancel_membership", bank, by=by, on=on, after=after, article=article, bank=bank.pk)
    return bank


@transaction.atomic
def register_agreement(
    *,
    bank_id: UUID,
    counterparty: str,
    number: str,
    signed_on: date,
    valid_from: date,
    valid_to: date | None,
    by: User,
    on: date,
    document: Any = None,
) -> Agreement:
    """Signed, dated, with its scan; the page asks for the scan, what was signed before the portal may lack it."""
    may.require(may.may_register_agreement(by, counterparty))
    if valid_to is not None and valid_to < valid_from:
        raise Refused("ends_before_it_begins", _("失效日期不能早于生效日期。"), field="valid_to")
    if signed_on > on:
        raise Refused("in_the_future", _("签订日期不能晚于今天。"), field="signed_on")
    agreement: Agreement = Agreement.objects.create(
        bank_id=bank_id, counterparty=counterparty, number=number, signed_on=signed_on, valid_from=valid_from,
        valid_to=valid_to, document=_scan(document, bank_id, by) if document else None, registered_by=by,
    )  # fmt: skip
    after = {"counterparty": counterparty, "number": number, "valid_from": valid_from, "valid_to": valid_to}
    audit.record("banks.register_agreement", agreement, by=by, on=on, after=after, article="18")
    telling.agreement_registered(agreement, on)
    return agreement


def _scan(upload: Any, bank_id: UUID, by: User) -> StoredFile:
    return storage.keep_document(
        upload, name="", nameless="agreement", purpose=PURPOSE, by=by, bank=bank_id, field="document"
    )
