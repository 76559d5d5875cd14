"""参考数据: calendars, rates and catalogues with their source, entered by one person and confirmed by another."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pool import clock
from pool.errors import Refused
from pool.forms_keys import once
from pool.models import (
    CalendarDay,
    CalendarYear,
    DishonestEntity,
    FxRate,
    LprRate,
    QualifiedEnterprise,
    ReferenceBatch,
    ReferenceCoverage,
    RestrictedIndustry,
)
from pool.models.reference import ReferenceRow
from pool.permissions import REFERENCE_READERS, has_role, may_confirm_reference, may_enter_reference, require
from pool.reference_tables import tables
from pool.refusals import add_to_form
from pool.selectors import refs
from pool.services import references as service
from pool.services.reference_batches import known_through
from pool.tables import Column, Table

PER_PAGE = 50
KINDS: dict[str, type[ReferenceRow]] = {
    "calendar-years": CalendarYear,
    "calendar-days": CalendarDay,
    "lpr": LprRate,
    "fx": FxRate,
    "industries": RestrictedIndustry,
    "qualifications": QualifiedEnterprise,
    "dishonesty": DishonestEntity,
    "coverage": ReferenceCoverage,
}
KEPT_OUT = frozenset({"id", "entered_by", "entered_at", "confirmed_by", "confirmed_at", "replaced_at"})
COLUMN_KINDS = {"DateField": "date", "BooleanField": "text", "DecimalField": "code"}


def value_fields(model: type[ReferenceRow]) -> list[Any]:
    fields = [field for field in model._meta.fields if field.name not in KEPT_OUT]
    return sorted(fields, key=lambda field: field.name == "source")


def form_for(model: type[ReferenceRow]) -> type[forms.ModelForm]:
    widgets = {
        field.name: forms.DateInput(attrs={"type": "date"})
        for field in value_fields(model)
        if field.get_internal_type() == "DateField"
    }
    names = [field.name for field in value_fields(model)]
    made: type[forms.ModelForm] = forms.modelform_factory(model, fields=names, widgets=widgets)
    return made


def status_of(row: ReferenceRow) -> tuple[str, str]:
    if row.replaced_at:
        return "superseded", _("已被替代")
    return ("confirmed", _("已确认")) if row.confirmed_at else ("submitted", _("待确认"))


def table_of(model: type[ReferenceRow], rows: Any) -> Table:
    columns = [
        Column(
            field.verbose_name,
            f"get_{field.name}_display" if field.choices else field.name,
            COLUMN_KINDS.get(field.get_internal_type(), "text"),
        )
        for field in value_fields(model)
    ]
    columns += [Column(_("录入人"), "entered_by"), Column(_("确认人"), "confirmed_by")]
    return Table([*columns, Column(_("状态"), status_of, "status")], rows)


@login_required
def reference_index(request: HttpRequest) -> HttpResponse:
    require(has_role(request.user, REFERENCE_READERS))
    kinds = [
        {
            "slug": slug,
            "label": model._meta.verbose_name,
            "count": model.objects.filter(confirmed_at__isnull=False, replaced_at=None).count(),
            "waiting": model.objects.filter(confirmed_at=None).count(),
        }
        for slug, model in KINDS.items()
    ]
    return render(request, "pool/reference_index.html", {"kinds": kinds, "complete": complete_through(clock.today())})


def complete_through(on: date) -> list[tuple[Any, Any]]:
    """Each table and the last day for which nothing is missing; without one its answers are provisional."""
    now = refs(on)
    year = on.year
    while year in now.calendar.announced:
        year += 1
    holidays = date(year - 1, 12, 31) if year > on.year else None
    kind = ReferenceCoverage.Kind
    found = [(_("节假日安排"), holidays)]
    found += [(kind(table.kind).label, known_through(table)) for table in tables().values()]
    return [(label, through or _("尚未确认完整至哪天，有关结论为暂定")) for label, through in found]


@login_required
@once
def reference_rows(request: HttpRequest, kind: str) -> HttpResponse:
    """The rows of a kind, what waits for confirmation, and the form for a new one."""
    require(has_role(request.user, REFERENCE_READERS))
    model = model_of(kind)
    if request.method == "POST":
        require(may_enter_reference(request.user))
    form = form_for(model)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            service.enter(model, by=request.user, on=clock.today(), **given)
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("已录入，等待另一人确认后生效。"))
            return redirect("reference_rows", kind=kind)
    rows = model.objects.select_related("entered_by", "confirmed_by")
    waiting = [
        {"row": row, "facts": facts_of(row), "answer": may_confirm_reference(request.user, row)}
        for row in rows.filter(confirmed_at=None).order_by("-entered_at")
    ]
    order = [f"-{name}" if name in {"day", "year", "published_on"} else name for name in model.key_fields]
    page = Paginator(rows.filter(confirmed_at__isnull=False).order_by(*order, "-entered_at"), PER_PAGE)
    shown = page.get_page(request.GET.get("page"))
    context = {
        "kind": kind,
        "label": model._meta.verbose_name,
        "form": form,
        "may_enter": may_enter_reference(request.user)[0] and model not in service.BY_NOTICE,
        "by_notice": model in service.BY_NOTICE,
        "waiting": waiting,
        "page": shown,
        "table": table_of(model, shown.object_list),
        "batches": _batches(kind),
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "pool/reference_rows.html", context, status=status)


def _batches(kind: str) -> Table | None:
    """The files that brought rows of this table."""
    if kind not in tables():
        return None
    rows = ReferenceBatch.objects.filter(kind=tables()[kind].kind).select_related("made_by", "confirmed_by")
    columns = [
        Column(_("依据文件"), "source", link=ReferenceBatch.get_absolute_url),
        Column(_("完整至"), "through", "date"),
        Column(_("新增"), "added", "int"),
        Column(_("变更"), "changed", "int"),
        Column(_("终止"), "ended", "int"),
        Column(_("录入人"), "made_by"),
        Column(_("确认人"), "confirmed_by"),
        Column(_("状态"), lambda row: row, "status", key="state"),
    ]
    return Table(
        columns, rows[:PER_PAGE], caption=_("历次表格"), empty_title=_("还没有由表格录入过"),
        empty_text=_("下载模板填写后上传，先看变动，再由另一人确认。"),
    )  # fmt: skip


def facts_of(row: ReferenceRow) -> list[tuple[Any, Any]]:
    return [
        (field.verbose_name, getattr(row, f"get_{field.name}_display")() if field.choices else getattr(row, field.name))
        for field in value_fields(type(row))
    ]


@require_POST
@login_required
@once
def confirm_reference(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    model = model_of(kind)
    get_object_or_404(model, pk=pk)
    service.confirm(model, row_id=pk, by=request.user, on=clock.today())
    messages.success(request, _("已确认生效。"))
    return redirect("reference_rows", kind=kind)


def model_of(kind: str) -> type[ReferenceRow]:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]
