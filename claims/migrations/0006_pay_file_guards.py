"""An order to the account's bank names every bank's account: no bank sees it, and what it says is never changed."""

from django.db import migrations

from pool.db import OnlyColumns, PublicBodiesOnly

VOIDING = ["state", "voided_by_id", "voided_on", "reason", "version"]


class Migration(migrations.Migration):
    dependencies = [("claims", "0005_pay_file")]

    operations = [PublicBodiesOnly("claims_payfile"), OnlyColumns("claims_payfile", VOIDING, by_trigger=True)]
