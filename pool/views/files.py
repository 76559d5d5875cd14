"""A stored file goes out only to whom its purpose's guard lets it, and the log says so."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from pool import audit, registry, storage
from pool.models import AccessLog, StoredFile

ALONE = "sandbox; default-src 'none'; frame-ancestors 'none'"
# The browsers' own readers of PDF do not work in a sandbox; what they may load is nothing, who may frame it our pages.
IN_PLACE = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"


@login_required
def download(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """What belongs to another and what does not exist answer alike."""
    file = StoredFile.objects.filter(pk=file_id).first()
    guard = registry.file_guards.get(file.purpose) if file is not None else None
    if file is None or guard is None or not guard.fn(request.user, file):
        raise Http404
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, file)
    inline = "inline" in request.GET and file.content_type in storage.SHOWN_INLINE
    response = FileResponse(
        storage.open_file(file), as_attachment=not inline, filename=file.name, content_type=file.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = IN_PLACE if inline else ALONE
    if inline:
        response["X-Frame-Options"] = "SAMEORIGIN"
    return response
