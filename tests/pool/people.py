"""People and files for the tests of the kit."""

from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from pool.models import BANK_ROLES, Role, User
from pool.models.base import uuid7

PASSWORD = "correct-horse-9"
_numbers = count(1)


def person(role: str = Role.MANAGER_REVIEWER, **fields: Any) -> User:
    """A new person of the role; bank roles get a bank of their own unless one is named."""
    number = next(_numbers)
    if role in BANK_ROLES:
        fields.setdefault("institution", uuid7())
    fields.setdefault("display_name", f"人员{number}")
    return User.objects.create(username=f"{role}-{number}", password=hashed(), role=role, **fields)


@cache
def hashed() -> str:
    """Hashing takes long on purpose; once is enough for the tests."""
    return make_password(PASSWORD)


def bank() -> UUID:
    return UUID(str(uuid7()))
