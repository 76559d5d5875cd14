"""Inspections: the list, opening one, its sample, one case of it, and the report (26)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from banks.views.forms import fill_in
from evaluation import forms, tables, todos
from evaluation import permissions as may
from evaluation.models import Finding, Inspection, InspectionCase
from evaluation.selectors import inspections as selectors
from evaluation.services import findings, reports
from evaluation.services import inspections as services
from pool import audit, clock, storage
from pool.deeds import deed, text
from pool.forms_keys import once, seen_version
from pool.models import AccessLog
from pool.moves import history
from pool.permissions import require
from pool.tables import keyset_page

FORM = "evaluation/form.html"
State = Inspection.State


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    require(may.may_see_inspections(request.user))
    page = keyset_page(_counted(selectors.inspections(request.user)), request, order=("-opened_on", "-id"), size=50)
    context = {
        "table": tables.inspections_table(page),
        "may_open": may.may_inspect(request.user)[0],
        "article": services.ARTICLE,
    }
    return render(request, "evaluation/inspection_list.html", context)


def _counted(rows: "QuerySet[Inspection]") -> "QuerySet[Inspection]":
    sent, left = Q(cases__findings__state__in=Finding.SENT), Q(cases__findings__state__in=Finding.OPEN)
    return rows.annotate(
        drawn_count=Count("cases", distinct=True),
        found_count=Count("cases__findings", filter=sent, distinct=True),
        open_count=Count("cases__findings", filter=left, distinct=True),
    )


@login_required
@once
def open_one(request: HttpRequest) -> HttpResponse:
    require(may.may_inspect(request.user))
    form = forms.InspectionForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda data: services.open_inspection(plan=form.plan(), by=request.user, on=clock.today()),
        title=_("监督检查立项"),
        about=_("先立项、后抽样：随机种子由系统在冻结总体之后产生，一次抽定，持总体清单和种子可以重新抽取核对。"),
        article=services.ARTICLE,
        back=reverse("evaluation:inspections"),
        then=Inspection.get_absolute_url,
        done=_("已立项，请冻结总体并抽样。"),
        yes=_("立项"),
        template=FORM,
        up=_("监督检查"),
    )


def _inspection(request: HttpRequest, pk: UUID) -> Inspection:
    require(may.may_see_inspections(request.user))
    found: Inspection = get_object_or_404(selectors.inspections(request.user), pk=pk)
    return found


@require_safe
@login_required
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    inspection = _inspection(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, inspection)
    inspects = may.may_inspect(request.user)[0]
    cases = selectors.cases(request.user).filter(inspection=inspection).order_by("position")
    found = selectors.findings(request.user).filter(case__inspection=inspection)
    not_ready = services.not_ready(inspection)
    is_risk = inspection.method == Inspection.Method.RISK
    context = {
        "inspection": inspection,
        "banks": selectors.banks_of(inspection),
        "weights": selectors.risk_words(selectors.RISKS, inspection.weights) if is_risk else [],
        "todo": todos.of_inspection(inspection),
        "table": tables.cases_table(cases, with_score=is_risk),
        "findings": tables.findings_table(keyset_page(found, request, order=("-written_on", "-id"), size=200),
                                          inside=True, with_bank=True),
        "not_ready": not_ready,
        "reports": reports.of_inspection(inspection),
        "may_draw": inspects and inspection.state == State.OPENED,
        "may_cancel": inspects and inspection.state in {State.OPENED, State.DRAWN},
        "may_report": inspects and not_ready is None and not reports.is_under_way(inspection),
        "may_close": inspection.state == State.REPORTED and may.may_close_inspection(request.user, inspection)[0],
        "events": history(inspection),
        "article": services.ARTICLE,
    }  # fmt: skip
    return render(request, "evaluation/inspection_detail.html", context)


@require_safe
@login_required
def population(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The frozen list: with the seed, anybody who holds it draws the sample again."""
    inspection = get_object_or_404(selectors.inspections(request.user).exclude(population=None), pk=pk)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, inspection)
    name = inspection.population.name
    return FileResponse(storage.open_file(inspection.population), as_attachment=True, filename=name)


def _case(request: HttpRequest, pk: UUID) -> InspectionCase:
    require(may.may_see_inspections(request.user))
    found: InspectionCase = get_object_or_404(selectors.cases(request.user), pk=pk)
    return found


@require_safe
@login_required
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _case(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, row)
    return render(request, "evaluation/inspection_case.html", _case_context(request, row))


def _case_context(request: HttpRequest, row: InspectionCase) -> dict[str, object]:
    found = selectors.findings(request.user).filter(case=row)
    inspects = may.may_inspect(request.user)[0] and row.inspection.state == State.DRAWN
    page = keyset_page(found, request, order=("-written_on", "-id"), size=50)
    return {
        "case": row,
        "inspection": row.inspection,
        "address": selectors.address_of(row),
        "loan": selectors.loan_of(row),
        "reasons": selectors.risk_words(row.facts, row.inspection.weights),
        "table": tables.findings_table(page, inside=True, with_bank=True),
        "next": _next(row),
        "may_write": inspects,
        "may_clear": inspects and not found.exclude(state=Finding.State.WITHDRAWN).exists(),
        "clear_form": forms.ClearForm(initial={"note": row.note}),
        "article": services.ARTICLE,
    }


def _next(row: InspectionCase) -> InspectionCase | None:
    """The next case that nobody has looked at."""
    waiting = InspectionCase.objects.filter(inspection=row.inspection_id, outcome=InspectionCase.Outcome.OPEN)
    found: InspectionCase | None = waiting.exclude(pk=row.pk).order_by("position").first()
    return found


@login_required
@once
def write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A finding on this case; nobody outside sees it before it is sent."""
    row = _case(request, pk)
    require(may.may_inspect(request.user))
    form = forms.FindingForm(request.POST or None, request.FILES or None, initial={"amount": row.amount})

    def act(data: dict[str, object]) -> Finding:
        papers = [data.pop("paper")]
        return findings.write_finding(
            case_id=row.pk, by=request.user, on=clock.today(), version=seen_version(request), papers=papers, **data
        )

    return fill_in(
        request, form, act,
        title=_("记录问题"), about=f"{row.inspection.number} · {row.label} · {row.bank.short_name}",
        article=services.ARTICLE, back=row.get_absolute_url(), then=Finding.get_absolute_url,
        done=_("已记录，核对无误后发出。"), yes=_("保存"), template=FORM, up=row.label, version=row.version,
    )  # fmt: skip


@login_required
@require_POST
@once
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the report; the worker makes it, another inspector issues it."""
    inspection = _inspection(request, pk)
    made = reports.request_inspection_report(
        inspection_id=inspection.pk, by=request.user, on=clock.today(), version=seen_version(request)
    )
    messages.info(request, _("报告正在后台编制，完成后可在本页查看。"))
    return redirect(made)


draw = deed(
    _inspection, services.draw_sample, "inspection_id", gettext_lazy("总体已冻结，样本已抽定。"),
    Inspection.get_absolute_url, None, may.may_inspect,
)  # fmt: skip
cancel = deed(
    _inspection, services.cancel_inspection, "inspection_id", gettext_lazy("检查已取消，抽样记录保留备查。"),
    Inspection.get_absolute_url, {"reason": text("reason")}, may.may_inspect,
)  # fmt: skip
close = deed(
    _inspection, services.close_inspection, "inspection_id", gettext_lazy("检查已办结。"),
    Inspection.get_absolute_url, None, may.may_inspect,
)  # fmt: skip
clear = deed(
    _case, services.clear_case, "case_id", gettext_lazy("已记录：未发现问题。"),
    InspectionCase.get_absolute_url, {"note": text("note")}, may.may_inspect,
)  # fmt: skip
