"""`/api/v1/claims/`: the claims a token's person may see."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_view

from claims import selectors
from claims.api.serializers import ClaimForBank, ClaimForPublicBody, serializer_for
from claims.models import Claim
from claims.permissions import API_SCOPE
from pool.api.resources import ReadOnlyResource
from pool.models import BANK_ROLES

EITHER = PolymorphicProxySerializer(
    component_name="Claim", serializers=[ClaimForBank, ClaimForPublicBody], resource_type_field_name=None
)

DESCRIBED = _("补偿比例、补偿金额和逐条核验结果；尚未提交的草稿只有本行可读。")


class ClaimFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=Claim.State.choices)
    loan = filters.UUIDFilter(field_name="loan_id")

    class Meta:
        model = Claim
        fields = ["number"]


@extend_schema_view(
    list=extend_schema(responses=EITHER, summary=_("补偿申请清单，新的在前"), description=DESCRIBED),
    retrieve=extend_schema(responses=EITHER, summary=_("一件补偿申请"), description=DESCRIBED),
)
class ClaimResource(ReadOnlyResource):
    """Compensation claims with ratio, amount and the findings behind them; drafts are their bank's own."""

    scope = API_SCOPE
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = ClaimFilter
    queryset = Claim.objects.none()

    def get_queryset(self) -> Any:
        if self.is_described():
            return self.queryset
        rows = selectors.claims_of(self.request.user)
        return rows if self.request.user.role in BANK_ROLES else rows.exclude(state=Claim.State.DRAFT)

    def get_serializer_class(self) -> Any:
        return ClaimForBank if self.is_described() else serializer_for(self.request.user)
