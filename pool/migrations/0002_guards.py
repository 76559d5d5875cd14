"""What only the database can promise about the kit's rows."""

from django.db import migrations

from pool.db import DROP_FUNCTIONS, FUNCTIONS, AppendOnly, NoTruncate, OnlyColumns, RowSecurity

CONFIRMATION = ["confirmed_by_id", "confirmed_at", "replaced_at"]
REFERENCE = ["calendaryear", "calendarday", "lprrate", "fxrate", "restrictedindustry", "referencecoverage"]

FORWARD_ONLY = """
CREATE FUNCTION pool_businessdate_forward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.day < OLD.day THEN
        RAISE EXCEPTION 'the business date only moves forward' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pool_businessdate_forward BEFORE UPDATE ON pool_businessdate
    FOR EACH ROW EXECUTE FUNCTION pool_businessdate_forward();
ALTER TABLE pool_businessdate ENABLE ALWAYS TRIGGER pool_businessdate_forward;
"""
FORWARD_ONLY_BACK = """
DROP TRIGGER pool_businessdate_forward ON pool_businessdate;
DROP FUNCTION pool_businessdate_forward();
"""
SEALED_ONCE = """
CREATE FUNCTION pool_auditevent_sealed_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.seq IS NOT NULL THEN
        RAISE EXCEPTION 'audit event % is sealed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pool_auditevent_sealed_once BEFORE UPDATE ON pool_auditevent
    FOR EACH ROW EXECUTE FUNCTION pool_auditevent_sealed_once();
ALTER TABLE pool_auditevent ENABLE ALWAYS TRIGGER pool_auditevent_sealed_once;
"""
SEALED_ONCE_BACK = """
DROP TRIGGER pool_auditevent_sealed_once ON pool_auditevent;
DROP FUNCTION pool_auditevent_sealed_once();
"""
SHENZHEN = """
INSERT INTO pool_scheme (slug, title, created_at)
VALUES ('shenzhen', '深圳市中小微企业银行贷款风险补偿资金池', now()) ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("pool", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(SHENZHEN, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD_ONLY, FORWARD_ONLY_BACK),
        OnlyColumns("pool_auditevent", ["seq", "prev_hash", "hash", "algorithm"]),
        migrations.RunSQL(SEALED_ONCE, SEALED_ONCE_BACK),
        RowSecurity("pool_auditevent"),
        AppendOnly("pool_accesslog"),
        AppendOnly("pool_transition"),
        RowSecurity("pool_transition"),
        AppendOnly("pool_hat"),
        AppendOnly("pool_storedfile"),
        RowSecurity("pool_storedfile"),
        AppendOnly("pool_rulebookedition"),
        OnlyColumns("pool_jobrun", ["finished_at", "result"]),
        NoTruncate("pool_deadline"),
        RowSecurity("pool_deadline"),
        NoTruncate("pool_clockinterval"),
        RowSecurity("pool_clockinterval"),
        RowSecurity("pool_notice", shared=True),
        *[OnlyColumns(f"pool_{name}", CONFIRMATION) for name in REFERENCE],
    ]
