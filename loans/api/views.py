"""`/api/v1/loans/`: the loans a token's person may see."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_view

from loans import selectors
from loans.api.serializers import LoanForBank, LoanForPublicBody, serializer_for
from loans.models import Loan
from loans.permissions import API_SCOPE
from pool.api.resources import ReadOnlyResource

EITHER = PolymorphicProxySerializer(
    component_name="Loan", serializers=[LoanForBank, LoanForPublicBody], resource_type_field_name=None
)

DESCRIBED = _("银行读取本行贷款；其他单位读取全部贷款，自然人姓名脱敏。任何一方都读不到证件号码。")


class LoanFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=Loan.State.choices)
    disbursed_from = filters.DateFilter(field_name="disbursed_on", lookup_expr="gte")
    disbursed_to = filters.DateFilter(field_name="disbursed_on", lookup_expr="lte")

    class Meta:
        model = Loan
        fields = ["loan_number", "credit_code", "library", "entered_late"]


@extend_schema_view(
    list=extend_schema(responses=EITHER, summary=_("贷款清单，新入库的在前"), description=DESCRIBED),
    retrieve=extend_schema(responses=EITHER, summary=_("一笔贷款"), description=DESCRIBED),
)
class LoanResource(ReadOnlyResource):
    """A bank reads its own loans whole; public bodies read all, natural persons masked."""

    scope = API_SCOPE
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = LoanFilter
    queryset = Loan.objects.none()

    def get_queryset(self) -> Any:
        if self.is_described():
            return self.queryset
        return selectors.visible_loans(self.request.user).select_related("bank")

    def get_serializer_class(self) -> Any:
        return LoanForBank if self.is_described() else serializer_for(self.request.user)
