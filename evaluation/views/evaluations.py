"""The annual evaluation: drafted, explained bank by bank, filed; a bank sees its own line."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from evaluation import permissions as may
from evaluation import tables
from evaluation.forms import EvaluationFilter, OwnResultFilter, YearForm
from evaluation.models import Evaluation, EvaluationLine
from evaluation.papers import evaluation as evaluation_paper
from evaluation.selectors import evaluations as selectors
from evaluation.selectors import opening
from evaluation.services import evaluations as services
from evaluation.services.reports import request_evaluation_report
from evaluation.tables.opening import opened, opened_own
from pool import clock, scope
from pool.errors import Refused
from pool.forms_keys import once, seen_version
from pool.lists import Listing, show
from pool.permissions import require
from pool.refusals import add_to_form

EVALUATIONS = Listing(
    name="evaluations",
    label=gettext_lazy("历年评价"),
    url_name="evaluation:evaluations",
    may_see=may.may_read,
    may_export=may.may_read,
    rows=selectors.visible_to,
    form=lambda data, user: EvaluationFilter(data),
    narrow=lambda rows, _given: rows,
    same=("year", "state"),
    columns=lambda user: tables.evaluation_columns(),
    orders={"year": ("year", "revision", "id")},
    order="-year",
    empty_title=gettext_lazy("还没有评价"),
    empty_text=gettext_lazy("第四季度录入期截止后编制上年度评价，报备后在此查阅。"),
)


def _narrow_own(rows: "QuerySet[EvaluationLine]", given: Mapping[str, Any]) -> "QuerySet[EvaluationLine]":
    return rows.filter(evaluation__year=given["year"]) if "year" in given else rows


OWN_RESULTS = Listing(
    name="own_results",
    label=gettext_lazy("本行历年评价"),
    url_name="evaluation:own_results",
    may_see=may.may_read_own_result,
    may_export=may.may_read_own_result,
    rows=lambda user: selectors.results_of(user.institution),
    form=lambda data, user: OwnResultFilter(data),
    narrow=_narrow_own,
    same=("grade",),
    columns=lambda user: opened_own(tables.own_columns()),
    orders={"year": ("evaluation__year", "id"), "amount": ("amount", "id")},
    order="-year",
    hidden=frozenset({"why"}),
    empty_title=gettext_lazy("还没有已报备的评价结果"),
    empty_text=gettext_lazy("评价在每年二月底前报备，报备后可在此查看本行结果。"),
    within=scope.everything,
)


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    require(may.may_read(request.user))
    shown = show(EVALUATIONS, request)
    context = {
        "shown": shown,
        "table": shown.table,
        "may_prepare": may.may_prepare(request.user)[0],
    }
    return render(request, "evaluation/evaluation_list.html", context)


@login_required
@once
def draft(request: HttpRequest) -> HttpResponse:
    """Evaluate a year: the first time, again while it is a draft, or as a correction with its reason."""
    require(may.may_prepare(request.user))
    form = YearForm(request.POST or None, initial={"year": clock.today().year - 1})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.draft_evaluation(**form.cleaned_data, by=request.user, on=clock.today())
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("%(year)s年度评价草稿已编制，请终审人员核准报备。") % {"year": made.year})
            return redirect(made)
    status = 422 if form.is_bound else 200
    return render(request, "evaluation/evaluation_form.html", {"form": form}, status=status)


@require_safe
@login_required
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(may.may_read(request.user))
    evaluation = get_object_or_404(selectors.visible_to(request.user), pk=pk)
    figures = {**_as_filed(evaluation), "edition": evaluation.edition}
    is_draft = evaluation.state == Evaluation.State.DRAFT
    may_file, why_not = may.may_check(request.user, evaluation)
    opens = may.may_open_cases(request.user)[0]
    context = {
        "evaluation": evaluation,
        "table": opened(
            tables.result_table(figures), opening.of_evaluation(request.user, evaluation.pk) if opens else None
        ),
        "reasons": tables.reason_table(figures),
        "chart": evaluation_paper.chart(figures) if figures["lines"] else None,
        "grades": _grades(figures),
        "strikes": selectors.strikes_open().filter(evaluation=evaluation),
        "cancelled": _cancelled(evaluation),
        "is_draft": is_draft,
        "may_file": may_file and is_draft,
        "why_not": why_not if is_draft and request.user.role in may.CHECKERS else "",
        "may_confirm": may.may_prepare(request.user)[0] and is_draft and evaluation.made_by_id is None,
        "may_report": may.may_prepare(request.user)[0] and not is_draft,
        "may_cancel": may.may_cancel_membership(request.user)[0],
    }
    return render(request, "evaluation/evaluation_detail.html", context)


def _as_filed(evaluation: Evaluation) -> dict[str, Any]:
    lines = evaluation.lines.select_related("bank").order_by("amount_rank", "bank__code")
    return {"lines": [tables.line_figures(line) for line in lines]}


def _grades(figures: dict[str, Any]) -> list[tuple[Any, int]]:
    return [(grade, sum(line["grade"] == grade for line in figures["lines"])) for grade in EvaluationLine.Grade]


def _cancelled(evaluation: Evaluation) -> list[EvaluationLine]:
    lines = evaluation.lines.filter(second_strike=True, bank__cancelled_on__isnull=False)
    return list(lines.select_related("bank"))


@require_POST
@login_required
@once
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The draft that the job has made is made once more by a person, who thereby answers for it."""
    require(may.may_prepare(request.user))
    evaluation = get_object_or_404(selectors.visible_to(request.user), pk=pk, state=Evaluation.State.DRAFT)
    made = services.draft_evaluation(year=evaluation.year, by=request.user, on=clock.today())
    messages.success(request, _("%(year)s年度评价草稿已核对确认，请终审人员核准报备。") % {"year": made.year})
    return redirect(made)


@require_POST
@login_required
@once
def file(request: HttpRequest, pk: UUID) -> HttpResponse:
    evaluation = get_object_or_404(selectors.visible_to(request.user), pk=pk)
    services.file_evaluation(
        evaluation_id=evaluation.pk, by=request.user, on=clock.today(), version=seen_version(request)
    )
    messages.success(request, _("评价和排名结果已报主管部门备案，各银行可查看本行结果。"))
    return redirect(evaluation)


@require_POST
@login_required
@once
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(may.may_prepare(request.user))
    evaluation = get_object_or_404(selectors.visible_to(request.user), pk=pk)
    made = request_evaluation_report(evaluation=evaluation, by=request.user, on=clock.today())
    messages.info(request, _("报告正在后台编制，完成后可在本页查看。"))
    return redirect(made)


@require_POST
@login_required
@once
def cancel_membership(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(may.may_cancel_membership(request.user))
    line = get_object_or_404(EvaluationLine.objects.select_related("evaluation"), pk=pk)
    bank = services.cancel_for_strikes(line_id=line.pk, by=request.user, on=clock.today())
    messages.success(request, _("已取消%(bank)s的加盟资格。") % {"bank": bank})
    return redirect(line.evaluation)


@require_safe
@login_required
def own_results(request: HttpRequest) -> HttpResponse:
    """The bank's own results, year by year, with the reasons; no other bank's figures."""
    require(may.may_read_own_result(request.user))
    shown = show(OWN_RESULTS, request)
    lines = [(line, tables.why(line)) for line in shown.table.rows]
    return render(request, "evaluation/own_results.html", {"shown": shown, "table": shown.table, "lines": lines})
