"""Migration operations for what only the database can promise: whose rows, append-only, same bank."""

from functools import cache
from typing import Any

from django.db import migrations
from django.db.migrations.loader import MigrationLoader

FUNCTIONS = """
CREATE FUNCTION pool_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', HINT = '更正须以新增记录方式进行';
END $$;
CREATE FUNCTION pool_scope_is_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('app.scope', true) = 'all'
$$;
CREATE FUNCTION pool_scope_bank() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN current_setting('app.scope', true) = 'bank'
        THEN nullif(current_setting('app.bank', true), '')::uuid END
$$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION pool_scope_bank();
DROP FUNCTION pool_scope_is_all();
DROP FUNCTION pool_refuse_change();
"""


class _Sql(migrations.RunSQL):
    """RunSQL that is written in migrations by its own name and arguments."""

    def __init__(self, arguments: dict[str, Any], sql: str, reverse_sql: str) -> None:
        super().__init__(sql, reverse_sql)
        self._arguments = arguments
        self.table = str(arguments.get("table", ""))

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [], self._arguments)


def _policy(table: str, who: str) -> tuple[str, str]:
    """Up, and down again."""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY {table}_scope ON {table} USING ({who}) WITH CHECK ({who});",
        f"DROP POLICY {table}_scope ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


class RowSecurity(_Sql):
    """A bank's context sees and writes its own rows, `all` every row, no context nothing.

    `shared=True`: rows without a bank are seen and written by every bank as well (notices).
    """

    def __init__(self, table: str, bank_column: str = "bank_id", shared: bool = False) -> None:
        mine = f"(SELECT pool_scope_is_all()) OR {bank_column} = (SELECT pool_scope_bank())"
        if shared:
            mine += f" OR ({bank_column} IS NULL AND (SELECT pool_scope_bank()) IS NOT NULL)"
        super().__init__({"table": table, "bank_column": bank_column, "shared": shared}, *_policy(table, mine))


class PublicBodiesOnly(_Sql):
    """No bank sees or writes any row of the table."""

    def __init__(self, table: str) -> None:
        super().__init__({"table": table}, *_policy(table, "(SELECT pool_scope_is_all())"))


def _truncate_trigger(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION pool_refuse_change();"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;"
    )


def _revoke(table: str, privileges: str) -> str:
    """From whoever was granted them, by whatever name; the owner is held by the triggers."""
    return (
        "DO $$ DECLARE grantee_name text; BEGIN"
        " FOR grantee_name IN SELECT DISTINCT grantee FROM information_schema.role_table_grants"
        f" WHERE table_schema = current_schema() AND table_name = '{table}' AND grantee <> current_user"
        f" LOOP EXECUTE format('REVOKE {privileges} ON {table} FROM %s',"
        " CASE grantee_name WHEN 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(grantee_name) END); END LOOP; END $$;"
    )


def _only_update(table: str, columns: str) -> str:
    """Whoever may update the table may from now on update these columns of it."""
    return (
        "DO $$ DECLARE grantee_name text; BEGIN"
        " FOR grantee_name IN SELECT DISTINCT grantee FROM information_schema.role_table_grants"
        f" WHERE table_schema = current_schema() AND table_name = '{table}' AND privilege_type = 'UPDATE'"
        " AND grantee NOT IN (current_user, 'PUBLIC') LOOP"
        f" EXECUTE format('REVOKE UPDATE ON {table} FROM %I', grantee_name);"
        f" EXECUTE format('GRANT UPDATE ({columns}) ON {table} TO %I', grantee_name); END LOOP; END $$;"
    )


def _only_columns(table: str, columns: list[str]) -> str:
    """What the trigger asks."""
    array = "ARRAY[" + ", ".join(f"'{column}'" for column in columns) + "]"
    return (
        f"CREATE OR REPLACE FUNCTION {table}_only_columns() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF to_jsonb(NEW) - {array} IS DISTINCT FROM to_jsonb(OLD) - {array} THEN"
        f" RAISE EXCEPTION 'table {table} may change in {', '.join(columns)} only'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;"
    )


class AppendOnly(_Sql):
    """UPDATE, DELETE and TRUNCATE refused by triggers no session can switch off, and not granted either."""

    endings = ("append_only", "no_truncate")

    def __init__(self, table: str) -> None:
        super().__init__(
            {"table": table},
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION pool_refuse_change();"
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only;"
            + _truncate_trigger(table)
            + _revoke(table, "UPDATE, DELETE, TRUNCATE"),
            f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};",
        )


class NoTruncate(_Sql):
    endings = ("no_truncate",)

    def __init__(self, table: str) -> None:
        super().__init__(
            {"table": table},
            _truncate_trigger(table) + _revoke(table, "TRUNCATE"),
            f"DROP TRIGGER {table}_no_truncate ON {table};",
        )


class OnlyColumns(_Sql):
    """Rows may be changed in these columns only and never deleted; the application is granted no more than that.

    `by_trigger=True` where it saves whole rows, as a move of a state does: there the trigger alone holds the others.
    """

    endings = ("only_columns", "no_delete", "no_truncate")

    def __init__(self, table: str, columns: list[str], by_trigger: bool = False) -> None:
        names = ", ".join(columns)
        super().__init__(
            {"table": table, "columns": columns, **({"by_trigger": True} if by_trigger else {})},
            _only_columns(table, columns) + f"CREATE TRIGGER {table}_only_columns BEFORE UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_only_columns();"
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_columns;"
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION pool_refuse_change();"
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_delete;"
            + _truncate_trigger(table)
            + _revoke(table, "DELETE, TRUNCATE")
            + ("" if by_trigger else _only_update(table, names)),
            f"DROP TRIGGER {table}_only_columns ON {table}; DROP FUNCTION {table}_only_columns();"
            f"DROP TRIGGER {table}_no_delete ON {table}; DROP TRIGGER {table}_no_truncate ON {table};",
        )


class OtherColumns(_Sql):
    """The columns of an earlier `OnlyColumns(…, by_trigger=True)` are these from now on; `before` is what they were."""

    def __init__(self, table: str, columns: list[str], before: list[str]) -> None:
        arguments = {"table": table, "columns": columns, "before": before}
        super().__init__(arguments, _only_columns(table, columns), _only_columns(table, before))


class SameBank(_Sql):
    """A composite foreign key: what a row points at belongs to the row's own bank."""

    def __init__(self, child_table: str, child_column: str, parent_table: str) -> None:
        unique = f"{parent_table}_id_bank"
        name = f"{child_table}_{child_column}_same_bank"
        super().__init__(
            {"child_table": child_table, "child_column": child_column, "parent_table": parent_table},
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = '{unique[:63]}'"
            f" AND conrelid = '{parent_table}'::regclass)"
            f" THEN ALTER TABLE {parent_table} ADD CONSTRAINT {unique[:63]} UNIQUE (id, bank_id); END IF; END $$;"
            f"ALTER TABLE {child_table} ADD CONSTRAINT {name[:63]} FOREIGN KEY ({child_column}, bank_id)"
            f" REFERENCES {parent_table} (id, bank_id) DEFERRABLE INITIALLY DEFERRED;",
            f"ALTER TABLE {child_table} DROP CONSTRAINT {name[:63]};",
        )


@cache
def promised_guards() -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(table, trigger) and (table, policy) that the migrations on disk have put up."""
    triggers: set[tuple[str, str]] = set()
    policies: set[tuple[str, str]] = set()
    for migration in MigrationLoader(None).disk_migrations.values():
        for operation in migration.operations:
            if isinstance(operation, AppendOnly | NoTruncate | OnlyColumns):
                table = operation.table
                triggers |= {(table, f"{table}_{ending}") for ending in operation.endings}
            elif isinstance(operation, RowSecurity | PublicBodiesOnly):
                policies.add((operation.table, f"{operation.table}_scope"))
    return triggers, policies
