"""节假日安排: the desk where a year's notice becomes the calendar, after two people have seen what it moves."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pool import audit, clock, exports, moves
from pool.deeds import deed, text
from pool.errors import Refused
from pool.forms_keys import once
from pool.holiday_form import HolidayForm, festivals
from pool.models import AccessLog, HolidayNotice, User
from pool.permissions import (
    REFERENCE_READERS,
    has_role,
    may_confirm_holidays,
    may_enter_reference,
    may_see_moves,
    may_withdraw_holidays,
    require,
)
from pool.reference_sheets import holiday_template
from pool.refusals import add_to_form
from pool.rules import MONTHS_PER_QUARTER, quarter_name
from pool.selectors import edition, page_of, refs
from pool.services import holidays as service
from pool.services.deadlines import Move
from pool.sure import be_sure
from pool.tables import Column, Table

SHOWN = 200
QUARTERLY = ("entry_window", "recovery_window")
"""The provisions whose last day is a working day of each quarter."""
State = HolidayNotice.State


@dataclass(frozen=True)
class Shift:
    """A deadline of the preview as people read it."""

    move: Move
    subject: str
    bank: str

    @property
    def url(self) -> str:
        return page_of(self.move.row.subject_kind, self.move.row.subject_id)

    @property
    def outcome(self) -> tuple[str, str]:
        if self.move.moved:
            return "wait", _("日期变动")
        return "good", _("日期不变，转为确定")


MOVES = (
    Column(gettext_lazy("事项"), "move.row.label"),
    Column(gettext_lazy("项目"), "subject", "code", link="url"),
    Column(gettext_lazy("加盟银行"), "bank"),
    Column(gettext_lazy("等待谁"), "move.row.waiting_for"),
    Column(gettext_lazy("原截止日"), "move.row.closes_on", "date"),
    Column(gettext_lazy("新截止日"), "move.window.closes_on", "date"),
    Column(gettext_lazy("结果"), "outcome", "status"),
    Column(gettext_lazy("依据"), "move.row.article", "article"),
)


@login_required
@require_GET
def holiday_notices(request: HttpRequest) -> HttpResponse:
    """Which years are known, which are provisional, and every notice entered."""
    require(has_role(request.user, REFERENCE_READERS))
    today = clock.today()
    known = refs(today).calendar.announced
    columns = [
        Column(_("年份"), "year", "code", link=HolidayNotice.get_absolute_url),
        Column(_("文件名称"), "title"),
        Column(_("文号"), "number"),
        Column(_("发布日期"), "published_on", "date"),
        Column(_("录入人"), "made_by"),
        Column(_("确认人"), "confirmed_by"),
        Column(_("状态"), lambda row: row, "status", key="state"),
    ]
    rows = HolidayNotice.objects.select_related("made_by", "confirmed_by")
    table = Table(
        columns, rows, caption=_("历次录入"), empty_title=_("还没有在本页录入过年度安排"),
        empty_text=_("系统自带的年度安排见“日历日”。新年度的通知发布后在本页录入。"),
    )  # fmt: skip
    years = [(year, year in known) for year in (today.year, today.year + 1)]
    context = {"table": table, "years": years, "may_enter": may_enter_reference(request.user)[0]}
    return render(request, "pool/holiday_notices.html", context)


@login_required
@once
def enter_holidays(request: HttpRequest) -> HttpResponse:
    """The form, empty or with the table of one that was sent back."""
    require(may_enter_reference(request.user))
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            given = {name: form.cleaned_data.get(name) for name in _SERVICE_FIELDS}
            made = service.enter(**given, lines=form.cleaned_data.get("lines", ()), by=request.user, on=clock.today())
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("已录入。请查看将变动的期限，无误后提交另一人确认。"))
            return redirect(made)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pool/holiday_form.html", {"form": form}, status=status)


_SERVICE_FIELDS = ("year", "number", "title", "published_on", "document", "sheet", "reason")


def _form(request: HttpRequest) -> HolidayForm:
    if request.method == "POST":
        return HolidayForm(request.POST, request.FILES)
    year = clock.today().year
    earlier = HolidayNotice.objects.filter(pk=_asked(request)).first()
    if earlier is not None:
        said = {name: getattr(earlier, name) for name in ("year", "number", "title", "published_on", "reason")}
        return HolidayForm(initial=said, lines=service.lines_of(earlier))
    known = refs(clock.today()).calendar.announced
    year = year + 1 if year in known else year
    title = _("国务院办公厅关于%(year)s年部分节假日安排的通知") % {"year": year}
    return HolidayForm(initial={"year": year, "title": title, **festivals()})


def _asked(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("from", ""))
    except ValueError:
        return None


@login_required
@require_GET
def holidays_template(request: HttpRequest) -> FileResponse:
    """The spreadsheet to fill in."""
    require(may_enter_reference(request.user))
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, "pool.holidaynotice", detail="template")
    buffer = io.BytesIO()
    holiday_template(buffer)
    buffer.seek(0)
    return FileResponse(buffer, as_attachment=True, filename=f"{_('节假日安排模板')}.xlsx", content_type=exports.XLSX)


@login_required
@require_GET
def holiday_notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One notice: its table, what it would move, and what this person may do about it."""
    notice = _notice(request, pk)
    today, user = clock.today(), request.user
    is_open = notice.state in HolidayNotice.OPEN
    foreseen = service.preview(notice, today) if is_open else None
    context: dict[str, Any] = {
        "notice": notice,
        "lines": service.lines_of(notice),
        "doubts": service.doubts_of(notice),
        "preview": foreseen,
        "quarters": _quarters(foreseen) if foreseen else [],
        "events": moves.history(notice),
        "may_submit": notice.state == State.DRAFTED and may_withdraw_holidays(user, notice)[0],
        "may_withdraw": is_open and may_withdraw_holidays(user, notice)[0],
        "may_confirm": notice.state == State.SUBMITTED and may_confirm_holidays(user, notice)[0],
        "may_enter_again": notice.state in (State.RETURNED, State.WITHDRAWN) and may_enter_reference(user)[0],
        "may_see_moves": may_see_moves(user)[0],
        "waiting": _waiting(notice, user),
    }
    if foreseen and context["may_see_moves"]:
        audit.log_access(request, AccessLog.Kind.READ, notice)
        context["table"] = Table(
            MOVES, _shifts(foreseen.moves[:SHOWN]), caption=_("将变动的期限"),
            empty_title=_("没有期限因此变动"), empty_text=_("尚未办结的期限都不受本安排影响。"),
        )  # fmt: skip
        context["left_out"] = max(0, len(foreseen.moves) - SHOWN)
    return render(request, "pool/holiday_notice.html", context)


def _waiting(notice: HolidayNotice, user: User) -> dict[str, Any] | None:
    if notice.state == State.DRAFTED:
        title, who = _("查看预览后提交确认"), str(notice.made_by)
    elif notice.state == State.SUBMITTED:
        title, who = _("由另一人对照通知原文和预览确认"), _("高新投另一名人员")
    else:
        return None
    return {"title": title, "who": who}


def _notice(request: HttpRequest, pk: UUID) -> HolidayNotice:
    require(has_role(request.user, REFERENCE_READERS))
    rows = HolidayNotice.objects.select_related("made_by", "confirmed_by", "document")
    found: HolidayNotice = get_object_or_404(rows, pk=pk)
    return found


def _shifts(found: Iterable[Move]) -> list[Shift]:
    """With the names of the projects and the banks, asked once for each kind."""
    found = list(found)
    wanted: dict[str, set[UUID]] = {}
    for one in found:
        wanted.setdefault(one.row.subject_kind, set()).add(one.row.subject_id)
    names = {
        (kind, key): str(subject)
        for kind, keys in wanted.items()
        for key, subject in apps.get_model(kind)._default_manager.in_bulk(keys).items()
    }
    banks = {one.row.bank for one in found}
    known = dict(User.objects.filter(institution__in=banks).values_list("institution", "institution_name"))
    return [
        Shift(one, names.get((one.row.subject_kind, one.row.subject_id), ""), known.get(one.row.bank, ""))
        for one in found
    ]


def _quarters(foreseen: service.Preview) -> list[dict[str, Any]]:
    """The last days of the year's quarterly windows, before and after."""
    before, after = foreseen.before.calendar, foreseen.after.calendar
    book, year, found = edition(), foreseen.notice.year, []
    for month in range(1, 13, MONTHS_PER_QUARTER):
        first = date(year, month, 1)
        for provision in (book[slug] for slug in QUARTERLY):
            days = [calendar.nth_workday_of_quarter(first, provision.number) for calendar in (before, after)]
            found.append(
                {"quarter": quarter_name(first), "title": provision.title.said(get_language() or ""),
                 "article": provision.article, "from": days[0], "to": days[1], "moved": days[0] != days[1],
                 "provisional": before.provisional_between(first, days[0])}
            )  # fmt: skip
    return found


@login_required
@require_GET
def export_moves(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All that the notice would move, as a workbook."""
    notice = _notice(request, pk)
    require(may_see_moves(request.user))
    be_sure()
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, notice)
    found = _shifts(service.preview(notice, clock.today()).moves) if notice.state in HolidayNotice.OPEN else []
    sheet = exports.Sheet(name=_("将变动的期限"), columns=MOVES, rows=found, title=str(notice))
    institution = request.user.institution_name or str(request.user.party.label)
    body = io.BytesIO()
    exports.write_xlsx(body, [sheet], mark=exports.watermark(request.user.display_name, institution))
    body.seek(0)
    name = f"{notice.year}-{clock.today():%Y%m%d}.xlsx"
    return FileResponse(body, as_attachment=True, filename=name, content_type=exports.XLSX)


submit_holidays = deed(
    _notice, service.submit, "notice_id", gettext_lazy("已提交，等待另一人确认。"), HolidayNotice.get_absolute_url,
    {"seen": text("seen")},
)  # fmt: skip
confirm_holidays = deed(
    _notice, service.confirm, "notice_id",
    gettext_lazy("已确认生效，期限正在后台重新计算，完成后通知有关单位。"), HolidayNotice.get_absolute_url,
    {"seen": text("seen")},
)  # fmt: skip
return_holidays = deed(
    _notice, service.send_back, "notice_id", gettext_lazy("已退回录入人。"), HolidayNotice.get_absolute_url,
    {"reason": text("reason")},
)  # fmt: skip
withdraw_holidays = deed(
    _notice, service.withdraw, "notice_id", gettext_lazy("已撤回。"), HolidayNotice.get_absolute_url
)
