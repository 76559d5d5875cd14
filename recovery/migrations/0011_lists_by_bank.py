"""Indexes for the orders and filters of a bank's lists, made beside the work that goes on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("recovery", "0010_chaser_guards")]
    operations = [
        AddIndexConcurrently(
            "recovery", models.Index(fields=["bank", "-received_on", "-id"], name="recovery_by_bank_day")
        ),
        AddIndexConcurrently(
            "recovery", models.Index(fields=["bank", "-amount", "-id"], name="recovery_by_bank_amount")
        ),
    ]
