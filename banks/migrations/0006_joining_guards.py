"""Applications are the public bodies' own; a stay among the partners is its bank's. Every partner has its first stay."""

from django.db import migrations

from pool.db import NoTruncate, OnlyColumns, PublicBodiesOnly, RowSecurity

FIRST_STAYS = """
INSERT INTO banks_tenure (id, scheme_id, version, created_at, bank_id, began_on, ended_on, article, may_reapply_from)
SELECT gen_random_uuid(), scheme_id, 1, now(), id, joined_on, cancelled_on,
    CASE WHEN cancelled_on IS NULL THEN '' ELSE '24' END, may_reapply_from
FROM banks_bank b WHERE NOT EXISTS (SELECT 1 FROM banks_tenure t WHERE t.bank_id = b.id);
SET CONSTRAINTS ALL IMMEDIATE;
"""
"""Foreign keys are looked at now: while they wait, PostgreSQL lets nobody alter the table."""


class Migration(migrations.Migration):
    dependencies = [("banks", "0005_joining"), ("pool", "0002_guards")]

    operations = [
        migrations.RunSQL(FIRST_STAYS, migrations.RunSQL.noop),
        PublicBodiesOnly("banks_joining"),
        NoTruncate("banks_joining"),
        RowSecurity("banks_tenure"),
        OnlyColumns("banks_tenure", ["ended_on", "article", "may_reapply_from", "version"]),
    ]
