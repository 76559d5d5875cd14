"""Whose transfers they are, that they point at the same bank's rows, and that a decided one keeps what was filed."""

from django.db import migrations

from pool.db import OnlyColumns, RowSecurity, SameBank

PACKAGE, ITEM = "recovery_package", "recovery_packageitem"
DECIDED = [
    "state", "version", "submitted_by_id", "applied_on", "decided_by_id", "decided_on", "decision_reason",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("recovery", "0012_package")]

    operations = [
        RowSecurity(PACKAGE),
        RowSecurity(ITEM),
        SameBank(ITEM, "package_id", PACKAGE),
        SameBank(ITEM, "loan_id", "loans_loan"),
        SameBank(ITEM, "claim_id", "claims_claim"),
        SameBank(ITEM, "recovery_id", "recovery_recovery"),
        OnlyColumns(PACKAGE, DECIDED, by_trigger=True),
        OnlyColumns(ITEM, ["version", "recovery_id", "dropped"], by_trigger=True),
    ]
