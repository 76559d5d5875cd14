"""The walls of the newer tables: endings belong to their bank; who objects is for the public bodies only."""

from django.db import migrations

from pool.db import RowSecurity, SameBank

PUBLIC_BODIES_ONLY = """
ALTER TABLE claims_objection ENABLE ROW LEVEL SECURITY;
CREATE POLICY claims_objection_scope ON claims_objection
    USING ((SELECT pool_scope_is_all())) WITH CHECK ((SELECT pool_scope_is_all()));
"""
OPEN_TO_ALL = """
DROP POLICY claims_objection_scope ON claims_objection;
ALTER TABLE claims_objection DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0004_stages")]

    operations = [
        RowSecurity("claims_endingrequest"),
        SameBank("claims_endingrequest", "loan_id", "loans_loan"),
        SameBank("claims_endingrequest", "determination_id", "loans_determination"),
        migrations.RunSQL(PUBLIC_BODIES_ONLY, OPEN_TO_ALL),
    ]
