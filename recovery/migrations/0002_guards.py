"""Whose rows they are, that they point at the same bank's rows only, and which are never changed."""

from django.db import migrations

from pool.db import RowSecurity, SameBank


class Migration(migrations.Migration):
    dependencies = [("recovery", "0001_initial")]

    operations = [
        RowSecurity("recovery_recovery"),
        RowSecurity("recovery_return"),
        RowSecurity("recovery_settlement"),
        RowSecurity("recovery_closing"),
        SameBank("recovery_recovery", "loan_id", "loans_loan"),
        SameBank("recovery_recovery", "claim_id", "claims_claim"),
        SameBank("recovery_return", "loan_id", "loans_loan"),
        SameBank("recovery_return", "claim_id", "claims_claim"),
        SameBank("recovery_settlement", "loan_id", "loans_loan"),
        SameBank("recovery_settlement", "claim_id", "claims_claim"),
        SameBank("recovery_closing", "loan_id", "loans_loan"),
        SameBank("recovery_closing", "claim_id", "claims_claim"),
    ]
