"""What a person keeps of a list: filters under a name, and the columns they want to see."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pool.models.base import uuid7


class SavedFilter(models.Model):
    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("用户"))
    listing = models.CharField(_("清单"), max_length=40)
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("筛选条件"), max_length=1000)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("保存的筛选")
        verbose_name_plural = _("保存的筛选")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "listing", "name"], name="savedfilter_named_once")]

    def __str__(self) -> str:
        return self.name


class ColumnChoice(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("用户"))
    listing = models.CharField(_("清单"), max_length=40)
    columns = models.JSONField(_("显示的列"), default=list)

    class Meta:
        verbose_name = _("列的选择")
        verbose_name_plural = _("列的选择")
        constraints = [models.UniqueConstraint(fields=["user", "listing"], name="columnchoice_one_each")]

    def __str__(self) -> str:
        return self.listing


class ListExport(models.Model):
    """An export too long to be made while its owner waits: made by the worker, kept for some days, theirs alone."""

    class State(models.TextChoices):
        ASKED = "asked", _("排队中")
        MAKING = "making", _("生成中")
        READY = "ready", _("可下载")
        FAILED = "failed", _("未生成")

    OPEN = (State.ASKED, State.MAKING)

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("用户"))
    bank = models.UUIDField(_("银行"), null=True, blank=True, db_column="bank_id")
    listing = models.CharField(_("清单"), max_length=40)
    query = models.TextField(_("筛选条件"), blank=True)
    columns = models.JSONField(_("显示的列"), default=list)
    language = models.CharField(_("语言"), max_length=10)
    mark = models.CharField(_("水印"), max_length=400)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.ASKED)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    size = models.PositiveBigIntegerField(_("大小"), default=0)
    sha256 = models.CharField(_("摘要"), max_length=64, blank=True)
    trouble = models.CharField(_("原因"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("申请时间"), auto_now_add=True)
    made_at = models.DateTimeField(_("生成时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("保留至"))

    class Meta:
        verbose_name = _("清单导出")
        verbose_name_plural = _("清单导出")
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["user", "-asked_at"], name="listexport_mine")]

    def __str__(self) -> str:
        return f"{self.listing} {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def begin(self) -> None:
        """A worker has taken it."""
        self.state = self.State.MAKING

    def finish(self, rows: int, size: int, sha256: str) -> None:
        """The file lies there."""
        self.state, self.rows, self.size, self.sha256 = self.State.READY, rows, size, sha256

    def fail(self, why: str) -> None:
        """It will not be made."""
        self.state, self.trouble = self.State.FAILED, why[:200]
