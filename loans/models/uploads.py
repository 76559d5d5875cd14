"""A batch of loans and its rows: what was sent, what was said of it, what waits."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from pool.models import StoredFile, User


class Upload(FSMModelMixin, BankOwned):
    """A batch of loans from one spreadsheet or one form (a batch of one row). Nothing is a loan until submission."""

    class State(models.TextChoices):
        RECEIVED = "received", _("已接收")
        CHECKING = "checking", _("校验中")
        CHECKED = "checked", _("待复核提交")
        SUBMITTED = "submitted", _("已提交")
        ENTERED = "entered", _("已入库")
        CANCELLED = "cancelled", _("已取消")
        FAILED = "failed", _("无法读取")

    class Source(models.TextChoices):
        FILE = "file", _("表格上传")
        FORM = "form", _("逐笔填报")
        API = "api", _("接口报送")

    class Kind(models.TextChoices):
        LOANS = "loans", _("贷款入库")
        CLASSIFICATIONS = "classes", _("五级分类")
        RECOVERIES = "recovery", _("清收上报")

    kind = models.CharField(_("批次内容"), max_length=8, choices=Kind.choices, default=Kind.LOANS)
    rehearsal = models.BooleanField(_("试运行"), default=False)
    rehearsed_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="filed_as", verbose_name=_("试运行批次")
    )
    number = models.CharField(_("批次编号"), max_length=40, unique=True)
    source = models.CharField(_("来源"), max_length=8, choices=Source.choices)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上传文件")
    )
    template_version = models.CharField(_("模板版本"), max_length=40, blank=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.RECEIVED, protected=True)
    problems = models.JSONField(_("文件问题"), default=list, blank=True)
    headers = models.JSONField(_("文件表头"), default=dict, blank=True)
    rows_total = models.PositiveIntegerField(_("总行数"), default=0)
    rows_done = models.PositiveIntegerField(_("已处理行数"), default=0)
    rows_expected = models.PositiveIntegerField(_("预计行数"), default=0)
    rows_per_second = models.PositiveIntegerField(_("每秒行数"), default=0)
    rows_good = models.PositiveIntegerField(_("可入库行数"), default=0)
    rows_held = models.PositiveIntegerField(_("暂缓行数"), default=0)
    rows_known = models.PositiveIntegerField(_("已在库行数"), default=0)
    rows_late = models.PositiveIntegerField(_("逾期录入行数"), default=0)
    rows_warned = models.PositiveIntegerField(_("有提示行数"), default=0)
    rows_unconfirmed = models.PositiveIntegerField(_("提示待确认行数"), default=0)
    rows_entered = models.PositiveIntegerField(_("已入库行数"), default=0)
    principal_good = models.DecimalField(_("可入库本金"), max_digits=18, decimal_places=2, default=0)
    principal_entered = models.DecimalField(_("已入库本金"), max_digits=18, decimal_places=2, default=0)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_on = models.DateField(_("上传日期"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    submitted_on = models.DateField(_("提交日期"), null=True, blank=True)
    receipt_number = models.CharField(_("回执编号"), max_length=40, blank=True)
    receipt = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("入库回执")
    )

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("入库批次")
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=F("made_by")),
                name="upload_submitted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(rehearsal=False) | ~Q(state__in=["submitted", "entered"]),
                name="upload_rehearsal_files_nothing",
            ),
        ]
        indexes = [models.Index(fields=["bank", "-created_at"], name="upload_by_bank")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("loans:upload", args=[self.pk])

    @property
    def is_of_loans(self) -> bool:
        return str(self.kind) == str(self.Kind.LOANS)

    def get_state_display(self) -> str:
        """What is no file of loans enters nothing: it takes effect."""
        if self.state == self.State.ENTERED and not self.is_of_loans:
            return str(_("已生效"))
        if self.rehearsal and self.state == self.State.CHECKED:
            return str(_("试运行完毕"))
        if self.rows_unconfirmed and self.state == self.State.CHECKED:
            return str(_("待确认提示"))
        return str(dict(self.State.choices)[self.state])

    @transition(field=state, source=State.RECEIVED, target=State.CHECKING)
    def start_check(self) -> None:
        """A worker has begun to read the file."""

    @transition(field=state, source=[State.RECEIVED, State.CHECKING], target=State.CHECKED)
    def finish_check(self) -> None:
        """Every row has its findings."""

    @transition(field=state, source=[State.RECEIVED, State.CHECKING], target=State.FAILED)
    def fail(self) -> None:
        """The file cannot be read at all; `problems` say why."""

    @transition(field=state, source=State.CHECKED, target=State.SUBMITTED)
    def submit(self) -> None:
        """The checker has submitted; this instant counts for 19(1)."""

    @transition(field=state, source=State.SUBMITTED, target=State.ENTERED)
    def enter(self) -> None:
        """The good rows are loans."""

    @transition(field=state, source=[State.RECEIVED, State.CHECKING, State.CHECKED], target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before submission."""


class StagedRow(models.Model):
    """Where COPY writes: no row security, no foreign keys, emptied when the chunk has moved into `UploadRow`."""

    encrypted_json = ("raw", "facts")

    id = models.UUIDField(_("编号"), primary_key=True)
    upload_id = models.UUIDField(_("批次"), db_index=True)
    row = models.PositiveIntegerField(_("行号"))
    sheet = models.CharField(_("工作表"), max_length=80)
    loan_number = models.CharField(_("借据号"), max_length=80)
    loan_number_key = models.CharField(_("借据号（归一）"), max_length=80)
    identity = models.CharField(_("借款主体标识"), max_length=64)
    status = models.CharField(_("结果"), max_length=8)
    late = models.BooleanField(_("逾期录入"))
    raw = models.JSONField(_("原文"))
    facts = models.JSONField(_("内容"))
    findings = models.JSONField(_("入库核验"))
    problems = models.JSONField(_("问题"))
    doubts = models.JSONField(_("提示"), default=list)
    unconfirmed = models.BooleanField(_("提示待确认"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("暂存行")

    def __str__(self) -> str:
        return f"{self.upload_id} {self.row}"


class UploadRow(BankOwned):
    """One row of an upload with all its findings; it keeps what the bank sent, so nothing is lost when it is held.

    A loan that comes of a row takes over its key, so that a row entered twice is the same loan.
    """

    encrypted_json = ("raw", "facts")

    class Status(models.TextChoices):
        GOOD = "good", _("可入库")
        HELD = "held", _("暂缓")
        KNOWN = "known", _("已在库")
        ENTERED = "entered", _("已入库")

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="rows", verbose_name=_("入库批次"))
    sheet = models.CharField(_("工作表"), max_length=80)
    row = models.PositiveIntegerField(_("行号"))
    loan_number = models.CharField(_("借据号"), max_length=80, blank=True)
    loan_number_key = models.CharField(_("借据号（归一）"), max_length=80, blank=True)
    identity = models.CharField(_("借款主体标识"), max_length=64, blank=True)
    status = models.CharField(_("结果"), max_length=8, choices=Status.choices)
    late = models.BooleanField(_("逾期录入"), default=False)
    raw = models.JSONField(_("原文"), default=dict, blank=True)
    facts = models.JSONField(_("内容"), default=dict, blank=True)
    findings = models.JSONField(_("入库核验"), default=list, blank=True)
    problems = models.JSONField(_("问题"), default=list, blank=True)
    doubts = models.JSONField(_("提示"), default=list, blank=True)
    """Of each warning that asks for a reason: its code, its column, and the mark of the facts that gave rise to it."""
    unconfirmed = models.BooleanField(_("提示待确认"), default=False)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("入库批次明细")
        constraints = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="upload_row_once")]
        indexes = [
            models.Index(fields=["upload", "status", "row"], name="upload_row_by_status"),
            models.Index(fields=["upload", "row"], name="upload_row_unconfirmed", condition=Q(unconfirmed=True)),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}"


class Confirmation(BankOwned):
    """A maker's word on one warning: why the figures are right. It holds for that IOU as long as the figures stay.

    A later one on the same facts takes the place of an earlier; none is ever changed.
    """

    upload = models.ForeignKey(
        Upload, on_delete=models.PROTECT, related_name="confirmations", verbose_name=_("入库批次")
    )
    loan_number = models.CharField(_("借据号"), max_length=80)
    loan_number_key = models.CharField(_("借据号（归一）"), max_length=80)
    row = models.PositiveIntegerField(_("行号"))
    code = models.CharField(_("提示"), max_length=60)
    column = models.CharField(_("栏目"), max_length=60)
    facts = models.CharField(_("所据内容标识"), max_length=64)
    reason = models.CharField(_("理由"), max_length=400)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("确认人"))
    made_on = models.DateField(_("确认日期"))

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("提示确认")
        indexes = [models.Index(fields=["bank", "loan_number_key"], name="confirmation_by_loan")]

    def __str__(self) -> str:
        return f"{self.loan_number} {self.code}"
