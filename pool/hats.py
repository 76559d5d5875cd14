"""Four eyes: on one case a person wears one hat, for good."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from pool.errors import SamePerson
from pool.models import Hat, User


def _case_id(case: Any) -> UUID:
    return case if isinstance(case, UUID) else case.pk


def wear(case: Any, person: User, hat: str) -> Hat:
    """Take the hat on the case, or refuse if the person already wears another there. The same hat twice is once."""
    try:
        with transaction.atomic():
            return Hat.objects.create(case=_case_id(case), person=person, hat=hat)
    except IntegrityError:
        worn = Hat.objects.get(case=_case_id(case), person=person)
        if worn.hat != hat:
            raise SamePerson() from None
        return worn


def worn(case: Any, person: User) -> str:
    """The hat this person wears on the case, or an empty string."""
    return Hat.objects.filter(case=_case_id(case), person=person).values_list("hat", flat=True).first() or ""


def may_wear(case: Any, person: User, hat: str) -> bool:
    return worn(case, person) in {"", hat}


def wearers(case: Any) -> dict[str, list[User]]:
    found: dict[str, list[User]] = {}
    for row in Hat.objects.filter(case=_case_id(case)).select_related("person").order_by("id"):
        found.setdefault(row.hat, []).append(row.person)
    return found
