"""Every address of the API."""

from django.urls import URLPattern, URLResolver, path, register_converter

from config.converters import TrialKind
from evaluation.api.trial import TrialView

app_name = "api"

register_converter(TrialKind, "trial")

urlpatterns: list[URLPattern | URLResolver] = [
    path("trial/<trial:kind>/", TrialView.as_view(), name="trial"),
]
