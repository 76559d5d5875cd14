"""Annual evaluation (22-25) and the reports to the authority and the regulators (8, 10, 20(5)-(6))."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from banks.models import Bank
from pool.models import StoredFile, User
from pool.models.base import Record


class Evaluation(FSMModelMixin, Record):
    """One year's evaluation of all banks; a correction is a new revision."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        FILED = "filed", _("已报备")

    year = models.PositiveSmallIntegerField(_("评价年度"))
    revision = models.PositiveSmallIntegerField(_("版次"), default=1)
    state = FSMField(_("状态"), max_length=8, choices=State.choices, default=State.DRAFT, protected=True)
    made_on = models.DateField(_("评价日期"))
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("评价人")
    )
    file_by = models.DateField(_("报备截止日"))
    filed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("报备人")
    )
    filed_on = models.DateField(_("报备日期"), null=True, blank=True)
    inputs = models.JSONField(_("评价依据数据"))
    inputs_hash = models.CharField(_("数据校验值"), max_length=64)
    edition = models.CharField(_("适用规则版本"), max_length=40)
    edition_hash = models.CharField(_("规则版本校验值"), max_length=64)
    reason = models.CharField(_("更正原因"), max_length=400, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("年度绩效评价")
        ordering = ["-year", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "year", "revision"], name="evaluation_revision_once"),
            models.CheckConstraint(
                condition=Q(filed_by__isnull=True) | Q(made_by__isnull=True) | ~Q(filed_by=F("made_by")),
                name="evaluation_filed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} v{self.revision}"

    def get_absolute_url(self) -> str:
        return reverse("evaluation:evaluation", args=[self.pk])

    @transition(field=state, source=State.DRAFT, target=State.FILED)
    def file(self) -> None:
        """Filed with the authority (25); from now on it never changes."""


class EvaluationLine(Record):
    """One bank's result. Regulators and the authority read all lines, a bank only its own (the view decides)."""

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", _("优秀")
        GOOD = "good", _("良好")
        QUALIFIED = "qualified", _("合格")
        UNQUALIFIED = "unqualified", _("不合格")

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.CASCADE, related_name="lines", verbose_name=_("年度绩效评价")
    )
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+", verbose_name=_("加盟银行"))
    amount = models.DecimalField(_("当年发放贷款总额"), max_digits=18, decimal_places=2)
    borrowers = models.PositiveIntegerField(_("当年获贷中小微企业数"))
    last_amount = models.DecimalField(_("上年发放贷款总额"), max_digits=18, decimal_places=2, null=True, blank=True)
    last_borrowers = models.PositiveIntegerField(_("上年获贷中小微企业数"), null=True, blank=True)
    violations = models.PositiveSmallIntegerField(_("违规次数"), default=0)
    amount_rank = models.PositiveSmallIntegerField(_("总额排名"))
    borrowers_rank = models.PositiveSmallIntegerField(_("户数排名"))
    growth = models.DecimalField(_("同比增速"), max_digits=26, decimal_places=6, null=True, blank=True)
    growth_rank = models.PositiveSmallIntegerField(_("增速排名"), null=True, blank=True)
    grade = models.CharField(_("评价等级"), max_length=12, choices=Grade.choices)
    findings = models.JSONField(_("评定依据"), default=list)
    second_strike = models.BooleanField(_("连续两年不合格"), default=False)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("年度绩效评价明细")
        constraints = [models.UniqueConstraint(fields=["evaluation", "bank"], name="evaluation_line_once")]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.bank_id}"


class Report(FSMModelMixin, Record):
    """A report made by a worker from one snapshot: draft → checked by a second person → issued, kept for ever."""

    class Kind(models.TextChoices):
        HALF_YEAR = "half_year", _("半年度统计报告")
        EVALUATION = "evaluation", _("年度绩效评价报告")
        SUPERVISORY = "supervisory", _("监管指标报告")
        INSPECTION = "inspection", _("监督检查报告")
        PARTNERS = "partners", _("加盟银行名单")
        OPEN_DATA = "open_data", _("公开数据")
        DIFFERENCES = "differences", _("清收返还差异清单")

    class State(models.TextChoices):
        REQUESTED = "requested", _("生成中")
        DRAFT = "draft", _("待核准")
        ISSUED = "issued", _("已发布")
        FAILED = "failed", _("生成失败")

    kind = models.CharField(_("报告类型"), max_length=12, choices=Kind.choices)
    period = models.CharField(_("报告期"), max_length=12)
    revision = models.PositiveSmallIntegerField(_("版次"), default=1)
    number = models.CharField(_("报告编号"), max_length=40, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.REQUESTED, protected=True)
    starts_on = models.DateField(_("报告期起"))
    ends_on = models.DateField(_("报告期止"))
    made_on = models.DateField(_("编制日期"))
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("编制人")
    )
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人")
    )
    issued_on = models.DateField(_("发布日期"), null=True, blank=True)
    as_of = models.DateTimeField(_("数据时点"), null=True, blank=True)
    inputs = models.JSONField(_("统计数据"), default=dict)
    inputs_hash = models.CharField(_("数据校验值"), max_length=64, blank=True)
    check_code = models.CharField(_("校验码"), max_length=24, blank=True)
    code_version = models.CharField(_("程序版本"), max_length=40, blank=True)
    problem = models.TextField(_("失败原因"), blank=True)
    pdf = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("PDF 文件")
    )
    xlsx = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("数据表")
    )

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("报告")
        ordering = ["-ends_on", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "kind", "period", "revision"], name="report_revision_once"),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True) | Q(made_by__isnull=True) | ~Q(issued_by=F("made_by")),
                name="report_issued_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("evaluation:report", args=[self.pk])

    @transition(field=state, source=State.REQUESTED, target=State.DRAFT)
    def finish(self) -> None:
        """The worker has made the files."""

    @transition(field=state, source=State.REQUESTED, target=State.FAILED)
    def fail(self) -> None:
        """The worker could not make it; `problem` says why."""

    @transition(field=state, source=State.DRAFT, target=State.ISSUED)
    def issue(self) -> None:
        """A second person has checked it; the departments of 8(4) may read it."""


class Statement(FSMModelMixin, BankOwned):
    """What one bank was paid and gave back in a quarter, by the ledger; drawn up by one person of the finance centre,
    issued by another, then confirmed or disputed by the bank (10.3(3), 11(4)). Its figures never change: whoever
    disputes them gets a new revision."""

    class State(models.TextChoices):
        DRAFT = "draft", _("待签发")
        ISSUED = "issued", _("待银行确认")
        CONFIRMED = "confirmed", _("双方已确认")
        DISPUTED = "disputed", _("银行有异议")
        REPLACED = "replaced", _("已由新版取代")

    LIVE = frozenset({State.DRAFT, State.ISSUED, State.CONFIRMED, State.DISPUTED})

    period = models.CharField(_("对账期"), max_length=8)
    revision = models.PositiveSmallIntegerField(_("版次"), default=1)
    number = models.CharField(_("对账单编号"), max_length=40, unique=True)
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, protected=True)
    starts_on = models.DateField(_("对账期起"))
    ends_on = models.DateField(_("对账期止"))
    opening = models.DecimalField(_("期初补偿净额"), max_digits=18, decimal_places=2)
    paid = models.DecimalField(_("本期支付补偿"), max_digits=18, decimal_places=2)
    returned = models.DecimalField(_("本期清收返还"), max_digits=18, decimal_places=2)
    refunded = models.DecimalField(_("本期退回与追回"), max_digits=18, decimal_places=2)
    closing = models.DecimalField(_("期末补偿净额"), max_digits=18, decimal_places=2)
    lines = models.JSONField(_("明细"), default=list)
    lines_hash = models.CharField(_("数据校验值"), max_length=64)
    made_on = models.DateField(_("编制日期"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("编制人"))
    issued_on = models.DateField(_("签发日期"), null=True, blank=True)
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("签发人")
    )
    answered_on = models.DateField(_("银行答复日期"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("银行答复人")
    )
    dispute = models.CharField(_("银行异议"), max_length=800, blank=True)
    reply = models.CharField(_("对异议的答复"), max_length=800, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("对账单")
        ordering = ["-ends_on", "bank", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["bank", "period", "revision"], name="statement_revision_once"),
            models.UniqueConstraint(
                fields=["bank", "period"],
                condition=Q(state__in=["draft", "issued", "confirmed", "disputed"]),
                name="statement_one_live",
            ),
            models.CheckConstraint(
                condition=Q(closing=F("opening") + F("paid") - F("returned") - F("refunded")), name="statement_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True) | ~Q(issued_by=F("made_by")), name="statement_issued_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("evaluation:statement", args=[self.pk])

    @transition(field=state, source=State.DRAFT, target=State.ISSUED)
    def issue(self) -> None:
        """The finance centre's second person has checked it; the bank reads it from now on."""

    @transition(field=state, source=State.ISSUED, target=State.CONFIRMED)
    def confirm(self) -> None:
        """The bank's own books say the same."""

    @transition(field=state, source=State.ISSUED, target=State.DISPUTED)
    def object_to(self) -> None:
        """The bank's own books say otherwise; `dispute` says how."""

    @transition(field=state, source=[State.DRAFT, State.DISPUTED, State.CONFIRMED], target=State.REPLACED)
    def replace(self) -> None:
        """A new revision stands in its place."""
