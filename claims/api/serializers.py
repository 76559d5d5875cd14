"""A claim as its bank and as the public bodies read it; findings keep their articles."""

from typing import Any

from rest_framework import serializers

from claims.models import Claim
from claims.selectors import public_name
from pool.api.findings import FindingSerializer, in_words
from pool.models import BANK_ROLES, User

FIELDS = [
    "id", "number", "bank", "loan", "loan_number", "borrower_name", "state", "determined_on", "npl_principal",
    "credit_report_on", "first_submitted_on", "submitted_on", "decide_by", "decided_on", "decision_reason", "final",
    "ratio", "amount", "paid_on", "transferred_on", "edition", "findings", "version",
]  # fmt: skip


class ClaimForBank(serializers.ModelSerializer):
    """Amounts and ratios are decimal strings; `findings` is what the rules said when the claim was last judged."""

    bank = serializers.CharField(source="bank.code", help_text="机构代码")
    loan_number = serializers.CharField(source="loan.loan_number")
    borrower_name = serializers.CharField(source="loan.borrower_name")
    determined_on = serializers.DateField(source="determination.determined_on")
    npl_principal = serializers.DecimalField(source="determination.principal_balance", max_digits=18, decimal_places=2)
    findings = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = FIELDS

    def get_findings(self, claim: Any) -> FindingSerializer(many=True):  # type: ignore[valid-type]
        return in_words(claim.findings, claim.edition)


class ClaimForPublicBody(ClaimForBank):
    """The same with natural persons masked, and nothing of a draft that has not been filed."""

    borrower_name = serializers.SerializerMethodField()

    class Meta(ClaimForBank.Meta):
        pass

    def get_borrower_name(self, claim: Any) -> str:
        return public_name(claim.loan)


def serializer_for(user: User) -> type[serializers.ModelSerializer]:
    return ClaimForBank if user.role in BANK_ROLES else ClaimForPublicBody
