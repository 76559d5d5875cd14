"""What the cut-over keeps: the set of files, each of its lines as it was read, and how far it has been written."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from pool.models.base import Record


class Cutover(FSMModelMixin, Record):
    """One set of files that were handed over together, with what was found in them."""

    class State(models.TextChoices):
        STAGED = "staged", _("已读入待签署")
        SIGNED = "signed", _("双方已签署")
        APPLIED = "applied", _("已移交入库")
        WITHDRAWN = "withdrawn", _("已作废")

    number = models.CharField(_("移交编号"), max_length=40, unique=True)
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.STAGED, protected=True)
    files = models.JSONField(_("移交文件"), default=dict)
    report = models.JSONField(_("差异报告"), default=list)
    errors = models.PositiveIntegerField(_("错误行数"), default=0)
    differences = models.PositiveIntegerField(_("差异项数"), default=0)
    digest = models.CharField(_("内容校验值"), max_length=64, blank=True)
    staged_on = models.DateField(_("读入日期"))
    manager_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("高新投签署人")
    )
    manager_on = models.DateField(_("高新投签署日期"), null=True)
    finance_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("金融中心签署人")
    )
    finance_on = models.DateField(_("金融中心签署日期"), null=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("历史数据移交")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "applied"])
                | Q(manager_by__isnull=False, finance_by__isnull=False, errors=0, differences=0),
                name="cutover_signed_by_both_without_a_difference",
            ),
            models.CheckConstraint(
                condition=Q(manager_by__isnull=True) | Q(finance_by__isnull=True) | ~Q(manager_by=F("finance_by")),
                name="cutover_signed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=State.STAGED, target=State.SIGNED)
    def sign(self) -> None:
        """Both institutions have signed what they saw."""

    @transition(field=state, source=State.SIGNED, target=State.APPLIED)
    def finish(self) -> None:
        """Every bank and the ledger are written, and the sums are those of the report."""

    @transition(field=state, source=[State.STAGED, State.SIGNED], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """Other files are handed in; nothing of these was written."""


class CutoverLine(models.Model):
    """One line of one sheet as it was read, with all that is wrong with it."""

    encrypted_json = ("data",)

    cutover = models.ForeignKey(Cutover, models.PROTECT, related_name="lines", verbose_name=_("历史数据移交"))
    sheet = models.CharField(_("表"), max_length=16)
    row = models.PositiveIntegerField(_("行号"))
    bank_code = models.CharField(_("机构代码"), max_length=12, blank=True)
    key = models.CharField(_("借据号（归一）"), max_length=80, blank=True)
    on = models.DateField(_("日期"), null=True)
    data = models.JSONField(_("内容"), default=dict)
    problems = models.JSONField(_("问题"), default=list)

    class Meta:
        verbose_name = verbose_name_plural = _("移交数据行")
        constraints = [models.UniqueConstraint(fields=["cutover", "sheet", "row"], name="cutover_line_once")]
        indexes = [
            models.Index(fields=["cutover", "sheet", "bank_code", "key"], name="cutover_line_by_loan"),
            models.Index(fields=["cutover", "sheet", "row"], condition=~Q(problems=[]), name="cutover_line_wrong"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}"


class CutoverPart(models.Model):
    """One bank, or the ledger, written in a transaction of its own: what is here is not written twice."""

    cutover = models.ForeignKey(Cutover, models.PROTECT, related_name="parts", verbose_name=_("历史数据移交"))
    part = models.CharField(_("部分"), max_length=16)
    counts = models.JSONField(_("已写入"), default=dict)
    at = models.DateTimeField(_("写入时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("移交进度")
        constraints = [models.UniqueConstraint(fields=["cutover", "part"], name="cutover_part_once")]

    def __str__(self) -> str:
        return self.part
