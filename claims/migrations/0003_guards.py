"""Whose rows they are, that they point at the same bank's rows only, and which are never changed.

Who objects to a notice is for the public bodies only.
"""

from django.db import migrations

from pool.db import AppendOnly, PublicBodiesOnly, RowSecurity, SameBank


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]

    operations = [
        RowSecurity("claims_claim"),
        RowSecurity("claims_evidence"),
        RowSecurity("claims_review"),
        RowSecurity("claims_publicityitem"),
        RowSecurity("claims_planitem"),
        RowSecurity("claims_paperspacket"),
        RowSecurity("claims_paymentpaper"),
        RowSecurity("claims_payment"),
        RowSecurity("claims_upgrade"),
        SameBank("claims_claim", "loan_id", "loans_loan"),
        SameBank("claims_claim", "determination_id", "loans_determination"),
        SameBank("claims_evidence", "claim_id", "claims_claim"),
        SameBank("claims_review", "claim_id", "claims_claim"),
        SameBank("claims_publicityitem", "claim_id", "claims_claim"),
        SameBank("claims_planitem", "claim_id", "claims_claim"),
        SameBank("claims_paymentpaper", "packet_id", "claims_paperspacket"),
        SameBank("claims_payment", "packet_id", "claims_paperspacket"),
        SameBank("claims_payment", "payee_id", "banks_payeeaccount"),
        SameBank("claims_upgrade", "loan_id", "loans_loan"),
        SameBank("claims_upgrade", "claim_id", "claims_claim"),
        RowSecurity("claims_endingrequest"),
        SameBank("claims_endingrequest", "loan_id", "loans_loan"),
        SameBank("claims_endingrequest", "determination_id", "loans_determination"),
        PublicBodiesOnly("claims_objection"),
        AppendOnly("claims_review"),
        AppendOnly("claims_publicityitem"),
    ]
