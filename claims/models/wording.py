"""常用询问 and 常用理由: the register that the manager's own people keep; what was written with it stands elsewhere."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pool.models import User
from pool.models.base import Record


class CannedPhrase(Record):
    """One wording with the provision it rests on: entered by one person, in use once another has confirmed it.

    It is never altered: a better wording takes its place. The first ones come with the release and have no author.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", _("常用询问")
        REASON = "reason", _("常用理由")

    class Opinion(models.TextChoices):
        REFUSE = "refuse", _("不通过")
        RETURN = "return", _("退回补正")
        PARTIAL = "partial", _("核定事实、部分核定")

    kind = models.CharField(_("用途"), max_length=8, choices=Kind.choices)
    opinion = models.CharField(_("适用的意见"), max_length=8, choices=Opinion.choices, blank=True)
    provision = models.CharField(_("规则条目"), max_length=60)
    evidence = models.JSONField(_("需银行补充的材料"), default=list, blank=True)
    words = models.CharField(_("文字"), max_length=400)
    place = models.PositiveIntegerField(_("次序"))
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("替换")
    )
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提出人")
    )
    made_on = models.DateField(_("提出日期"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_on = models.DateField(_("启用日期"), null=True, blank=True)
    dropped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("停用人")
    )
    dropped_on = models.DateField(_("停用日期"), null=True, blank=True)
    drop_reason = models.CharField(_("停用原因"), max_length=400, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("审核常用文字")
        ordering = ["kind", "place", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "kind", "opinion", "words"], condition=Q(dropped_on__isnull=True),
                name="canned_phrase_once",
            ),
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(dropped_on__isnull=True), name="canned_phrase_replaced_once"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")),
                name="canned_phrase_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(made_by__isnull=True) | Q(confirmed_on__isnull=True) | Q(confirmed_by__isnull=False),
                name="canned_phrase_in_use_by_two",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.words[:40]

    def get_absolute_url(self) -> str:
        return reverse("admin:claims_cannedphrase_change", args=[self.pk])

    @property
    def status(self) -> str:
        if self.dropped_on is not None:
            return gettext("已停用") if self.confirmed_on else gettext("已退回")
        return gettext("使用中") if self.confirmed_on else gettext("待确认")
