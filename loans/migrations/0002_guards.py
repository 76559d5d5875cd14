"""Whose rows they are, that they point at the same bank's rows only, and which are never changed."""

from django.db import migrations

from pool.db import AppendOnly, RowSecurity, SameBank


class Migration(migrations.Migration):
    dependencies = [("loans", "0001_initial")]

    operations = [
        RowSecurity("loans_upload"),
        RowSecurity("loans_uploadrow"),
        RowSecurity("loans_loan"),
        RowSecurity("loans_classificationchange"),
        RowSecurity("loans_classificationrequest"),
        RowSecurity("loans_determination"),
        RowSecurity("loans_withdrawalrequest"),
        # An identity belongs to no bank, so no bank can list it.
        RowSecurity("loans_borrower", bank_column="NULL"),
        SameBank("loans_uploadrow", "upload_id", "loans_upload"),
        SameBank("loans_loan", "upload_id", "loans_upload"),
        SameBank("loans_classificationchange", "loan_id", "loans_loan"),
        SameBank("loans_classificationrequest", "loan_id", "loans_loan"),
        SameBank("loans_determination", "loan_id", "loans_loan"),
        SameBank("loans_withdrawalrequest", "loan_id", "loans_loan"),
        AppendOnly("loans_classificationchange"),
    ]
