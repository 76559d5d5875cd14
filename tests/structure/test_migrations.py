"""A migration of a table with millions of rows keeps nobody waiting: what locks it for long is named and refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import AddField, AlterField
from django.db.migrations.operations.models import AddConstraint, AddIndex, AlterUniqueTogether
from django.db.migrations.operations.special import RunSQL

from tests.structure import tree

LARGE = {
    "loans.loan", "loans.uploadrow", "loans.borrower", "loans.classificationchange", "pool.transition",
    "pool.auditevent", "pool.accesslog", "pool.deadline", "pool.notice", "recovery.closing", "ledger.entry",
    "ledger.ledgertransaction", "banks.standingevent",
}  # fmt: skip
"""A row or more for every loan, every act or every read."""
STOOD = {
    "banks": 7, "claims": 12, "config": 5, "evaluation": 12, "ledger": 6, "loans": 9, "pool": 13, "recovery": 16,
}  # fmt: skip
"""Migrations up to these numbers ran before anybody had millions of rows."""
MENDS = {
    "index": "AddIndexConcurrently (atomic = False)",
    "constraint": "AddConstraintNotValid, then ValidateConstraint in a migration of its own",
    "unique": "a unique index made concurrently",
    "column": "null=True or a db_default, filled in slices, then the constraint",
    "type": "a new column beside the old one, filled in slices",
    "sql": "no ALTER that rewrites, no UPDATE of every row",
}


def locking(operation: Operation, app: str, before: Any) -> Iterator[str]:
    """What of one operation would hold a large table for long."""
    name = getattr(operation, "model_name", None) or getattr(operation, "name", "")
    if isinstance(operation, RunSQL):
        yield from _in_sql(str(operation.sql))
        return
    if f"{app}.{name}".lower() not in LARGE:
        return
    if isinstance(operation, AddIndex) and not isinstance(operation, AddIndexConcurrently):
        yield "index"
    elif isinstance(operation, AlterUniqueTogether):
        yield "unique"
    elif isinstance(operation, AddConstraint) and not isinstance(operation, AddConstraintNotValid):
        yield "unique" if isinstance(operation.constraint, models.UniqueConstraint) else "constraint"
    elif isinstance(operation, AddField):
        field = operation.field
        if not field.null and not field.has_db_default() and not isinstance(field, models.ManyToManyField):
            yield "column"
    elif isinstance(operation, AlterField) and before is not None and _stored(before) != _stored(operation.field):
        yield "type"


def _in_sql(sql: str) -> Iterator[str]:
    words = " ".join(sql.lower().split())
    tables = {name.replace(".", "_") for name in LARGE}
    for table in tables:
        if f"update {table} set" in words or f"alter table {table} alter column" in words:
            yield "sql"


def _stored(field: Any) -> tuple[Any, ...]:
    """What of a field is the column's: longer texts and new choices rewrite nothing."""
    grows = isinstance(field, models.CharField)
    return type(field).__mro__[0].__name__, field.null, None if grows else getattr(field, "max_digits", None)


def _new() -> Iterator[tuple[str, str, Any]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app in STOOD and int(name[:4]) > STOOD[app]:
            yield app, name, (migration, loader)


def test_no_new_migration_holds_a_large_table_for_long() -> None:
    found = []
    for app, name, (migration, loader) in _new():
        state = loader.project_state([(app, name)], at_end=False)
        for operation in migration.operations:
            model = state.models.get((app, str(getattr(operation, "model_name", "")).lower()))
            before = model.fields.get(getattr(operation, "name", "")) if model is not None else None
            found += [f"{app}.{name}: {operation}: {MENDS[why]}" for why in locking(operation, app, before)]
    assert not found, tree.report(found)


def test_the_numbers_that_stood_are_there() -> None:
    """A number past the last migration would let one through unseen."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    last = {app: max(int(name[:4]) for other, name in loader.disk_migrations if other == app) for app in STOOD}
    assert {app for app, number in STOOD.items() if number > last[app]} == set()


@pytest.mark.parametrize(
    ("operation", "before", "why"),
    [
        (AddIndex("loan", models.Index(fields=["district"], name="x")), None, ["index"]),
        (AddIndexConcurrently("loan", models.Index(fields=["district"], name="x")), None, []),
        (
            AddConstraint("loan", models.CheckConstraint(condition=models.Q(staff__gte=0), name="x")),
            None,
            ["constraint"],
        ),
        (AddConstraint("loan", models.UniqueConstraint(fields=["district"], name="x")), None, ["unique"]),
        (AddField("loan", "more", models.TextField(default="")), None, ["column"]),
        (AddField("loan", "more", models.TextField(db_default="")), None, []),
        (AddField("loan", "more", models.TextField(null=True)), None, []),
        (AlterField("loan", "staff", models.BigIntegerField()), models.PositiveIntegerField(), ["type"]),
        (AlterField("loan", "district", models.CharField(max_length=40)), models.CharField(max_length=20), []),
        (AddIndex("extension", models.Index(fields=["reason"], name="x")), None, []),
        (RunSQL("UPDATE loans_loan  SET remarks = ''"), None, ["sql"]),
    ],
)
def test_what_locks_is_seen(operation: Operation, before: Any, why: list[str]) -> None:
    assert list(locking(operation, "loans", before)) == why
