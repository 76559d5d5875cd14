"""A line may now name the one that cancels it."""

from django.db import migrations

from pool.db import OtherColumns

BEFORE = [
    "state", "explanation", "note", "proposed_by_id", "checked_by_id", "matched_on", "version", "counterparty_account",
    "payment_id", "use_id",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("recovery", "0014_corrected_lines")]

    operations = [OtherColumns("recovery_accountline", [*BEFORE, "pair_id"], BEFORE)]
