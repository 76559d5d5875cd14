"""Uploads: template, file or form, progress, findings, submission, receipt."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loans import permissions as may
from loans import reports, selectors, services
from loans.columns import CLASSIFICATION_SCHEMA, LOAN_SCHEMA
from loans.forms import SECTIONS, TICKED, LoanEntryForm, UploadForm
from loans.kinds import KINDS, kind_of
from loans.models import Upload, UploadRow
from loans.services.uploads import RowRefused
from loans.template import write_classification_template, write_template
from loans.views import batch
from pool import audit, clock, exports
from pool.deeds import deed
from pool.errors import NotPermitted, Refused
from pool.formats import whole
from pool.forms_keys import once, seen_version
from pool.models import AccessLog
from pool.refusals import add_to_form
from pool.selectors import edition
from pool.services import downloads
from pool.sheets import Schema


def _require_maker(request: HttpRequest) -> None:
    if request.user.institution is None:
        raise NotPermitted()
    may.require(may.may_make(request.user, request.user.institution))


def _upload(request: HttpRequest, pk: UUID) -> Upload:
    rows = selectors.visible_uploads(request.user)
    return get_object_or_404(rows.select_related("bank", "file", "receipt", "made_by", "submitted_by"), pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
@once
def upload_new(request: HttpRequest) -> HttpResponse:
    _require_maker(request)

    def page(form: UploadForm) -> HttpResponse:
        windows = selectors.open_windows(clock.today())
        return render(request, "loans/upload_new.html", {"form": form, "windows": windows})

    return receive(request, Upload.Kind.LOANS, page)


@login_required
@require_http_methods(["GET", "POST"])
@once
def classes_new(request: HttpRequest) -> HttpResponse:
    """Classifications by file: the same way in, the same rows that are held and come back."""
    _require_maker(request)

    def page(form: UploadForm) -> HttpResponse:
        return render(request, "loans/classes_new.html", {"form": form, "article": edition()["claim_period"].article})

    return receive(request, Upload.Kind.CLASSIFICATIONS, page)


def receive(request: HttpRequest, kind: Upload.Kind, page: Callable[[UploadForm], HttpResponse]) -> HttpResponse:
    """The file in, and on to its batch; what speaks against it stands on the page beside the field."""
    form = UploadForm(request.POST or None, request.FILES or None)
    form.fields["file"].label = KINDS[kind.value].words.sheet
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = services.receive_upload(
                file=file, name=file.name, by=request.user, on=clock.today(), kind=kind.value,
                rehearsal=form.cleaned_data["rehearsal"],
            )  # fmt: skip
        except NotPermitted:
            raise
        except Refused as no:
            add_to_form(form, no)
        else:
            return redirect("loans:upload", pk=upload.pk)
    return page(form)


@login_required
@require_GET
def template_file(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in, made from the schema."""
    _require_maker(request)
    return blank(LOAN_SCHEMA, write_template)


@login_required
@require_GET
def classes_template(request: HttpRequest) -> HttpResponse:
    _require_maker(request)
    return blank(CLASSIFICATION_SCHEMA, write_classification_template)


def blank(schema: Schema, write: Callable[[io.BytesIO], None]) -> FileResponse:
    buffer = io.BytesIO()
    write(buffer)
    buffer.seek(0)
    name = f"{schema.title}-{schema.code}.xlsx"
    return FileResponse(buffer, as_attachment=True, filename=name, content_type=exports.XLSX)


@login_required
@require_http_methods(["GET", "POST"])
@once
def form_entry(request: HttpRequest) -> HttpResponse:
    """One loan by form: the same judgement as a row of a file."""
    _require_maker(request)
    form = LoanEntryForm(request.POST or None)
    findings: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            upload = services.enter_form(cells=form.cells(), by=request.user, on=clock.today())
        except RowRefused as no:
            findings = batch.tell_row(form, no)
        except NotPermitted:
            raise
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("已生成批次，等待复核人员提交。"))
            return redirect("loans:upload", pk=upload.pk)
    form.mark_required()
    sections = [(title, [form[key] for key in keys]) for title, keys in SECTIONS]
    return render(request, "loans/form_entry.html", {"form": form, "sections": sections, "findings": findings})


@login_required
@require_GET
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _upload(request, pk)
    return render(request, "loans/upload.html", batch.of_upload(request, found))


@login_required
@require_GET
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The bar alone; when the work has ended the whole page is fetched again."""
    found = _upload(request, pk)
    job = batch.progress_of(found)
    response = render(request, "loans/_progress.html", {"job": job})
    if job["state"] in {"finished", "failed"}:
        response["HX-Refresh"] = "true"
    return response


def _taken_by(request: HttpRequest) -> str:
    return exports.watermark(request.user.display_name, request.user.institution_name)


@login_required
@require_GET
def held_rows(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The workbook that comes back: held rows only, their faulty cells explained; mended, it can be sent again."""
    found = _upload(request, pk)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, found, detail="held rows")
    name = f"{found.number}-{_('待改正')}.xlsx"
    body = reports.workbook(found, _taken_by(request))
    return FileResponse(body, as_attachment=True, filename=name, content_type=exports.XLSX)


@login_required
@require_GET
def marked_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The bank's own workbook with what was found; mended in place, it can be sent again as it is."""
    found = _upload(request, pk)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, found, detail="own workbook with results")
    if reports.takes_long(found):
        downloads.ask(name=reports.RETURNED.name, query=str(found.pk), mark=_taken_by(request), by=request.user)
        messages.success(request, _("本批次行数较多，标出问题的原表正在后台生成；完成后在本页下载，并有通知。"))
        return redirect("downloads")
    made = reports.own_workbook(found, _taken_by(request))
    name = f"{found.number}-{_('校验结果')}{made.suffix}"
    return FileResponse(made.file, as_attachment=True, filename=name, content_type=made.content_type)


@login_required
@require_POST
@once
def submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _upload(request, pk)
    version = seen_version(request)
    services.submit_upload(upload_id=found.pk, by=request.user, on=clock.today(), version=version)
    messages.success(request, kind_of(found).words.submitted)
    return redirect("loans:upload", pk=found.pk)


@login_required
@require_POST
@once
def file_rehearsal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same file in earnest, without sending it again."""
    found = _upload(request, pk)
    may.require(may.may_make(request.user, found.bank_id))
    made = services.file_rehearsal(upload_id=found.pk, by=request.user, on=clock.today())
    messages.success(request, _("已按同一文件生成正式批次 %(number)s，正在校验。") % {"number": made.number})
    return redirect("loans:upload", pk=made.pk)


@login_required
@require_POST
@once
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Why rows with a warning are right; those that still wait are shown again."""
    found = _upload(request, pk)
    may.require(may.may_make(request.user, found.bank_id))
    form = batch.confirmation_form(found, request.POST)
    if not form.is_valid():
        context = batch.of_upload(request, found, form)
        return render(request, "loans/upload.html", context, status=422)
    given = form.cleaned_data
    ticked = given["code"] == TICKED
    count = services.confirm_warnings(
        upload_id=found.pk, by=request.user, on=clock.today(), reason=given["reason"],
        code="" if ticked else given["code"], rows=[row.pk for row in given["rows"]] if ticked else (),
    )  # fmt: skip
    messages.success(request, _("已确认 %(rows)s 行，理由已记录。") % {"rows": whole(count)})
    found.refresh_from_db()
    shown = batch.UNCONFIRMED if found.rows_unconfirmed else UploadRow.Status.GOOD.value
    return redirect(f"{found.get_absolute_url()}?rows={shown}")


cancel = deed(
    _upload, services.cancel_upload, "upload_id", gettext_lazy("已取消本批次，没有一行生效。"), Upload.get_absolute_url
)
