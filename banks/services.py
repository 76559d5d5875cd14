"""The only writer of banks, agreements, people, payee accounts, listings and violations."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from banks import permissions as may
from banks.models import (
    Agreement,
    Bank,
    Branch,
    DishonestyListing,
    Handover,
    Membership,
    PayeeAccount,
    Standing,
    Violation,
)
from banks.selectors import open_work, successors_of
from pool import audit
from pool.errors import Refused, SamePerson, Stale
from pool.masking import mask_account
from pool.models import BANK_ROLES, StoredFile, User
from pool.services import people
from pool.services.notices import notify
from pool.services.people import end_access
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
    if by is not None and password is not None:
        people.check_password_rules(password)
    person = User.objects.create_user(
        username,
        password,
        display_name=display_name,
        role=role,
        institution=bank_id,
        institution_name=Bank.objects.get(pk=bank_id).short_name,
        must_change_password=by is not None,
        password_given_at=None if by is None else timezone.now(),
    )
    membership: Membership = Membership.objects.create(bank_id=bank_id, user=person)
    audit.record("banks.enrol", membership, by=by, on=on, after={"username": username, "role": role})
    return membership


@transaction.atomic
def set_member_active(*, membership_id: UUID, active: bool, by: User, on: date) -> Membership:
    """Switch a person on again, or off who has begun nothing that another must finish; else `leave` hands it over."""
    membership = _managed(membership_id, by)
    if not active and open_work(membership.user):
        raise Refused("drafts_open", _("该人员有未办结的事项，请先办理离岗交接，指定接手人。"))
    return _switch(membership, active, by, on)


@transaction.atomic
def leave(*, membership_id: UUID, successor_id: UUID | None, reason: str, by: User, on: date, version: int) -> Handover:
    """A person leaves: what they have begun goes on with a colleague of the same desk, and every door closes."""
    membership = _managed(membership_id, by)
    if membership.version != version or not membership.is_active:
        raise Stale()
    handed = _hand_over(membership, successor_id, reason, by, on)
    _switch(membership, False, by, on)
    return handed


@transaction.atomic
def change_role(
    *, membership_id: UUID, role: str, successor_id: UUID | None, reason: str, by: User, on: date, version: int
) -> Membership:
    """To another desk of the bank. Sessions end, since what one may do is another; open work goes to a colleague."""
    membership = _managed(membership_id, by)
    person = membership.user
    if membership.version != version or not membership.is_active:
        raise Stale()
    if role not in BANK_ROLES or role == person.role:
        raise Refused("role_not_changed", _("请选择另一个银行角色。"), field="role")
    _hand_over(membership, successor_id, reason, by, on)
    before, person.role = person.role, role
    membership.version += 1
    membership.save(update_fields=["version"])
    person.version += 1
    person.save(update_fields=["role", "version"])
    end_access(person, by=by, on=on)
    audit.record(
        "banks.change_role", membership, by=by, on=on, before={"role": before}, after={"role": role}, reason=reason
    )
    return membership


@transaction.atomic
def give_password(*, membership_id: UUID, password: str, by: User, on: date, version: int) -> Membership:
    """A new first password for somebody of the bank, who changes it at the first sign-in; sessions end."""
    membership = _managed(membership_id, by)
    be_sure()
    if membership.version != version or not membership.is_active:
        raise Stale()
    people.give_password(membership.user, password, by=by, on=on)
    membership.version += 1
    membership.save(update_fields=["version"])
    return membership


def _managed(membership_id: UUID, by: User) -> Membership:
    """The locked membership of somebody else, in the bank that this administrator runs."""
    membership: Membership = Membership.objects.select_for_update().select_related("user").get(pk=membership_id)
    may.require(may.may_manage_members(by, membership.bank_id))
    if membership.user_id == by.pk:
        raise Refused("not_oneself", _("不能停用、启用或变更本人账号。"))
    return membership


def _switch(membership: Membership, active: bool, by: User, on: date) -> Membership:
    before = membership.is_active
    membership.is_active = membership.user.is_active = active
    membership.version += 1
    membership.save(update_fields=["is_active", "version"])
    membership.user.save(update_fields=["is_active"])
    if not active:
        end_access(membership.user, by=by, on=on)
    audit.record(
        "banks.set_member_active", membership, by=by, on=on, before={"active": before}, after={"active": active}
    )
    return membership


def _hand_over(membership: Membership, successor_id: UUID | None, reason: str, by: User, on: date) -> Handover:
    """On record even where nothing was open: who left the desk, when, and why."""
    person, begun = membership.user, open_work(membership.user)
    successor = successors_of(membership).filter(user_id=successor_id).first() if successor_id else None
    if begun and successor is None:
        raise Refused("successor_missing", _("该人员有未办结的事项，请指定同岗位的接手人。"), field="successor")
    items = [{"label": draft.label, "count": draft.count} for draft in begun]
    handed: Handover = Handover.objects.create(
        bank_id=membership.bank_id, leaver=person, successor=successor.user if successor and begun else None, on=on,
        by=by, reason=reason, items=items,
    )  # fmt: skip
    if handed.successor is not None:
        notify(
            key=f"handover:{handed.pk}", user=handed.successor, on=on, url=reverse("home"),
            title=_("请接手%(name)s的在办事项") % {"name": person.display_name}, topic=_("请接手同事的在办事项"),
        )  # fmt: skip
    after = {"successor": successor_id, "items": items}
    audit.record("banks.hand_over", handed, by=by, on=on, after=after, reason=reason)
    return handed


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
