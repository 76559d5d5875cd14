"""The only writer of banks, agreements, people, payee accounts, listings and violations."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from banks import permissions as may
from banks.models import (
    Agreement,
    Bank,
    Branch,
    DishonestyListing,
    Membership,
    PayeeAccount,
    Standing,
    Violation,
)
from pool import audit
from pool.errors import Refused, SamePerson, Stale
from pool.masking import mask_account
from pool.models import BANK_ROLES, StoredFile, User
from pool.sure import be_sure


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
    """A new partner (7): it needs a branch in the city; its counters begin at nothing."""
    may.require(may.may_register_bank(by))
    if not has_local_branch:
        raise Refused("no_local_branch", _("加盟银行须在深圳市依法设立分行以上机构。"), "7", "has_local_branch")
    if Bank.objects.filter(code=code).exists():
        raise Refused("bank_known", _("机构代码已被使用。"), field="code")
    bank: Bank = Bank.objects.create(
        code=code, name=name, short_name=short_name, credit_code=credit_code, joined_on=joined_on, kind=kind
    )
    Branch.objects.create(bank=bank, code=f"{code}-01", name=name)
    Standing.objects.create(bank=bank)
    audit.record(
        "banks.register_bank", bank, by=by, on=on, after={"code": code, "name": name}, article="7", bank=bank.pk
    )
    return bank


@transaction.atomic
def cancel_membership(*, bank_id: UUID, by: User | None, on: date, may_reapply_from: date, article: str = "24") -> Bank:
    """Membership ends; what is filed goes on (reading 23). The annual evaluation decides this (24)."""
    bank: Bank = Bank.objects.select_for_update().get(pk=bank_id)
    if bank.cancelled_on is not None:
        return bank
    bank.cancelled_on, bank.may_reapply_from = on, may_reapply_from
    bank.version += 1
    bank.save(update_fields=["cancelled_on", "may_reapply_from", "version"])
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
    document: StoredFile | None = None,
) -> Agreement:
    may.require(may.may_register_agreement(by, counterparty))
    if valid_to is not None and valid_to < valid_from:
        raise Refused("ends_before_it_begins", _("失效日期不能早于生效日期。"), field="valid_to")
    agreement: Agreement = Agreement.objects.create(
        bank_id=bank_id, counterparty=counterparty, number=number, signed_on=signed_on,
        valid_from=valid_from, valid_to=valid_to, document=document,
    )  # fmt: skip
    after = {"counterparty": counterparty, "number": number, "valid_from": valid_from, "valid_to": valid_to}
    audit.record("banks.register_agreement", agreement, by=by, on=on, after=after, article="18")
    return agreement


@transaction.atomic
def add_member(
    *, bank_id: UUID, username: str, display_name: str, role: str, password: str | None, by: User, on: date
) -> Membership:
    """The bank's administrator takes a person on."""
    may.require(may.may_manage_members(by, bank_id))
    return enrol(
        bank_id=bank_id, username=username, display_name=display_name, role=role, password=password, by=by, on=on
    )


def enrol(
    *, bank_id: UUID, username: str, display_name: str, role: str, password: str | None, by: User | None, on: date
) -> Membership:
    """The account and the place in the bank; the first administrator of a bank is enrolled by the system."""
    if role not in BANK_ROLES:
        raise Refused("not_a_bank_role", _("该角色不属于银行。"), field="role")
    if User.objects.filter(username=username).exists():
        raise Refused("username_taken", _("该用户名已被使用。"), field="username")
    person = User.objects.create_user(
        username,
        password,
        display_name=display_name,
        role=role,
        institution=bank_id,
        institution_name=Bank.objects.get(pk=bank_id).short_name,
        must_change_password=by is not None,
    )
    membership: Membership = Membership.objects.create(bank_id=bank_id, user=person)
    audit.record("banks.enrol", membership, by=by, on=on, after={"username": username, "role": role})
    return membership


@transaction.atomic
def set_member_active(*, membership_id: UUID, active: bool, by: User, on: date) -> Membership:
    membership: Membership = Membership.objects.select_for_update().select_related("user").get(pk=membership_id)
    may.require(may.may_manage_members(by, membership.bank_id))
    if membership.user_id == by.pk:
        raise Refused("not_oneself", _("不能停用或启用本人账号。"))
    before = membership.is_active
    membership.is_active = membership.user.is_active = active
    membership.version += 1
    membership.save(update_fields=["is_active", "version"])
    membership.user.save(update_fields=["is_active"])
    audit.record(
        "banks.set_member_active", membership, by=by, on=on, before={"active": before}, after={"active": active}
    )
    return membership


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


@transaction.atomic
def list_dishonest(*, bank_id: UUID, listed_from: date, source: str, by: User, on: date) -> DishonestyListing:
    """From that day no claim may be filed (30); claims already filed go on (reading 23)."""
    may.require(may.may_list_dishonest(by))
    if DishonestyListing.objects.filter(bank_id=bank_id, listed_to__isnull=True).exists():
        raise Refused("already_listed", _("该银行已在严重失信主体名单内。"), "30")
    listing: DishonestyListing = DishonestyListing.objects.create(
        bank_id=bank_id, listed_from=listed_from, source=source, entered_by=by
    )
    after = {"listed_from": listed_from, "source": source}
    audit.record("banks.list_dishonest", listing, by=by, on=on, after=after, article="30")
    return listing


@transaction.atomic
def end_listing(*, listing_id: UUID, listed_to: date, by: User, on: date, reason: str) -> DishonestyListing:
    """`listed_to` is the last day on the list."""
    may.require(may.may_list_dishonest(by))
    listing: DishonestyListing = DishonestyListing.objects.select_for_update().get(pk=listing_id)
    if listing.listed_to is not None:
        raise Stale()
    if listed_to < listing.listed_from:
        raise Refused("ends_before_it_begins", _("移出日期不能早于列入日期。"), "30", "listed_to")
    listing.listed_to = listed_to
    listing.version += 1
    listing.save(update_fields=["listed_to", "version"])
    audit.record(
        "banks.end_listing", listing, by=by, on=on, after={"listed_to": listed_to}, article="30", reason=reason
    )
    return listing


@transaction.atomic
def enter_violation(
    *, bank_id: UUID, year: int, description: str, document_number: str, by: User, on: date
) -> Violation:
    """Counts once a second person has confirmed it."""
    may.require(may.may_enter_violation(by))
    violation: Violation = Violation.objects.create(
        bank_id=bank_id, year=year, description=description, document_number=document_number, entered_by=by
    )
    after = {"year": year, "document_number": document_number}
    audit.record("banks.enter_violation", violation, by=by, on=on, after=after, article="28")
    return violation


@transaction.atomic
def confirm_violation(*, violation_id: UUID, by: User, on: date, version: int) -> Violation:
    may.require(may.may_confirm_violation(by))
    violation: Violation = Violation.objects.select_for_update().get(pk=violation_id)
    if violation.version != version or violation.confirmed_by_id is not None:
        raise Stale()
    if violation.entered_by_id == by.pk:
        raise SamePerson(_("违规记录须由录入人以外的人员确认。"))
    violation.confirmed_by, violation.confirmed_on = by, on
    violation.version += 1
    violation.save(update_fields=["confirmed_by", "confirmed_on", "version"])
    audit.record("banks.confirm_violation", violation, by=by, on=on, after={"year": violation.year}, article="28")
    return violation
