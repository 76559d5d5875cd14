"""The manager: settlement applications, settled accounts, claims refused for good."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banks.lists import filter_for
from pool import clock, moves
from pool.forms_keys import once
from pool.lists import Listing, show
from pool.tables import Column
from recovery import permissions as may
from recovery import selectors, services, terms, todos
from recovery.forms import SettlementFilter
from recovery.models import Settlement
from recovery.views.common import found, loan_of, version_of


def _settlement_columns(user: Any) -> list[Column]:
    return [
        Column(_("申请编号"), "number", "code", link=lambda row: reverse("recovery:settlement", args=[row.pk])),
        Column(
            _("借据号"), "loan.loan_number", "code", link=lambda row: reverse("recovery:project", args=[row.loan_id])
        ),
        *([] if user.institution else [Column(_("加盟银行"), "bank.short_name")]),
        Column(_("处置完成"), "disposal_ended_on", "date", sort="ended"),
        Column(_("申请截止"), "apply_by", "date"),
        Column(_("申请日期"), "applied_on", "date"),
        Column(_("累计收回"), "recovered_total", "money", unit=_("元"), sort="recovered"),
        Column(_("状态"), lambda row: row, "status", key="state"),
    ]


def _narrow_settlements(rows: "QuerySet[Settlement]", given: Mapping[str, Any]) -> "QuerySet[Settlement]":
    if wanted := given.get("number", "").strip():
        rows = rows.filter(Q(number__icontains=wanted) | Q(loan__loan_number__icontains=wanted))
    return rows.filter(disposal_ended_on__gte=given["since"]) if "since" in given else rows


SETTLEMENTS = Listing(
    name="settlements",
    label=gettext_lazy("清收申请"),
    url_name="recovery:settlements",
    may_see=may.see_lists,
    may_export=may.see_lists,
    rows=lambda user: selectors.settlements(user).exclude(state=Settlement.State.CANCELLED),
    form=filter_for(SettlementFilter),
    narrow=_narrow_settlements,
    same=("state", "bank"),
    columns=_settlement_columns,
    orders={"ended": ("disposal_ended_on", "id"), "recovered": ("recovered_total", "id")},
    order="-ended",
    marks=lambda row: "late" if row.applied_late else "",
    empty_title=gettext_lazy("没有清收申请"),
    empty_text=gettext_lazy("银行处置完成后提出清收申请，通过后项目转录清偿项目库。"),
)


@login_required
@require_GET
def settlements(request: HttpRequest) -> HttpResponse:
    """Applications at the end of disposal, and projects whose accounts can be settled."""
    may.require(may.see_lists(request.user))
    shown = show(SETTLEMENTS, request)
    ready = selectors.ready_to_settle(request.user).order_by("bank__code", "number")
    context = {"shown": shown, "table": shown.table, "ready": ready if may.see_desk(request.user)[0] else []}
    return render(request, "recovery/settlements.html", context)


@login_required
@require_GET
def settlement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One application with the tape beside it."""
    row = found(
        Settlement, request.user, pk, "loan", "claim", "bank", "made_by", "submitted_by", "decided_by", "evidence"
    )
    user = request.user
    context = {
        "settlement": row,
        "loan": row.loan,
        "todo": todos.of_settlement(row),
        "tape": selectors.tape(row.claim),
        "last_window": terms.last_return_window(clock.today()),
        "may_submit": may.submit(user, row.bank_id)[0] and row.state == Settlement.State.PREPARED,
        "may_cancel": may.cancel(user, row.bank_id)[0] and row.state == Settlement.State.PREPARED,
        "may_decide": may.review(user)[0] and row.state == Settlement.State.APPLIED,
        "events": moves.history(row),
    }
    return render(request, "recovery/settlement.html", context)


@require_POST
@login_required
@once
def decide_settlement(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Settlement, request.user, pk)
    accept = request.POST.get("decision") == "accept"
    services.decide_settlement(
        settlement_id=pk, accept=accept, reason=request.POST.get("reason", ""), by=request.user, on=clock.today(),
        version=version_of(request),
    )  # fmt: skip
    messages.success(request, _("项目已转录清偿项目库。") if accept else _("清收申请已退回银行。"))
    return redirect("recovery:settlement", pk)


@require_POST
@login_required
@once
def pass_settled(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The manager's half of the closing."""
    loan_of(request.user, pk)
    closing = services.pass_settled(
        loan_id=pk, by=request.user, on=clock.today(), version=version_of(request),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("核账无误，结项 %(number)s 已送金融中心复核。") % {"number": closing.number})
    return redirect("recovery:closing", closing.pk)


@require_POST
@login_required
@once
def close_refused(request: HttpRequest, pk: UUID) -> HttpResponse:
    loan_of(request.user, pk)
    closing = services.close_refused(
        loan_id=pk, by=request.user, on=clock.today(), version=version_of(request),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("项目已按不予补偿结项。"))
    return redirect("recovery:closing", closing.pk)
