"""A new field key: what older keys wrote is encrypted anew, chunk by chunk, while the portal goes on serving.

Every field tells by the name before its text which key wrote it, so a run may be broken off and begun again.
"""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction

from pool import audit, clock, crypto, scope

CHUNK = 500
JSON_COLUMNS = "encrypted_json"
"""A model names so the JSON columns in which single values are encrypted."""


@dataclass(frozen=True)
class Place:
    """One column that holds encrypted text, by itself or within JSON."""

    model: type[models.Model]
    column: str
    is_json: bool

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"


def places() -> list[Place]:
    found = []
    for model in apps.get_models():
        fields = model._meta.concrete_fields
        found += [Place(model, one.column, False) for one in fields if isinstance(one, crypto.EncryptedTextField)]
        found += [Place(model, name, True) for name in getattr(model, JSON_COLUMNS, ())]
    return sorted(found, key=str)


def written_by() -> dict[str, Counter[str]]:
    """For each place, how many rows each key has written, by the keys' names."""
    with scope.everything():
        return {str(place): _count(place) for place in places()}


def renew() -> dict[str, int]:
    """Encrypt with the newest key whatever an older one wrote; gives the rows changed for each place."""
    done: Counter[str] = Counter()
    for place in places():
        while count := _renew_some(place):
            done[str(place)] += count
    return dict(done)


def _count(place: Place) -> Counter[str]:
    question = f"SELECT count(*) FROM {place.model._meta.db_table} WHERE {place.column}::text LIKE %s"
    count: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for name in crypto.key_names():
            cursor.execute(question, [_like(name)])
            count[name] = cursor.fetchone()[0]
    return count


def _like(name: str) -> str:
    return f"%{name}:%"


def _renew_some(place: Place) -> int:
    """One chunk in one transaction, with its audit row."""
    newest, *older = crypto.key_names()
    table, key = place.model._meta.db_table, place.model._meta.pk.column
    with transaction.atomic(), scope.everything():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {key}, {place.column}::text FROM {table} WHERE {place.column}::text LIKE ANY(%s)"
                f" ORDER BY {key} LIMIT {CHUNK} FOR UPDATE",
                [[_like(name) for name in older]],
            )
            rows = cursor.fetchall()
            for pk, stored in rows:
                cursor.execute(
                    f"UPDATE {table} SET {place.column} = %s WHERE {key} = %s", [_anew(place, stored, set(older)), pk]
                )
        if rows:
            told = {"place": str(place), "rows": len(rows), "key": newest}
            audit.record("field_key.renew", _kind(place), by=None, on=clock.today(), after=told)
    return len(rows)


def _kind(place: Place) -> ContentType:
    kind: ContentType = ContentType.objects.get_for_model(place.model)
    return kind


def _anew(place: Place, stored: str, older: set[str]) -> str:
    if not place.is_json:
        return crypto.encrypt(crypto.decrypt(stored))
    return json.dumps(_within(json.loads(stored), older), ensure_ascii=False)


def _within(value: Any, older: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _within(one, older) for name, one in value.items()}
    if isinstance(value, str) and value.partition(":")[0] in older:
        return crypto.encrypt(crypto.decrypt(value))
    return value
