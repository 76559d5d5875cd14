"""Whose rows they are, and that they point at the same bank's rows only."""

from django.db import migrations

from pool.db import NoTruncate, RowSecurity, SameBank

TABLES = ["recovery_recovery", "recovery_return", "recovery_settlement", "recovery_closing"]


class Migration(migrations.Migration):
    dependencies = [("recovery", "0001_initial")]

    operations = [
        *(RowSecurity(table) for table in TABLES),
        *(NoTruncate(table) for table in TABLES),
        *(SameBank(table, "loan_id", "loans_loan") for table in TABLES),
        *(SameBank(table, "claim_id", "claims_claim") for table in TABLES),
        SameBank("recovery_recovery", "determination_id", "loans_determination"),
        SameBank("recovery_return", "recovery_id", "recovery_recovery"),
    ]
