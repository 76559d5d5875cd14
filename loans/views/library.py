"""The loan library: the lists of loans and of uploads, and the page of one loan."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from banks.lists import filter_for
from loans import permissions as may
from loans import selectors
from loans.forms import LoanFilter, UploadFilter
from loans.models import Loan, Upload
from loans.tables import HIDDEN, loan_columns, upload_columns
from loans.views import page
from pool import audit, clock
from pool.formats import whole
from pool.lists import Listing, show
from pool.models import AccessLog
from pool.selectors import panels_of


def _narrow(rows: "QuerySet[Loan]", asked: Mapping[str, Any]) -> "QuerySet[Loan]":
    if "q" in asked:
        rows = rows.filter(selectors.matching(asked["q"]))
    if "quarter" in asked:
        rows = rows.filter(selectors.in_quarter(date.fromisoformat(asked["quarter"])))
    if "late" in asked:
        rows = rows.filter(entered_late=asked["late"] == "1")
    return rows


LOANS = Listing(
    name="loans",
    label=gettext_lazy("贷款项目"),
    url_name="loans:list",
    may_see=lambda user: may.has_role(user, may.READERS),
    may_export=may.may_export,
    rows=lambda user: selectors.visible_loans(user).select_related("bank"),
    form=lambda data, user: LoanFilter(data, today=clock.today(), with_bank=user.institution is None),
    narrow=_narrow,
    same=("state", "library", "bank"),
    columns=lambda user: loan_columns(with_bank=user.institution is None),
    orders={"entered": ("id",), "number": ("loan_number_key", "id"), "disbursed": ("disbursed_on", "id")},
    order="-entered",
    hidden=HIDDEN,
)


@login_required
@require_GET
def loan_list(request: HttpRequest) -> HttpResponse:
    may.require(LOANS.may_see(request.user))
    context: dict[str, Any] = {"shown": show(LOANS, request), "states": _tabs(request)}
    context["table"] = context["shown"].table
    context["may_make"] = bool(request.user.institution) and may.may_make(request.user, request.user.institution)[0]
    return render(request, "loans/list.html", context)


def _narrow_uploads(rows: "QuerySet[Upload]", asked: Mapping[str, Any]) -> "QuerySet[Upload]":
    if "q" in asked:
        rows = rows.filter(number__startswith=asked["q"].strip().upper())
    if asked.get("rehearsal") != "all":
        rows = rows.filter(rehearsal=asked.get("rehearsal") == "1")
    if "since" in asked:
        rows = rows.filter(made_on__gte=asked["since"])
    return rows


UPLOADS = Listing(
    name="uploads",
    label=gettext_lazy("入库批次"),
    url_name="loans:uploads",
    may_see=lambda user: may.has_role(user, may.READERS),
    may_export=may.may_export,
    rows=lambda user: selectors.visible_uploads(user).select_related("bank", "file", "made_by"),
    form=filter_for(UploadFilter),
    narrow=_narrow_uploads,
    same=("state", "source", "bank"),
    columns=lambda user: upload_columns(with_bank=user.institution is None),
    orders={"made": ("id",), "number": ("number", "id"), "rows": ("rows_total", "id")},
    order="-made",
    empty_title=gettext_lazy("还没有上传过贷款项目"),
    size=30,
)


@login_required
@require_GET
def upload_list(request: HttpRequest) -> HttpResponse:
    may.require(UPLOADS.may_see(request.user))
    shown = show(UPLOADS, request)
    context = {"shown": shown, "table": shown.table, "windows": selectors.open_windows(clock.today())}
    context["may_make"] = bool(request.user.institution) and may.may_make(request.user, request.user.institution)[0]
    return render(request, "loans/uploads.html", context)


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    counts = selectors.states_of(request.user)
    chosen = request.GET.get("state", "")
    tabs = [{"label": _("全部"), "url": "?", "active": not chosen, "count": _at_most(sum(counts.values()))}]
    for value, label in Loan.State.choices:
        tabs.append(
            {"label": label, "url": f"?state={value}", "active": chosen == value, "count": _at_most(counts[value])}
        )
    return tabs


def _at_most(count: int) -> str:
    return whole(count) if count <= selectors.COUNTED else f"{whole(selectors.COUNTED)}+"


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Facts, where it stands, what is due, and the next step; the rooms to the right add their parts."""
    loan = get_object_or_404(selectors.visible_loans(request.user).select_related("bank", "upload"), pk=pk)
    may.require(may.may_see(request.user, loan.bank_id))
    audit.log_access(request, AccessLog.Kind.READ, loan)
    panels = [{"template": template, "context": context} for template, context in panels_of(request.user, loan)]
    context = page.of_loan(request.user, loan, clock.today())
    context["panels"] = panels
    theirs = (panel["context"].get("next_step") for panel in panels)
    context["next_step"] = context["next_step"] or next((step for step in theirs if step), None)
    return render(request, "loans/detail.html", context)
