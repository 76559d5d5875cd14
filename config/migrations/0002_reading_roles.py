"""Reports and auditors read with roles of their own: everything there is, reports without secrets and trail.

Where an installation has not made the roles (`config/roles.sql`), there is nothing to grant."""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NOT_FOR_REPORTS = (
    "django_session",
    "pool_accesslog",
    "pool_apitoken",
    "pool_auditevent",
    "pool_formkey",
)
"""Who signed in, what opens doors, and the trail."""


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for role in _there(schema_editor):
        schema_editor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        schema_editor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
        schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {role}")
    for role in _there(schema_editor, settings.REPORT_ROLE):
        for table in NOT_FOR_REPORTS:
            schema_editor.execute(f"REVOKE SELECT ON {table} FROM {role}")


def revoke(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for role in _there(schema_editor):
        schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {role}")
        schema_editor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        schema_editor.execute(f"REVOKE USAGE ON SCHEMA public FROM {role}")


def _there(schema_editor: BaseDatabaseSchemaEditor, *names: str) -> list[str]:
    connection = schema_editor.connection
    wanted = list(names or (settings.REPORT_ROLE, settings.AUDIT_ROLE))
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [wanted])
        return [connection.ops.quote_name(name) for (name,) in cursor.fetchall()]


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_roles"),
        ("pool", "0005_restore_acceptance"),
        ("sessions", "0001_initial"),
    ]
    operations = [migrations.RunPython(grant, revoke)]
