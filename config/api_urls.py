"""Every address of the API."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, register_converter, reverse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from claims.api.filing import ClaimFiling
from config.converters import TrialKind
from evaluation.api.reports import ReportResource
from evaluation.api.series import SeriesResource
from evaluation.api.trial import TrialView
from loans.api.filing import UploadResource
from loans.api.views import LoanResource

app_name = "api"


class Documentation(SpectacularSwaggerSplitView):
    """The page of the interface, in our own shell; its script comes from our own address."""

    template_name = "pool/api_docs.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)
        response.data["base"] = request.build_absolute_uri(reverse("api:root"))
        return response


@extend_schema(exclude=True)
class NoSuchAddress(APIView):
    """An address that is none answers in the shape of every other problem."""

    permission_classes = [AllowAny]
    authentication_classes: ClassVar[list[Any]] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.initial = self._refuse
        return super().dispatch(request, *args, **kwargs)

    @staticmethod
    def _refuse(*args: Any, **kwargs: Any) -> None:
        raise NotFound


register_converter(TrialKind, "trial")
router = SimpleRouter(use_regex_path=False)
router.register("loans", LoanResource, basename="loan")
router.register("uploads", UploadResource, basename="upload")
router.register("claims", ClaimFiling, basename="claim")
router.register("reports", ReportResource, basename="report")
router.register("series", SeriesResource, basename="series")

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path("trial/<trial:kind>/", TrialView.as_view(), name="trial"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", require_safe(Documentation.as_view(url_name="api:schema")), name="docs"),
    path("", NoSuchAddress.as_view(), name="root"),
    path("<path:rest>", NoSuchAddress.as_view(), name="no_such_address"),
]
