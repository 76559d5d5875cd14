"""Who sees evaluations and reports, and that what is filed or issued never changes."""

from django.db import migrations

from pool.db import NoTruncate, RowSecurity

FROZEN = """
CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW WHEN (OLD.state = '{state}') EXECUTE FUNCTION pool_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_frozen;
"""
THAW = "DROP TRIGGER {table}_frozen ON {table};"
# Lines are written once with their draft and go with it when it is drafted anew. The function asks as the owner, so
# that whoever may see the evaluation or not, the answer is the same.
LINES = """
CREATE FUNCTION evaluation_line_frozen() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (
        SELECT FROM evaluation_evaluation WHERE id = OLD.evaluation_id AND state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'a line of an evaluation is never changed: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER evaluation_evaluationline_frozen BEFORE UPDATE OR DELETE ON evaluation_evaluationline
    FOR EACH ROW EXECUTE FUNCTION evaluation_line_frozen();
ALTER TABLE evaluation_evaluationline ENABLE ALWAYS TRIGGER evaluation_evaluationline_frozen;
"""
THAW_LINES = """
DROP TRIGGER evaluation_evaluationline_frozen ON evaluation_evaluationline;
DROP FUNCTION evaluation_line_frozen();
"""


def frozen(table: str, state: str) -> migrations.RunSQL:
    return migrations.RunSQL(FROZEN.format(table=table, state=state), THAW.format(table=table))


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0002_room_for_growth_and_reason"), ("pool", "0002_guards")]

    operations = [
        # All banks' figures stand in these two: no bank's context sees them.
        RowSecurity("evaluation_evaluation", bank_column="NULL"),
        RowSecurity("evaluation_report", bank_column="NULL"),
        RowSecurity("evaluation_evaluationline"),
        frozen("evaluation_evaluation", "filed"),
        frozen("evaluation_report", "issued"),
        migrations.RunSQL(LINES, THAW_LINES),
        NoTruncate("evaluation_evaluation"),
        NoTruncate("evaluation_report"),
        NoTruncate("evaluation_evaluationline"),
    ]
