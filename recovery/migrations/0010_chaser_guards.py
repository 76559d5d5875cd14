"""Whose chasers they are, that they point at the same bank's rows, and that only an answer changes one."""

from django.db import migrations

from pool.db import OnlyColumns, RowSecurity, SameBank

CHASER = "recovery_chaser"


class Migration(migrations.Migration):
    dependencies = [("recovery", "0009_chaser")]

    operations = [
        RowSecurity(CHASER),
        SameBank(CHASER, "claim_id", "claims_claim"),
        SameBank(CHASER, "loan_id", "loans_loan"),
        OnlyColumns(CHASER, ["state", "version", "reply", "replied_by_id", "replied_on"], by_trigger=True),
    ]
