"""`/api/v1/series/`: every series of reports, what comes next, and where its issues are."""

from dataclasses import asdict, dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from evaluation.api.serializers import OneSeriesSerializer, SeriesSerializer
from evaluation.models import Report
from evaluation.open_data import drawing as open_data
from evaluation.permissions import API_SCOPE
from evaluation.selectors.money import WORDS
from evaluation.selectors.series import SERIES, Series, series_for, standing
from evaluation.supervision.catalogue import Indicator, catalogue
from pool import audit, clock
from pool.api.resources import HasScope
from pool.articles import language_of
from pool.models import AccessLog


@dataclass(frozen=True)
class Definition:
    figure: str
    name: str
    unit: str
    how: str
    basis: str


class SeriesResource(GenericViewSet):
    """A handful, so there are no pages."""

    permission_classes = [HasScope]
    pagination_class = None
    lookup_field = "series"
    lookup_value_converter = "slug"
    scope = API_SCOPE
    queryset = Report.objects.none()

    @extend_schema(
        responses=SeriesSerializer(many=True), summary=_("报告系列"),
        description=_("每个系列的内容、依据、最近一期和下一期；各期在 issues_url。"),
    )  # fmt: skip
    def list(self, request: Any) -> Response:
        rows = [standing(one, request.user, clock.today()) for one in series_for(request.user)]
        audit.log_access(request._request, AccessLog.Kind.READ, "evaluation.series", detail=self.scope)
        return Response(SeriesSerializer(rows, many=True, context={"request": request}).data)

    @extend_schema(
        responses=OneSeriesSerializer, summary=_("一个报告系列及其指标口径"), description="",
        parameters=[OpenApiParameter("series", str, OpenApiParameter.PATH, enum=[*SERIES])],
    )  # fmt: skip
    def retrieve(self, request: Any, series: str) -> Response:
        one = SERIES.get(series)
        if one is None or not one.may_be_read_by(request.user):
            raise Http404
        row = standing(one, request.user, clock.today())
        audit.log_access(request._request, AccessLog.Kind.READ, "evaluation.series", detail=f"{self.scope} {series}")
        said = SeriesSerializer(row, context={"request": request}).data
        return Response({**said, "definitions": definitions(one)})


def definitions(one: Series) -> list[dict[str, str]]:
    """Of the series that have a catalogue of their figures; by the names that `figures` and `lines` use."""
    found: list[Definition] = []
    if one.kind == Report.Kind.SUPERVISORY:
        found = [_indicator(slug, said) for slug, said in catalogue().indicators.items()]
    elif one.kind == Report.Kind.HALF_YEAR:
        found = [Definition(figure, str(word), "money", "", one.article()) for figure, word in WORDS.items()]
    elif one.kind == Report.Kind.OPEN_DATA:
        found = [
            Definition(fact, word, "count, borrowers, amount_wan", how, one.article())
            for (fact, word), (_word, how) in zip(open_data.words().items(), open_data.meanings(), strict=False)
        ]
    return [asdict(definition) for definition in found]


def _indicator(slug: str, said: Indicator) -> Definition:
    language = language_of(get_language() or "")
    return Definition(
        slug, said.name.say(language), said.unit, said.how.say(language), f"{said.notice.say(language)} {said.point}"
    )
