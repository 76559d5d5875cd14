"""Whose statements they are, and that figures once drawn up stay as they are: a correction is a new revision."""

from django.db import migrations

from pool.db import NoTruncate, RowSecurity

TABLE = "evaluation_statement"
FIGURES = (
    "bank_id", "period", "revision", "number", "starts_on", "ends_on", "opening", "paid", "returned", "refunded",
    "closing", "lines", "lines_hash", "made_by_id",
)  # fmt: skip
OLD, NEW = (", ".join(f"{row}.{name}" for name in FIGURES) for row in ("OLD", "NEW"))
FROZEN = f"""
CREATE TRIGGER {TABLE}_figures BEFORE UPDATE ON {TABLE}
    FOR EACH ROW WHEN (ROW({OLD}) IS DISTINCT FROM ROW({NEW})) EXECUTE FUNCTION pool_refuse_change();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_figures;
CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION pool_refuse_change();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_no_delete;
"""
THAW = f"DROP TRIGGER {TABLE}_figures ON {TABLE}; DROP TRIGGER {TABLE}_no_delete ON {TABLE};"


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0004_statement"), ("pool", "0002_guards")]

    operations = [RowSecurity(TABLE), NoTruncate(TABLE), migrations.RunSQL(FROZEN, THAW)]
