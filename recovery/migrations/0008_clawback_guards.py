"""Whose rows they are, that they point at the same bank's rows, and that a receipt keeps what was entered."""

from django.db import migrations

from pool.db import OnlyColumns, RowSecurity, SameBank

CLAWBACK, RECEIPT = "recovery_clawback", "recovery_clawbackreceipt"
DECIDED = ["state", "version", "came_back", "rate", "decided_on", "due_on", "settled_on"]
CONFIRMED = ["state", "version", "position", "interest_part", "principal_part", "confirmed_by_id", "confirmed_on"]


class Migration(migrations.Migration):
    dependencies = [("recovery", "0007_clawback")]

    operations = [
        RowSecurity(CLAWBACK),
        RowSecurity(RECEIPT),
        SameBank(CLAWBACK, "violation_id", "banks_violation"),
        SameBank(CLAWBACK, "claim_id", "claims_claim"),
        SameBank(CLAWBACK, "loan_id", "loans_loan"),
        SameBank(RECEIPT, "clawback_id", CLAWBACK),
        OnlyColumns(CLAWBACK, DECIDED, by_trigger=True),
        OnlyColumns(RECEIPT, CONFIRMED, by_trigger=True),
    ]
