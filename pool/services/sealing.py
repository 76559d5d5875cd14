"""The audit trail's chain: rows are numbered and hashed after their commit, so nothing queues on a chain's head."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from cryptography.hazmat.primitives import hashes
from django.conf import settings
from django.db import connection
from psycopg2.extras import execute_values

from pool import scope
from pool.jobs import lock_number
from pool.models import AuditEvent

FIRST = "0" * 64
BATCH = 2000
SEALED_FIELDS = (
    "actor_id",
    "actor_name",
    "role",
    "action",
    "subject_kind",
    "subject_id",
    "subject_label",
    "bank",
    "article",
    "reason",
    "before",
    "after",
    "request_id",
)


@dataclass(frozen=True)
class Chain:
    """What verification found: how many are sealed, how many wait, and where the chain first breaks."""

    sealed: int
    unsealed: int
    head: str
    broken_at: int | None = None
    problem: str = ""


def digest(text: str, algorithm: str) -> str:
    if algorithm == "sm3":
        state = hashes.Hash(hashes.SM3())
        state.update(text.encode())
        return state.finalize().hex()
    if algorithm == "sha256":
        return hashlib.sha256(text.encode()).hexdigest()
    raise ValueError(f"unknown audit hash {algorithm!r}")


def canonical(event: AuditEvent, seq: int, prev_hash: str) -> str:
    said: dict[str, Any] = {name: getattr(event, name) for name in SEALED_FIELDS}
    said |= {"id": event.pk, "seq": seq, "prev": prev_hash, "on": event.on}
    said["at"] = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(said, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))


def seal(on: date | None = None) -> dict[str, Any]:
    """Number and hash what is committed and not yet sealed; one sealer at a time."""
    count = 0
    with scope.everything():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("seal")])
        seq, head = _head()
        while batch := list(AuditEvent.objects.filter(seq=None).order_by("id")[:BATCH]):
            sealed = []
            for event in batch:
                seq, previous = seq + 1, head
                head = digest(canonical(event, seq, previous), settings.AUDIT_HASH)
                sealed.append((event.pk, seq, previous, head, settings.AUDIT_HASH))
            _write(sealed)
            count += len(sealed)
    return {"sealed": count, "head": head, "seq": seq}


def _head() -> tuple[int, str]:
    last = AuditEvent.objects.filter(seq__isnull=False).order_by("-seq").values_list("seq", "hash").first()
    return last or (0, FIRST)


def _write(rows: list[tuple[int, int, str, str, str]]) -> None:
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            "UPDATE pool_auditevent AS a SET seq = v.seq, prev_hash = v.prev, hash = v.hash, algorithm = v.algorithm"
            " FROM (VALUES %s) AS v (id, seq, prev, hash, algorithm) WHERE a.id = v.id",
            rows,
            page_size=500,
        )


def check() -> Chain:
    """Follow the chain from its first row; stops at the first break."""
    expected, head = 0, FIRST
    for event in _sealed():
        expected += 1
        problem = _problem(event, expected, head)
        if problem:
            return Chain(expected - 1, waiting(), head, expected, problem)
        head = event.hash
    return Chain(expected, waiting(), head)


def _problem(event: AuditEvent, expected: int, head: str) -> str:
    if event.seq != expected:
        return f"seq {event.seq} follows {expected - 1}"
    if event.prev_hash != head:
        return f"event {event.pk} names another predecessor"
    if digest(canonical(event, expected, head), event.algorithm) != event.hash:
        return f"event {event.pk} was altered"
    return ""


def _sealed() -> Iterator[AuditEvent]:
    rows: Iterator[AuditEvent] = AuditEvent.objects.filter(seq__isnull=False).order_by("seq").iterator(chunk_size=BATCH)
    return rows


def waiting() -> int:
    return int(AuditEvent.objects.filter(seq=None).count())
