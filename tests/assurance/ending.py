"""How every proof ends: all invariants hold, and two databases that should be alike are compared by a digest."""

import io
import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import models

from pool import registry, scope

ROOMS = {"pool", "ledger", "banks", "loans", "claims", "recovery", "evaluation"}
# Who read and clicked what, and what waits for a browser, is no state of the money.
ASIDE = {"pool.accesslog", "pool.formkey", "pool.loginattempt"}
# Made anew by each run: random, of the instant, or a digest of either.
FLEETING = {
    "body_hash",
    "seen_hash",
    "hash",
    "prev_hash",
    "sha256",
    "request_id",
    "attempts",
    "seq",
    "password",
    "path",
    "size",
}
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
RUN_NUMBER = re.compile(r"pool\.jobrun subject_id=\d+")
Key = tuple[str, Any]


def verify() -> None:
    """`manage.py verify --all`; a breach fails with what it said."""
    said = io.StringIO()
    try:
        call_command("verify", "--all", stdout=said)
    except SystemExit:
        raise AssertionError(said.getvalue()) from None


def breaches() -> dict[str, list[str]]:
    """What is broken, by the invariant's code."""
    with scope.everything():
        found = {item.code: list(item.fn()) for item in registry.invariants}
    return {code: problems for code, problems in found.items() if problems}


def state_digest() -> str:
    """One number for all that the rooms hold, the same whenever the same things were done to the same beginning.

    Keys that are drawn at random are replaced by what their rows say, instants and digests are left out.
    """
    return sha256("\n".join(state()).encode()).hexdigest()


def state() -> list[str]:
    """Every row as text without random keys, sorted; what `state_digest` hashes and a failing test shows."""
    with scope.everything():
        rows = {(model._meta.label_lower, row.pk): row for model in _models() for row in model._base_manager.iterator()}
        names: dict[Key, str] = {key: key[0] for key in rows}
        for _round in range(3):
            names = _renamed(rows, names)
        return sorted(_said(row, names, _by_uuid(names)) for row in rows.values())


def state_but_run_numbers() -> list[str]:
    """A run that was broken off before its commit has used up a number of the sequence, and nothing else."""
    return [RUN_NUMBER.sub("pool.jobrun", row) for row in state()]


def _models() -> Iterable[type[models.Model]]:
    for model in apps.get_models():
        if model._meta.app_label in ROOMS and model._meta.managed and model._meta.label_lower not in ASIDE:
            yield model


def _renamed(rows: dict[Key, Any], names: dict[Key, str]) -> dict[Key, str]:
    uuids = _by_uuid(names)
    return {key: sha256(_said(row, names, uuids).encode()).hexdigest()[:16] for key, row in rows.items()}


def _by_uuid(names: dict[Key, str]) -> dict[str, str]:
    return {str(pk): name for (_label, pk), name in names.items() if UUIDS.fullmatch(str(pk))}


def _said(row: models.Model, names: dict[Key, str], uuids: dict[str, str]) -> str:
    said = [row._meta.label_lower]
    for field in row._meta.concrete_fields:
        if field.name in FLEETING or isinstance(field, models.DateTimeField | models.FileField):
            continue
        if field.primary_key and not field.is_relation:
            continue
        said.append(f"{field.name}={_value(field, getattr(row, field.attname), names, uuids)}")
    return " ".join(said)


def _value(field: Any, value: Any, names: dict[Key, str], uuids: dict[str, str]) -> str:
    if field.is_relation and value is not None:
        return names.get((field.related_model._meta.label_lower, value), "?")
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    if isinstance(value, datetime):
        return ""
    if isinstance(value, dict):
        value = {key: one for key, one in sorted(value.items()) if key not in {"document", "sha256", "file"}}
    return UUIDS.sub(lambda found: uuids.get(found.group(), "?"), str(value))
