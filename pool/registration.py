"""What the pool itself puts into the registries. Every room has such a place, called from its `AppConfig.ready()`."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pool import invariants, registry, retention
from pool.models import ADMIN_ROLES, HolidayNotice, ReferenceBatch, ReferenceCoverage, RestoreAcceptance, Role
from pool.models.reference import IN_FORCE
from pool.parts import EVERYBODY, KEEPING, LAW, WORK
from pool.permissions import (
    ANCHOR_READERS,
    EXPORTERS,
    REFERENCE_KEEPERS,
    REFERENCE_READERS,
    has_role,
    may_confirm_batch,
    may_confirm_holidays,
    may_confirm_reference,
    may_confirm_restore,
    may_enter_reference,
    may_propose_restore,
    may_see_anchors,
)
from pool.reference_tables import Table, tables
from pool.reference_windows import overdue, windows
from pool.registry import DateSource, FileGuard, Invariant, Job, NavItem, SubjectPage, Task, Todo, TodoSource
from pool.selectors import refs
from pool.services import (
    anchors,
    deadlines,
    downloads,
    feeds,
    holidays,
    job_requests,
    mails,
    reference_batches,
    sealing,
    verification,
)
from pool.views.home import advance_clock
from pool.views.references import KINDS


def register() -> None:
    _navigation()
    _invariants()
    registry.todos.register(TodoSource("pool.references", references_waiting, 90))
    registry.todos.register(TodoSource("pool.holidays", holidays_waiting, 85))
    registry.todos.register(TodoSource("pool.batches", batches_waiting, 86))
    registry.tasks.register(Task(holidays.TASK, holidays.apply))
    for purpose in (holidays.DOCUMENT, holidays.SHEET, reference_batches.SHEET):
        registry.file_guards.register(FileGuard(purpose, lambda user, file: has_role(user, REFERENCE_READERS)[0]))
    registry.subject_pages.register(SubjectPage("pool.holidaynotice", "holiday_notice"))
    registry.subject_pages.register(SubjectPage("pool.referencebatch", "reference_batch"))
    registry.todos.register(TodoSource("pool.anchors", restores_waiting, 5))
    registry.legal_dates.register(DateSource("pool.deadlines", feeds.open_deadlines, 50))
    registry.tasks.register(Task("pool.advance_clock", advance_clock, atomic=False))
    registry.tasks.register(Task(downloads.TASK, downloads.make, atomic=False))
    registry.tasks.register(Task(mails.SEND, mails.send, atomic=False))
    registry.tasks.register(Task(job_requests.TASK, job_requests.perform))
    _jobs()
    admin.site.site_header = gettext_lazy("中小微企业贷款风险补偿资金池 · 管理后台")
    admin.site.site_title = gettext_lazy("资金池管理后台")
    admin.site.index_title = gettext_lazy("查阅与办理")


def _works(on: date) -> bool:
    return refs(on).calendar.is_workday(on)


def _jobs() -> None:
    for job in (
        Job(
            "mails.at_once", gettext_lazy("决定与临近期限的邮件"), "", mails.write_at_once, order=860, every=60,
            words={"written": gettext_lazy("交付发送的邮件")},
        ),
        Job(
            "mails.digest", gettext_lazy("每日汇总邮件"), "", mails.write_digests, order=870, due=_works, at=(8, 0),
            words={"written": gettext_lazy("交付发送的邮件")},
        ),
        Job(
            "deadlines.recompute", gettext_lazy("按最新日历重新计算期限"), "", deadlines.recompute_all, order=10,
            words={"checked": gettext_lazy("重新计算的期限"), "moved": gettext_lazy("日期有变化的期限")},
        ),
        Job(
            "retention.sweep", gettext_lazy("清理到期数据"), "", retention.sweep, order=890,
            words={row.model: apps.get_model(row.model)._meta.verbose_name for row in retention.PASSING},
        ),
        Job(
            "audit.seal", gettext_lazy("封存审计记录"), "", sealing.seal, order=900, at=(0, 5), every=300,
            words={
                "sealed": gettext_lazy("新封存的记录"), "head": gettext_lazy("链首摘要"),
                "seq": gettext_lazy("最新序号"),
            },
        ),
        Job(
            verification.JOB, gettext_lazy("核验全部不变量"), "", verification.verify, daily=False, order=950,
            at=(3, 30),
            words={"asked": gettext_lazy("核验的不变量"), "broken": gettext_lazy("不成立的（编号与处数）")},
        ),
    ):  # fmt: skip
        registry.jobs.register(job)


def _navigation() -> None:
    for item in (
        NavItem(gettext_lazy("工作台"), "home", EVERYBODY, 10, WORK),
        NavItem(gettext_lazy("通知"), "notices", EVERYBODY, 20, WORK),
        NavItem(gettext_lazy("法定日期"), "calendar", EVERYBODY, 25, WORK),
        NavItem(gettext_lazy("我的下载"), "downloads", EXPORTERS, 27, WORK),
        NavItem(gettext_lazy("查找"), "search", EVERYBODY, 30, WORK),
        NavItem(gettext_lazy("动态口令"), "second_factor", EVERYBODY, 880, KEEPING),
        NavItem(gettext_lazy("登录会话"), "own_sessions", EVERYBODY, 885, KEEPING),
        NavItem(gettext_lazy("接口令牌"), "tokens", EVERYBODY, 890, KEEPING),
        NavItem(gettext_lazy("规则库"), "rulebook", EVERYBODY, 800, LAW),
        NavItem(gettext_lazy("参考数据"), "reference", REFERENCE_READERS, 820, LAW),
        NavItem(gettext_lazy("恢复核对"), "anchors", ANCHOR_READERS, 880, KEEPING),
        NavItem(gettext_lazy("管理后台"), "admin:index", ADMIN_ROLES, 900, KEEPING),
    ):
        registry.navigation.register(item)


def _invariants() -> None:
    for item in (
        Invariant("I10", gettext_lazy("登记的期限与重新计算一致"), invariants.deadlines_are_what_the_rules_say),
        Invariant("I10b", gettext_lazy("已使用的规则版本未被改动"), invariants.editions_are_unaltered),
        Invariant("I11", gettext_lazy("审计链完整"), invariants.audit_chain_is_whole),
        Invariant("I11b", gettext_lazy("审计锚点与审计链一致"), anchors.problems),
        Invariant("I11c", gettext_lazy("数据库的保护均在且生效"), invariants.guards_stand),
        Invariant("I12", gettext_lazy("已承诺的任务均已完成"), invariants.promised_work_is_done),
        Invariant("I13", gettext_lazy("文件与登记的摘要一致"), invariants.files_are_intact, slow=True),
    ):
        registry.invariants.register(item)


def references_waiting(user: Any, on: date) -> Iterator[Todo]:
    if not may_enter_reference(user)[0]:
        return
    for slug, model in KINDS.items():
        rows = list(model.objects.filter(confirmed_at=None).select_related("entered_by"))
        mine = sum(may_confirm_reference(user, row)[0] for row in rows)
        if rows:
            yield Todo(
                _("确认%(kind)s") % {"kind": model._meta.verbose_name},
                _("%(count)s 条已录入，须由另一人对照依据文件确认") % {"count": len(rows)},
                reverse("reference_rows", args=[slug]),
                waiting_for=_("高新投另一名人员"),
                count=len(rows),
                mine=bool(mine),
            )


def holidays_waiting(user: Any, on: date) -> Iterator[Todo]:
    """A notice on its way to the calendar; and from November on, one that nobody has entered."""
    if not may_enter_reference(user)[0]:
        return
    for notice in HolidayNotice.objects.filter(state__in=HolidayNotice.OPEN).select_related("made_by"):
        words = {"year": notice.year, "who": notice.made_by}
        if notice.state == HolidayNotice.State.SUBMITTED:
            yield Todo(
                _("确认%(year)s年节假日安排") % words, _("%(who)s 已提交，须由另一人对照通知原文和预览确认") % words,
                notice.get_absolute_url(), waiting_for=_("高新投另一名人员"),
                mine=may_confirm_holidays(user, notice)[0],
            )  # fmt: skip
        elif notice.made_by_id == user.pk:
            yield Todo(
                _("提交%(year)s年节假日安排") % words, _("查看将变动的期限，无误后提交另一人确认"),
                notice.get_absolute_url(), waiting_for=str(notice.made_by),
            )  # fmt: skip
    missing = on.year + 1 if on.month >= windows()["holidays"]["notice_month"] else on.year
    known = missing in refs(on).calendar.announced
    if not known and not HolidayNotice.objects.filter(year=missing, state__in=HolidayNotice.OPEN).exists():
        yield Todo(
            _("录入%(year)s年节假日安排") % {"year": missing},
            _("通知尚未录入，跨入该年的期限均为暂定"), reverse("holiday_notices"),
            waiting_for=_("高新投集团"), provisional=True,
        )  # fmt: skip


def batches_waiting(user: Any, on: date) -> Iterator[Todo]:
    """A file of reference data on its way into force; and a table that has fallen behind."""
    if not has_role(user, REFERENCE_KEEPERS | {Role.SYSTEM_ADMIN})[0]:
        return
    open_kinds = set()
    for batch in ReferenceBatch.objects.filter(state__in=ReferenceBatch.OPEN).select_related("made_by"):
        open_kinds.add(batch.kind)
        if batch.state == ReferenceBatch.State.SUBMITTED:
            yield Todo(
                _("确认参考数据：%(kind)s") % {"kind": batch.get_kind_display()},
                _("%(who)s 已提交，须由另一人对照依据文件和预览确认") % {"who": batch.made_by},
                batch.get_absolute_url(), waiting_for=_("高新投另一名人员"), mine=may_confirm_batch(user, batch)[0],
            )  # fmt: skip
        elif batch.made_by_id == user.pk:
            yield Todo(
                _("提交参考数据：%(kind)s") % {"kind": batch.get_kind_display()},
                _("查看变动预览，无误后提交另一人确认"), batch.get_absolute_url(), waiting_for=str(batch.made_by),
            )  # fmt: skip
    calendar = refs(on).calendar
    for table in tables().values():
        through = reference_batches.known_through(table)
        due = overdue(table.kind, through, on, calendar)
        begun = through is not None or table.model._default_manager.filter(IN_FORCE).exists()
        if due is not None and begun and table.kind not in open_kinds:
            yield _behind(table, through, due, may_enter_reference(user)[0])


def _behind(table: Table, through: date | None, due: date, mine: bool) -> Todo:
    known = _("已完整至 %(day)s，此后的结论为暂定或未经核对") if through else _("尚未确认完整至哪天")
    return Todo(
        _("更新参考数据：%(kind)s") % {"kind": ReferenceCoverage.Kind(table.kind).label},
        known % {"day": through} if through else known, reverse("reference_rows", args=[table.slug]), due=due,
        waiting_for=_("高新投集团"), provisional=table.kind == ReferenceCoverage.Kind.LPR, mine=mine,
    )  # fmt: skip


def restores_waiting(user: Any, on: date) -> Iterator[Todo]:
    """A database older than its last anchor stops all money until two administrators have seen to it."""
    if not may_see_anchors(user)[0]:
        return
    now = anchors.state()
    if now.broken:
        yield Todo(
            _("审计锚点文件不完整，资金操作已暂停"), now.broken, reverse("anchors"),
            waiting_for=str(Role.SYSTEM_ADMIN.label), mine=may_confirm_restore(user)[0],
        )  # fmt: skip
    missing = now.missing
    if missing is None:
        return
    proposed = RestoreAcceptance.objects.filter(anchor_head=missing.head, confirmed_at=None).exists()
    acts = may_confirm_restore(user) if proposed else may_propose_restore(user)
    yield Todo(
        _("数据库早于 %(day)s 的审计锚点，资金操作已暂停") % {"day": missing.on},
        _("已提交核对说明，须由另一人确认") if proposed else _("请对照恢复记录写明丢失的内容"),
        reverse("anchors"),
        waiting_for=str(Role.SYSTEM_ADMIN.label if proposed else Role.SECURITY_ADMIN.label),
        mine=acts[0],
    )
