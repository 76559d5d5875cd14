"""Accounts: made, changed, switched off, passwords. Who belongs to which bank is told by the room of the banks."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import audit
from pool.errors import NotPermitted, Refused, Stale
from pool.models import BANK_ROLES, ApiToken, Role, User
from pool.permissions import may_manage_accounts, require
from pool.services import feeds, sessions


@transaction.atomic
def create_account(
    *,
    username: str,
    display_name: str,
    role: str,
    password: str,
    by: User | None,
    on: date,
    institution: UUID | None = None,
    institution_name: str = "",
    email: str = "",
    phone: str = "",
    must_change_password: bool = True,
) -> User:
    """A person who may sign in. `by=None` is the installation itself; a bank's people are made in its own room."""
    if by is not None:
        require(may_manage_accounts(by))
        if role in BANK_ROLES:
            raise NotPermitted(_("银行人员由其银行管理员办理。"))
    if User.objects.filter(username=username).exists():
        raise Refused("username_taken", _("该用户名已被使用。"), field="username")
    user = User(
        username=username,
        display_name=display_name,
        role=Role(role),
        institution=institution,
        institution_name=institution_name,
        email=email,
        phone=phone,
        must_change_password=must_change_password,
        password_given_at=timezone.now() if must_change_password else None,
    )
    check_password_rules(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    audit.record("people.create", user, by=by, on=on, after={"username": username, "role": role}, bank=institution)
    return user


@transaction.atomic
def set_active(*, user_id: UUID, active: bool, by: User, on: date, version: int, reason: str) -> User:
    """Switch an account on or off; its sessions end with it."""
    require(may_manage_accounts(by))
    user = locked(user_id, version)
    if user.pk == by.pk:
        raise NotPermitted(_("不能停用或启用自己的账户。"))
    before = user.is_active
    user.is_active = active
    _save(user, "is_active")
    if not active:
        end_access(user, by=by, on=on)
    audit.record(
        "people.set_active",
        user,
        by=by,
        on=on,
        before={"is_active": before},
        after={"is_active": active},
        reason=reason,
        bank=user.institution,
    )
    return user


def end_access(user: User, *, by: User, on: date) -> dict[str, int]:
    """Every door that this person had: sessions, tokens of the interface, the calendar's address."""
    ended = {
        "sessions": sessions.close_all(user, by=by),
        "tokens": ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now()),
        "feeds": int(feeds.close_feed(user=user, by=by, on=on)),
    }
    audit.record("people.end_access", user, by=by, on=on, after=ended, bank=user.institution)
    return ended


@transaction.atomic
def change_password(*, user_id: UUID, password: str, by: User | None, on: date, keep: UUID | None = None) -> User:
    """One's own, or a new first password given by an administrator, to be changed at once; sessions but `keep` end."""
    user = User.objects.select_for_update().get(pk=user_id)
    if by is not None and by.pk != user.pk:
        require(may_manage_accounts(by))
    return _set_password(user, password, by=by, on=on, keep=keep)


def give_password(user: User, password: str, *, by: User, on: date) -> User:
    """A first password again; whether `by` may give it, the room that keeps such accounts has asked."""
    return _set_password(User.objects.select_for_update().get(pk=user.pk), password, by=by, on=on)


def _set_password(user: User, password: str, *, by: User | None, on: date, keep: UUID | None = None) -> User:
    own = by is not None and by.pk == user.pk
    check_password_rules(password, user)
    user.set_password(password)
    user.must_change_password = not own
    user.password_given_at = None if own else timezone.now()
    _save(user, "password", "must_change_password", "password_given_at")
    sessions.close_all(user, by=by, but=[keep] if keep else [])
    audit.record("people.change_password", user, by=by, on=on, bank=user.institution)
    return user


def first_password_is_over(user: User) -> bool:
    """Given by another and not changed in its days, it opens nothing any more."""
    given, days = user.password_given_at, settings.FIRST_PASSWORD_DAYS
    return bool(user.must_change_password and given and days and timezone.now() - given > timedelta(days=days))


def locked(user_id: UUID, version: int) -> User:
    user: User = User.objects.select_for_update().get(pk=user_id)
    if user.version != version:
        raise Stale()
    return user


def _save(user: User, *names: str) -> None:
    user.version += 1
    user.save(update_fields=[*names, "version"])


def check_password_rules(password: str, user: Any = None) -> None:
    try:
        validate_password(password, user)
    except ValidationError as fault:
        raise Refused("password_weak", " ".join(fault.messages), field="password") from None
