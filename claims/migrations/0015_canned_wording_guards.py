from django.db import migrations

from pool.db import OnlyColumns, PublicBodiesOnly


class Migration(migrations.Migration):
    dependencies = [("claims", "0014_canned_wording_first")]
    operations = [
        PublicBodiesOnly("claims_cannedphrase"),
        OnlyColumns(
            "claims_cannedphrase",
            ["version", "confirmed_by_id", "confirmed_on", "dropped_by_id", "dropped_on", "drop_reason"],
        ),
    ]
