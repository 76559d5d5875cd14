"""How judged rows reach their table: COPY into the staging table, INSERT … SELECT under row security, in one go."""

import csv
import io
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DecimalField, Func
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from loans.columns import LOAN_SCHEMA
from loans.intake import LoanFacts, facts_from_dict, facts_to_dict
from loans.models import Upload, UploadRow
from loans.services.judging import Judged
from pool import crypto
from pool.models.base import DEFAULT_SCHEME, uuid7

SENSITIVE = tuple(column.key for column in LOAN_SCHEMA.columns if column.sensitive)
_STAGED = (
    "id, upload_id, row, sheet, loan_number, loan_number_key, identity, status, late, raw, facts, findings, problems,"
    " doubts, unconfirmed"
)
_COPY = f"COPY loans_stagedrow ({_STAGED}) FROM STDIN WITH (FORMAT csv, NULL '\\N')"
_INSERT = f"""
INSERT INTO loans_uploadrow (scheme_id, version, created_at, bank_id, branch_id, {_STAGED})
SELECT %s, 1, now(), %s, NULL, {_STAGED} FROM loans_stagedrow WHERE upload_id = %s
"""
_DELETE = "DELETE FROM loans_stagedrow WHERE upload_id = %s"


def store(upload: Upload, judged: list[Judged]) -> None:
    """Write one chunk; COPY itself cannot write to a table under row-level security."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows(_line(upload.pk, item) for item in judged)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, buffer)
        cursor.execute(_INSERT, [DEFAULT_SCHEME, upload.bank_id, upload.pk])
        cursor.execute(_DELETE, [upload.pk])


def _line(upload_id: UUID, item: Judged) -> list[Any]:
    facts = _facts(item)
    return [
        uuid7(),
        upload_id,
        item.row.number,
        item.sheet[:80],
        item.facts.iou_number if item.facts else str(item.row.values.get("iou_number") or "")[:80],
        item.key,
        item.identity,
        item.status,
        item.late,
        _json(_raw(item) if item.kept or item.status == UploadRow.Status.HELD else {}),
        _json(facts),
        _json([finding.as_json() for finding in item.findings]),
        _json([problem.as_dict() for problem in item.problems]),
        _json(item.doubts),
        item.unconfirmed,
    ]


def _facts(item: Judged) -> dict[str, Any]:
    if item.kept or item.facts is None:
        return item.kept
    return kept_facts(item.facts, item.principal, item.restricted)


def kept_facts(facts: LoanFacts, principal: Decimal, restricted: bool) -> dict[str, Any]:
    """For a JSON column: the declared facts, personal numbers encrypted, with what was worked out of them."""
    kept = facts_to_dict(facts)
    for name in SENSITIVE:
        kept[name] = crypto.encrypt(kept[name])
    return {**kept, "principal_yuan": str(principal), "industry_restricted": restricted}


def read_facts(kept: dict[str, Any]) -> LoanFacts:
    """The declared facts again."""
    given = {name: value for name, value in kept.items() if name not in ("principal_yuan", "industry_restricted")}
    return facts_from_dict({**given, **{name: crypto.decrypt(given[name]) for name in SENSITIVE}})


def _raw(item: Judged) -> dict[str, str]:
    """The cells of a held row as they were written, personal data encrypted, so that the row can go back."""
    raw = {key: value for key, value in item.row.raw().items() if value}
    return {key: crypto.encrypt(value) if key in SENSITIVE else value for key, value in raw.items()}


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _json(value: Any) -> str:
    """PostgreSQL's jsonb has no NUL character. Most rows have nothing to say: five times a row the same empty list."""
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    return _encode(value).replace("\\u0000", "")


def principal_of(field: str = "facts") -> Func:
    """The principal in yuan inside a row's facts, as an exact number."""
    return Cast(KT(f"{field}__principal_yuan"), DecimalField(max_digits=18, decimal_places=2))
