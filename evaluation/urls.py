"""Addresses under /reports/."""

from django.urls import path

from evaluation.models import Report
from evaluation.views import as_of, cases, cockpit, evaluations, findings, inspections, open_data, reports, statements

app_name = "evaluation"

urlpatterns = [
    path("", reports.catalogue, name="reports"),
    path("half-year/", reports.request_report, {"kind": Report.Kind.HALF_YEAR}, name="half_year"),
    path("supervisory/", reports.request_report, {"kind": Report.Kind.SUPERVISORY}, name="supervisory"),
    path("cockpit/", cockpit.overview, name="cockpit"),
    path("cockpit/workbook/", cockpit.workbook, name="cockpit_workbook"),
    *(path(f"cases/{kind}/", cases.cases, {"kind": kind}, name=f"cases_{kind}") for kind in cases.KINDS),
    path("partners/", reports.request_report, {"kind": Report.Kind.PARTNERS}, name="partners"),
    path("open-data/", reports.request_report, {"kind": Report.Kind.OPEN_DATA}, name="open_data"),
    path("differences/", reports.request_report, {"kind": Report.Kind.DIFFERENCES}, name="differences"),
    path("as-of/loans/<uuid:pk>/", as_of.loan, name="as_of_loan"),
    path("as-of/banks/<uuid:pk>/", as_of.bank, name="as_of_bank"),
    path("as-of/ranking/", as_of.ranking, name="as_of_ranking"),
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
    path("inspections/", inspections.listing, name="inspections"),
    path("inspections/open/", inspections.open_one, name="inspection_open"),
    path("inspections/<uuid:pk>/", inspections.detail, name="inspection"),
    path("inspections/<uuid:pk>/draw/", inspections.draw, name="inspection_draw"),
    path("inspections/<uuid:pk>/population/", inspections.population, name="inspection_population"),
    path("inspections/<uuid:pk>/cancel/", inspections.cancel, name="inspection_cancel"),
    path("inspections/<uuid:pk>/report/", inspections.report, name="inspection_report"),
    path("inspections/<uuid:pk>/close/", inspections.close, name="inspection_close"),
    path("inspections/cases/<uuid:pk>/", inspections.case, name="inspection_case"),
    path("inspections/cases/<uuid:pk>/clear/", inspections.clear, name="inspection_clear"),
    path("inspections/cases/<uuid:pk>/findings/", inspections.write, name="finding_write"),
    path("findings/", findings.listing, name="findings"),
    path("findings/<uuid:pk>/", findings.detail, name="finding"),
    path("findings/<uuid:pk>/issue/", findings.issue, name="finding_issue"),
    path("findings/<uuid:pk>/withdraw/", findings.withdraw, name="finding_withdraw"),
    path("findings/<uuid:pk>/answer/", findings.answer, name="finding_answer"),
    path("findings/<uuid:pk>/ask-again/", findings.ask_again, name="finding_ask_again"),
    path("findings/<uuid:pk>/accept/", findings.accept, name="finding_accept"),
    path("findings/<uuid:pk>/look-again/", findings.look_again, name="finding_look_again"),
    path("findings/<uuid:pk>/close/", findings.close, name="finding_close"),
    path("findings/<uuid:pk>/refer/", findings.refer, name="finding_refer"),
    path("findings/<uuid:pk>/sanction/", findings.propose_sanction, name="finding_sanction"),
    path("<uuid:pk>/", reports.detail, name="report"),
    path("<uuid:pk>/progress/", reports.progress, name="report_progress"),
    path("<uuid:pk>/adopt/", reports.adopt, name="adopt"),
    path("<uuid:pk>/issue/", reports.issue, name="issue"),
    path("<uuid:pk>/again/", reports.again, name="again"),
    path("<uuid:pk>/pdf/", reports.download, {"kind": "pdf"}, name="pdf"),
    path("<uuid:pk>/xlsx/", reports.download, {"kind": "xlsx"}, name="xlsx"),
]

open_data_urls = [
    path("", open_data.page, name="index"),
    path("<str:period>/", open_data.page, name="quarter"),
    path("<str:period>/data.json", open_data.as_json, name="json"),
    path("<str:period>/data.csv", open_data.as_csv, name="csv"),
]
"""What anybody reads without signing in, at its own address."""
