"""Recoveries of a quarter by file: the blank sheet, and the way in; the batch has the page of every batch."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from loans.forms import UploadForm
from loans.models import Upload
from loans.views.uploads import blank, receive
from pool import clock
from pool.forms_keys import once
from recovery import permissions as may
from recovery import terms
from recovery.columns import RECOVERY_SCHEMA, write_template


@login_required
@require_http_methods(["GET", "POST"])
@once
def batch_new(request: HttpRequest) -> HttpResponse:
    may.require(may.has_role(request.user, may.MAKERS))

    def page(form: UploadForm) -> HttpResponse:
        return render(request, "recovery/batch_new.html", {"form": form, "window": terms.window_at(clock.today())})

    return receive(request, Upload.Kind.RECOVERIES, page)


@login_required
@require_GET
def batch_template(request: HttpRequest) -> FileResponse:
    may.require(may.has_role(request.user, may.MAKERS))
    return blank(RECOVERY_SCHEMA, write_template)
