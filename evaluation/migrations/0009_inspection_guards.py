"""No bank sees a sample; a finding is its bank's once it is sent; what was drawn, found and answered stays so."""

from django.db import migrations

from pool.db import AppendOnly, NoTruncate, OnlyColumns, PublicBodiesOnly, RowSecurity

INSPECTION, CASE, FINDING = "evaluation_inspection", "evaluation_inspectioncase", "evaluation_finding"
DRAWN = ("seed", "population_id", "population_size", "sample_hash", "drawn_by_id", "drawn_on")
OLD, NEW = (", ".join(f"{row}.{name}" for name in DRAWN) for row in ("OLD", "NEW"))
ONCE = f"""
CREATE TRIGGER {INSPECTION}_drawn_once BEFORE UPDATE ON {INSPECTION}
    FOR EACH ROW WHEN (OLD.seed <> '' AND ROW({OLD}) IS DISTINCT FROM ROW({NEW})) EXECUTE FUNCTION pool_refuse_change();
ALTER TABLE {INSPECTION} ENABLE ALWAYS TRIGGER {INSPECTION}_drawn_once;
"""
AGAIN = f"DROP TRIGGER {INSPECTION}_drawn_once ON {INSPECTION};"
MOVES = ["state", "version", *DRAWN, "report_id", "closed_by_id", "closed_on"]
EXAMINED = ["version", "outcome", "note", "examined_by_id", "examined_on"]
FOLLOWED = [
    "state", "version", "number", "bank_id", "issued_by_id", "issued_on", "asked_on", "answer_by", "accepted_by_id",
    "accepted_on", "closed_by_id", "closed_on", "referred_by_id", "referred_on", "violation_id",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0008_inspections")]

    operations = [
        PublicBodiesOnly(INSPECTION),
        PublicBodiesOnly(f"{INSPECTION}_banks"),
        PublicBodiesOnly(CASE),
        RowSecurity(FINDING),
        RowSecurity("evaluation_findinganswer"),
        RowSecurity("evaluation_findingpaper"),
        OnlyColumns(INSPECTION, MOVES, by_trigger=True),
        migrations.RunSQL(ONCE, AGAIN),
        NoTruncate(f"{INSPECTION}_banks"),
        OnlyColumns(CASE, EXAMINED),
        OnlyColumns(FINDING, FOLLOWED, by_trigger=True),
        AppendOnly("evaluation_findinganswer"),
        AppendOnly("evaluation_findingpaper"),
    ]
