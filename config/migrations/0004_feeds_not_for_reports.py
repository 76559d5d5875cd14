"""Nor are the secret addresses of calendars."""

from importlib import import_module

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

there = import_module("config.migrations.0002_reading_roles")._there


def revoke(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for role in there(schema_editor, settings.REPORT_ROLE):
        schema_editor.execute(f"REVOKE SELECT ON pool_calendarfeed FROM {role}")


class Migration(migrations.Migration):
    dependencies = [("config", "0003_doors_not_for_reports"), ("pool", "0007_calendar_feed")]
    operations = [migrations.RunPython(revoke, migrations.RunPython.noop)]
