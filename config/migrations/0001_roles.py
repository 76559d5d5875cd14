"""The application role may read and write what the owner makes from here on, and owns none of it.

It stands before every migration that makes a table. It is not `pool`'s first one: that must hold the custom user."""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES, SEQUENCES = "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    role = _role(schema_editor)
    if role is None:
        return
    schema_editor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    schema_editor.execute(f"GRANT SELECT ON django_migrations TO {role}")
    schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {TABLES} ON TABLES TO {role}")
    schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {SEQUENCES} ON SEQUENCES TO {role}")


def revoke(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    role = _role(schema_editor)
    if role is None:
        return
    schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {role}")
    schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {role}")


def _role(schema_editor: BaseDatabaseSchemaEditor) -> str | None:
    """None where one role does both: then there is nothing to grant, and a test of the installation says so."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == settings.APPLICATION_ROLE:
            return None
    return connection.ops.quote_name(settings.APPLICATION_ROLE)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    run_before = [
        ("axes", "0001_initial"),
        ("contenttypes", "0001_initial"),
        ("pghistory", "0001_initial"),
        ("sessions", "0001_initial"),
    ]
    operations = [migrations.RunPython(grant, revoke)]
