"""A stored file goes out only to whom its purpose's guard lets it, and the log says so."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from pool import audit, registry, storage
from pool.models import AccessLog, StoredFile

SHOWN_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg"})


@login_required
def download(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """What belongs to another and what does not exist answer alike."""
    file = StoredFile.objects.filter(pk=file_id).first()
    guard = registry.file_guards.get(file.purpose) if file is not None else None
    if file is None or guard is None or not guard.fn(request.user, file):
        raise Http404
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, file)
    inline = "inline" in request.GET and file.content_type in SHOWN_INLINE
    response = FileResponse(
        storage.open_file(file), as_attachment=not inline, filename=file.name, content_type=file.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    if not inline:
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
