"""What becomes of suspense is the public bodies' own; a line may now name the transfer or the use it is of."""

from django.db import migrations

from pool.db import OnlyColumns, OtherColumns, PublicBodiesOnly

BEFORE = [
    "state", "explanation", "note", "proposed_by_id", "checked_by_id", "matched_on", "version", "counterparty_account",
]  # fmt: skip
DECIDED = ["state", "agreed_by_id", "agreed_on", "done_on", "version"]


class Migration(migrations.Migration):
    dependencies = [("recovery", "0005_suspense")]

    operations = [
        OtherColumns("recovery_accountline", [*BEFORE, "payment_id", "use_id"], BEFORE),
        PublicBodiesOnly("recovery_suspenseuse"),
        OnlyColumns("recovery_suspenseuse", DECIDED, by_trigger=True),
    ]
