"""What every business row has: a key that sorts by time, its scheme, a version, the instant it was written."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

__all__ = ["DEFAULT_SCHEME", "Record", "Scheme", "uuid7"]

DEFAULT_SCHEME = "shenzhen"


class Scheme(models.Model):
    """One city's pool; its law lives in `pool/rulebook/<slug>/`."""

    slug = models.SlugField(_("代码"), primary_key=True, max_length=40)
    title = models.CharField(_("名称"), max_length=120)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("资金池方案")
        verbose_name_plural = _("资金池方案")

    def __str__(self) -> str:
        return self.title


class Record(models.Model):
    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, default=DEFAULT_SCHEME, related_name="+", verbose_name=_("资金池方案")
    )
    version = models.PositiveIntegerField(_("版本"), default=1)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        abstract = True
