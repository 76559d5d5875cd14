"""公开数据: aggregates of each quarter, to anybody, as a page and as files."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation.models import Report
from evaluation.open_data import drawing
from evaluation.open_data.terms import terms
from evaluation.periods import Quarter
from evaluation.selectors import open_data as selectors
from pool import exports


@require_safe
def page(request: HttpRequest, period: str = "") -> HttpResponse:
    """The newest quarter, or the one that is asked for."""
    issued = selectors.published()
    report = _issued(period) if period else next(iter(issued), None)
    context = {"report": report, "quarters": _tabs(issued, report), "meanings": drawing.meanings()}
    if report is not None:
        context |= _drawn(report, issued)
    return render(request, "evaluation/open_data.html", context)


def _issued(period: str) -> Report:
    report = selectors.of_quarter(period)
    if report is None:
        raise Http404
    return report


def _tabs(issued: list[Report], shown: Report | None) -> list[dict[str, Any]]:
    return [
        {
            "label": Quarter.parse(report.period).words(),
            "url": reverse("open_data:quarter", args=[report.period]),
            "active": report == shown,
        }
        for report in issued
    ]


def _drawn(report: Report, issued: list[Report]) -> dict[str, Any]:
    return {
        "tiles": [
            {"label": word, "cell": report.inputs["total"][fact]} for fact, word in drawing.words().items()
        ],
        "tables": drawing.tables(report.inputs),
        "chart": drawing.chart(report.inputs),
        "chart_title": drawing.chart_title(),
        "by_quarter": drawing.by_quarter(issued),
        "by_quarter_title": _("各季度支付补偿与清收返还"),
        "rule": drawing.rule_words(report.inputs),
        "licence": drawing.licence(),
        "licence_url": terms().licence.url,
    }  # fmt: skip


@require_safe
def as_json(request: HttpRequest, period: str) -> HttpResponse:
    report = _issued(period)
    said = JsonResponse(drawing.as_json(report), json_dumps_params={"ensure_ascii": False})
    return _handed_out(request, report, said, "json")


@require_safe
def as_csv(request: HttpRequest, period: str) -> HttpResponse:
    report = _issued(period)
    # No first line of its own: the columns say the quarter and the check code, and programs read the file.
    lines = exports.csv_lines(drawing.csv_columns(), drawing.csv_rows(report), mark="")
    return _handed_out(request, report, HttpResponse(b"".join(lines), content_type=exports.CSV), "csv")


def _handed_out(request: HttpRequest, report: Report, response: HttpResponse, suffix: str) -> HttpResponse:
    """Open to everybody, so nobody's reading is kept; what is issued never changes, so a copy may be kept for a day."""
    tag = quote_etag(f"{report.inputs_hash}-{request.LANGUAGE_CODE}-{suffix}")
    response["Content-Disposition"] = content_disposition_header(True, f"{report.number}.{suffix}")
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=86400"
    response["Access-Control-Allow-Origin"] = "*"
    answer: HttpResponse = get_conditional_response(request, etag=tag, response=response)
    return answer
