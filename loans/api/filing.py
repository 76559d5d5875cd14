"""`/api/v1/uploads/`: a bank's core system files loans and classifications, by the rules and words of the portal."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from loans import permissions as may
from loans import selectors, services
from loans.models import Upload, UploadRow
from loans.reports import problems_of
from loans.services import confirming
from pool import clock
from pool.api.idempotency import HEADER, once
from pool.api.resources import ReadOnlyResource

KEY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, required=True,
    description=_("每次提交取一个新的 UUID；重发同一请求时用同一个，只办理一次。"),
)  # fmt: skip


_TOLD = ("key", "severity", "code", "value", "message", "mend", "article")


class UploadSerializer(serializers.ModelSerializer):
    class Meta:
        model = Upload
        fields = [
            "id", "number", "kind", "rehearsal", "source", "state", "rows_total", "rows_done", "rows_expected",
            "rows_per_second", "rows_good", "rows_held", "rows_known", "rows_late", "rows_warned", "rows_unconfirmed",
            "rows_entered", "principal_good", "principal_entered", "made_on", "submitted_on", "receipt_number",
            "version",
        ]  # fmt: skip
        read_only_fields = fields


class NewUploadSerializer(serializers.Serializer):
    file = serializers.FileField(help_text=_("xlsx、xls、csv 或 jsonl（每行一个对象，键为字段代码）。"))
    kind = serializers.ChoiceField(choices=Upload.Kind.choices, default=Upload.Kind.LOANS)
    rehearsal = serializers.BooleanField(default=False, help_text=_("试运行：只核验，不报送。"))


class SubmissionSerializer(serializers.Serializer):
    version = serializers.IntegerField(help_text=_("核对时看到的版本；其后有变动的，不办理。"))


class ConfirmationSerializer(serializers.Serializer):
    by = serializers.CharField(source="made_by.display_name")
    on = serializers.DateField(source="made_on")
    reason = serializers.CharField()


class NewConfirmationSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=400, help_text=_("为什么无误；复核人员和管理机构都会看到。"))
    rows = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=10_000, help_text=_("逐行确认：行的 id。")
    )
    code = serializers.CharField(required=False, max_length=60, help_text=_("或：同一代码的提示全部确认。"))


class ProblemSerializer(serializers.Serializer):
    field = serializers.CharField(source="key")
    severity = serializers.CharField()
    code = serializers.CharField()
    value = serializers.CharField()
    message = serializers.CharField()
    mend = serializers.CharField()
    article = serializers.CharField()
    confirmed = ConfirmationSerializer(allow_null=True, help_text=_("提示由谁、何时、以何理由确认。"))


class UploadRowSerializer(serializers.ModelSerializer):
    problems = serializers.SerializerMethodField()

    class Meta:
        model = UploadRow
        fields = ["id", "row", "loan_number", "status", "late", "unconfirmed", "problems"]

    def get_problems(self, row: UploadRow) -> ProblemSerializer(many=True):  # type: ignore[valid-type]
        known = self.context.get("known", {})
        found = [(problem, confirming.said(row, problem, known)) for problem in problems_of(row)]
        told = [{name: getattr(problem, name) for name in _TOLD} | {"confirmed": said} for problem, said in found]
        return ProblemSerializer(told, many=True).data


class UploadFilter(filters.FilterSet):
    class Meta:
        model = Upload
        fields = ["state", "kind", "number", "rehearsal"]


@extend_schema_view(
    list=extend_schema(summary=_("本行入库批次，新的在前")),
    retrieve=extend_schema(summary=_("一个批次的进度和结果")),
)
class UploadResource(ReadOnlyResource):
    """Received by a maker's token, checked in the background, submitted by a checker's token."""

    scope = may.FILING_SCOPE
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = UploadFilter
    queryset = Upload.objects.none()
    serializer_class = UploadSerializer
    parser_classes = [MultiPartParser, JSONParser]

    def get_queryset(self) -> Any:
        return self.queryset if self.is_described() else selectors.visible_uploads(self.request.user)

    @extend_schema(
        summary=_("提交一个文件，后台核验"), parameters=[KEY], request={"multipart/form-data": NewUploadSerializer},
        responses={201: UploadSerializer, 200: UploadSerializer},
    )  # fmt: skip
    def create(self, request: Any) -> Response:
        """201 the first time; the same request again gives 200 and the same batch."""
        may.require(may.may_make(request.user, request.user.institution))
        asked = NewUploadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data

        def receive() -> str:
            made = services.receive_upload(name=given["file"].name, by=request.user, on=clock.today(), **given)
            return str(made.pk)

        key, fresh = once(request, receive)
        upload = self.get_queryset().get(pk=key)
        return Response(self.get_serializer(upload).data, status=201 if fresh else 200)

    @extend_schema(
        summary=_("逐行结果；status=held 为暂缓的行，status=unconfirmed 为提示待确认的行"),
        responses=UploadRowSerializer(many=True),
    )
    @action(detail=True, filterset_class=None, filter_backends=[])
    def rows(self, request: Any, pk: Any = None) -> Response:
        """Every row with what is wrong, which article, how to mend."""
        asked = request.query_params.get("status", "")
        upload = self.get_object()
        rows = selectors.rows_of(upload, *([asked] if asked in UploadRow.Status.values else []))
        if asked == "unconfirmed":
            rows = selectors.unconfirmed_rows(upload)
        self.paginator.ordering = "id"  # keys are drawn in the order of the file
        page = self.paginate_queryset(rows)
        context = {"known": confirming.of_rows(page)}
        return self.get_paginated_response(UploadRowSerializer(page, many=True, context=context).data)

    @extend_schema(
        summary=_("试运行批次的文件正式导入"), parameters=[KEY], request=None,
        responses={201: UploadSerializer, 200: UploadSerializer},
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def file(self, request: Any, pk: Any = None) -> Response:
        """The same file, not sent again, checked in earnest: gives the new batch."""
        upload = self.get_object()
        may.require(may.may_make(request.user, upload.bank_id))

        def filing() -> str:
            return str(services.file_rehearsal(upload_id=upload.pk, by=request.user, on=clock.today()).pk)

        key, fresh = once(request, filing)
        made = self.get_queryset().get(pk=key)
        return Response(self.get_serializer(made).data, status=201 if fresh else 200)

    @extend_schema(
        summary=_("确认带提示的行：写明为什么无误"), parameters=[KEY], request=NewConfirmationSerializer,
        responses=UploadSerializer,
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def confirm(self, request: Any, pk: Any = None) -> Response:
        """By a maker's token. Rows by their ids, or one warning wherever it waits; until all are confirmed the batch
        cannot be submitted (11(3))."""
        upload = self.get_object()
        may.require(may.may_make(request.user, upload.bank_id))
        asked = NewConfirmationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def confirming_them() -> str:
            services.confirm_warnings(upload_id=upload.pk, by=request.user, on=clock.today(), **asked.validated_data)
            return str(upload.pk)

        once(request, confirming_them)
        upload.refresh_from_db()
        return Response(self.get_serializer(upload).data)

    @extend_schema(
        summary=_("复核人员提交批次，提交时刻决定入库日期"), parameters=[KEY], request=SubmissionSerializer,
        responses=UploadSerializer,
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def submit(self, request: Any, pk: Any = None) -> Response:
        """As on the portal: another person than the maker, at the version that was looked at (19(1))."""
        upload = self.get_object()
        may.require(may.may_check(request.user, upload.bank_id))
        asked = SubmissionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def submitting() -> str:
            done = services.submit_upload(
                upload_id=upload.pk, by=request.user, on=clock.today(), version=asked.validated_data["version"]
            )
            return str(done.pk)

        once(request, submitting)
        upload.refresh_from_db()
        return Response(self.get_serializer(upload).data)
