"""The catalogue of reports, one report with its figures, its files, and the public check of a code or a file."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import permissions as may
from evaluation import reports, tables
from evaluation.forms import (
    CheckCodeForm,
    CheckFileForm,
    DifferencesForm,
    HalfYearForm,
    IndicatorsForm,
    OpenDataForm,
    PartnersForm,
    ReportFilter,
)
from evaluation.models import Report, Statement
from evaluation.open_data import drawing as open_data_drawing
from evaluation.open_data import figures as open_data
from evaluation.papers import evaluation as evaluation_paper
from evaluation.papers import half_year as half_year_paper
from evaluation.periods import HalfYear, Quarter
from evaluation.selectors import differences, opening, partners, proving, supervisory
from evaluation.selectors import reports as selectors
from evaluation.services import reports as services
from evaluation.supervision import drawing as supervision
from evaluation.tables.opening import opened, opened_names
from pool import audit, clock, throttle
from pool.errors import Refused
from pool.forms_keys import once, seen_version
from pool.lists import Listing, show
from pool.models import AccessLog
from pool.permissions import require
from pool.refusals import add_to_form

CHECKS_AN_HOUR = 20

REPORTS = Listing(
    name="reports",
    label=gettext_lazy("报告目录"),
    url_name="evaluation:reports",
    may_see=may.may_read,
    may_export=may.may_read,
    rows=selectors.visible_to,
    form=lambda data, user: ReportFilter(data),
    narrow=lambda rows, _given: rows,
    same=("kind", "period", "state"),
    columns=lambda user: tables.report_columns(),
    orders={"period": ("ends_on", "id"), "number": ("number", "id"), "made": ("made_on", "id")},
    order="-period",
    empty_title=gettext_lazy("还没有报告"),
    empty_text=gettext_lazy("报告发布后在此查阅下载。"),
)


@require_safe
@login_required
def catalogue(request: HttpRequest) -> HttpResponse:
    require(may.may_read(request.user))
    shown = show(REPORTS, request)
    context = {
        "shown": shown,
        "table": shown.table,
        "may_prepare": may.may_prepare(request.user)[0],
        "may_prepare_differences": may.may_prepare_report(request.user, Report.Kind.DIFFERENCES)[0],
    }
    return render(request, "evaluation/report_list.html", context)


@dataclass(frozen=True)
class Request:
    """How one kind of report is asked for."""

    title: Any
    about: Any
    articles: tuple[str, ...]
    form: type[Form]
    period: Callable[[date], str]
    ask: Callable[..., Report]


REQUESTS = {
    Report.Kind.HALF_YEAR: Request(
        title=gettext_lazy("编制半年度统计"),
        about=gettext_lazy(
            "统计资金使用、回款、结项和各银行的申请、返还与追索情况；与资金账逐项核对，不符的不予生成。"
        ),
        articles=("10.1(1)", "20(5)", "20(6)"),
        form=HalfYearForm,
        period=lambda on: str(HalfYear.before(on)),
        ask=services.request_half_year,
    ),
    Report.Kind.PARTNERS: Request(
        title=gettext_lazy("编制加盟银行名单"),
        about=gettext_lazy(
            "列明年末全部加盟银行及本年加盟、退出、受处理的情况，与上年名单核对，变动没有记录的不予生成。"
        ),
        articles=(partners.ARTICLE,),
        form=PartnersForm,
        period=lambda on: str(on.year - 1),
        ask=services.request_partners,
    ),
    Report.Kind.OPEN_DATA: Request(
        title=gettext_lazy("编制公开数据"),
        about=gettext_lazy(
            "按经营所在区、行业门类和企业规模汇总一个季度的入库贷款、支付补偿和清收返还；户数过少的格不予公布。"
            "发布后任何人可以查阅，不再另编。"
        ),
        articles=(open_data.ARTICLE,),
        form=OpenDataForm,
        period=lambda on: str(Quarter.before(on)),
        ask=services.request_open_data,
    ),
    Report.Kind.SUPERVISORY: Request(
        title=gettext_lazy("编制季度监管指标"),
        about=gettext_lazy(
            "由贷款项目库计算各银行普惠型贷款的增速、户数、不良率、利率和结构；各银行、各分类合计与总数不符的不予生成。"
        ),
        articles=(supervisory.ARTICLE,),
        form=IndicatorsForm,
        period=lambda on: str(services.last_entered_quarter(on)),
        ask=services.request_supervisory,
    ),
    Report.Kind.DIFFERENCES: Request(
        title=gettext_lazy("编制清收返还差异清单"),
        about=gettext_lazy(
            "逐个项目核对一个季度的上报、到账、专户流水和资金账，列明差异；各项目合计与资金账不符的不予生成。"
        ),
        articles=(differences.ARTICLE, "19(6)"),
        form=DifferencesForm,
        period=lambda on: str(Quarter.before(on)),
        ask=services.request_differences,
    ),
}


@login_required
@once
def request_report(request: HttpRequest, kind: Report.Kind) -> HttpResponse:
    require(may.may_prepare_report(request.user, kind))
    asked = REQUESTS[kind]
    period = request.GET.get("period") or asked.period(clock.today())
    form = asked.form(request.POST or None, initial={"period": period})
    if request.method == "POST" and form.is_valid():
        try:
            report = asked.ask(**form.cleaned_data, by=request.user, on=clock.today())
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.info(request, _("报告正在后台编制，完成后可在本页查看。"))
            return redirect(report)
    status = 422 if form.is_bound else 200
    return render(request, "evaluation/report_form.html", {"form": form, "asked": asked}, status=status)


@require_safe
@login_required
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(may.may_read(request.user))
    report = get_object_or_404(selectors.visible_to(request.user), pk=pk)
    is_draft = report.state == Report.State.DRAFT
    may_issue, why_not = may.may_check_report(request.user, report)
    prepares = may.may_prepare_report(request.user, report.kind)[0]
    context = {
        "report": report,
        "progress": progress_of(report),
        "may_adopt": prepares and is_draft and report.made_by_id is None,
        "may_issue": may_issue and is_draft,
        "why_not": why_not if is_draft and request.user.role in may.HANDS[report.kind].check else "",
        "may_repeat": prepares and services.may_be_made_again(report),
        "gets_original": reports.gets_original(request.user, report),
        "articles": services.MAKERS[report.kind].articles,
        **_figures(report),
    }
    if may.may_open_cases(request.user)[0] and opening.opens(report):
        source = opening.of(report)
        context["tables"] = [opened(table, source) for table in context.get("tables", ())]
    if report.kind == Report.Kind.PARTNERS and may.may_open_cases(request.user)[0]:
        context["tables"] = opened_names(context.get("tables", []))
    return render(request, "evaluation/report_detail.html", context)


def _figures(report: Report) -> dict[str, Any]:
    """The tables and the chart of the page; none while there are no figures."""
    if not report.inputs:
        return {}
    if report.kind == Report.Kind.SUPERVISORY:
        return {
            "tables": supervision.all_tables(report.inputs),
            "chart": supervision.chart(report.inputs),
            "chart_title": supervision.chart_title(),
        }
    if report.kind == Report.Kind.EVALUATION:
        return {
            "tables": [tables.result_table(report.inputs), tables.reason_table(report.inputs)],
            "chart": evaluation_paper.chart(report.inputs),
            "chart_title": evaluation_paper.chart_title(),
        }
    if report.kind == Report.Kind.PARTNERS:
        return {"tables": tables.partner_tables(report.inputs)}
    if report.kind == Report.Kind.DIFFERENCES:
        return {"tables": tables.difference_tables(report.inputs)}
    if report.kind == Report.Kind.INSPECTION:
        return {"tables": tables.inspection_tables(report.inputs)}
    if report.kind == Report.Kind.OPEN_DATA:
        return {
            "tables": open_data_drawing.tables(report.inputs),
            "chart": open_data_drawing.chart(report.inputs),
            "chart_title": open_data_drawing.chart_title(),
        }
    return {
        "tables": [
            tables.pool_table(report.inputs),
            *tables.bank_tables(report.inputs),
            tables.write_off_table(report.inputs),
            *tables.conduct_tables(report.inputs),
        ],
        "chart": half_year_paper.chart(report.inputs),
        "chart_title": half_year_paper.chart_title(report.inputs),
        "booked_later": tables.booked_later(report.inputs),
    }


def differences_panel(user: Any, quarter: date) -> dict[str, Any] | None:
    """On the quarter's desk: the lists that were made of it, and the way to the next."""
    if not may.may_read(user)[0]:
        return None
    lists = differences.lists_of(quarter).filter(pk__in=selectors.visible_to(user))
    over = Quarter.of(quarter).ends_on < clock.today()
    return {
        "lists": list(lists), "over": over, "period": str(Quarter.of(quarter)),
        "may_prepare": over and may.may_prepare_report(user, Report.Kind.DIFFERENCES)[0],
    }  # fmt: skip


def progress_of(report: Report) -> dict[str, str] | None:
    """For the component that looks for news; nothing once the report is made."""
    if report.state != Report.State.REQUESTED:
        return None
    trouble = selectors.trouble_with(report)
    return {
        "label": report.title,
        "state": "running" if trouble else "queued",
        "message": _("上次编制没有成功，系统会自动再试。")
        if trouble
        else _("后台正在编制，可以离开本页，完成后再来查看。"),
        "url": reverse("evaluation:report_progress", args=[report.pk]),
    }


@require_safe
@login_required
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the page that asks again until the worker has finished; then the whole page is shown anew."""
    require(may.may_read(request.user))
    report = get_object_or_404(selectors.visible_to(request.user), pk=pk)
    job = progress_of(report)
    if job is None:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "components/progress.html", {"job": job})


@require_POST
@login_required
@once
def adopt(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = get_object_or_404(selectors.visible_to(request.user), pk=pk)
    services.adopt_report(report_id=report.pk, by=request.user, on=clock.today(), version=seen_version(request))
    messages.success(request, _("已核对确认，请终审人员核准发布。"))
    return redirect(report)


@require_POST
@login_required
@once
def issue(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = get_object_or_404(selectors.visible_to(request.user), pk=pk)
    services.issue_report(report_id=report.pk, by=request.user, on=clock.today(), version=seen_version(request))
    messages.success(request, _("报告已发布，有关单位可以查阅下载。"))
    return redirect(report)


@require_POST
@login_required
@once
def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(may.may_read(request.user))
    old = get_object_or_404(selectors.visible_to(request.user), pk=pk)
    require(may.may_prepare_report(request.user, old.kind))
    made = services.request_again(report_id=old.pk, by=request.user, on=clock.today())
    return redirect(made)


@require_safe
@login_required
def download(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """The original for those who answer for it, a marked copy for everybody else; the log keeps who had it."""
    require(may.may_read(request.user))
    report = get_object_or_404(selectors.visible_to(request.user).exclude(pdf=None), pk=pk)
    return answer_with(request, reports.copy_for(report, kind, request.user), report)


def answer_with(request: HttpRequest, copy: reports.Copy, subject: Report | Statement) -> HttpResponse:
    """The log keeps the fingerprint of what was handed out, so that a copy that turns up can be told."""
    detail = proving.copy_words(copy.name, hashlib.sha256(copy.content).hexdigest())
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, subject, detail=detail)
    response = HttpResponse(copy.content, content_type=copy.content_type)
    response["Content-Disposition"] = content_disposition_header(True, copy.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Open to anyone: is a printed code ours, and is a file one of ours as it was issued?"""
    if request.method == "POST":
        return _check_file(request)
    form = CheckCodeForm(request.GET or None)
    asked = form.is_bound and form.is_valid()
    report = selectors.issued_with(form.cleaned_data["code"]) if asked else None
    context = {"form": form, "file_form": CheckFileForm(), "report": report, "asked": asked}
    return render(request, "evaluation/check.html", context)


def _check_file(request: HttpRequest) -> HttpResponse:
    """The file is read, never kept."""
    form, proof = CheckFileForm(request.POST, request.FILES), None
    if form.is_valid():
        try:
            throttle.at_most(CHECKS_AN_HOUR, "report_checks")
            proof = proving.of_file(form.cleaned_data["file"].chunks())
        except Refused as no:
            add_to_form(form, no)
    context = {"form": CheckCodeForm(), "file_form": form, "proof": proof, "report": proof.report if proof else None}
    return render(request, "evaluation/check.html", context, status=422 if form.errors else 200)
