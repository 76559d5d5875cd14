"""Indexes for the orders and filters of a bank's lists, made beside the work that goes on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("loans", "0008_no_approval_by_the_bank")]
    operations = [
        AddIndexConcurrently(
            "loan", models.Index(fields=["bank", "-disbursed_on", "-id"], name="loan_by_bank_disbursement")
        ),
        AddIndexConcurrently(
            "loan",
            models.Index(condition=models.Q(("entered_late", True)), fields=["bank", "-id"], name="loan_late_by_bank"),
        ),
        AddIndexConcurrently(
            "determination", models.Index(fields=["bank", "principal_balance"], name="determination_by_balance")
        ),
    ]
