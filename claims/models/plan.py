"""The funding plan 资助计划 (20(2)), which reserves the money (7.2)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from claims.models.claim import Claim
from pool.models import StoredFile, User
from pool.models.base import Record


class FundingPlan(FSMModelMixin, Record):
    """A numbered plan of the authority; drafted by one person, issued by another; issuing reserves its total."""

    class State(models.TextChoices):
        DRAFTED = "drafted", _("拟稿")
        ISSUED = "issued", _("已下达")
        WITHDRAWN = "withdrawn", _("已撤销")

    number = models.CharField(_("计划文号"), max_length=60, unique=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.DRAFTED, protected=True)
    total = models.DecimalField(_("计划总额"), max_digits=18, decimal_places=2)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("拟稿人"))
    drafted_on = models.DateField(_("拟稿日期"))
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("签发人")
    )
    issued_on = models.DateField(_("下达日期"), null=True, blank=True)
    papers_by = models.DateField(_("拨款资料提交截止日"), null=True, blank=True)
    document = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("资助计划文件")
    )
    stamped = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("盖章扫描件")
    )
    stamped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("盖章件上传人")
    )
    stamped_on = models.DateField(_("盖章件上传日期"), null=True, blank=True)
    remark = models.TextField(_("未列入项目的说明"), blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("风险补偿项目资助计划")
        ordering = ["-drafted_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0), name="plan_total_positive"),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True) | ~Q(issued_by=F("drafted_by")), name="plan_issued_by_another"
            ),
            models.CheckConstraint(
                condition=Q(stamped__isnull=True)
                | Q(issued_by__isnull=False, stamped_by__isnull=False, stamped_on__isnull=False),
                name="plan_stamped_once_issued",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=State.DRAFTED, target=State.ISSUED)
    def issue(self) -> None:
        """Issued; the money is reserved."""

    @transition(field=state, source=[State.DRAFTED, State.ISSUED], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """Withdrawn before any transfer was instructed; the reservation is void."""


class PlanItem(BankOwned):
    """One claim of a plan, with the amount frozen at issue."""

    plan = models.ForeignKey(FundingPlan, on_delete=models.PROTECT, related_name="items", verbose_name=_("资助计划"))
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, related_name="plan_items", verbose_name=_("风险补偿申请")
    )
    position = models.PositiveIntegerField(_("序号"))
    amount = models.DecimalField(_("补偿金额"), max_digits=18, decimal_places=2)
    dropped_on = models.DateField(_("移出日期"), null=True, blank=True)
    dropped_because = models.CharField(_("移出原因"), max_length=200, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("资助计划明细")
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "claim"], name="plan_claim_once"),
            models.UniqueConstraint(fields=["plan", "position"], name="plan_position_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="plan_item_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.position}"
