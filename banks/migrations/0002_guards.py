"""Whose rows they are, that they point at the same bank's rows only, and which are never changed."""

from django.db import migrations

from pool.db import AppendOnly, RowSecurity


class Migration(migrations.Migration):
    dependencies = [("banks", "0001_initial"), ("pool", "0002_guards")]

    operations = [
        RowSecurity("banks_branch"),
        RowSecurity("banks_agreement"),
        RowSecurity("banks_membership"),
        RowSecurity("banks_payeeaccount"),
        RowSecurity("banks_violation"),
        RowSecurity("banks_dishonestylisting"),
        RowSecurity("banks_standing"),
        RowSecurity("banks_standingevent"),
        AppendOnly("banks_standingevent"),
    ]
