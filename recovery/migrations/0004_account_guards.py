"""The special account is the public bodies' own; a line keeps what its bank said, only what it is may be decided."""

from django.db import migrations

from pool.db import AppendOnly, OnlyColumns, PublicBodiesOnly

TABLES = ["recovery_accountstatement", "recovery_accountline", "recovery_linevoucher"]
DECIDED = [
    "state", "explanation", "note", "proposed_by_id", "checked_by_id", "matched_on", "version", "counterparty_account",
]  # fmt: skip
"""The account number, because a new field key encrypts it anew."""


class Migration(migrations.Migration):
    dependencies = [("recovery", "0003_account_statement")]

    operations = [
        *(PublicBodiesOnly(table) for table in TABLES),
        AppendOnly("recovery_accountstatement"),
        OnlyColumns("recovery_accountline", DECIDED, by_trigger=True),
        OnlyColumns("recovery_linevoucher", ["dropped"]),
    ]
