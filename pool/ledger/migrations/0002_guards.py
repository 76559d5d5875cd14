"""Entries and transactions are added, never changed; each sums to zero; a balance moves with its entries only.

The checks at the end of a transaction run as the owner: by then the application's scope may be gone."""

from django.db import migrations

from pool.db import AppendOnly, NoTruncate, OnlyColumns, RowSecurity

CHECKS = """
CREATE FUNCTION ledger_zero_sum() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE total numeric; legs integer;
BEGIN
    SELECT coalesce(sum(amount), 0), count(*) INTO total, legs FROM ledger_entry
        WHERE transaction_id = coalesce((to_jsonb(NEW) ->> 'transaction_id')::bigint, NEW.id);
    IF total <> 0 OR legs < 2 THEN
        RAISE EXCEPTION 'a ledger transaction sums to % over % entries', total, legs
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_zero_sum AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_zero_sum();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_zero_sum;
CREATE CONSTRAINT TRIGGER ledger_transaction_zero_sum AFTER INSERT ON ledger_ledgertransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_zero_sum();
ALTER TABLE ledger_ledgertransaction ENABLE ALWAYS TRIGGER ledger_transaction_zero_sum;

CREATE FUNCTION ledger_balance_has_entries() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE held ledger_account; last ledger_entry;
BEGIN
    SELECT * INTO held FROM ledger_account WHERE id = NEW.id;
    SELECT * INTO last FROM ledger_entry WHERE account_id = NEW.id ORDER BY account_version DESC LIMIT 1;
    IF held.version <> coalesce(last.account_version, 0) OR held.balance <> coalesce(last.balance_after, 0) THEN
        RAISE EXCEPTION 'the balance of account % differs from its entries', held.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_account_has_entries AFTER INSERT OR UPDATE ON ledger_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balance_has_entries();
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER ledger_account_has_entries;
"""
CHECKS_BACK = """
DROP TRIGGER ledger_account_has_entries ON ledger_account;
DROP FUNCTION ledger_balance_has_entries();
DROP TRIGGER ledger_transaction_zero_sum ON ledger_ledgertransaction;
DROP TRIGGER ledger_entry_zero_sum ON ledger_entry;
DROP FUNCTION ledger_zero_sum();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("pool", "0002_guards")]
    operations = [
        migrations.RunSQL(CHECKS, CHECKS_BACK),
        OnlyColumns("ledger_account", ["balance", "version"]),
        RowSecurity("ledger_account", bank_column="subject"),
        AppendOnly("ledger_ledgertransaction"),
        RowSecurity("ledger_ledgertransaction"),
        AppendOnly("ledger_entry"),
        RowSecurity("ledger_entry"),
        NoTruncate("ledger_appropriation"),
    ]
