"""The banks' records, to be read by the manager and the auditor."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from banks.models import (
    Agreement,
    Bank,
    Branch,
    DishonestyListing,
    Joining,
    Membership,
    PayeeAccount,
    Standing,
    StandingEvent,
    Tenure,
    Violation,
)
from pool.admin_kit import ReadOnlyAdmin, read_only
from pool.masking import mask_account
from pool.models import MANAGER_ROLES, Role

READERS = MANAGER_ROLES | {Role.AUDITOR}
WHO_MAKES = ("entered_by", "confirmed_by")

read_only(Bank, ["code", "short_name", "kind", "joined_on", "cancelled_on"], READERS, search_fields=["code", "name"])
read_only(
    Joining, ["number", "short_name", "state", "applied_on", "entered_by", "decided_by"], READERS,
    list_filter=["state"], list_select_related=["entered_by", "decided_by"],
)  # fmt: skip
read_only(Tenure, ["bank", "began_on", "ended_on", "article"], READERS, list_select_related=["bank"])
read_only(Branch, ["code", "name", "bank"], READERS, list_select_related=["bank"])
read_only(
    Agreement, ["number", "bank", "counterparty", "signed_on", "valid_from", "valid_to"], READERS,
    list_filter=["counterparty", "bank"], list_select_related=["bank"],
)  # fmt: skip
read_only(
    Membership, ["user", "bank", "is_active"], READERS, list_filter=["bank"], list_select_related=["bank", "user"]
)
read_only(DishonestyListing, ["bank", "listed_from", "listed_to", "source"], READERS, list_select_related=["bank"])
read_only(
    Standing, ["bank", "entered_principal", "npl_principal", "is_suspended", "since"], READERS,
    list_filter=["is_suspended"], list_select_related=["bank"],
)  # fmt: skip
read_only(
    StandingEvent, ["bank", "number", "on", "cause", "entered_principal", "npl_principal", "is_suspended", "turned"],
    READERS, list_filter=["cause", "turned", "bank"], list_select_related=["bank"], date_hierarchy="on",
)  # fmt: skip


@admin.register(PayeeAccount)
class PayeeAccountAdmin(ReadOnlyAdmin):
    readers = READERS
    list_display = ["bank", "revision", "account_name", "masked_number", "opening_bank", *WHO_MAKES]
    list_select_related = ["bank", *WHO_MAKES]
    exclude = ["account_number"]
    readonly_fields = ["masked_number"]

    @admin.display(description=_("账号"))
    def masked_number(self, account: PayeeAccount) -> str:
        return mask_account(account.account_number)


read_only(
    Violation, ["number", "bank", "year", "ground", "state", "document_number", "confirmed_on", *WHO_MAKES], READERS,
    list_filter=["state", "year", "bank"], list_select_related=["bank", *WHO_MAKES],
)  # fmt: skip
