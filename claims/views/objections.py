"""The desk of objections to public notices: the manager re-checks, the authority decides (20(2))."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from claims import permissions, reports, services
from claims.models import Objection
from claims.views.acts import only, row_or_404
from pool import audit, pdf
from pool.deeds import deed, text, yes
from pool.errors import Refused
from pool.models import AccessLog
from pool.moves import history
from pool.selectors import edition
from pool.tables import Column, Table, keyset_page

OBJECTION_COLUMNS = (
    Column(gettext_lazy("异议编号"), "number", "code", link=lambda row: reverse("claims:objection", args=[row.pk])),
    Column(gettext_lazy("公示"), "item.publicity.number", "code"),
    Column(gettext_lazy("项目"), "item.claim.number", "code"),
    Column(gettext_lazy("状态"), lambda row: row, "status"),
    Column(gettext_lazy("收到日期"), "received_on", "date"),
)


@login_required
@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    only(request.user, permissions.OBJECTION_READERS)
    rows = Objection.objects.select_related("item__publicity", "item__claim")
    found = keyset_page(rows, request, order=("-id",), size=50)
    table = Table(OBJECTION_COLUMNS, found, page=found, empty_title=_("没有收到异议"))
    return render(request, "claims/objections.html", {"table": table})


@login_required
@require_GET
def objection(request: HttpRequest, pk: UUID) -> HttpResponse:
    only(request.user, permissions.OBJECTION_READERS)
    found = row_or_404(
        Objection, pk, "item__publicity", "item__claim__bank", "item__claim__loan", "reported_by", "decided_by"
    )
    audit.log_access(request, AccessLog.Kind.READ, found)
    context = {
        "objection": found,
        "claim": found.item.claim,
        "timeline": history(found),
        "may_report": permissions.re_check(request.user)[0] and found.state == Objection.State.RECEIVED,
        "may_decide": permissions.publish(request.user)[0] and found.state == Objection.State.REPORTED,
        "article": edition()["publicity_period"].article,
    }
    return render(request, "claims/objection.html", context)


def _objection_of(request: HttpRequest, pk: UUID) -> Objection:
    only(request.user, permissions.OBJECTION_READERS)
    found: Objection = row_or_404(Objection, pk)
    return found


def _objection_url(row: Objection) -> str:
    return reverse("claims:objection", args=[row.pk])


report_objection = deed(
    _objection_of, services.report_objection, "objection_id", gettext_lazy("复核报告已提交。"), _objection_url,
    {"report": text("report")},
)  # fmt: skip
decide_objection = deed(
    _objection_of, services.decide_objection, "objection_id", gettext_lazy("异议处理决定已作出。"), _objection_url,
    {"uphold": yes("uphold"), "reason": text("reason")},
)  # fmt: skip


@login_required
@require_GET
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The re-check report as PDF."""
    found = _objection_of(request, pk)
    if not found.report:
        raise Refused("no_report", _("复核报告尚未提交。"), edition()["publicity_period"].article)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, found)
    return pdf.download(reports.objection_pdf(found), f"{found.number}.pdf")
