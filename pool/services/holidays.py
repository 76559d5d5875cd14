"""A year's holidays: entered by one person, looked at with all that would move, confirmed by another, then applied."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import audit, holidays, moves, outbox, storage
from pool.chinese import in_chinese
from pool.errors import Refused, SamePerson, Stale
from pool.holidays import ERROR, Doubt, Line
from pool.jobs import lock_number
from pool.models import BANK_ROLES, FINANCE_ROLES, MANAGER_ROLES, CalendarDay, CalendarYear, HolidayNotice, Role, User
from pool.models.reference import IN_FORCE
from pool.permissions import may_confirm_holidays, may_enter_reference, may_withdraw_holidays, require
from pool.reference_sheets import holiday_lines
from pool.refs import Refs
from pool.selectors import calendar_with, refs
from pool.services import deadlines
from pool.services.deadlines import Move
from pool.services.notices import notify

TASK = "pool.apply_holidays"
DOCUMENT, SHEET = "holiday_notice", "holiday_sheet"
MOST_BYTES = 20 << 20
TOLD = 20
"""Deadlines named one by one to a bank; the calendar page has the rest."""
PUBLIC = (*MANAGER_ROLES, *FINANCE_ROLES, Role.AUTHORITY, Role.SUPERVISOR)
State = HolidayNotice.State


@dataclass(frozen=True)
class Preview:
    """What the notice would change; computed, never stored."""

    notice: HolidayNotice
    before: Refs
    after: Refs
    moves: list[Move]

    @property
    def moved(self) -> int:
        return sum(one.moved for one in self.moves)

    @property
    def firmed(self) -> int:
        return sum(one.firm for one in self.moves)

    @property
    def by_kind(self) -> list[tuple[str, str, int]]:
        """(what is owed, article, how many), the most first."""
        counted = Counter((one.row.label or one.row.kind, one.row.article) for one in self.moves)
        return [(label, article, count) for (label, article), count in counted.most_common()]

    @cached_property
    def digest(self) -> str:
        """Of all that a person has looked at: two who saw the same digest saw the same."""
        said = [
            str(self.notice.pk), self.notice.lines, self.before.calendar.version, self.after.calendar.version,
            [
                [str(one.row.pk), one.row.closes_on, one.row.provisional, one.window.closes_on, one.window.provisional]
                for one in self.moves
            ],
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def lines_of(notice: HolidayNotice) -> list[Line]:
    return [Line.from_json(one) for one in notice.lines]


def doubts_of(notice: HolidayNotice) -> list[Doubt]:
    return holidays.doubts(notice.year, lines_of(notice))


def preview(notice: HolidayNotice, on: date) -> Preview:
    before = refs(on)
    changed = _days(notice, before)
    dropped = _standing_days(notice).values_list("day", flat=True)
    calendar = calendar_with({day: works for day, (works, _name) in changed.items()}, list(dropped), notice.year)
    after = replace(before, calendar=calendar)
    return Preview(notice, before, after, deadlines.foresee(after))


def _days(notice: HolidayNotice, before: Refs) -> dict[date, tuple[bool, str]]:
    """Each day that the notice makes other than the plain week, or gives back to it."""
    found = holidays.exceptions(lines_of(notice))
    if notice.year in before.calendar.announced:
        back = holidays.restored(before.calendar, notice.year, found)
        found |= {day: (day.weekday() < 5, "") for day in back}
    return found


def _standing_days(notice: HolidayNotice) -> Any:
    """The days in force that an earlier notice of this year, or the installation, has set."""
    days = CalendarDay.objects.filter(IN_FORCE)
    earlier = HolidayNotice.objects.filter(year=notice.year, state=State.CONFIRMED).first()
    before_new_year = holidays.exceptions(lines_of(earlier)) if earlier else {}
    return days.filter(day__year=notice.year) | days.filter(day__in=list(before_new_year))


# --- by two people ----------------------------------------------------------------------------------------------------


@transaction.atomic
def enter(
    *, year: int, number: str, title: str, published_on: date, lines: Sequence[Line], by: User, on: date,
    reason: str = "", document: UploadedFile | None = None, sheet: UploadedFile | None = None,
) -> HolidayNotice:  # fmt: skip
    """The table of a year, from the form or whole from a spreadsheet; nothing of it counts yet."""
    require(may_enter_reference(by))
    table = _from_sheet(sheet, by) if sheet else list(lines)
    _refuse_wrong(year, published_on, table, reason, on)
    _one_at_a_time()
    if HolidayNotice.objects.filter(year=year, state__in=HolidayNotice.OPEN).exists():
        text = _("%(year)s 年的节假日安排已有一份在办理，请先确认、退回或撤回。") % {"year": year}
        raise Refused("notice_open", text, field="year")
    kept = storage.keep_document(document, name="", nameless=title, purpose=DOCUMENT, by=by, field="document") if (
        document
    ) else None  # fmt: skip
    notice: HolidayNotice = HolidayNotice.objects.create(
        year=year, number=number.strip(), title=title.strip(), published_on=published_on, document=kept,
        lines=[line.as_json() for line in table], reason=reason.strip(), made_by=by, made_on=on,
    )  # fmt: skip
    moves.log(notice, field="state", source="", target=notice.state, by=by, on=on)
    audit.record("holidays.enter", notice, by=by, on=on, after={"year": year, "lines": notice.lines})
    return notice


def _from_sheet(sheet: UploadedFile, by: User) -> list[Line]:
    stored = storage.keep(sheet, name=sheet.name or "", purpose=SHEET, by=by, max_bytes=MOST_BYTES)
    return holiday_lines(Path(settings.MEDIA_ROOT) / stored.path)


def _refuse_wrong(year: int, published_on: date, table: Iterable[Line], reason: str, on: date) -> None:
    table = list(table)
    if year not in (on.year, on.year + 1):
        words = {"this": on.year, "next": on.year + 1}
        raise Refused("other_years", _("只能录入 %(this)s 年或 %(next)s 年的安排。") % words, field="year")
    if published_on > on:
        raise Refused("not_published", _("发布日期不能晚于今天。"), field="published_on")
    found = holidays.doubts(year, table)
    errors = [one for one in found if one.severity == ERROR]
    if errors:
        said = "；".join(f"{one.name}：{one.text}" if one.name else one.text for one in errors)
        raise Refused("notice_wrong", _("放假安排有 %(n)s 处不对：") % {"n": len(errors)} + said)
    if found and not reason.strip():
        said = "；".join(f"{one.name}：{one.text}" if one.name else one.text for one in found)
        text = _("下列情况与历年不同：%(said)s 确与通知一致的，请在“特殊情况说明”中写明。") % {"said": said}
        raise Refused("notice_unusual", text, field="reason")


@transaction.atomic
def submit(*, notice_id: UUID, by: User, on: date, version: int, seen: str) -> HolidayNotice:
    """Who entered it has looked at what it would move."""
    notice = _locked(notice_id, version)
    require(may_withdraw_holidays(by, notice))
    _seen_the_same(preview(notice, on), seen)
    moves.move(notice, "submit", by=by, on=on, seen=seen)
    audit.record("holidays.submit", notice, by=by, on=on, after={"seen": seen})
    for role in MANAGER_ROLES:
        with in_chinese():
            notify(
                key=f"holidays:{notice.pk}:asked:{role}", role=role, on=on, url=notice.get_absolute_url(),
                title=_("请确认%(year)s年节假日安排") % {"year": notice.year}, topic=_("节假日安排待确认"),
            )  # fmt: skip
    return notice


@transaction.atomic
def confirm(*, notice_id: UUID, by: User, on: date, version: int, seen: str) -> HolidayNotice:
    """All its days count from now on; the open deadlines follow in the background."""
    _one_at_a_time()
    notice = _locked(notice_id, version)
    if notice.made_by_id == by.pk:
        raise SamePerson(_("录入人不能确认自己录入的数据，请由另一人确认。"))
    require(may_confirm_holidays(by, notice))
    foreseen = preview(notice, on)
    _seen_the_same(foreseen, seen)
    days = _days(notice, foreseen.before)
    replaced = _put_in_force(notice, days, by, on)
    if refs(on).calendar.version != foreseen.after.calendar.version:
        raise Stale(_("日历在确认时已有变化，请刷新页面，重新查看预览后办理。"))
    moves.move(notice, "confirm", by=by, on=on, confirmed_by=by, confirmed_on=on)
    after = {"days": len(days), "replaced": replaced, "moves": len(foreseen.moves), "seen": seen}
    audit.record("holidays.confirm", notice, by=by, on=on, after=after)
    outbox.enqueue(TASK, notice_id=notice.pk, on=on.isoformat())
    return notice


def _put_in_force(notice: HolidayNotice, days: dict[date, tuple[bool, str]], by: User, on: date) -> int:
    """The earlier notice of the year is replaced whole, the new rows stand at once."""
    now = timezone.now()
    replaced = int(_standing_days(notice).update(replaced_at=now))
    CalendarYear.objects.filter(IN_FORCE, year=notice.year).update(replaced_at=now)
    for earlier in HolidayNotice.objects.select_for_update().filter(year=notice.year, state=State.CONFIRMED):
        moves.move(earlier, "replace", by=by, on=on)
    said = {
        "source": str(notice)[:300], "entered_by_id": notice.made_by_id, "confirmed_by": by, "confirmed_at": now,
    }  # fmt: skip
    CalendarYear.objects.create(year=notice.year, **said)
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day, working=works, name=_named(name, works), **said)
        for day, (works, name) in sorted(days.items())
    )
    return replaced


def _named(name: str, works: bool) -> str:
    if not name:
        return _("恢复平常")
    return _("%(name)s（调休上班）") % {"name": name} if works else name


@transaction.atomic
def send_back(*, notice_id: UUID, by: User, on: date, version: int, reason: str) -> HolidayNotice:
    notice = _locked(notice_id, version)
    require(may_confirm_holidays(by, notice))
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), field="reason")
    moves.move(notice, "send_back", by=by, on=on, reason=reason.strip())
    audit.record("holidays.send_back", notice, by=by, on=on, reason=reason.strip())
    with in_chinese():
        notify(
            key=f"holidays:{notice.pk}:returned", user=notice.made_by, on=on, url=notice.get_absolute_url(),
            title=_("%(year)s年节假日安排被退回：%(reason)s") % {"year": notice.year, "reason": reason.strip()},
        )  # fmt: skip
    return notice


@transaction.atomic
def withdraw(*, notice_id: UUID, by: User, on: date, version: int) -> HolidayNotice:
    notice = _locked(notice_id, version)
    require(may_withdraw_holidays(by, notice))
    moves.move(notice, "withdraw", by=by, on=on)
    audit.record("holidays.withdraw", notice, by=by, on=on)
    return notice


def _locked(notice_id: UUID, version: int) -> HolidayNotice:
    notice: HolidayNotice = HolidayNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if notice.version != version:
        raise Stale()
    return notice


def _seen_the_same(now: Preview, seen: str) -> None:
    """Somebody looked at figures that are no longer so: they look again before anything moves."""
    if now.digest != seen:
        raise Stale(
            _("预览在您查看之后已有变化（有期限新增、办结，或日历已更新），请重新查看后办理。"), code="preview_changed"
        )


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("calendar")])


# --- applied ----------------------------------------------------------------------------------------------------------


def apply(notice_id: str, on: str) -> None:
    """For the worker: every open deadline by the new calendar, and word to everybody whom it concerns."""
    day = date.fromisoformat(on)
    notice = HolidayNotice.objects.select_for_update(of=("self",)).get(pk=UUID(notice_id))
    if notice.applied_at is not None:
        return
    _checked, changed = deadlines.recompute_open(refs(day))
    notice.moved, notice.firmed = sum(one.moved for one in changed), sum(one.firm for one in changed)
    notice.applied_at = timezone.now()
    notice.version += 1
    notice.save(update_fields=["moved", "firmed", "applied_at", "version"])
    audit.record(
        "holidays.apply", notice, by=None, on=day, after={"moved": notice.moved, "firmed": notice.firmed}
    )  # fmt: skip
    _tell_banks(notice, changed, day)
    _tell_everybody(notice, day)


@in_chinese()
def _tell_banks(notice: HolidayNotice, changed: Iterable[Move], on: date) -> None:
    """Each bank hears of its own deadlines, those that moved named one by one."""
    by_bank: dict[UUID, list[Move]] = {}
    for one in changed:
        if one.row.bank is not None:
            by_bank.setdefault(one.row.bank, []).append(one)
    for bank, own in by_bank.items():
        moved = sorted((one for one in own if one.moved), key=lambda one: one.window.closes_on)
        firmed = sum(one.firm for one in own)
        words = {"year": notice.year, "moved": len(moved), "firmed": firmed}
        notify(
            key=f"holidays:{notice.pk}:{bank}", bank=bank, on=on, url=reverse("calendar"),
            title=_("%(year)s年节假日安排已确认：贵行 %(moved)s 项期限日期变动，%(firmed)s 项由暂定转为确定") % words,
            body="\n".join(_told(one) for one in moved[:TOLD]), topic=_("期限日期变动"),
            article=moved[0].row.article if moved else "", due=moved[0].window.closes_on if moved else None,
        )  # fmt: skip


def _told(one: Move) -> str:
    words = {"label": one.row.label, "before": one.row.closes_on, "after": one.window.closes_on}
    return _("%(label)s：截止日由 %(before)s 改为 %(after)s") % words


@in_chinese()
def _tell_everybody(notice: HolidayNotice, on: date) -> None:
    words = {"year": notice.year, "moved": notice.moved, "firmed": notice.firmed}
    for role in (*PUBLIC, *BANK_ROLES):
        of_bank = role in BANK_ROLES
        title = _("%(year)s年节假日安排已确认，当年期限按此计算") if of_bank else _(
            "%(year)s年节假日安排已确认：%(moved)s 项期限日期变动，%(firmed)s 项由暂定转为确定"
        )  # fmt: skip
        notify(
            key=f"holidays:{notice.pk}:{role}", role=role, on=on, title=title % words,
            url=reverse("calendar") if of_bank else notice.get_absolute_url(), topic=_("节假日安排已确认"),
        )  # fmt: skip
