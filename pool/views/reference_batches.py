"""The desk of reference data by spreadsheet: upload, preview of what changes, and the second person's word."""

import io
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from pool import audit, clock, exports, moves
from pool.deeds import deed, text
from pool.errors import Refused
from pool.forms_keys import once
from pool.holiday_form import DayInput
from pool.models import AccessLog, ReferenceBatch
from pool.permissions import (
    REFERENCE_READERS,
    has_role,
    may_confirm_batch,
    may_enter_reference,
    may_withdraw_batch,
    require,
)
from pool.reference_tables import ADDED, CHANGED, ENDED, Difference, tables
from pool.reference_tables import Table as Kept
from pool.reference_windows import furthest
from pool.refusals import add_to_form
from pool.selectors import edition, refs
from pool.services import reference_batches as service
from pool.sure import be_sure
from pool.tables import Column, Table
from pool.templates_xlsx import build, fill

SHOWN = 200
State = ReferenceBatch.State
WORDS = {
    ADDED: ("good", gettext_lazy("新增")),
    CHANGED: ("wait", gettext_lazy("变更")),
    ENDED: ("bad", gettext_lazy("终止")),
}


class BatchForm(forms.Form):
    """The file, what it rests on, and how far it makes the table complete."""

    source = forms.CharField(
        label=gettext_lazy("依据文件"), max_length=300, help_text=gettext_lazy("公告或函件的名称、文号、日期。")
    )
    sheet = forms.FileField(label=gettext_lazy("表格文件"), widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}))
    through = forms.DateField(
        label=gettext_lazy("完整至"), widget=DayInput(),
        help_text=gettext_lazy("到这一天为止已公布的都在系统里，含当日。"),
    )  # fmt: skip
    whole = forms.BooleanField(
        label=gettext_lazy("这是全部名单"), required=False,
        help_text=gettext_lazy("表中没有而现行有效的，自施行日期前一日终止；分几种名单的，只涉及表中出现的种类。"),
    )  # fmt: skip
    effective_on = forms.DateField(label=gettext_lazy("全部名单施行日期"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, table: Kept, **options: Any) -> None:
        super().__init__(*args, **options)
        if not table.last:
            del self.fields["whole"], self.fields["effective_on"]


def _table(kind: str) -> Kept:
    if kind not in tables():
        raise Http404
    return tables()[kind]


@login_required
@once
def enter_batch(request: HttpRequest, kind: str) -> HttpResponse:
    require(may_enter_reference(request.user))
    table, today = _table(kind), clock.today()
    initial = {"through": furthest(table.kind, today, refs(today).calendar)}
    form = BatchForm(request.POST or None, request.FILES or None, table=table, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = service.enter(slug=kind, **form.cleaned_data, by=request.user, on=today)
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("已上传。请查看变动，无误后提交另一人确认。"))
            return redirect(made)
    status = 422 if form.is_bound and form.errors else 200
    context = {
        "form": form, "kind": kind, "label": table.model._meta.verbose_name, "known": service.known_through(table),
        "article": edition()[table.provision].article,
    }  # fmt: skip
    return render(request, "pool/reference_batch_form.html", context, status=status)


@login_required
@require_GET
def batch_template(request: HttpRequest, kind: str) -> FileResponse:
    """The spreadsheet to fill in."""
    require(may_enter_reference(request.user))
    table, buffer = _table(kind), io.BytesIO()
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, "pool.referencebatch", detail=f"template {kind}")
    build(table.schema, buffer, instructions=table.instructions, examples=[table.example])
    buffer.seek(0)
    name = _("%(title)s模板") % {"title": table.schema.title}
    return FileResponse(buffer, as_attachment=True, filename=f"{name}.xlsx", content_type=exports.XLSX)


@login_required
@require_GET
def export_reference(request: HttpRequest, kind: str) -> FileResponse:
    """What is in force, in the template's own columns."""
    require(has_role(request.user, REFERENCE_READERS))
    table, buffer = _table(kind), io.BytesIO()
    be_sure()
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, "pool.referencebatch", detail=f"in force {kind}")
    fill(table.schema, buffer, service.exported(table))
    buffer.seek(0)
    name = f"{table.schema.title}-{clock.today():%Y%m%d}.xlsx"
    return FileResponse(buffer, as_attachment=True, filename=name, content_type=exports.XLSX)


def _found(request: HttpRequest, pk: UUID) -> ReferenceBatch:
    require(has_role(request.user, REFERENCE_READERS))
    rows = ReferenceBatch.objects.select_related("made_by", "confirmed_by", "sheet")
    found: ReferenceBatch = get_object_or_404(rows, pk=pk)
    return found


@login_required
@require_GET
def reference_batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file: what it would change and touch, and what this person may do about it."""
    batch, user = _found(request, pk), request.user
    foreseen = service.preview(batch, clock.today()) if batch.state in ReferenceBatch.OPEN else None
    table = service.table_of_kind(batch.kind)
    context: dict[str, Any] = {
        "batch": batch,
        "kind": table.slug,
        "article": service.article(batch),
        "facts": _facts(batch),
        "preview": foreseen,
        "events": moves.history(batch),
        "may_submit": batch.state == State.DRAFTED and may_withdraw_batch(user, batch)[0],
        "may_withdraw": batch.state in ReferenceBatch.OPEN and may_withdraw_batch(user, batch)[0],
        "may_confirm": batch.state == State.SUBMITTED and may_confirm_batch(user, batch)[0],
        "waiting": _waiting(batch),
    }
    if foreseen:
        context["counts"] = [(WORDS[kind][1], foreseen.count(kind)) for kind in WORDS]
        context["table"] = _differences(table, foreseen.differences[:SHOWN])
        context["left_out"] = max(0, len(foreseen.differences) - SHOWN)
    return render(request, "pool/reference_batch.html", context)


def _facts(batch: ReferenceBatch) -> list[tuple[Any, Any]]:
    facts: list[tuple[Any, Any]] = [
        (_("依据文件"), batch.source),
        (_("数据行"), len(batch.rows)),
        (_("完整至"), batch.through),
        (
            _("全部名单"),
            _("是，自 %(day)s 施行") % {"day": batch.effective_on} if batch.whole else _("否，只新增和变更"),
        ),
        (_("录入"), f"{batch.made_by} {batch.made_on}"),
    ]
    if batch.confirmed_by:
        facts.append((_("确认"), f"{batch.confirmed_by} {batch.confirmed_on}"))
        words = {"added": batch.added, "changed": batch.changed, "ended": batch.ended}
        facts.append((_("结果"), _("新增 %(added)s 行，变更 %(changed)s 行，终止 %(ended)s 行") % words))
    return facts


def _differences(table: Kept, found: list[Difference]) -> Table:
    keys = "、".join(table.label(name) for name in table.keys)
    columns = [
        Column(_("变动"), lambda one: WORDS[one.kind], "status", key="kind"),
        Column(keys, lambda one: one.key(table), "code", key="key"),
        Column(_("现行"), lambda one: one.words(table, one.before), key="before"),
        Column(_("确认后"), lambda one: one.words(table, one.after), key="after"),
    ]
    return Table(
        columns, found, caption=_("与现行数据的差异"), empty_title=_("与现行数据没有差异"),
        empty_text=_("确认后只推后“完整至”。"),
    )  # fmt: skip


def _waiting(batch: ReferenceBatch) -> dict[str, Any] | None:
    if batch.state == State.DRAFTED:
        return {"title": _("查看变动后提交确认"), "who": str(batch.made_by)}
    if batch.state == State.SUBMITTED:
        return {"title": _("由另一人对照依据文件和变动确认"), "who": _("高新投另一名人员")}
    return None


HOME = ReferenceBatch.get_absolute_url
SEEN = {"seen": text("seen")}
submit_batch = deed(_found, service.submit, "batch_id", gettext_lazy("已提交，等待另一人确认。"), HOME, SEEN)
confirm_batch = deed(_found, service.confirm, "batch_id", gettext_lazy("已确认生效。"), HOME, SEEN)
return_batch = deed(
    _found, service.send_back, "batch_id", gettext_lazy("已退回录入人。"), HOME, {"reason": text("reason")}
)
withdraw_batch = deed(_found, service.withdraw, "batch_id", gettext_lazy("已撤回。"), HOME)
