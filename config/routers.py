"""`audit` is a second connection to the one database: it is named where it is wanted, and never migrated."""

from typing import Any


class AuditIsNoSecondDatabase:
    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == "audit" else None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        return True
