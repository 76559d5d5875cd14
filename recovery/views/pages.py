"""What several roles read: the projects after payment, one project with its tape, the register of returns."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from banks.lists import filter_for
from claims.models import Claim
from loans.models import Loan
from loans.selectors import matching
from pool import audit, clock, moves
from pool.lists import Listing, narrowed, show
from pool.models import AccessLog
from pool.rules import quarter_name
from pool.tables import Column
from pool.tones import tone
from recovery import permissions as may
from recovery import selectors, terms, todos
from recovery.forms import ProjectFilter, ReceiptForm, RecoveryFilter, ReturnFilter
from recovery.models import Chaser, Closing, Package, Recovery, Return, Settlement
from recovery.views.common import found, loan_of


def project_url(claim: Claim) -> str:
    return reverse("recovery:project", args=[claim.loan_id])


def _project_columns(user: Any) -> list[Column]:
    return [
        Column(_("借据号"), "loan.loan_number", "code", link=project_url),
        Column(_("借款人"), "loan.borrower_name"),
        *([] if user.institution else [Column(_("加盟银行"), "bank.short_name")]),
        Column(_("到账日"), "paid_on", "date", sort="paid"),
        Column(_("补偿金额"), "amount", "money", unit=_("元"), sort="amount"),
        Column(_("累计收回"), "recovered", "money", unit=_("元")),
        Column(_("已返还"), "returned", "money", unit=_("元")),
        Column(_("待返还"), "outstanding", "money", unit=_("元")),
        Column(_("最近返还截止"), "next_due", "date"),
        Column(_("状态"), "loan", "status"),
    ]


def _narrow_projects(rows: "QuerySet[Claim]", given: Mapping[str, Any]) -> "QuerySet[Claim]":
    if wanted := given.get("number", "").strip():
        rows = rows.filter(Q(loan__loan_number__icontains=wanted) | Q(loan__borrower_name__icontains=wanted))
    if "state" in given:
        rows = rows.filter(loan__state=given["state"])
    return rows.filter(outstanding__gt=0) if given.get("owing") == "yes" else rows


PROJECTS = Listing(
    name="projects",
    label=gettext_lazy("清收与返还"),
    url_name="recovery:projects",
    may_see=may.see_lists,
    may_export=may.see_lists,
    rows=lambda user: selectors.projects(user).annotate(is_late=Q(next_due__lt=clock.today())),
    form=filter_for(ProjectFilter),
    narrow=_narrow_projects,
    same=("bank",),
    columns=_project_columns,
    orders={"paid": ("paid_on", "id"), "amount": ("amount", "id")},
    order="-paid",
    marks=lambda row: "late" if row.is_late else "",
    empty_title=gettext_lazy("没有已补偿的项目"),
    empty_text=gettext_lazy("补偿资金到账后，项目在此清收、返还直至结项。"),
)


@login_required
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """Every compensated project this person may see, with what came back."""
    may.require(may.see_lists(request.user))
    shown = show(PROJECTS, request)
    context = {
        "shown": shown, "table": shown.table, "window": terms.window_at(clock.today()),
        "makes": may.has_role(request.user, may.MAKERS)[0],
    }  # fmt: skip
    return render(request, "recovery/projects.html", context)


@login_required
@require_GET
def project(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One project after its determination: the claw-back tape, what may be done next, what has been done."""
    loan = loan_of(request.user, pk)
    audit.log_access(request, AccessLog.Kind.READ, loan)
    context = project_context(request.user, loan)
    return render(request, "recovery/project.html", context)


def project_context(user: Any, loan: Loan) -> dict[str, Any]:
    today = clock.today()
    window = terms.window_at(today)
    claim = selectors.paid_claim(loan)
    tape = selectors.tape(claim) if claim else None
    before = selectors.before_payment(loan) if claim is None else None
    settlement = Settlement.objects.filter(loan=loan).exclude(state=Settlement.State.CANCELLED).order_by("-id").first()
    closing = Closing.objects.filter(loan=loan).exclude(state=Closing.State.CANCELLED).order_by("-id").first()
    return {
        "loan": loan,
        "claim": claim,
        "tape": tape,
        "before": before,
        "settlement": settlement,
        "closing": closing,
        "today": today,
        "window": window,
        "todo": todos.of_project(loan, tape, settlement, closing, today),
        "may": _may(user, loan, claim, settlement, closing),
        "events": _events(loan, settlement, closing),
        "package": _shown_package(user, claim),
        "chasers": _chasers(loan),
        "chaser_article": window.article,
    }


def _shown_package(user: Any, claim: Claim | None) -> Package | None:
    """What the bank has not filed yet is the bank's own."""
    row = selectors.package_of(claim)
    return row if row and (user.institution or row.submitted_by_id) else None


def _chasers(loan: Loan) -> list[Chaser]:
    """The newest first, with their quarter's name."""
    rows = list(Chaser.objects.filter(loan=loan).select_related("replied_by").order_by("-quarter"))
    for row in rows:
        row.name = quarter_name(row.quarter)
    return rows


def _may(
    user: Any, loan: Loan, claim: Claim | None, settlement: Settlement | None, closing: Closing | None
) -> dict[str, bool]:
    """Which buttons make sense; the services ask again."""
    makes = may.prepare(user, loan.bank_id)[0]
    busy = bool(settlement and settlement.state in {"prepared", "applied"}) or bool(closing and closing.is_open)
    compensated = loan.state == Loan.State.COMPENSATED and claim is not None
    recovering = loan.state in {Loan.State.NON_PERFORMING, Loan.State.COMPENSATED, Loan.State.RECOVERED}
    after_closing = loan.state == Loan.State.CLOSED and claim is not None
    return {
        "report": makes and (recovering or after_closing),
        "check": may.submit(user, loan.bank_id)[0],
        "cancel": may.cancel(user, loan.bank_id)[0],
        "settle": makes and compensated and not busy and loan.library == Loan.Library.COMPENSATION,
        "write_off": makes and compensated and not busy,
        "pass_settled": may.pass_closing(user)[0] and loan.state == Loan.State.RECOVERED and not busy,
        "enter_receipt": may.enter_receipt(user)[0],
        "confirm_receipt": may.confirm_receipt(user)[0],
    }


def _events(loan: Loan, *subjects: Settlement | Closing | None) -> list[dict[str, Any]]:
    """Moves of the loan and of what the bank applied for, in the order in which they happened."""
    rows = [(loan, move) for move in moves.history(loan)]
    for subject in subjects:
        rows += [(subject, move) for move in moves.history(subject)] if subject else []
    rows.sort(key=lambda pair: pair[1].id)
    return [event(subject, move) for subject, move in rows]


def event(subject: Any, move: Any) -> dict[str, Any]:
    """A move told beside moves of other rows: which row it was is part of what happened."""
    words = dict(subject._meta.get_field(move.field).flatchoices)
    target = words.get(move.target, move.target)
    who = f"{move.by.display_name} · {move.by.get_role_display()}" if move.by else _("系统按规则自动办理")
    at = clock.at_instant(move.on, timezone.localtime(move.at).time())
    return {
        "at": at, "on": move.on, "what": f"{subject._meta.verbose_name}：{target}", "who": who,
        "why": move.reason, "article": move.article, "tone": tone(move.target),
    }  # fmt: skip


def _return_columns(user: Any) -> list[Column]:
    return [
        Column(_("返还编号"), "number", "code", link=lambda row: reverse("recovery:return", args=[row.pk])),
        Column(
            _("借据号"), "loan.loan_number", "code", link=lambda row: reverse("recovery:project", args=[row.loan_id])
        ),
        *([] if user.institution else [Column(_("加盟银行"), "bank.short_name")]),
        Column(_("期次"), "instalment", "int"),
        Column(_("累计收回"), "recovered_total", "money", unit=_("元")),
        Column(_("应返还"), "amount", "money", unit=_("元"), sort="amount"),
        Column(_("截止日"), "due_on", "date", sort="due"),
        Column(_("到账日"), "received_on", "date"),
        Column(_("状态"), "shown", "status"),
    ]


def _narrow_returns(rows: "QuerySet[Return]", given: Mapping[str, Any]) -> "QuerySet[Return]":
    if wanted := given.get("number", "").strip():
        rows = rows.filter(Q(number__icontains=wanted) | Q(loan__loan_number__icontains=wanted))
    return rows.filter(due_on__lte=given["due_by"]) if "due_by" in given else rows


RETURNS = Listing(
    name="returns",
    label=gettext_lazy("返还台账"),
    url_name="recovery:returns",
    may_see=may.see_lists,
    may_export=may.see_lists,
    rows=lambda user: selectors.returns(user).annotate(
        is_late=Q(due_on__lt=clock.today()) & ~Q(state=Return.State.RECEIVED)
    ),
    form=filter_for(ReturnFilter),
    narrow=_narrow_returns,
    same=("state", "bank"),
    columns=_return_columns,
    orders={"due": ("due_on", "id"), "amount": ("amount", "id")},
    order="-due",
    marks=lambda row: "late" if row.is_late else "",
    empty_title=gettext_lazy("没有返还记录"),
    empty_text=gettext_lazy("银行上报清收后，应返还的资金按累计公式算出并列在这里。"),
)


@login_required
@require_GET
def returns(request: HttpRequest) -> HttpResponse:
    """返还台账: what is due, what has come in, checked against what was reported (10.2(3))."""
    may.require(may.see_lists(request.user))
    shown = show(RETURNS, request)
    _form, rows = narrowed(RETURNS, request.user, request.GET)
    context = {"shown": shown, "table": shown.table, "sums": selectors.sums_of(rows)}
    return render(request, "recovery/returns.html", context)


@login_required
@require_GET
def return_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One return: how its amount came about, and the two people of the finance centre who received it."""
    advice = found(
        Return, request.user, pk, "claim", "loan", "bank", "recovery", "receipt_entered_by", "receipt_confirmed_by"
    )
    return render(request, "recovery/return.html", return_context(request.user, advice, ReceiptForm()))


def return_context(user: Any, advice: Return, form: ReceiptForm) -> dict[str, Any]:
    return {
        "advice": advice,
        "todo": todos.of_return(advice),
        "tape": selectors.tape(advice.claim),
        "form": form,
        "today": clock.today(),
        "upgraded": selectors.is_upgraded(advice.claim),
        "may_enter": may.enter_receipt(user)[0] and advice.state == Return.State.DUE,
        "may_confirm": may.confirm_receipt(user)[0] and advice.state == Return.State.RECEIPT_ENTERED,
        "events": moves.history(advice),
    }


def _narrow(rows: "QuerySet[Recovery]", given: Mapping[str, Any]) -> "QuerySet[Recovery]":
    if words := given.get("q", "").strip():
        rows = rows.filter(loan__in=Loan.objects.filter(matching(words)).values("pk"))
    if "since" in given:
        rows = rows.filter(received_on__gte=given["since"])
    if "until" in given:
        rows = rows.filter(received_on__lte=given["until"])
    return rows


def _recovery_columns(user: Any) -> list[Column]:
    return [
        Column(
            _("借据号"), "loan.loan_number", "code", link=lambda row: reverse("recovery:project", args=[row.loan_id])
        ),
        Column(_("借款人"), "loan.borrower_name"),
        *([] if user.institution else [Column(_("加盟银行"), "bank.short_name")]),
        Column(_("收回日期"), "received_on", "date", sort="received"),
        Column(_("收回金额"), "amount", "money", unit=_("元"), sort="amount"),
        Column(_("其中：本金"), "principal_part", "money", unit=_("元")),
        Column(_("处置方式"), "get_method_display"),
        Column(_("上报日期"), "submitted_on", "date"),
        Column(_("上报截止"), "report_by", "date"),
        Column(_("状态"), lambda row: row, "status", key="state"),
        Column(_("经办人"), "made_by.display_name"),
        Column(_("复核人"), "submitted_by.display_name"),
    ]


RECOVERIES = Listing(
    name="recoveries",
    label=gettext_lazy("清收记录"),
    url_name="recovery:recoveries",
    may_see=may.see_lists,
    may_export=may.see_lists,
    rows=lambda user: (
        Recovery.objects.visible_to(user)
        .exclude(state=Recovery.State.CANCELLED)
        .select_related("loan", "bank", "made_by", "submitted_by")
    ),
    form=filter_for(RecoveryFilter),
    narrow=_narrow,
    same=("state", "method", "bank"),
    columns=_recovery_columns,
    orders={"received": ("received_on", "id"), "amount": ("amount", "id")},
    order="-received",
    hidden=frozenset({"made_by.display_name", "submitted_by.display_name"}),
    marks=lambda row: "late" if row.reported_late else "",
    empty_title=gettext_lazy("没有清收记录"),
)


@login_required
@require_GET
def recoveries(request: HttpRequest) -> HttpResponse:
    """What has been reported, and what still waits for the second person of the bank."""
    may.require(may.see_lists(request.user))
    shown = show(RECOVERIES, request)
    context = {"shown": shown, "table": shown.table, "makes": may.has_role(request.user, may.MAKERS)[0]}
    return render(request, "recovery/recoveries.html", context)
