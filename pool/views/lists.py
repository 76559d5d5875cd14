"""What every list can do besides being read: keep a filter, choose columns, be exported as it is seen."""

import io
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pool import audit, clock, exports, lists
from pool.formats import whole
from pool.forms_keys import once
from pool.models import AccessLog, SavedFilter
from pool.permissions import require
from pool.services import downloads
from pool.services import lists as service
from pool.sure import be_sure


def _listing(request: HttpRequest, name: str) -> lists.Listing:
    listing = lists.listing_of(name)
    if listing is None:
        raise Http404
    require(listing.may_see(request.user))
    return listing


@require_POST
@login_required
@once
def save_filter(request: HttpRequest, name: str) -> HttpResponse:
    listing = _listing(request, name)
    row = service.save_filter(
        listing=listing, name=request.POST.get("name", ""), query=request.POST.get("query", ""), by=request.user
    )
    messages.success(request, _("已保存筛选“%(name)s”。") % {"name": row.name})
    return redirect(f"{listing.url}?{row.query}")


@require_POST
@login_required
@once
def drop_filter(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(SavedFilter, pk=pk, user=request.user)
    listing = _listing(request, row.listing)
    service.drop_filter(filter_id=pk, by=request.user)
    return redirect(listing.url)


@require_POST
@login_required
@once
def choose_columns(request: HttpRequest, name: str) -> HttpResponse:
    listing = _listing(request, name)
    service.choose_columns(listing=listing, columns=request.POST.getlist("columns"), by=request.user)
    query = request.POST.get("query", "")
    return redirect(f"{listing.url}?{query}" if query else listing.url)


@login_required
@require_GET
def export(request: HttpRequest, name: str) -> HttpResponse:
    """The list as it is seen, as a workbook marked with who took it and when; a long one is made in the background."""
    listing = _listing(request, name)
    require(listing.may_export(request.user))
    be_sure()
    _form, rows = lists.narrowed(listing, request.user, request.GET)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, listing.name, detail=request.GET.urlencode())
    columns = [column for column, is_chosen in lists.chosen_columns(listing, request.user) if is_chosen]
    institution = request.user.institution_name or str(request.user.party.label)
    mark = exports.watermark(request.user.display_name, institution)
    with listing.within():
        many = rows.order_by()[: downloads.AT_ONCE + 1].count()
    if many > downloads.AT_ONCE:
        names = [column.name for column in columns]
        downloads.ask(name=listing.name, query=request.GET.urlencode(), columns=names, mark=mark, by=request.user)
        messages.success(
            request, _("超过 %(rows)s 条，正在后台生成；完成后在本页下载。") % {"rows": whole(downloads.AT_ONCE)}
        )
        return redirect("downloads")
    ordered = rows.order_by(*lists.order_of(listing, request.GET))
    sheet = exports.Sheet(name=listing.label, columns=columns, rows=ordered.iterator(chunk_size=1000))
    body = io.BytesIO()
    with listing.within():
        exports.write_xlsx(body, [sheet], mark=mark)
    body.seek(0)
    name = f"{listing.label}-{clock.today():%Y%m%d}.xlsx"
    return FileResponse(body, as_attachment=True, filename=name, content_type=exports.XLSX)
