"""Claims by program: drafted, evidenced and judged with a maker's token, filed with a checker's; the portal's rules."""

import json
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser, JSONParser, MultiPartParser
from rest_framework.response import Response

from claims import permissions, selectors, services
from claims.api.serializers import ClaimForBank
from claims.api.views import ClaimResource
from claims.models import Claim
from claims.services import locking
from loans.keys import loan_number_key
from loans.models import Loan
from pool import clock
from pool.api.idempotency import HEADER, once
from pool.errors import Refused
from pool.models import User
from pool.refusals import as_json

KEY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, required=True,
    description=_("每次提交取一个新的 UUID；重发同一请求时用同一个，只办理一次。"),
)  # fmt: skip
LINES = "application/x-ndjson"
ONE = {"loan_number": "JJ202410080001", "credit_report_on": "2025-01-13", "reported_balances": "1000000.00"}
OTHER = {"loan_number": "JJ202410080002", "credit_report_on": "2025-01-13", "reported_balances": "0.00"}


class LinesParser(BaseParser):
    """Lines of JSON, as they stand: each is read by itself, so that a bad one does not spoil the others."""

    media_type = LINES

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> list[str]:
        text = stream.read().decode("utf-8", errors="replace")
        return [line for line in text.splitlines() if line.strip()]


class ReportSerializer(serializers.Serializer):
    """What the credit report says (4, 19(2))."""

    credit_report_on = serializers.DateField(required=False, allow_null=True, default=None)
    reported_balances = serializers.DecimalField(
        18, 2, min_value=0, required=False, allow_null=True, default=None,
        help_text=_("信用报告所示放款时点的其他贷款余额，元；没有的填 0。"),
    )  # fmt: skip


class NewClaimSerializer(ReportSerializer):
    loan_number = serializers.CharField(max_length=80, help_text=_("借据号；该笔贷款须已认定不良。"))


class SeenSerializer(serializers.Serializer):
    version = serializers.IntegerField(min_value=0, help_text=_("核对时看到的版本；其后有变动的，不办理。"))


class DescriptionSerializer(SeenSerializer, ReportSerializer):
    pass


class NewEvidenceSerializer(serializers.Serializer):
    item = serializers.CharField(max_length=40, help_text=_("材料代码，见本申请的材料清单。"))
    file = serializers.FileField()


class EvidenceSerializer(serializers.Serializer):
    """One kind of document; without a name it is still missing."""

    item = serializers.CharField()
    label = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField()


class JudgedSerializer(serializers.Serializer):
    outcome = serializers.CharField()
    article = serializers.CharField()
    title = serializers.CharField()
    message = serializers.CharField()
    mend = serializers.CharField(allow_blank=True)
    provisional = serializers.BooleanField()


class AssessmentSerializer(serializers.Serializer):
    """As if the claim were filed today."""

    eligible = serializers.BooleanField()
    held = serializers.BooleanField()
    ratio = serializers.DecimalField(5, 4)
    amount = serializers.DecimalField(18, 2)
    failed = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField(), help_text=_("还缺的材料代码"))
    findings = JudgedSerializer(many=True)


class RefusalSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    article = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)


class LineSerializer(serializers.Serializer):
    """What became of one line: its claim, or why there is none."""

    line = serializers.IntegerField()
    claim = ClaimForBank(allow_null=True)
    problem = RefusalSerializer(allow_null=True)


class ClaimFiling(ClaimResource):
    """Reading needs `claims:read`, everything else `claims:file`."""

    parser_classes = [JSONParser, MultiPartParser]

    @property
    def scope(self) -> str:  # type: ignore[override]
        reading = self.action in ("list", "retrieve", None)
        return permissions.API_SCOPE if reading else permissions.FILING_SCOPE

    @extend_schema(
        summary=_("起草一件补偿申请"), parameters=[KEY], request=NewClaimSerializer,
        responses={201: ClaimForBank, 200: ClaimForBank},
        examples=[OpenApiExample(_("一笔已认定不良的贷款"), ONE, request_only=True)],
    )  # fmt: skip
    def create(self, request: Any) -> Response:
        """By a maker's token. A loan whose draft exists already answers that draft, unchanged."""
        permissions.require(permissions.prepare(request.user, request.user.institution))
        given = _read(NewClaimSerializer, request.data)
        key, fresh = once(request, lambda: str(draft(given, request.user).pk))
        claim = self.get_queryset().get(pk=key)
        return Response(ClaimForBank(claim).data, status=201 if fresh else 200)

    @extend_schema(
        summary=_("一次起草多件，每行一个 JSON 对象，最多 200 行"), parameters=[KEY],
        request={LINES: OpenApiTypes.STR}, responses=LineSerializer(many=True),
        examples=[
            OpenApiExample(
                _("两行"), "\n".join(json.dumps(one) for one in (ONE, OTHER)), request_only=True, media_type=LINES
            )
        ],
    )  # fmt: skip
    @action(detail=False, methods=["post"], parser_classes=[LinesParser], pagination_class=None, filter_backends=[])
    def lines(self, request: Any) -> Response:
        """Each line by itself: what is refused says why and holds back none of the others; 200 either way."""
        permissions.require(permissions.prepare(request.user, request.user.institution))
        if len(request.data) > services.MOST:
            raise Refused("too_many_lines", gettext("一次最多 %(most)s 行，请分次提交。") % {"most": services.MOST})
        told: list[dict[str, Any]] = []
        _key, fresh = once(request, lambda: _drafted(request, told))
        if not fresh:
            _drafted(request, told, again=True)
        return Response(told)

    @extend_schema(
        summary=_("填写信用报告日期和放款时点其他贷款余额"), parameters=[KEY], request=DescriptionSerializer,
        responses=ClaimForBank,
        examples=[OpenApiExample(_("信用报告所示"), {**ONE, "version": 1}, request_only=True)],
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def describe(self, request: Any, pk: Any = None) -> Response:
        claim = self.get_object()
        permissions.require(permissions.prepare(request.user, claim.bank_id))
        given = _read(DescriptionSerializer, request.data)

        def describing() -> str:
            return str(services.describe_claim(claim_id=claim.pk, by=request.user, on=clock.today(), **given).pk)

        once(request, describing)
        return Response(ClaimForBank(self.get_object()).data)

    @extend_schema(summary=_("材料清单，及已上传的文件"), responses=EvidenceSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def evidence(self, request: Any, pk: Any = None) -> Response:
        """Every kind of document that this claim must carry; `item` is its code."""
        return Response(_slots(self.get_object()))

    @extend_schema(
        summary=_("上传一份材料"), parameters=[KEY], request={"multipart/form-data": NewEvidenceSerializer},
        responses={201: EvidenceSerializer(many=True), 200: EvidenceSerializer(many=True)},
    )  # fmt: skip
    @evidence.mapping.post
    def add_evidence(self, request: Any, pk: Any = None) -> Response:
        """By a maker's token; the file that was there before stays on record, superseded."""
        claim = self.get_object()
        permissions.require(permissions.prepare(request.user, claim.bank_id))
        given = _read(NewEvidenceSerializer, request.data)

        def adding() -> str:
            kept = services.add_evidence(
                claim_id=claim.pk, item=given["item"], upload=given["file"], by=request.user, on=clock.today(),
                name=given["file"].name,
            )  # fmt: skip
            return str(kept.pk)

        _key, fresh = once(request, adding)
        return Response(_slots(claim), status=201 if fresh else 200)

    @extend_schema(summary=_("按今日提交试核验：逐条结果、条款、改法和补偿金额"), responses=AssessmentSerializer)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def assessment(self, request: Any, pk: Any = None) -> Response:
        """Nothing is written; what fails does not stop the filing, it decides the outcome."""
        claim = self.get_object()
        found = services.evaluate(claim, clock.today())
        told = {
            "eligible": found.eligible, "held": found.held, "ratio": found.ratio, "amount": found.amount,
            "failed": found.failed, "missing": selectors.missing_evidence(claim), "findings": found.shown(),
        }  # fmt: skip
        return Response(AssessmentSerializer(told).data)

    @extend_schema(
        summary=_("复核人员提交申请"), parameters=[KEY], request=SeenSerializer, responses=ClaimForBank,
        examples=[OpenApiExample(_("核对时看到的版本"), {"version": 9}, request_only=True)],
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def submit(self, request: Any, pk: Any = None) -> Response:
        """As on the portal: another person than the maker, at the version that was looked at (19(2))."""
        claim = self.get_object()
        permissions.require(permissions.submit(request.user, claim.bank_id))
        given = _read(SeenSerializer, request.data)

        def submitting() -> str:
            return str(services.submit_claim(claim_id=claim.pk, by=request.user, on=clock.today(), **given).pk)

        once(request, submitting)
        return Response(ClaimForBank(self.get_object()).data)


def _read(kind: type[serializers.Serializer], data: Any) -> dict[str, Any]:
    asked = kind(data=data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def loan_of(number: str, by: User) -> Loan:
    """The loan of the person's own bank; another's and none answer alike."""
    rows = Loan.objects.filter(bank_id=by.institution, loan_number_key=loan_number_key(number))
    loan: Loan | None = rows.exclude(state=Loan.State.WITHDRAWN).first()
    if loan is None:
        raise Refused("not_in_library", gettext("借据号不在本行的贷款项目库中。"), field="loan_number")
    return loan


def draft(given: dict[str, Any], by: User) -> Claim:
    facts = {name: given[name] for name in ("credit_report_on", "reported_balances")}
    return services.draft_claim(loan_id=loan_of(given["loan_number"], by).pk, by=by, on=clock.today(), **facts)


def _drafted(request: Any, told: list[dict[str, Any]], *, again: bool = False) -> str:
    """All loans that are named are locked before the first line, in the order of their keys."""
    locking.loans(_named(request.data, request.user))
    for number, line in enumerate(request.data, start=1):
        try:
            with transaction.atomic():
                claim = _known(line, request.user) if again else None
                claim = claim or draft(_line(line), request.user)
            told.append({"line": number, "claim": ClaimForBank(claim).data, "problem": None})
        except Refused as no:
            told.append({"line": number, "claim": None, "problem": as_json(no)})
    return "lines"


def _named(lines: list[str], by: User) -> list[Any]:
    found = []
    for line in lines:
        try:
            found.append(loan_of(_line(line)["loan_number"], by).pk)
        except Refused:
            continue
    return found


def _line(text: str) -> dict[str, Any]:
    """One line read and held against the fields; a bad one is a refusal of that line."""
    try:
        data = json.loads(text)
    except ValueError:
        raise Refused("not_json", gettext("该行不是 JSON 对象。")) from None
    asked = NewClaimSerializer(data=data if isinstance(data, dict) else None)
    if not asked.is_valid():
        field, words = next(iter(asked.errors.items()))
        raise Refused("invalid", str(words[0]), field="" if field == "non_field_errors" else str(field))
    return dict(asked.validated_data)


def _known(text: str, by: User) -> Claim | None:
    """Sent again: the claim that the line became, whatever has happened to it since."""
    loan = loan_of(_line(text)["loan_number"], by)
    found: Claim | None = Claim.objects.filter(loan=loan, state__in=Claim.LIVE).first()
    return found


def _slots(claim: Claim) -> list[dict[str, Any]]:
    there = {one.item: one.file for one in selectors.current_evidence(claim)}
    rows = []
    for item in selectors.evidence_items(claim.loan):
        file = there.get(item)
        rows.append(
            {
                "item": item, "label": selectors.evidence_label(item), "name": file.name if file else "",
                "sha256": file.sha256 if file else "", "size": file.size if file else 0,
            }
        )  # fmt: skip
    return rows
