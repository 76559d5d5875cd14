"""Addresses under /reports/."""

from django.urls import path

from evaluation.models import Report
from evaluation.views import evaluations, reports, statements

app_name = "evaluation"

urlpatterns = [
    path("", reports.catalogue, name="reports"),
    path("half-year/", reports.request_report, {"kind": Report.Kind.HALF_YEAR}, name="half_year"),
    path("supervisory/", reports.request_report, {"kind": Report.Kind.SUPERVISORY}, name="supervisory"),
    path("check/", reports.check, name="check"),
    path("own/", evaluations.own_results, name="own_results"),
    path("evaluations/", evaluations.listing, name="evaluations"),
    path("evaluations/draft/", evaluations.draft, name="draft"),
    path("evaluations/lines/<uuid:pk>/cancel/", evaluations.cancel_membership, name="cancel_membership"),
    path("evaluations/<uuid:pk>/", evaluations.detail, name="evaluation"),
    path("evaluations/<uuid:pk>/confirm/", evaluations.confirm, name="confirm"),
    path("evaluations/<uuid:pk>/file/", evaluations.file, name="file"),
    path("evaluations/<uuid:pk>/report/", evaluations.report, name="evaluation_report"),
    path("statements/", statements.listing, name="statements"),
    path("statements/draw-up/", statements.draw_up, name="statement_draw_up"),
    path("statements/issue/", statements.issue, name="statement_issue"),
    path("statements/<uuid:pk>/", statements.detail, name="statement"),
    path("statements/<uuid:pk>/pdf/", statements.download, {"kind": "pdf"}, name="statement_pdf"),
    path("statements/<uuid:pk>/xlsx/", statements.download, {"kind": "xlsx"}, name="statement_xlsx"),
    path("statements/<uuid:pk>/confirm/", statements.confirm, name="statement_confirm"),
    path("statements/<uuid:pk>/dispute/", statements.dispute, name="statement_dispute"),
    path("statements/<uuid:pk>/redraw/", statements.redraw, name="statement_redraw"),
    path("<uuid:pk>/", reports.detail, name="report"),
    path("<uuid:pk>/progress/", reports.progress, name="report_progress"),
    path("<uuid:pk>/adopt/", reports.adopt, name="adopt"),
    path("<uuid:pk>/issue/", reports.issue, name="issue"),
    path("<uuid:pk>/again/", reports.again, name="again"),
    path("<uuid:pk>/pdf/", reports.download, {"kind": "pdf"}, name="pdf"),
    path("<uuid:pk>/xlsx/", reports.download, {"kind": "xlsx"}, name="xlsx"),
]
