"""我的下载: one's own long exports, their state, and until when they are kept."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pool import audit, clock, exports
from pool.errors import NotPermitted
from pool.forms_keys import once
from pool.models import AccessLog, ListExport
from pool.services import downloads as service
from pool.sure import be_sure
from pool.tables import Column, Table


@never_cache
@login_required
@require_GET
def downloads(request: HttpRequest) -> HttpResponse:
    rows = list(service.mine(request.user)[:50])
    table = Table(
        _columns(), rows, caption=_("我的下载"), empty_title=_("没有导出文件"),
        empty_text=_("清单超过 %(rows)s 条时，导出在后台生成，完成后列在这里。") % {"rows": f"{service.AT_ONCE:,}"},
    )  # fmt: skip
    context = {
        "table": table, "rows": rows, "jobs": [_job(row) for row in rows if row.is_open],
        "days": service.KEPT_FOR.days,
    }  # fmt: skip
    return render(request, "pool/downloads.html", context)


def _columns() -> list[Column]:
    return [
        Column(_("清单"), label_of, link=address_of),
        Column(_("筛选条件"), in_words),
        Column(_("申请时间"), "asked_at", "moment"),
        Column(_("状态"), lambda row: (row.state, row.trouble or row.get_state_display()), "status"),
        Column(_("行数"), lambda row: row.rows or None, "int"),
        Column(_("大小"), lambda row: filesizeformat(row.size) if row.size else ""),
        Column(_("保留至"), lambda row: row.expires_at if row.state == ListExport.State.READY else None, "moment"),
    ]


def label_of(row: ListExport) -> str:
    work = service.work_of(row)
    return work.label(row) if work else row.listing


def address_of(row: ListExport) -> str | None:
    return reverse("download", args=[row.pk]) if row.state == ListExport.State.READY else None


def in_words(row: ListExport) -> str:
    work = service.work_of(row)
    return work.told(row) if work else ""


def _job(row: ListExport) -> dict[str, Any]:
    states = {ListExport.State.ASKED: "queued", ListExport.State.MAKING: "running"}
    return {
        "label": label_of(row),
        "state": states.get(ListExport.State(row.state), "finished"),
        "message": _("可以离开本页，完成后有通知。"),
        "url": reverse("download_progress", args=[row.pk]),
    }


def _own(request: HttpRequest, pk: UUID) -> ListExport:
    return get_object_or_404(service.mine(request.user), pk=pk)


@never_cache
@login_required
@require_GET
def download_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The bar alone; when the work has ended the whole page is fetched again."""
    row = _own(request, pk)
    response = render(request, "components/progress.html", {"job": _job(row)})
    if not row.is_open:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_GET
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Only while they may still export that list; every taking is logged."""
    row = _own(request, pk)
    work = service.work_of(row)
    if work is None or row.state != ListExport.State.READY or not service.place(row).is_file():
        raise Http404
    if not work.may(row):
        raise NotPermitted()
    be_sure()
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, row, detail=f"{row.listing}?{row.query}")
    name = f"{work.label(row)}-{clock.today():%Y%m%d}.xlsx"
    return FileResponse(service.place(row).open("rb"), as_attachment=True, filename=name, content_type=exports.XLSX)


@require_POST
@login_required
@once
def drop_download(request: HttpRequest, pk: UUID) -> HttpResponse:
    _own(request, pk)
    service.drop(export_id=pk, by=request.user)
    messages.success(request, _("已删除导出文件。"))
    return redirect("downloads")
