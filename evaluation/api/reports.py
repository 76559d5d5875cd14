"""`/api/v1/reports/`: issued reports."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer

from evaluation.api.serializers import serializer_for
from evaluation.models import Report
from evaluation.permissions import API_SCOPE
from evaluation.reports import copy_for
from evaluation.selectors import reports as selectors
from evaluation.views.reports import answer_with
from pool.api.resources import ReadOnlyResource

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DESCRIBED = _("半年度统计报告和年度绩效评价报告：数据、校验码和原件的摘要。")
COPY = _("下载的副本每页印有下载人和时间，下载记入访问日志。")


class PdfRenderer(JSONRenderer):
    """A client may ask for the file by its type; what is said instead of a file is JSON all the same."""

    media_type, format = "application/pdf", "pdf"


class XlsxRenderer(JSONRenderer):
    media_type, format = XLSX, "xlsx"


@extend_schema_view(
    list=extend_schema(summary=_("已发布的报告，新的在前"), description=DESCRIBED),
    retrieve=extend_schema(summary=_("一份报告及其数据"), description=DESCRIBED),
)
class ReportResource(ReadOnlyResource):
    """Issued reports: figures as JSON, files as PDF and xlsx (8(4), 10.1(1), 20(5))."""

    scope = API_SCOPE
    queryset = Report.objects.none()

    def get_queryset(self) -> Any:
        if self.is_described():
            return self.queryset
        return selectors.visible_to(self.request.user).filter(state=Report.State.ISSUED)

    def get_serializer_class(self) -> Any:
        return serializer_for(self.action)

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
