"""Rows the machinery keeps: business date, form keys, job runs, outbox, notices, files, deadlines, numbers, tokens."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pool.models.base import Record, Scheme, uuid7
from pool.models.people import Role


class BusinessDate(models.Model):
    """The legal today; it only moves forward."""

    scheme = models.OneToOneField(
        Scheme, models.PROTECT, primary_key=True, related_name="business_date", verbose_name=_("资金池方案")
    )
    day = models.DateField(_("业务日期"))
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    moved_at = models.DateTimeField(_("变更时间"), auto_now=True)
    moving_from = models.DateField(_("推进起日"), null=True)
    moving_to = models.DateField(_("推进至"), null=True)
    trouble = models.CharField(_("推进受阻"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("业务日期")
        verbose_name_plural = _("业务日期")

    def __str__(self) -> str:
        return str(self.day)


class FormKey(models.Model):
    """A rendered form may be submitted once; the stored answer serves the second time."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("人员"))
    route = models.CharField(_("路由"), max_length=200)
    key = models.UUIDField(_("表单键"))
    body_hash = models.CharField(_("内容摘要"), max_length=64)
    answer = models.CharField(_("跳转地址"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("表单键")
        verbose_name_plural = _("表单键")
        constraints = [models.UniqueConstraint(fields=["person", "route", "key"], name="formkey_once")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class JobRun(models.Model):
    """A job's slot, committed together with its effect: twice is once."""

    job = models.CharField(_("任务"), max_length=60)
    slot = models.CharField(_("时段"), max_length=40)
    on = models.DateField(_("业务日期"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    result = models.JSONField(_("结果"), default=dict)

    class Meta:
        verbose_name = _("任务运行")
        verbose_name_plural = _("任务运行")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="jobrun_one_per_slot")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot}"


class OutboxTask(models.Model):
    """Work promised by a committed transaction; the broker only rings the bell."""

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    task = models.CharField(_("任务"), max_length=80)
    arguments = models.JSONField(_("参数"), default=dict)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    done_at = models.DateTimeField(_("完成时间"), null=True)
    attempts = models.PositiveIntegerField(_("次数"), default=0)
    last_error = models.CharField(_("最近错误"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("待办任务")
        verbose_name_plural = _("待办任务")
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(done_at__isnull=True), name="outboxtask_open")
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.id}"


class Notice(Record):
    """Something one person, one role, or one bank should know."""

    class Kind(models.TextChoices):
        NEWS = "news", _("一般通知")
        DEADLINE = "deadline", _("期限提醒")
        DECISION = "decision", _("决定通知")

    key = models.CharField(_("唯一键"), max_length=120, unique=True)
    role = models.CharField(_("角色"), max_length=30, choices=Role.choices, blank=True)
    bank = models.UUIDField(_("银行"), null=True, blank=True, db_column="bank_id")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("用户")
    )
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices, default=Kind.NEWS)
    topic = models.CharField(_("事项"), max_length=80, blank=True)
    mailed_at = models.DateTimeField(_("邮件处理时间"), null=True, blank=True)
    title = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("内容"), blank=True)
    url = models.CharField(_("链接"), max_length=300, blank=True)
    article = models.CharField(_("条款"), max_length=20, blank=True)
    due = models.DateField(_("截止日期"), null=True, blank=True)
    on = models.DateField(_("业务日期"))
    read_by = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="NoticeRead", related_name="+", verbose_name=_("已读")
    )

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        ordering = ["-on", "-created_at"]
        indexes = [
            models.Index(fields=["bank", "role", "-on"], name="notice_audience"),
            models.Index(fields=["on"], condition=models.Q(mailed_at__isnull=True), name="notice_to_mail"),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeRead(models.Model):
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="reads", verbose_name=_("通知"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("用户"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("通知已读")
        verbose_name_plural = _("通知已读")
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="noticeread_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.at}"


class StoredFile(models.Model):
    """A file kept by its hash; served only through the checked view."""

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    sha256 = models.CharField(_("摘要"), max_length=64)
    size = models.PositiveBigIntegerField(_("大小"))
    name = models.CharField(_("文件名"), max_length=200)
    content_type = models.CharField(_("类型"), max_length=100)
    path = models.CharField(_("存放路径"), max_length=200)
    bank = models.UUIDField(_("银行"), null=True, blank=True, db_column="bank_id")
    purpose = models.CharField(_("用途"), max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("上传人")
    )
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    kept_on = models.DateField(_("存档日期"), null=True, editable=False)

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        indexes = [models.Index(fields=["sha256"], name="storedfile_sha256")]

    def __str__(self) -> str:
        return self.name


class Deadline(Record):
    """An open obligation: computed once, explained, and kept with the calendar it was computed by."""

    subject_kind = models.CharField(_("对象种类"), max_length=60)
    subject_id = models.UUIDField(_("对象编号"))
    bank = models.UUIDField(_("银行"), null=True, blank=True, db_column="bank_id")
    kind = models.SlugField(_("期限种类"), max_length=60)
    label = models.CharField(_("名称"), max_length=120, blank=True)
    waiting_for = models.CharField(_("等待谁"), max_length=60, blank=True)
    event_on = models.DateField(_("起算事件日"))
    opens_on = models.DateField(_("开始日"), null=True, blank=True)
    closes_on = models.DateField(_("截止日"))
    article = models.CharField(_("条款"), max_length=20)
    unit = models.CharField(_("单位"), max_length=20)
    explanation = models.JSONField(_("计算说明"), default=dict)
    calendar_version = models.CharField(_("日历版本"), max_length=64)
    provisional = models.BooleanField(_("暂定"), default=False)
    fulfilled_on = models.DateField(_("完成日"), null=True, blank=True)
    dropped_on = models.DateField(_("撤销日"), null=True, blank=True)
    dropped_because = models.CharField(_("撤销原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("期限")
        verbose_name_plural = _("期限")
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "kind", "event_on"], name="deadline_once"),
            models.CheckConstraint(
                condition=models.Q(fulfilled_on__isnull=True) | models.Q(dropped_on__isnull=True),
                name="deadline_fulfilled_or_dropped",
            ),
        ]
        indexes = [
            models.Index(
                fields=["closes_on"],
                condition=models.Q(fulfilled_on__isnull=True, dropped_on__isnull=True),
                name="deadline_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label or self.kind} {self.closes_on}"


class ClockInterval(models.Model):
    """A stretch during which a clock ran; paused means the stretch has an end and no other is open."""

    subject_id = models.UUIDField(_("对象编号"))
    bank = models.UUIDField(_("银行"), null=True, blank=True, db_column="bank_id")
    kind = models.SlugField(_("期限种类"), max_length=60)
    started_on = models.DateField(_("开始日"))
    stopped_on = models.DateField(_("停止日"), null=True, blank=True)
    reason = models.CharField(_("停止原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("计时区间")
        verbose_name_plural = _("计时区间")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "kind"],
                condition=models.Q(stopped_on__isnull=True),
                name="clockinterval_one_running",
            ),
            models.CheckConstraint(
                condition=models.Q(stopped_on__isnull=True) | models.Q(stopped_on__gte=models.F("started_on")),
                name="clockinterval_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_on} - {self.stopped_on or ''}"


class Sequence(models.Model):
    kind = models.CharField(_("种类"), max_length=40)
    year = models.PositiveSmallIntegerField(_("年份"))
    last = models.PositiveIntegerField(_("最近编号"), default=0)

    class Meta:
        verbose_name = _("编号序列")
        verbose_name_plural = _("编号序列")
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="sequence_one_per_year")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.last}"


class ApiToken(models.Model):
    """Only the hash is kept; the token is shown once."""

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", verbose_name=_("用户"))
    name = models.CharField(_("名称"), max_length=80)
    prefix = models.CharField(_("前缀"), max_length=8)
    token_hash = models.CharField(_("令牌摘要"), max_length=64, unique=True)
    scopes = models.JSONField(_("范围"), default=list)
    expires_at = models.DateTimeField(_("失效时间"))
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
