"""What passes goes when its time is over, and nothing else does."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.utils import timezone

from pool import jobs, retention
from pool.models import ApiToken, AuditEvent, FormKey, OpenSession, SecondFactor
from tests.pool.people import person
from tests.structure import tree

pytestmark = pytest.mark.django_db
ON = date(2025, 1, 16)


def aged(row: Any, name: str, days: int) -> Any:
    type(row).objects.filter(pk=row.pk).update(**{name: timezone.now() - timedelta(days=days)})
    return row


def test_what_is_over_goes_and_what_is_not_stays() -> None:
    user = person()
    made = {
        "created_at": (30, lambda: FormKey.objects.create(person=user, route="/", key=uuid4(), body_hash="x")),
        "ended_at": (180, lambda: OpenSession.objects.create(user=user)),
        "expires_at": (180, lambda: _token(user)),
    }
    gone, kept = [], []
    for name, (days, make) in made.items():
        gone.append(aged(make(), name, days + 1))
        kept.append(aged(make(), name, days - 1))
    kept.append(OpenSession.objects.create(user=user))
    gone.append(aged(SecondFactor.objects.create(user=user, secret="ab"), "created_at", 2))
    kept.append(aged(SecondFactor.objects.create(user=user, secret="ab", confirmed=True), "created_at", 900))
    result = jobs.run_job("retention.sweep", ON).result
    assert {name: count for name, count in result.items() if count} == {
        "pool.FormKey": 1, "pool.OpenSession": 1, "pool.ApiToken": 1, "pool.SecondFactor": 1,
    }  # fmt: skip
    assert not [row for row in gone if type(row).objects.filter(pk=row.pk).exists()]
    assert all(type(row).objects.filter(pk=row.pk).exists() for row in kept)
    assert not any(retention.sweep(ON).values())


def _token(user: Any) -> ApiToken:
    return ApiToken.objects.create(user=user, name="x", prefix="x", token_hash=uuid4().hex, expires_at=timezone.now())


def test_nothing_that_is_kept_for_good_is_swept() -> None:
    assert not {row.model for row in retention.PASSING} & set(retention.NEVER)
    assert all(apps.get_model(name) for name in retention.NEVER)
    assert AuditEvent._meta.label in retention.NEVER


def test_the_page_says_what_the_job_does() -> None:
    page = (tree.ROOT / "docs" / "security.md").read_text()
    for row in retention.PASSING:
        assert f"| `{row.model}` | {row.after.days} | {row.why} |" in page
    for name, why in retention.NEVER.items():
        assert f"| `{name}` | never | {why} |" in page
