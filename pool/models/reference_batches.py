"""A spreadsheet of reference data, from its upload to the rows in force: made by one person, agreed by another."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from pool.models.base import Record
from pool.models.kit import StoredFile
from pool.models.reference import ReferenceCoverage


class ReferenceBatch(FSMModelMixin, Record):
    """What was uploaded is never changed: a mistake is uploaded anew, a later file replaces rows of the same key."""

    class State(models.TextChoices):
        DRAFTED = "drafted", _("待提交")
        SUBMITTED = "submitted", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        RETURNED = "returned", _("已退回")
        WITHDRAWN = "withdrawn", _("已撤回")

    OPEN = (State.DRAFTED, State.SUBMITTED)

    kind = models.CharField(_("种类"), max_length=16, choices=ReferenceCoverage.Kind.choices)
    source = models.CharField(_("依据文件"), max_length=300)
    sheet = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("上传的表格"))
    rows = models.JSONField(_("数据行"), encoder=DjangoJSONEncoder)
    through = models.DateField(_("完整至"))
    whole = models.BooleanField(_("全部名单"), default=False)
    effective_on = models.DateField(_("全部名单施行日期"), null=True, blank=True)
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFTED, protected=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("录入人"))
    made_on = models.DateField(_("录入日期"))
    seen = models.CharField(_("提交时的预览摘要"), max_length=64, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)
    added = models.PositiveIntegerField(_("新增行数"), null=True, blank=True)
    changed = models.PositiveIntegerField(_("变更行数"), null=True, blank=True)
    ended = models.PositiveIntegerField(_("终止行数"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("参考数据批次")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")),
                name="reference_batch_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_by__isnull=False, confirmed_on__isnull=False),
                name="reference_batch_confirmed_by",
            ),
            models.CheckConstraint(
                condition=Q(whole=False) | Q(effective_on__isnull=False), name="reference_batch_whole_from"
            ),
            models.UniqueConstraint(
                fields=["scheme", "kind"], condition=Q(state__in=["drafted", "submitted"]),
                name="reference_batch_one_open",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.source}）"

    def get_absolute_url(self) -> str:
        return reverse("reference_batch", args=[self.pk])

    @transition(field=state, source=State.DRAFTED, target=State.SUBMITTED)
    def submit(self) -> None:
        """Who uploaded it has looked at what it changes."""

    @transition(field=state, source=State.SUBMITTED, target=State.CONFIRMED)
    def confirm(self) -> None:
        """Another person has looked at the same, and its rows are in force."""

    @transition(field=state, source=State.SUBMITTED, target=State.RETURNED)
    def send_back(self) -> None:
        """It is not what the source says; it is uploaded anew."""

    @transition(field=state, source=OPEN, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """By who uploaded it."""
