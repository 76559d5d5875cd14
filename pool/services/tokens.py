"""Tokens of the API: shown once, kept as a hash, ended by a day or by hand. A token wears the maker's hat."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import audit, registry
from pool.errors import NotPermitted, Refused
from pool.models import ApiToken, User
from pool.sure import be_sure

PREFIX_LETTERS = 8
LIFE = timedelta(days=365)
USE_EVERY = timedelta(minutes=1)


def hash_of(token: str) -> str:
    """What is kept of a secret that is shown once."""
    return hashlib.sha256(token.encode()).hexdigest()


def scopes_for(user: User) -> list[registry.ApiScope]:
    """What this person's tokens may be issued for."""
    return [scope for scope in registry.api_scopes if user.role in scope.roles]


@transaction.atomic
def issue(
    *, user: User, name: str, scopes: list[str], by: User, on: date, life: timedelta = LIFE
) -> tuple[str, ApiToken]:
    """The token itself, which is not kept, and its row. People issue tokens for themselves, for what is theirs."""
    if user.pk != by.pk:
        raise NotPermitted()
    if not scopes or not set(scopes) <= {scope.name for scope in scopes_for(user)}:
        raise Refused("scope_not_allowed", _("请选择本人角色可以使用的授权范围。"), field="scopes")
    be_sure()
    token = secrets.token_urlsafe(32)
    row: ApiToken = ApiToken.objects.create(
        user=user,
        name=name[:80],
        prefix=token[:PREFIX_LETTERS],
        token_hash=hash_of(token),
        scopes=scopes,
        expires_at=timezone.now() + life,
    )
    audit.record("tokens.issue", row, by=by, on=on, after={"name": name, "scopes": scopes}, bank=user.institution)
    return token, row


@transaction.atomic
def revoke(*, token_id: str, by: User, on: date) -> ApiToken:
    row: ApiToken = ApiToken.objects.select_for_update().get(pk=token_id, user=by)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        audit.record("tokens.revoke", row, by=by, on=on, bank=by.institution)
    return row


def find(token: str, at: datetime) -> ApiToken | None:
    """The live token of a live person."""
    row: ApiToken | None = (
        ApiToken.objects.select_related("user")
        .filter(token_hash=hash_of(token), revoked_at=None, expires_at__gt=at, user__is_active=True)
        .first()
    )
    return row


def used(row: ApiToken, at: datetime) -> None:
    """Remember the use, by the minute at most, so that busy tokens do not write with every request."""
    if row.last_used_at is None or at - row.last_used_at > USE_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=at)
