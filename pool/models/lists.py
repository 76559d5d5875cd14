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
