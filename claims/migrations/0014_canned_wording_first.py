"""The register begins with the wording of the release."""

from datetime import date
from pathlib import Path

import yaml
from django.db import migrations

FILE = Path(__file__).parents[1] / "phrases.yaml"
RELEASED = date(2024, 4, 1)
"""The day of the rules themselves: the wording came with them."""
KINDS = {"questions": "question", "reasons": "reason"}


def fill(apps, schema_editor):
    phrases = apps.get_model("claims", "CannedPhrase")
    for name, rows in yaml.safe_load(FILE.read_text(encoding="utf-8")).items():
        for place, row in enumerate(rows, start=1):
            phrases.objects.create(
                kind=KINDS[name], provision=row["provision"], opinion=row.get("opinion", ""),
                evidence=row.get("evidence", []), words=row["text"], place=place, confirmed_on=RELEASED,
            )


class Migration(migrations.Migration):
    dependencies = [("claims", "0013_canned_wording")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
