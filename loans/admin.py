"""Loans, uploads and classifications, to be read by the manager and the auditor. Personal numbers stay masked."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loans.models import (
    ClassificationChange,
    ClassificationRequest,
    Correction,
    Determination,
    Extension,
    Loan,
    Upload,
    WithdrawalRequest,
)
from loans.selectors import matching
from pool.admin_kit import ReadOnlyAdmin, read_only
from pool.masking import mask_identity
from pool.models import MANAGER_ROLES, Role

READERS = MANAGER_ROLES | {Role.AUDITOR}
PEOPLE = ("made_by", "checked_by")


@admin.register(Loan)
class LoanAdmin(ReadOnlyAdmin):
    readers = READERS
    list_display = [
        "loan_number", "borrower_name", "bank", "principal", "disbursed_on", "classification", "state", "library",
        "entered_on", "entered_late",
    ]  # fmt: skip
    list_filter = ["state", "library", "classification", "entered_late", "bank"]
    list_select_related = ["bank"]
    search_fields = ["loan_number_key"]
    search_help_text = _("借据号、统一社会信用代码，或借款人名称的开头")
    exclude = ["owner_id_number"]
    readonly_fields = ["masked_owner"]
    date_hierarchy = "disbursed_on"

    @admin.display(description=_("企业主证件号码"))
    def masked_owner(self, loan: Loan) -> str:
        return mask_identity(loan.owner_id_number)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Loan]", search_term: str
    ) -> tuple[Any, bool]:
        return (queryset.filter(matching(search_term)) if search_term else queryset), False


read_only(
    Upload, ["number", "bank", "source", "made_on", "rows_total", "rows_entered", "rows_held", "state"], READERS,
    list_filter=["rehearsal", "state", "source", "bank"], list_select_related=["bank"], search_fields=["number"],
)  # fmt: skip
read_only(
    Determination, ["loan", "bank", "classification", "determined_on", "principal_balance", "ending", "recovered_on"],
    READERS, list_filter=["classification", "ending", "bank"], list_select_related=["loan", "bank"],
)  # fmt: skip
read_only(
    ClassificationChange, ["loan", "bank", "on", "before", "after", "principal_balance", *PEOPLE], READERS,
    list_filter=["after", "bank"], list_select_related=["loan", "bank", *PEOPLE],
)  # fmt: skip
read_only(
    ClassificationRequest, ["loan", "bank", "on", "after", "principal_balance", "state", *PEOPLE], READERS,
    list_filter=["state", "bank"], list_select_related=["loan", "bank", *PEOPLE],
)  # fmt: skip
read_only(
    WithdrawalRequest, ["loan", "bank", "reason", "state", *PEOPLE], READERS,
    list_filter=["state", "bank"], list_select_related=["loan", "bank", *PEOPLE],
)  # fmt: skip
read_only(
    Extension, ["loan", "bank", "former", "extended_to", "agreed_on", "state", *PEOPLE], READERS,
    list_filter=["state", "bank"], list_select_related=["loan", "bank", *PEOPLE],
)  # fmt: skip


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    """The facts themselves stand on the loan's page, where personal numbers are masked."""

    readers = READERS
    list_display = ["loan", "bank", "reason", "state", *PEOPLE]
    list_filter = ["state", "bank"]
    list_select_related = ["loan", "bank", *PEOPLE]
    exclude = ["before", "after"]
