"""What is only ever added: the audit trail, the reads and denials, the moves of state, the hats."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class AuditEvent(models.Model):
    """Written in the transaction of the change it tells of; numbered and hashed later by the sealer."""

    at = models.DateTimeField(_("时间"), default=timezone.now)
    on = models.DateField(_("业务日期"), null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    actor_name = models.CharField(_("操作人姓名"), max_length=80, blank=True)
    role = models.CharField(_("角色"), max_length=30, blank=True)
    action = models.CharField(_("操作"), max_length=60)
    subject_kind = models.CharField(_("对象种类"), max_length=60)
    subject_id = models.CharField(_("对象编号"), max_length=64)
    subject_label = models.CharField(_("对象"), max_length=200, blank=True)
    bank = models.UUIDField(_("银行"), null=True, db_column="bank_id")
    article = models.CharField(_("条款"), max_length=20, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    before = models.JSONField(_("变更前"), null=True)
    after = models.JSONField(_("变更后"), null=True)
    request_id = models.CharField(_("请求编号"), max_length=36, blank=True)
    seq = models.BigIntegerField(_("链上序号"), null=True, unique=True)
    prev_hash = models.CharField(_("前一摘要"), max_length=64, blank=True)
    hash = models.CharField(_("摘要"), max_length=64, blank=True)
    algorithm = models.CharField(_("算法"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="auditevent_subject"),
            models.Index(fields=["id"], condition=models.Q(seq__isnull=True), name="auditevent_unsealed"),
            models.Index(fields=["at"], name="auditevent_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_label}"


class AccessLog(models.Model):
    """Denials and reads of client data, written through a second connection so that a 403 cannot roll it back."""

    class Kind(models.TextChoices):
        READ = "read", _("查看")
        DOWNLOAD = "download", _("下载")
        DENIED = "denied", _("拒绝")
        SIGN_IN = "sign_in", _("登录")
        SIGN_OUT = "sign_out", _("退出")
        SIGN_IN_FAILED = "sign_in_failed", _("登录失败")

    at = models.DateTimeField(_("时间"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("用户"),
    )
    username = models.CharField(_("用户名"), max_length=150, blank=True)
    role = models.CharField(_("角色"), max_length=30, blank=True)
    kind = models.CharField(_("种类"), max_length=20, choices=Kind.choices)
    subject_kind = models.CharField(_("对象种类"), max_length=60, blank=True)
    subject_id = models.CharField(_("对象编号"), max_length=64, blank=True)
    method = models.CharField(_("方法"), max_length=8, blank=True)
    path = models.CharField(_("路径"), max_length=300, blank=True)
    address = models.CharField(_("来源地址"), max_length=45, blank=True)
    detail = models.CharField(_("说明"), max_length=300, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=36, blank=True)

    class Meta:
        verbose_name = _("访问日志")
        verbose_name_plural = _("访问日志")
        indexes = [
            models.Index(fields=["at"], name="accesslog_at"),
            models.Index(fields=["subject_kind", "subject_id"], name="accesslog_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.path}"


class Transition(models.Model):
    """One move of one state field: who, when, why, by which article. The state is the fold of these."""

    subject_kind = models.CharField(_("对象种类"), max_length=60)
    subject_id = models.UUIDField(_("对象编号"))
    bank = models.UUIDField(_("银行"), null=True, db_column="bank_id")
    field = models.CharField(_("字段"), max_length=40)
    source = models.CharField(_("原状态"), max_length=40, blank=True)
    target = models.CharField(_("新状态"), max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    on = models.DateField(_("业务日期"))
    at = models.DateTimeField(_("时间"), default=timezone.now)
    reason = models.TextField(_("理由"), blank=True)
    article = models.CharField(_("条款"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("状态变更")
        verbose_name_plural = _("状态变更")
        indexes = [models.Index(fields=["subject_id", "field", "id"], name="transition_subject")]

    def __str__(self) -> str:
        return f"{self.on} {self.field}: {self.source} → {self.target}"


class Hat(models.Model):
    """One person wears one hat on a case for its whole life; the key says so, not a switch."""

    case = models.UUIDField(_("案件编号"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("人员"))
    hat = models.CharField(_("岗位"), max_length=40)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("岗位记录")
        verbose_name_plural = _("岗位记录")
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="hat_one_per_person")]

    def __str__(self) -> str:
        return f"{self.case} {self.person} {self.hat}"


class RestoreAcceptance(models.Model):
    """Two people put on record that what an anchor names is lost: the database was restored to an older state."""

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    anchor_seq = models.BigIntegerField(_("锚点序号"))
    anchor_head = models.CharField(_("锚点摘要"), max_length=64)
    anchor_on = models.DateField(_("锚点日期"))
    kept_seq = models.BigIntegerField(_("保留至序号"))
    reason = models.TextField(_("恢复经过和丢失内容"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提交人")
    )
    proposed_on = models.DateField(_("提交日期"))
    proposed_at = models.DateTimeField(_("提交时间"), default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)

    class Meta:
        verbose_name = _("恢复核对")
        verbose_name_plural = _("恢复核对")
        constraints = [
            models.UniqueConstraint(
                fields=["anchor_head"], condition=models.Q(confirmed_at__isnull=True), name="restore_proposed_once"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("proposed_by")),
                name="restore_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anchor_on} #{self.anchor_seq}"
