"""The loan library: the list, its export, and the page of one loan."""

import io
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loans import permissions as may
from loans import selectors
from loans.forms import LoanFilter
from loans.models import Loan
from loans.tables import export_columns, loan_columns
from loans.views import page
from pool import audit, clock, exports
from pool.errors import Refused
from pool.formats import whole
from pool.models import AccessLog
from pool.selectors import panels_of
from pool.sure import be_sure
from pool.tables import Table, keyset_page

EXPORT_LIMIT = 10_000


@login_required
@require_GET
def loan_list(request: HttpRequest) -> HttpResponse:
    may.require(may.has_role(request.user, may.READERS))
    form, rows = _filtered(request)
    shown = keyset_page(rows, request, order=["-id"])
    table = Table(loan_columns(with_bank=_sees_banks(request)), shown.rows, page=shown, caption=_("贷款项目"))
    query = request.GET.urlencode()
    context = {"form": form, "table": table, "query": query, "states": _tabs(request)}
    context["may_export"] = may.may_export(request.user)[0]
    context["may_make"] = bool(request.user.institution) and may.may_make(request.user, request.user.institution)[0]
    return render(request, "loans/list.html", context)


def _sees_banks(request: HttpRequest) -> bool:
    return request.user.institution is None


def _filtered(request: HttpRequest) -> tuple[LoanFilter, "QuerySet[Loan]"]:
    form = LoanFilter(request.GET or None, today=clock.today(), with_bank=_sees_banks(request))
    rows = selectors.visible_loans(request.user).select_related("bank")
    asked = form.cleaned_data if form.is_valid() else {}
    if asked.get("q"):
        rows = rows.filter(selectors.matching(asked["q"]))
    for name in ("state", "library", "bank"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("quarter"):
        rows = rows.filter(selectors.in_quarter(date.fromisoformat(asked["quarter"])))
    if asked.get("late"):
        rows = rows.filter(entered_late=asked["late"] == "1")
    return form, rows


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    counts = selectors.states_of(request.user)
    chosen = request.GET.get("state", "")
    tabs = [{"label": _("全部"), "url": "?", "active": not chosen, "count": sum(counts.values())}]
    for value, label in Loan.State.choices:
        tabs.append(
            {"label": label, "url": f"?state={value}", "active": chosen == value, "count": counts.get(value, 0)}
        )
    return tabs


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook, marked with who took it and when; the taking is logged."""
    may.require(may.may_export(request.user))
    be_sure()
    _form, rows = _filtered(request)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, "loans.loan", detail=request.GET.urlencode())
    if rows.count() > EXPORT_LIMIT:
        limit = {"limit": whole(EXPORT_LIMIT)}
        raise Refused("export_too_long", _("一次最多导出 %(limit)s 笔，请先按季度或状态缩小范围。") % limit)
    sheet = exports.Sheet(
        name=_("贷款项目"), columns=export_columns(with_bank=_sees_banks(request)), rows=rows.order_by("-id").iterator()
    )
    institution = request.user.institution_name or str(request.user.party.label)
    body = io.BytesIO()
    exports.write_xlsx(body, [sheet], mark=exports.watermark(request.user.display_name, institution))
    body.seek(0)
    name = f"{_('贷款项目')}-{clock.today():%Y%m%d}.xlsx"
    return FileResponse(body, as_attachment=True, filename=name, content_type=exports.XLSX)


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
