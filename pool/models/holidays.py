"""A year's notice of the State Council on holidays, from its entry to the calendar that it makes (reading 1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from pool.models.base import Record
from pool.models.kit import StoredFile


class HolidayNotice(FSMModelMixin, Record):
    """What was entered is never changed: a mistake is entered anew, a later notice of the year replaces this one."""

    class State(models.TextChoices):
        DRAFTED = "drafted", _("待提交")
        SUBMITTED = "submitted", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        RETURNED = "returned", _("已退回")
        WITHDRAWN = "withdrawn", _("已撤回")
        REPLACED = "replaced", _("已被替代")

    OPEN = (State.DRAFTED, State.SUBMITTED)

    year = models.PositiveSmallIntegerField(_("年份"))
    number = models.CharField(_("文号"), max_length=80)
    title = models.CharField(_("文件名称"), max_length=200)
    published_on = models.DateField(_("发布日期"))
    document = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("通知原文")
    )
    lines = models.JSONField(_("放假安排"))
    reason = models.CharField(_("特殊情况说明"), max_length=400, blank=True)
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFTED, protected=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("录入人"))
    made_on = models.DateField(_("录入日期"))
    seen = models.CharField(_("提交时的预览摘要"), max_length=64, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)
    moved = models.PositiveIntegerField(_("日期变动的期限"), null=True, blank=True)
    firmed = models.PositiveIntegerField(_("由暂定转为确定的期限"), null=True, blank=True)
    applied_at = models.DateTimeField(_("期限重算完成时间"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("节假日安排")
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")), name="holiday_notice_two_people"
            ),
            models.UniqueConstraint(
                fields=["scheme", "year"], condition=Q(state__in=["drafted", "submitted"]),
                name="holiday_notice_one_open",
            ),
            models.UniqueConstraint(
                fields=["scheme", "year"], condition=Q(state="confirmed"), name="holiday_notice_one_in_force"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"

    def get_absolute_url(self) -> str:
        return reverse("holiday_notice", args=[self.pk])

    @transition(field=state, source=State.DRAFTED, target=State.SUBMITTED)
    def submit(self) -> None:
        """Who entered it has looked at what it would move."""

    @transition(field=state, source=State.SUBMITTED, target=State.CONFIRMED)
    def confirm(self) -> None:
        """Another person has looked at the same, and it is the calendar."""

    @transition(field=state, source=State.SUBMITTED, target=State.RETURNED)
    def send_back(self) -> None:
        """It is not what the notice says; it is entered anew."""

    @transition(field=state, source=OPEN, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """By who entered it."""

    @transition(field=state, source=State.CONFIRMED, target=State.REPLACED)
    def replace(self) -> None:
        """A later notice of the same year has been confirmed."""
