"""What opens doors is no more for reports than the sign-ins are."""

from importlib import import_module

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

there = import_module("config.migrations.0002_reading_roles")._there
NOT_FOR_REPORTS = ("pool_factorreset", "pool_opensession", "pool_recoverycode", "pool_secondfactor")


def revoke(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for role in there(schema_editor, settings.REPORT_ROLE):
        for table in NOT_FOR_REPORTS:
            schema_editor.execute(f"REVOKE SELECT ON {table} FROM {role}")


class Migration(migrations.Migration):
    dependencies = [("config", "0002_reading_roles"), ("pool", "0006_doors")]
    operations = [migrations.RunPython(revoke, migrations.RunPython.noop)]
