"""Who wants to hear of a new issue of which series."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from evaluation.models.reports import Report
from pool.models import User
from pool.models.base import Record


class Subscription(Record):
    """One person's wish to be told; it ends by being deleted, the trail keeps both."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("订阅人"))
    series = models.CharField(_("报告系列"), max_length=12, choices=Report.Kind.choices)
    since = models.DateField(_("订阅日期"))

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("报告订阅")
        ordering = ["series", "user"]
        constraints = [models.UniqueConstraint(fields=["user", "series"], name="subscription_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.user_id}"
