"""Every address of the portal, by room."""

from django.contrib import admin
from django.urls import include, path

from claims.urls import publicity
from config.health import health
from evaluation.urls import open_data_urls
from evaluation.views import trial

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz/", health, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("banks/", include("banks.urls")),
    path("loans/", include("loans.urls")),
    path("claims/", include("claims.urls")),
    path("publicity/", include((publicity, "publicity"))),
    path("recovery/", include("recovery.urls")),
    path("reports/", include("evaluation.urls")),
    path("open-data/", include((open_data_urls, "open_data"))),
    path("trial/", trial.start, name="trial_start"),
    path("trial/<slug:kind>/", trial.calculate, name="trial"),
    path("api/v1/", include("config.api_urls")),
    path("", include("pool.urls")),
]
