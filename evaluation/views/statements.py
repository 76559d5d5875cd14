"""Statements of account: drawn up and issued by the finance centre, confirmed or disputed by the bank."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from banks.lists import filter_for
from evaluation import permissions as may
from evaluation import reports, tables, todos
from evaluation.forms import QuarterForm, StatementFilter
from evaluation.models import Statement
from evaluation.periods import Quarter
from evaluation.selectors import statements as selectors
from evaluation.services import statements as services
from evaluation.tables.opening import opened_lines
from evaluation.views.reports import answer_with
from pool import audit, clock
from pool.deeds import deed, text
from pool.errors import Refused
from pool.forms_keys import once, seen_version, ticked_versions
from pool.lists import Listing, show
from pool.models import BANK_ROLES, AccessLog, User
from pool.moves import history
from pool.permissions import require
from pool.refusals import add_to_form

State = Statement.State

STATEMENTS = Listing(
    name="statements",
    label=gettext_lazy("对账单"),
    url_name="evaluation:statements",
    may_see=may.may_see_statements,
    may_export=may.may_see_statements,
    rows=selectors.visible_to,
    form=filter_for(StatementFilter),
    narrow=lambda rows, _given: rows,
    same=("period", "state", "bank"),
    columns=lambda user: tables.statement_columns(with_bank=user.role not in BANK_ROLES),
    orders={"period": ("ends_on", "id"), "number": ("number", "id"), "closing": ("closing", "id")},
    order="-period",
    hidden=frozenset({"issued_on", "answered_on"}),
    empty_title=gettext_lazy("还没有对账单"),
    empty_text=gettext_lazy("每季度结束后，由金融中心按资金账编制、签发。"),
)


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    require(may.may_see_statements(request.user))
    shown = show(STATEMENTS, request)
    context = {
        "shown": shown,
        "table": shown.table,
        "drafts": _to_issue(request.user),
        "may_draw_up": may.may_draw_up(request.user)[0],
        "is_bank": request.user.role in BANK_ROLES,
        "article": services.ARTICLE,
    }
    return render(request, "evaluation/statement_list.html", context)


def _to_issue(user: User) -> "QuerySet[Statement]":
    """The drafts of others, for whom issues them."""
    drafts = selectors.visible_to(user).filter(state=State.DRAFT).exclude(made_by=user)
    return drafts if may.may_issue_statements(user)[0] else drafts.none()


@login_required
@once
def draw_up(request: HttpRequest) -> HttpResponse:
    """Draw up a quarter's statements of all banks at once."""
    require(may.may_draw_up(request.user))
    form = QuarterForm(request.POST or None, initial={"period": str(Quarter.before(clock.today()))})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.draft_statements(**form.cleaned_data, by=request.user, on=clock.today())
        except Refused as no:
            add_to_form(form, no)
        else:
            if made:
                messages.success(request, _("已编制 %(n)s 份对账单，请另一名人员签发。") % {"n": len(made)})
            else:
                messages.info(request, _("该期各银行均已有对账单，或资金账没有发生额和余额。"))
            return redirect("evaluation:statements")
    context = {"form": form, "article": services.ARTICLE}
    return render(request, "evaluation/statement_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
@once
def issue(request: HttpRequest) -> HttpResponse:
    """Issue those that were ticked, each as it was seen."""
    require(may.may_issue_statements(request.user))
    seen = ticked_versions(request, "statements")
    done = services.issue_statements(seen=seen, by=request.user, on=clock.today())
    messages.success(request, _("已签发 %(n)s 份对账单，等待银行确认。") % {"n": len(done)})
    return redirect("evaluation:statements")


def _statement(request: HttpRequest, pk: UUID) -> Statement:
    require(may.may_see_statements(request.user))
    found: Statement = get_object_or_404(selectors.visible_to(request.user), pk=pk)
    return found


@require_safe
@login_required
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    statement = _statement(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, statement)
    answering = statement.state == State.ISSUED and may.may_answer(request.user, statement.bank_id)[0]
    redrawn = statement.state in {State.DRAFT, State.DISPUTED, State.CONFIRMED}
    context = {
        "statement": statement,
        "quarter": Quarter.parse(statement.period),
        "table": opened_lines(tables.statement_lines_table(statement)),
        "todo": todos.of_statement(statement),
        "is_current": services.is_current(statement),
        "may_answer": answering,
        "may_redraw": redrawn and may.may_draw_up(request.user)[0],
        "may_issue": statement.state == State.DRAFT
        and may.may_issue_statements(request.user)[0]
        and statement.made_by_id != request.user.pk,
        "events": history(statement),
        "article": services.ARTICLE,
    }
    return render(request, "evaluation/statement_detail.html", context)


@require_safe
@login_required
def download(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """The statement as PDF or workbook, with who took it and when."""
    statement = _statement(request, pk)
    return answer_with(request, reports.statement_copy(statement, kind, request.user), statement)


@require_POST
@login_required
@once
def redraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    statement = _statement(request, pk)
    made = services.redraw_statement(
        statement_id=statement.pk, by=request.user, on=clock.today(), version=seen_version(request),
        reply=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("已按资金账重新编制，请另一名人员签发。"))
    return redirect(made)


confirm = deed(
    _statement, services.confirm_statement, "statement_id", gettext_lazy("已确认，双方账目一致。"),
    Statement.get_absolute_url,
)  # fmt: skip
dispute = deed(
    _statement, services.dispute_statement, "statement_id", gettext_lazy("异议已送金融中心核对。"),
    Statement.get_absolute_url, {"reason": text("reason")},
)  # fmt: skip
