"""Inspections (26): a frozen population, a sample that can be drawn again, findings and what becomes of them."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.models import Bank, Violation
from evaluation.models.reports import Report
from pool.models import StoredFile, User
from pool.models.base import Record


class Inspection(FSMModelMixin, Record):
    """What is looked into, of which banks and days, and how the sample is drawn. No bank sees a row of it."""

    class State(models.TextChoices):
        OPENED = "opened", _("待抽样")
        DRAWN = "drawn", _("检查中")
        REPORTED = "reported", _("整改跟踪中")
        CLOSED = "closed", _("已办结")
        CANCELLED = "cancelled", _("已取消")

    class Subject(models.TextChoices):
        COMPENSATIONS = "compensations", _("补偿项目")
        ENTRIES = "entries", _("入库贷款")
        RETURNS = "returns", _("清收返还")
        EVALUATIONS = "evaluations", _("年度绩效评价")

    class Method(models.TextChoices):
        RANDOM = "random", _("随机抽取")
        STRATIFIED = "stratified", _("按银行分层随机抽取")
        RISK = "risk", _("按风险得分抽取")

    number = models.CharField(_("检查编号"), max_length=40, unique=True)
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.OPENED, protected=True)
    subject = models.CharField(_("检查对象"), max_length=14, choices=Subject.choices)
    starts_on = models.DateField(_("检查期间起"))
    ends_on = models.DateField(_("检查期间止"))
    banks = models.ManyToManyField(Bank, related_name="+", blank=True, verbose_name=_("涉及银行"))
    reason = models.CharField(_("检查事由"), max_length=400)
    method = models.CharField(_("抽样方法"), max_length=10, choices=Method.choices)
    size = models.PositiveIntegerField(_("计划抽取数"))
    weights = models.JSONField(_("风险权重"), default=dict, blank=True)
    answer_days = models.PositiveSmallIntegerField(_("答复期限（工作日）"))
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("立项人"))
    opened_on = models.DateField(_("立项日期"))
    seed = models.CharField(_("随机种子"), max_length=64, blank=True)
    population = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("总体清单")
    )
    population_size = models.PositiveIntegerField(_("总体数量"), null=True, blank=True)
    sample_hash = models.CharField(_("样本校验值"), max_length=64, blank=True)
    drawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("抽样人")
    )
    drawn_on = models.DateField(_("抽样日期"), null=True, blank=True)
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("检查报告")
    )
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办结人")
    )
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("监督检查")
        ordering = ["-opened_on", "-number"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="inspection_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(size__gt=0, answer_days__gt=0), name="inspection_wants_something"),
            models.CheckConstraint(
                condition=Q(state__in=["opened", "cancelled"])
                | (Q(population__isnull=False, population_size__gt=0) & ~Q(seed="") & ~Q(sample_hash="")),
                name="inspection_drawn_can_be_drawn_again",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("opened_by")), name="inspection_closed_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("evaluation:inspection", args=[self.pk])

    @transition(field=state, source=State.OPENED, target=State.DRAWN)
    def draw(self) -> None:
        """The population is frozen and the sample drawn, once."""

    @transition(field=state, source=State.DRAWN, target=State.REPORTED)
    def tell(self) -> None:
        """The report is issued; what was found is followed up."""

    @transition(field=state, source=State.REPORTED, target=State.CLOSED)
    def close(self) -> None:
        """Every finding is closed; a second person agrees that nothing is left."""

    @transition(field=state, source=[State.OPENED, State.DRAWN], target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before anything was found; what was drawn stays on record."""


class InspectionCase(Record):
    """One case of a sample. It names a bank and is seen by none: what else was drawn is nobody's business."""

    class Outcome(models.TextChoices):
        OPEN = "", _("待检查")
        NONE = "none", _("未发现问题")
        REMARK = "remark", _("一般问题")
        BREACH = "breach", _("违规问题")

    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, related_name="cases", verbose_name=_("监督检查")
    )
    position = models.PositiveIntegerField(_("样本序号"))
    key = models.UUIDField(_("对象"))
    label = models.CharField(_("业务编号"), max_length=120)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+", verbose_name=_("加盟银行"))
    amount = models.DecimalField(_("涉及金额"), max_digits=18, decimal_places=2)
    score = models.PositiveIntegerField(_("风险得分"), default=0)
    facts = models.JSONField(_("得分依据"), default=list, blank=True)
    outcome = models.CharField(_("检查结果"), max_length=8, choices=Outcome.choices, default=Outcome.OPEN, blank=True)
    note = models.CharField(_("检查记录"), max_length=800, blank=True)
    examined_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("检查人")
    )
    examined_on = models.DateField(_("检查日期"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("检查样本")
        ordering = ["inspection", "position"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "position"], name="inspection_case_position_once"),
            models.UniqueConstraint(fields=["inspection", "key"], name="inspection_case_once"),
        ]

    def __str__(self) -> str:
        return f"{self.inspection} {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("evaluation:inspection_case", args=[self.pk])

    @property
    def shown(self) -> tuple[str, str]:
        return (self.outcome or "open", str(self.get_outcome_display()))


class Finding(FSMModelMixin, Record):
    """What is wrong with one case, and until when who must answer. `bank` is set when it is sent to that bank: from
    then on the bank reads it, and nothing else of the inspection."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草拟")
        ISSUED = "issued", _("待答复")
        ANSWERED = "answered", _("已答复，待核实")
        ACCEPTED = "accepted", _("整改已认可，待复核")
        CLOSED = "closed", _("已销号")
        WITHDRAWN = "withdrawn", _("已撤回")

    OPEN = (State.ISSUED, State.ANSWERED, State.ACCEPTED)
    SENT = (*OPEN, State.CLOSED)

    class Kind(models.TextChoices):
        REMARK = "remark", _("一般问题")
        BREACH = "breach", _("违规问题")

    class Addressee(models.TextChoices):
        BANK = "bank", _("加盟银行")
        MANAGER = "manager", _("高新投集团")
        FINANCE = "finance_centre", _("市财政金融服务中心")

    case = models.ForeignKey(
        InspectionCase, on_delete=models.PROTECT, related_name="findings", verbose_name=_("检查样本")
    )
    inspection_number = models.CharField(_("检查编号"), max_length=40)
    label = models.CharField(_("业务编号"), max_length=120)
    bank = models.ForeignKey(
        Bank, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("加盟银行")
    )
    number = models.CharField(_("问题编号"), max_length=40, unique=True, null=True, blank=True)
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, protected=True)
    kind = models.CharField(_("问题性质"), max_length=8, choices=Kind.choices)
    addressee = models.CharField(_("整改单位"), max_length=16, choices=Addressee.choices)
    basis = models.CharField(_("违反条款"), max_length=20)
    amount = models.DecimalField(_("涉及金额"), max_digits=18, decimal_places=2, default=Decimal("0.00"))
    text = models.TextField(_("问题事实"))
    demand = models.CharField(_("整改要求"), max_length=800)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("检查人"))
    written_on = models.DateField(_("记录日期"))
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发出人")
    )
    issued_on = models.DateField(_("发出日期"), null=True, blank=True)
    asked_on = models.DateField(_("要求答复之日"), null=True, blank=True)
    answer_by = models.DateField(_("答复期限"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核实人")
    )
    accepted_on = models.DateField(_("核实日期"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    closed_on = models.DateField(_("销号日期"), null=True, blank=True)
    referred_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("移送人")
    )
    referred_on = models.DateField(_("移送处理日期"), null=True, blank=True)
    violation = models.ForeignKey(
        Violation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("违规处理")
    )

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("检查发现问题")
        ordering = ["-written_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="finding_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(number__isnull=False, issued_on__isnull=False, answer_by__isnull=False),
                name="finding_sent_has_number_and_day",
            ),
            models.CheckConstraint(
                condition=Q(addressee="bank") | Q(bank__isnull=True), name="finding_bank_only_where_addressed"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_by__isnull=False, accepted_by__isnull=False),
                name="finding_closed_by_two",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("accepted_by")), name="finding_closed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(violation__isnull=True) | Q(referred_on__isnull=False), name="finding_sanction_was_referred"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.inspection_number} {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("evaluation:finding", args=[self.pk])

    @transition(field=state, source=State.DRAFT, target=State.ISSUED)
    def issue(self) -> None:
        """Sent to who must answer, with a day."""

    @transition(field=state, source=State.ISSUED, target=State.ANSWERED)
    def answer(self) -> None:
        """Whoever it is addressed to has said what was done."""

    @transition(field=state, source=State.ANSWERED, target=State.ISSUED)
    def ask_again(self) -> None:
        """The answer does not do; a new day runs."""

    @transition(field=state, source=State.ANSWERED, target=State.ACCEPTED)
    def accept(self) -> None:
        """One inspector has checked that it is put right."""

    @transition(field=state, source=State.ACCEPTED, target=State.ANSWERED)
    def look_again(self) -> None:
        """The second inspector is not convinced."""

    @transition(field=state, source=State.ACCEPTED, target=State.CLOSED)
    def close(self) -> None:
        """A second inspector agrees."""

    @transition(field=state, source=State.DRAFT, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """It was no finding after all; nobody has seen it."""


class FindingAnswer(Record):
    """What was answered, round by round; never changed."""

    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="answers", verbose_name=_("检查发现问题")
    )
    bank = models.ForeignKey(
        Bank, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("加盟银行")
    )
    round = models.PositiveSmallIntegerField(_("次数"))
    text = models.TextField(_("整改情况"))
    late = models.BooleanField(_("逾期答复"), default=False)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("答复人"))
    given_on = models.DateField(_("答复日期"))

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("问题答复")
        ordering = ["finding", "round"]
        constraints = [models.UniqueConstraint(fields=["finding", "round"], name="finding_answer_round_once")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.round}"


class FindingPaper(Record):
    """A paper of a finding: the inspectors' evidence, or (with its round) what came with an answer."""

    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="papers", verbose_name=_("检查发现问题")
    )
    bank = models.ForeignKey(
        Bank, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("加盟银行")
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("文件"))
    round = models.PositiveSmallIntegerField(_("答复次数"), null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("提交人"))
    added_on = models.DateField(_("提交日期"))

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("问题附件")
        ordering = ["finding", "id"]

    def __str__(self) -> str:
        return str(self.file)
