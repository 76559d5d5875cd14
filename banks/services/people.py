"""The people of a bank: taken on, handed over when they leave, changed to another desk."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from banks import permissions as may
from banks.models import Bank, Handover, Membership
from banks.selectors import open_work, successors_of
from pool import audit
from pool.chinese import in_chinese
from pool.errors import Refused, Stale
from pool.models import BANK_ROLES, User
from pool.services import people
from pool.services.notices import notify
from pool.services.people import end_access
from pool.sure import be_sure


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
    with in_chinese():
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
        with in_chinese():
            notify(
                key=f"handover:{handed.pk}", user=handed.successor, on=on, url=reverse("home"),
                title=_("请接手%(name)s的在办事项") % {"name": person.display_name}, topic=_("请接手同事的在办事项"),
            )  # fmt: skip
    after = {"successor": successor_id, "items": items}
    audit.record("banks.hand_over", handed, by=by, on=on, after=after, reason=reason)
    return handed
