"""Who came in by which door: open sessions, the second factor, its spare codes, its reset by two people."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from pool.crypto import EncryptedTextField
from pool.models.base import uuid7


class OpenSession(models.Model):
    """One sign-in at one browser, from its first request to its end; ended here, it is over at the next request."""

    class Why(models.TextChoices):
        SIGN_OUT = "sign_out", _("本人退出")
        IDLE = "idle", _("长时间未操作")
        TOO_LONG = "too_long", _("超过最长时间")
        SELF = "self", _("本人在别处结束")
        KEEPER = "keeper", _("安全管理员结束")
        CHANGED = "changed", _("密码、角色或账户变更")

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="open_sessions", verbose_name=_("用户")
    )
    started_at = models.DateTimeField(_("登录时间"), auto_now_add=True)
    last_seen_at = models.DateTimeField(_("最近活动"), auto_now_add=True)
    address = models.CharField(_("来源地址"), max_length=45, blank=True)
    browser = models.CharField(_("浏览器"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("结束人")
    )
    why = models.CharField(_("结束原因"), max_length=20, choices=Why.choices, blank=True)

    class Meta:
        verbose_name = _("登录会话")
        verbose_name_plural = _("登录会话")
        indexes = [
            models.Index(fields=["user"], condition=models.Q(ended_at__isnull=True), name="opensession_live"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.started_at:%Y-%m-%d %H:%M}"


class CalendarFeed(models.Model):
    """A secret address at which a person's calendar program reads their legal dates; only its hash is kept."""

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds", verbose_name=_("用户")
    )
    token_hash = models.CharField(_("地址摘要"), max_length=64, unique=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = _("日历订阅")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(revoked_at__isnull=True), name="calendarfeed_one_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d}"


class SecondFactor(ThrottlingMixin, Device):
    """The secret that a person's code generator shares with us, encrypted like every personal field."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="second_factors", verbose_name=_("用户")
    )
    name = models.CharField(_("名称"), max_length=64, blank=True)
    confirmed = models.BooleanField(_("已启用"), default=False)
    secret = EncryptedTextField(_("密钥"))
    last_step = models.BigIntegerField(_("最近使用的时段"), default=-1)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    throttling_failure_timestamp = models.DateTimeField(_("最近输错时间"), null=True, blank=True, default=None)
    throttling_failure_count = models.PositiveIntegerField(_("连续输错次数"), default=0)

    class Meta:
        verbose_name = _("动态口令")
        verbose_name_plural = _("动态口令")
        constraints = [models.UniqueConstraint(fields=["user", "confirmed"], name="secondfactor_one_each")]

    def __str__(self) -> str:
        return str(self.user)

    def get_throttle_factor(self) -> int:
        return 1

    def verify_token(self, token: str) -> bool:
        """A code serves once, within its half minute or the one beside it; after wrong ones there is a wait."""
        if not self.verify_is_allowed()[0]:
            return False
        counter = TOTP(bytes.fromhex(self.secret))
        counter.time = timezone.now().timestamp()
        if token.isascii() and token.isdecimal() and counter.verify(int(token), 1, self.last_step + 1):
            self.last_step = counter.t()
            self.throttle_reset(commit=False)
            self.save(update_fields=["last_step", "throttling_failure_timestamp", "throttling_failure_count"])
            return True
        self.throttle_increment()
        return False


class RecoveryCode(models.Model):
    """Serves once in place of a code, when the telephone is lost; only the hash is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes", verbose_name=_("用户")
    )
    code_hash = models.CharField(_("恢复码摘要"), max_length=64)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("恢复码")
        verbose_name_plural = _("恢复码")

    def __str__(self) -> str:
        return str(self.user)


class FactorReset(models.Model):
    """Another's second factor is taken away by two people: one proposes, another one does it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        DONE = "done", _("已重置")
        DECLINED = "declined", _("未同意")

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("用户"))
    reason = models.TextField(_("理由"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("确认人")
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True)
    outcome = models.CharField(_("结果"), max_length=20, choices=State.choices, default=State.PROPOSED)

    class Meta:
        verbose_name = _("动态口令重置")
        verbose_name_plural = _("动态口令重置")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(outcome="proposed"), name="factorreset_one_waiting"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="factorreset_two_people",
            ),
            models.CheckConstraint(
                condition=~models.Q(proposed_by=models.F("user")), name="factorreset_not_for_oneself"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
