"""The ledger in the admin, to be read."""

from pool.admin_kit import BUSINESS, read_only
from pool.ledger.models import Account, Appropriation, Entry, LedgerTransaction, MonthClosing

read_only(Account, ["code", "name", "kind", "balance", "version"], BUSINESS)
read_only(
    LedgerTransaction,
    ["id", "kind", "occurred_on", "key", "prepared_by", "approved_by", "article", "reference"],
    BUSINESS,
    list_filter=["kind"],
    search_fields=["=key", "=subject"],
)
read_only(Entry, ["transaction", "account", "amount", "balance_after", "account_version"], BUSINESS, ordering=["-id"])
read_only(Appropriation, ["number", "amount", "document", "on", "entered_by", "confirmed_by", "confirmed_on"], BUSINESS)
read_only(MonthClosing, ["number", "month", "by_ledger", "state", "proposed_by", "closed_by", "closed_on"], BUSINESS)
