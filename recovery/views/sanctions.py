"""Sanctions and what they take back: the list, one sanction with its projects and decision, one project's money."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banks import permissions as banks_may
from banks.models import Violation
from pool import audit, clock, moves
from pool.deeds import deed, text
from pool.errors import NotPermitted, Refused
from pool.forms_keys import once
from pool.models import BANK_ROLES, AccessLog
from pool.refusals import add_to_form
from pool.selectors import edition
from pool.tables import Column, Table, keyset_page
from recovery import permissions as may
from recovery import reports, selectors, services, terms, todos
from recovery.forms import ClawbackReceiptForm, ProjectsForm
from recovery.models import Clawback, ClawbackReceipt
from recovery.views.common import version_of

State = Violation.State


def law() -> str:
    return edition()["clawback_interest"].article


@login_required
@require_GET
def sanctions(request: HttpRequest) -> HttpResponse:
    """Every sanction for the public bodies; a bank reads its own, once they are decided."""
    may.require(may.see_lists(request.user))
    page = keyset_page(selectors.sanctions(request.user), request, order=("-entered_on", "-id"), size=50)
    columns = [
        Column(_("处理编号"), "number", "code", link=lambda row: reverse("recovery:sanction", args=[row.pk])),
        *([] if request.user.institution else [Column(_("加盟银行"), "bank.short_name")]),
        Column(_("所属年度"), "year", "code"),
        Column(_("违规情形"), "get_ground_display"),
        Column(_("处理措施"), selectors.measures),
        Column(_("缴付期限"), "pay_by", "date"),
        Column(_("决定日期"), "confirmed_on", "date"),
        Column(_("状态"), lambda row: row, "status"),
    ]
    table = Table(
        columns, page, page=page, empty_title=_("没有违规处理"),
        empty_text=_("在加盟银行的页面提出；主管部门决定后，银行在这里看到本行的处理决定。"),
    )  # fmt: skip
    return render(request, "recovery/sanctions.html", {"table": table, "article": law()})


def _sanction(request: HttpRequest, pk: UUID) -> Violation:
    may.require(may.see_lists(request.user))
    row: Violation = get_object_or_404(selectors.sanctions(request.user), pk=pk)
    return row


@login_required
@require_GET
def sanction(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _sanction(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, row)
    return render(request, "recovery/sanction.html", sanction_context(request.user, row, ProjectsForm()))


def sanction_context(user: Any, row: Violation, form: ProjectsForm) -> dict[str, Any]:
    is_open = row.state == State.PROPOSED
    proposes = is_open and banks_may.may_propose_sanction(user)[0]
    lines = reports.lines_of(row, clock.today())
    return {
        "sanction": row,
        "measures": selectors.measures(row),
        "lines": lines,
        "sums": reports.sums_of(lines),
        "todo": todos.of_sanction(row),
        "form": form,
        "article": law(),
        "may_name": proposes and row.claws_back,
        "may_withdraw": proposes,
        "may_decide": is_open and banks_may.may_decide_sanction(user)[0] and row.entered_by_id != user.pk,
        "is_bank": user.role in BANK_ROLES,
        "events": moves.history(row),
    }


@login_required
@require_POST
@once
def name_projects(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _sanction(request, pk)
    may.require(banks_may.may_propose_sanction(request.user))
    form = ProjectsForm(request.POST)
    if form.is_valid():
        try:
            made = services.name_projects(
                violation_id=row.pk, loan_numbers=form.cleaned_data["loan_numbers"].splitlines(), by=request.user,
                on=clock.today(), version=version_of(request),
            )  # fmt: skip
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("已列入 %(count)s 个项目。") % {"count": len(made)})
            return redirect("recovery:sanction", pk)
    return render(request, "recovery/sanction.html", sanction_context(request.user, row, form), status=422)


@login_required
@require_GET
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The decision as it is sent to the bank."""
    row = _sanction(request, pk)
    if row.state != State.DECIDED:
        raise NotPermitted(_("尚未作出处理决定。"))
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, row)
    answer = HttpResponse(reports.letter_pdf(row), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    return answer


def _clawback(request: HttpRequest, pk: UUID) -> Clawback:
    may.require(may.see_lists(request.user))
    row: Clawback = get_object_or_404(selectors.clawbacks(request.user), pk=pk)
    return row


@login_required
@require_GET
def clawback(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _clawback(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, row)
    return render(request, "recovery/clawback.html", clawback_context(request.user, row, ClawbackReceiptForm()))


def clawback_context(user: Any, row: Clawback, form: ClawbackReceiptForm) -> dict[str, Any]:
    receipts = selectors.receipts_of(row)
    until = row.settled_on or clock.today()
    waiting = ClawbackReceipt.objects.filter(clawback=row, state=ClawbackReceipt.State.ENTERED).first()
    owes = row.state == Clawback.State.DUE
    return {
        "clawback": row,
        "until": until,
        "due": terms.clawback_due(row, receipts, until),
        "due_by_then": terms.clawback_due(row, receipts, row.due_on) if owes and row.due_on > until else None,
        "table": terms.interest_table(row, receipts, until),
        "days": edition()["clawback_interest"].number,
        "receipts": receipts,
        "waiting": waiting,
        "todo": todos.of_clawback(row, waiting),
        "form": form,
        "article": law(),
        "may_enter": owes and waiting is None and may.enter_receipt(user)[0],
        "may_confirm": waiting is not None and may.confirm_receipt(user)[0] and waiting.entered_by_id != user.pk,
        "may_strike": row.state == Clawback.State.NAMED and banks_may.may_propose_sanction(user)[0],
        "events": moves.history(row),
    }


@login_required
@require_POST
@once
def enter_receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _clawback(request, pk)
    may.require(may.enter_receipt(request.user))
    form = ClawbackReceiptForm(request.POST)
    if form.is_valid():
        try:
            services.enter_clawback_receipt(
                clawback_id=pk, by=request.user, on=clock.today(), version=version_of(request), **form.cleaned_data
            )
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("到账信息已登记，等待另一人确认。"))
            return redirect(row)
    return render(request, "recovery/clawback.html", clawback_context(request.user, row, form), status=422)


def _receipt(request: HttpRequest, pk: UUID) -> ClawbackReceipt:
    may.require(may.see_lists(request.user))
    rows = ClawbackReceipt.objects.visible_to(request.user).select_related("clawback")
    row: ClawbackReceipt = get_object_or_404(rows, pk=pk)
    return row


def _back(row: Violation) -> str:
    return reverse("recovery:sanction", args=[row.pk])


_WHY = {"reason": text("reason")}
decide = deed(
    _sanction, services.decide_sanction, "violation_id", gettext_lazy("已作出处理决定，并通知银行。"), _back, _WHY,
    banks_may.may_decide_sanction,
)  # fmt: skip
dismiss = deed(
    _sanction, services.dismiss_sanction, "violation_id", gettext_lazy("已决定不予处理。"), _back, _WHY,
    banks_may.may_decide_sanction,
)  # fmt: skip
withdraw = deed(
    _sanction, services.withdraw_sanction, "violation_id", gettext_lazy("已撤回。"), _back, _WHY,
    banks_may.may_propose_sanction,
)  # fmt: skip
strike = deed(
    _clawback, services.strike_project, "clawback_id", gettext_lazy("已从处理中移出该项目。"),
    lambda row: reverse("recovery:sanction", args=[row.violation_id]), None, banks_may.may_propose_sanction,
)  # fmt: skip
confirm_receipt = deed(
    _receipt, services.confirm_clawback_receipt, "receipt_id", gettext_lazy("追回资金已确认到账并记账。"),
    lambda row: row.clawback.get_absolute_url(), None, may.confirm_receipt,
)  # fmt: skip
reject_receipt = deed(
    _receipt, services.reject_clawback_receipt, "receipt_id", gettext_lazy("已退回登记人重新核对。"),
    lambda row: row.clawback.get_absolute_url(), _WHY, may.confirm_receipt,
)  # fmt: skip
