"""One serializer for each audience: the bank sees its own loan whole, the public bodies see natural persons masked."""

from typing import Any

from rest_framework import serializers

from loans.models import Loan
from loans.words import BorrowerKind
from pool.api.findings import FindingSerializer, in_words
from pool.masking import mask_name
from pool.models import BANK_ROLES, User

SHARED = [
    "id", "bank", "loan_number", "contract_number", "borrower_kind", "borrower_name", "credit_code", "industry_code",
    "industry_group", "product", "use", "other_cover", "currency", "principal", "credit_line", "other_balances",
    "annual_rate", "disbursed_on", "matures_on", "extended_to", "qualifications", "features", "state", "library",
    "classification", "entered_on", "entry_closes_on", "entered_late", "edition", "findings", "closed_on", "version",
]  # fmt: skip


class _Loan(serializers.ModelSerializer):
    bank = serializers.CharField(source="bank.code", help_text="机构代码")
    qualifications = serializers.ListField(child=serializers.DictField())
    features = serializers.ListField(child=serializers.CharField())
    findings = serializers.SerializerMethodField()

    def get_findings(self, loan: Any) -> FindingSerializer(many=True):  # type: ignore[valid-type]
        return in_words(loan.findings, loan.edition)


class LoanForBank(_Loan):
    """A bank's own loan; a person's identity number stays out of every answer."""

    class Meta:
        model = Loan
        fields = [*SHARED, "owner_name", "branch_name", "remarks"]


class LoanForPublicBody(_Loan):
    """The same loan for the managers, the authority, the finance department and the auditor."""

    borrower_name = serializers.SerializerMethodField()

    class Meta:
        model = Loan
        fields = SHARED

    def get_borrower_name(self, loan: Any) -> str:
        enterprise = loan.borrower_kind == BorrowerKind.ENTERPRISE
        return str(loan.borrower_name if enterprise else mask_name(loan.borrower_name))


def serializer_for(user: User) -> type[serializers.ModelSerializer]:
    return LoanForBank if user.role in BANK_ROLES else LoanForPublicBody
