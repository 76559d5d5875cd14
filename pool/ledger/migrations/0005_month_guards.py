"""Nothing is posted into a closed month or before it; the closings are the public bodies' own."""

from django.db import migrations

from pool.db import OnlyColumns, PublicBodiesOnly

DECIDED = [
    "state", "by_bank", "by_ledger", "last_voucher", "closed_by_id", "closed_on", "reopen_asked_by_id", "reopen_reason",
    "reopened_by_id", "reopened_on", "version",
]  # fmt: skip
GUARD = """
CREATE FUNCTION ledger_month_is_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_monthclosing WHERE scheme_id = NEW.scheme_id AND state IN ('closed', 'reopening')
            AND month >= date_trunc('month', NEW.occurred_on)::date) THEN
        RAISE EXCEPTION 'the month of % is closed', NEW.occurred_on USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_transaction_month_is_open BEFORE INSERT ON ledger_ledgertransaction
    FOR EACH ROW EXECUTE FUNCTION ledger_month_is_open();
ALTER TABLE ledger_ledgertransaction ENABLE ALWAYS TRIGGER ledger_transaction_month_is_open;
"""
GUARD_BACK = """
DROP TRIGGER ledger_transaction_month_is_open ON ledger_ledgertransaction;
DROP FUNCTION ledger_month_is_open();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_month_closing")]
    operations = [
        PublicBodiesOnly("ledger_monthclosing"),
        OnlyColumns("ledger_monthclosing", DECIDED, by_trigger=True),
        migrations.RunSQL(GUARD, GUARD_BACK),
    ]
