"""What goes to a person by e-mail, and what they chose to be sent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pool.models.base import uuid7


class MailChoice(models.Model):
    """Nobody who has chosen nothing is left out: without a row all of it is sent."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="mail_choice", verbose_name=_("用户")
    )
    digest = models.BooleanField(_("每个工作日一封汇总"), default=True)
    deadlines = models.BooleanField(_("法定期限临近时立即发送"), default=True)
    decisions = models.BooleanField(_("审核等决定作出时立即发送"), default=True)
    changed_at = models.DateTimeField(_("变更时间"), auto_now=True)

    class Meta:
        verbose_name = _("邮件选择")
        verbose_name_plural = _("邮件选择")

    def __str__(self) -> str:
        return str(self.user)


class Mail(models.Model):
    """One letter to one person; its key makes it one for ever, its state tells how far it came."""

    class Kind(models.TextChoices):
        DIGEST = "digest", _("每日汇总")
        AT_ONCE = "at_once", _("即时通知")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发送")
        UNCLEAR = "unclear", _("结果不明")
        DROPPED = "dropped", _("已作废")

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mails", verbose_name=_("用户"))
    key = models.CharField(_("唯一键"), max_length=120, unique=True)
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    on = models.DateField(_("业务日期"))
    subject = models.CharField(_("主题"), max_length=200)
    body = models.TextField(_("正文"))
    outcome = models.CharField(_("发送状态"), max_length=10, choices=State.choices, default=State.WAITING)
    trouble = models.CharField(_("最近错误"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("邮件")
        verbose_name_plural = _("邮件")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.subject
