"""Closings: the list, one closing with everybody who has to agree, and the steps of its chain."""

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
from pool import clock, hats, moves
from pool.forms_keys import once
from pool.lists import Listing, show
from pool.tables import Column
from recovery import permissions as may
from recovery import selectors, services, todos
from recovery.forms import ClosingFilter
from recovery.models import Closing
from recovery.services.write_offs import CHAIN
from recovery.views.common import found, version_of

State, Kind = Closing.State, Closing.Kind


def _columns(user: Any) -> list[Column]:
    return [
        Column(
            _("结项编号"), "number", "code", link=lambda row: reverse("recovery:closing", args=[row.pk]), sort="made"
        ),
        Column(_("借据号"), "loan.loan_number", "code", link=lambda row: row.loan.get_absolute_url()),
        Column(_("借款人"), "loan.borrower_name"),
        *([] if user.institution else [Column(_("加盟银行"), "bank.short_name")]),
        Column(_("结项类型"), "get_kind_display"),
        Column(_("申请日期"), "applied_on", "date"),
        Column(_("审核截止"), "decide_by", "date"),
        Column(_("结项日期"), "closed_on", "date"),
        Column(_("状态"), lambda row: row, "status", key="state"),
    ]


def _narrow(rows: "QuerySet[Closing]", given: Mapping[str, Any]) -> "QuerySet[Closing]":
    if given.get("state") == "open":
        rows = rows.exclude(state__in=Closing.ENDED)
    elif "state" in given:
        rows = rows.filter(state=given["state"])
    if wanted := given.get("number", "").strip():
        rows = rows.filter(Q(number__icontains=wanted) | Q(loan__loan_number__icontains=wanted))
    return rows


CLOSINGS = Listing(
    name="closings",
    label=gettext_lazy("结项"),
    url_name="recovery:closings",
    may_see=may.see_lists,
    may_export=may.see_lists,
    rows=lambda user: (
        selectors.closings(user)
        .exclude(state=State.CANCELLED)
        .annotate(is_late=Q(decide_by__lt=clock.today()) & ~Q(state__in=Closing.ENDED))
    ),
    form=filter_for(ClosingFilter),
    narrow=_narrow,
    same=("kind", "bank"),
    columns=_columns,
    orders={"made": ("created_at", "id")},
    order="-made",
    marks=lambda row: "late" if row.is_late else "",
    empty_title=gettext_lazy("没有结项记录"),
    empty_text=gettext_lazy("贷款结清、清偿、核销或终局不予补偿之后，结项列在这里。"),
)


@login_required
@require_GET
def closings(request: HttpRequest) -> HttpResponse:
    may.require(may.see_lists(request.user))
    shown = show(CLOSINGS, request)
    refused = selectors.refused_for_good(request.user)[:50] if may.close(request.user)[0] else []
    return render(request, "recovery/closings.html", {"shown": shown, "table": shown.table, "refused": refused})


@login_required
@require_GET
def closing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who has to agree, who has, and what the person looking at it may do now."""
    row = found(
        Closing, request.user, pk, "loan", "claim", "bank", "evidence", "made_by", "submitted_by", "manager_by",
        "finance_by", "authority_by", "supervisor_by", "closed_by", "refused_by",
    )  # fmt: skip
    context = {
        "closing": row,
        "loan": row.loan,
        "tape": selectors.tape(row.claim) if row.claim and row.claim.paid_on else None,
        "steps": steps(row),
        "act": act_of(request.user, row),
        "todo": todos.of_closing(row),
        "today": clock.today(),
        "events": moves.history(row),
    }
    return render(request, "recovery/closing.html", context)


CHAINS: dict[str, list[tuple[Any, str, str]]] = {
    Kind.WRITE_OFF: [
        (gettext_lazy("银行经办"), State.PREPARED, "made_by"),
        (gettext_lazy("银行复核"), State.APPLIED, "submitted_by"),
        (gettext_lazy("高新投审核"), State.MANAGER_PASSED, "manager_by"),
        (gettext_lazy("金融中心复核"), State.FINANCE_PASSED, "finance_by"),
        (gettext_lazy("主管部门批准"), State.AUTHORITY_APPROVED, "authority_by"),
        (gettext_lazy("监管执行部门批准"), State.SUPERVISOR_APPROVED, "supervisor_by"),
        (gettext_lazy("高新投结项"), State.CLOSED, "closed_by"),
    ],
    Kind.SETTLED: [
        (gettext_lazy("高新投核账"), State.MANAGER_PASSED, "manager_by"),
        (gettext_lazy("金融中心核账结项"), State.CLOSED, "finance_by"),
    ],
    Kind.PAID_OFF: [
        (gettext_lazy("银行经办"), State.PREPARED, "made_by"),
        (gettext_lazy("银行复核结项"), State.CLOSED, "submitted_by"),
    ],
    Kind.REFUSED: [(gettext_lazy("高新投结项"), State.CLOSED, "closed_by")],
    Kind.AUTOMATIC: [(gettext_lazy("系统自动结项"), State.CLOSED, "closed_by")],
}


def steps(row: Closing) -> list[dict[str, Any]]:
    """The stations of this kind of closing with the days they were passed."""
    passed = {move.target: move.on for move in moves.history(row)}
    made = []
    current = False
    for label, target, column in CHAINS[row.kind]:
        person = getattr(row, column)
        done = target in passed
        state = "done" if done else "todo"
        if not done and not current:
            current = True
            state = "stopped" if row.state in {State.REFUSED, State.CANCELLED} else "current"
        made.append({"label": label, "state": state, "on": passed.get(target), "note": person if done else ""})
    return made


def act_of(user: Any, row: Closing) -> dict[str, Any]:
    """What this person may do with the closing as it stands; empty if nothing."""
    if row.state == State.PREPARED:
        return {
            "submit": may.submit(user, row.bank_id)[0] and row.kind in {Kind.WRITE_OFF, Kind.PAID_OFF},
            "cancel": may.cancel(user, row.bank_id)[0],
        }
    if row.kind == Kind.SETTLED and row.state == State.MANAGER_PASSED and may.check_settled(user)[0]:
        return {"close_settled": True, "send_back": reverse("recovery:send_back_settled", args=[row.pk])}
    office = CHAIN.get(row.state) if row.kind == Kind.WRITE_OFF else None
    if office is None or not office.allowed(user)[0]:
        return {}
    if not hats.may_wear(row, user, office.hat):
        return {"another": True}
    last = row.state == State.SUPERVISOR_APPROVED
    return {
        "pass": True,
        "last": last,
        "send_back": "" if last else reverse("recovery:send_back_write_off", args=[row.pk]),
    }


@require_POST
@login_required
@once
def submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The bank's checker: files a write-off, or closes a loan that was paid off."""
    row = found(Closing, request.user, pk)
    act = services.submit_write_off if row.kind == Kind.WRITE_OFF else services.close_paid_off
    act(closing_id=pk, by=request.user, on=clock.today(), version=version_of(request))
    done = _("核销结项申请已提交高新投集团。") if row.kind == Kind.WRITE_OFF else _("贷款已结项。")
    messages.success(request, done)
    return redirect("recovery:closing", pk)


@require_POST
@login_required
@once
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Closing, request.user, pk)
    services.cancel_closing(
        closing_id=pk, by=request.user, on=clock.today(), version=version_of(request),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("结项申请已取消。"))
    return redirect("recovery:closing", pk)


@require_POST
@login_required
@once
def pass_write_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Closing, request.user, pk)
    row = services.pass_write_off(
        closing_id=pk, by=request.user, on=clock.today(), version=version_of(request),
        opinion=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("已办理，当前状态：%(state)s。") % {"state": row.get_state_display()})
    return redirect("recovery:closing", pk)


@require_POST
@login_required
@once
def send_back_write_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Closing, request.user, pk)
    services.send_back_write_off(
        closing_id=pk, reason=request.POST.get("reason", ""), by=request.user, on=clock.today(),
        version=version_of(request),
    )  # fmt: skip
    messages.success(request, _("核销结项申请已退回银行。"))
    return redirect("recovery:closing", pk)


@require_POST
@login_required
@once
def close_settled(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Closing, request.user, pk)
    services.close_settled(closing_id=pk, by=request.user, on=clock.today(), version=version_of(request))
    messages.success(request, _("核账无误，项目已结项。"))
    return redirect("recovery:closing", pk)


@require_POST
@login_required
@once
def send_back_settled(request: HttpRequest, pk: UUID) -> HttpResponse:
    found(Closing, request.user, pk)
    services.send_back_settled(
        closing_id=pk, reason=request.POST.get("reason", ""), by=request.user, on=clock.today(),
        version=version_of(request),
    )  # fmt: skip
    messages.success(request, _("已退回高新投集团。"))
    return redirect("recovery:closing", pk)
