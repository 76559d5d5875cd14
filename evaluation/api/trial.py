"""`/api/v1/trial/KIND/`: open to anyone; it reads no case and keeps nothing."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from claims.approval_register import approval_numbered
from evaluation.trial import KINDS, run
from evaluation.trial.fields import Malformed
from evaluation.trial.lines import decoded, encoded
from pool.articles import edition
from pool.errors import Refused
from pool.rulebook import LANGUAGES
from pool.selectors import refs

MAX_CASES = 10_000
MAX_BYTES = 32 << 20


class CasesParser(BaseParser):
    """JSON read exactly as the command reads a line, so that both give the same answer to the same text.

    Whatever the sender calls it: a shell's plain `curl -d` calls it a form.
    """

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise Refused("too_large", _("内容过大，请分批提交或使用命令行试算。"))
        return decoded(body.decode("utf-8-sig", errors="replace"))


class AnswersRenderer(BaseRenderer):
    """The command's JSON; half a surrogate pair, which is no letter, stays escaped."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return encoded(data).encode("utf-8", "backslashreplace")


class TrialView(APIView):
    """Trial calculation: the same rules, through the same code, as the portal and the imports. It reads no case."""

    permission_classes = [AllowAny]
    parser_classes = [CasesParser]
    renderer_classes = [AnswersRenderer]

    @extend_schema(
        summary=_("试算：补偿资格与金额、期限、清收返还、年度评价、企业划型"),
        description=_(
            "一笔或最多 10,000 笔；有误的一笔在其位置答复 error 和 field，其余照常。不需要令牌。"
            "assess 可另填 special_approval（特别审批的批准文号）。"
        ),
        request={"application/json": OpenApiTypes.ANY},
        responses=OpenApiTypes.ANY,
        parameters=[
            OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=sorted(KINDS)),
            OpenApiParameter("language", str, OpenApiParameter.QUERY, enum=list(LANGUAGES)),
        ],
        examples=[
            OpenApiExample("deadlines", {"event": "determined", "date": "2024-07-01"}, request_only=True),
            OpenApiExample(
                "returns",
                {"compensated": "400000.00", "ratio": "0.40", "recoveries": ["333333.33"]},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Any, kind: str) -> Response:
        """One case, or a list of up to 10,000; a malformed case answers `{"error", "field"}` in its place."""
        language = LANGUAGES[1] if request.query_params.get("language") == LANGUAGES[1] else LANGUAGES[0]
        try:
            given = request.data
        except Malformed as problem:
            return Response(problem.answer(language), status=400)
        cases = given if isinstance(given, list) else [given]
        if len(cases) > MAX_CASES:
            raise Refused("too_many", _("一次最多试算 %(count)s 笔，请分批提交或使用命令行。") % {"count": MAX_CASES})
        known, book = refs(), edition()
        answers = [run(kind, case, known, book, language, approval_numbered) for case in cases]
        return Response(answers if isinstance(given, list) else answers[0])
