"""`/api/v1/reports/`: issued reports."""

from typing import Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from evaluation.api.lines import Line, columns, lines
from evaluation.api.serializers import FigureLineSerializer, ReportSerializer, serializer_for
from evaluation.models import Report
from evaluation.permissions import API_SCOPE
from evaluation.reports import copy_for
from evaluation.selectors import reports as selectors
from evaluation.views.reports import answer_with
from pool import audit, exports
from pool.api.resources import ReadOnlyResource
from pool.models import AccessLog

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DESCRIBED = _("各系列已发布的报告：数据、校验码和原件的摘要。系列见 series。")
COPY = _("下载的副本每页印有下载人和时间，下载记入访问日志。")


LINES = _(
    "每个数字一行：section 是所在的组，key 是组内哪一项（如银行代码），figure 是项内的名称；数字在 value，其余在 text。"
)
SEEN = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description=_("上次答复的 ETag；没有变化时答复 304，没有正文。")
)
NARROWING = [
    OpenApiParameter(name, str, OpenApiParameter.QUERY) for name in ("section", "key", "figure")
]  # fmt: skip


class ReportFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=Report.Kind.choices)
    period = filters.CharFilter()

    class Meta:
        model = Report
        fields = ["kind", "period"]


class CsvRenderer(JSONRenderer):
    media_type, format = "text/csv", "csv"


class PdfRenderer(JSONRenderer):
    """A client may ask for the file by its type; what is said instead of a file is JSON all the same."""

    media_type, format = "application/pdf", "pdf"


class XlsxRenderer(JSONRenderer):
    media_type, format = XLSX, "xlsx"


@extend_schema_view(
    list=extend_schema(summary=_("已发布的报告，新的在前"), description=DESCRIBED),
    retrieve=extend_schema(
        summary=_("一份报告及其数据"), description=DESCRIBED, parameters=[SEEN],
        responses={200: ReportSerializer, 304: None},
    ),
)  # fmt: skip
class ReportResource(ReadOnlyResource):
    """Issued reports: figures as JSON, files as PDF and xlsx (8(4), 10.1(1), 20(5))."""

    scope = API_SCOPE
    queryset = Report.objects.none()
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = ReportFilter

    def get_queryset(self) -> Any:
        if self.is_described():
            return self.queryset
        return selectors.visible_to(self.request.user).filter(state=Report.State.ISSUED)

    def get_serializer_class(self) -> Any:
        return serializer_for(self.action)

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return self._unless_seen(super().retrieve(request, *args, **kwargs))

    @extend_schema(
        responses={200: FigureLineSerializer(many=True), 304: None}, summary=_("报告数据，每个数字一行"),
        description=LINES, parameters=[*NARROWING, SEEN], filters=False,
    )  # fmt: skip
    @action(detail=True, pagination_class=None)
    def lines(self, request: Any, pk: Any) -> Any:
        """The same figures as `figures`, narrowed by `section`, `key` and `figure`."""
        found = self._lines(request)
        return self._unless_seen(Response([line._asdict() for line in found]))

    @extend_schema(
        responses={(200, "text/csv"): OpenApiTypes.STR, 304: None}, summary=_("报告数据 CSV，每个数字一行"),
        description=LINES, parameters=[*NARROWING, SEEN], filters=False,
    )  # fmt: skip
    @action(detail=True, renderer_classes=[JSONRenderer, CsvRenderer], pagination_class=None)
    def csv(self, request: Any, pk: Any) -> Any:
        """The lines as a file; the columns are those of the JSON, so there is no line before them."""
        content = b"".join(exports.csv_lines(columns(), self._lines(request), mark=""))
        answer = HttpResponse(content, content_type=exports.CSV)
        answer["Content-Disposition"] = content_disposition_header(True, f"{self.get_object().number}.csv")
        return self._unless_seen(answer)

    def _lines(self, request: Any) -> list[Line]:
        report = self.get_object()
        kind = AccessLog.Kind.DOWNLOAD if self.action == "csv" else AccessLog.Kind.READ
        audit.log_access(request._request, kind, report, detail=f"{report.number} {self.action} {report.inputs_hash}")
        wanted = {name: request.query_params[name] for name in Line._fields[:3] if name in request.query_params}
        return [
            line for line in lines(report.inputs) if all(getattr(line, name) == said for name, said in wanted.items())
        ]

    def _unless_seen(self, answer: Any) -> Any:
        """What is issued never changes: its fingerprint says whether the asker has it."""
        tag = quote_etag(f"{self.get_object().inputs_hash}-{self.action}-{self.request.META.get('QUERY_STRING', '')}")
        answer["ETag"] = tag
        answer["Cache-Control"] = "private, no-cache"
        return get_conditional_response(self.request._request, etag=tag, response=answer)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY}, summary=_("报告 PDF"), description=COPY)
    @action(detail=True, renderer_classes=[JSONRenderer, PdfRenderer])
    def pdf(self, request: Any, pk: Any) -> HttpResponse:
        """As it was printed; the download is logged."""
        return self._copy(request, "pdf")

    @extend_schema(responses={(200, XLSX): OpenApiTypes.BINARY}, summary=_("报告数据表"), description=COPY)
    @action(detail=True, renderer_classes=[JSONRenderer, XlsxRenderer])
    def xlsx(self, request: Any, pk: Any) -> HttpResponse:
        """The figures as a workbook; the download is logged."""
        return self._copy(request, "xlsx")

    def _copy(self, request: Any, kind: str) -> HttpResponse:
        report = self.get_object()
        return answer_with(request._request, copy_for(report, kind, request.user), report)
