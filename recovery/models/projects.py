"""Recoveries, returns to the pool, settlement and closing (articles 19(6)-(8), 20(4)-(6))."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from claims.models import Claim
from loans.models import Determination, Loan
from pool.models import StoredFile, User


class Recovery(FSMModelMixin, BankOwned):
    """One instalment of recovered money, costs not deducted; prepared by the maker, submitted by the checker.

    It belongs to a determination, so that a loan that goes bad twice never mixes two stories. `position` is the order
    of reporting, taken at submission: the amounts to return follow from it and never change afterwards.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核")
        SUBMITTED = "submitted", _("已上报")
        CANCELLED = "cancelled", _("已取消")

    class Method(models.TextChoices):
        COLLECTION = "collection", _("追收")
        PACKAGE_SALE = "package_sale", _("打包出售")
        TRANSFER = "transfer", _("转让")
        SECURITISATION = "securitisation", _("证券化")
        ASSET_IN_KIND = "asset_in_kind", _("以物抵债")
        OTHER = "other", _("其他方式")

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="recoveries", verbose_name=_("贷款项目"))
    determination = models.ForeignKey(
        Determination, on_delete=models.PROTECT, related_name="recoveries", verbose_name=_("不良认定")
    )
    claim = models.ForeignKey(
        Claim,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recoveries",
        verbose_name=_("风险补偿申请"),
    )
    position = models.PositiveIntegerField(_("上报次序"), null=True, blank=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PREPARED, protected=True)
    received_on = models.DateField(_("收回日期"))
    amount = models.DecimalField(_("收回金额"), max_digits=18, decimal_places=2)
    principal_part = models.DecimalField(_("其中：本金"), max_digits=18, decimal_places=2)
    method = models.CharField(_("处置方式"), max_length=16, choices=Method.choices)
    note = models.CharField(_("说明"), max_length=400, blank=True)
    voucher = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("凭证")
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    submitted_on = models.DateField(_("上报日期"), null=True, blank=True)
    report_by = models.DateField(_("上报截止日"), null=True, blank=True)
    reported_late = models.BooleanField(_("逾期上报"), default=False)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("清收记录")
        ordering = ["received_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["determination", "position"], name="recovery_position_once"),
            models.CheckConstraint(
                condition=Q(state="submitted", position__isnull=False, submitted_on__isnull=False)
                | (~Q(state="submitted") & Q(position__isnull=True, submitted_on__isnull=True)),
                name="recovery_submitted_is_numbered",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_amount_positive"),
            models.CheckConstraint(
                condition=Q(principal_part__gte=0) & Q(principal_part__lte=F("amount")),
                name="recovery_principal_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=F("made_by")),
                name="recovery_submitted_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["bank", "-received_on", "-id"], name="recovery_by_bank_day"),
            models.Index(fields=["bank", "-amount", "-id"], name="recovery_by_bank_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.received_on}"

    @property
    def interest_part(self) -> Decimal:
        """What is not principal: interest, penalties, costs borne by the debtor."""
        return self.amount - self.principal_part

    @transition(field=state, source=State.PREPARED, target=State.SUBMITTED)
    def submit(self) -> None:
        """Reported to the manager."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before it was reported."""


class Return(FSMModelMixin, BankOwned):
    """Money owed back to the pool for one recovery: the step of the cumulative formula that it caused (19(6))."""

    class State(models.TextChoices):
        DUE = "due", _("待返还")
        RECEIPT_ENTERED = "receipt_entered", _("待确认到账")
        RECEIVED = "received", _("已返还")
        CANCELLED = "cancelled", _("已并入退回或追回")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="returns", verbose_name=_("风险补偿申请"))
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="returns", verbose_name=_("贷款项目"))
    recovery = models.OneToOneField(
        Recovery, on_delete=models.PROTECT, related_name="return_advice", verbose_name=_("清收记录")
    )
    number = models.CharField(_("返还编号"), max_length=40, unique=True)
    instalment = models.PositiveIntegerField(_("期次"))
    state = FSMField(_("状态"), max_length=16, choices=State.choices, default=State.DUE, protected=True)
    recovered_total = models.DecimalField(_("累计收回金额"), max_digits=18, decimal_places=2)
    amount = models.DecimalField(_("应返还金额"), max_digits=18, decimal_places=2)
    advised_on = models.DateField(_("通知日期"))
    due_on = models.DateField(_("返还截止日"))
    due_provisional = models.BooleanField(_("截止日暂定"), default=False)
    last = models.BooleanField(_("末次返还"), default=False)
    bank_reference = models.CharField(_("银行回单号"), max_length=80, blank=True)
    received_on = models.DateField(_("到账日期"), null=True, blank=True)
    receipt_entered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("收款登记人")
    )
    receipt_confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("收款确认人")
    )

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("返还记录")
        ordering = ["claim", "instalment"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "instalment"], name="return_instalment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="return_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(received_on__isnull=False, receipt_confirmed_by__isnull=False),
                name="return_received_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(receipt_confirmed_by__isnull=True) | ~Q(receipt_confirmed_by=F("receipt_entered_by")),
                name="return_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def shown(self) -> tuple[str, str]:
        """The state for a page: money that has come back is good news, unlike a file that has come in."""
        word = str(self.get_state_display())
        return ("paid" if self.state == self.State.RECEIVED else self.state, word)

    @transition(field=state, source=State.DUE, target=State.RECEIPT_ENTERED)
    def enter_receipt(self) -> None:
        """The finance clerk has seen the money on the account."""

    @transition(field=state, source=State.RECEIPT_ENTERED, target=State.DUE)
    def reject_receipt(self) -> None:
        """The second person does not find it."""

    @transition(field=state, source=State.RECEIPT_ENTERED, target=State.RECEIVED)
    def confirm_receipt(self) -> None:
        """Two people have seen it; it is posted."""

    @transition(field=state, source=State.DUE, target=State.CANCELLED)
    def cancel(self) -> None:
        """The loan was upgraded: what is still owed comes back with the refund (19(5))."""


class Settlement(FSMModelMixin, BankOwned):
    """The application at the end of disposal 清收申请, which moves the loan to the settlement library (19(6))."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核")
        APPLIED = "applied", _("待审核")
        ACCEPTED = "accepted", _("已转录清偿项目库")
        REFUSED = "refused", _("退回")
        CANCELLED = "cancelled", _("已取消")

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="settlements", verbose_name=_("贷款项目"))
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, related_name="settlements", verbose_name=_("风险补偿申请")
    )
    number = models.CharField(_("申请编号"), max_length=40, unique=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PREPARED, protected=True)
    disposal_ended_on = models.DateField(_("处置完成日期"))
    apply_by = models.DateField(_("申请截止日"))
    applied_on = models.DateField(_("申请日期"), null=True, blank=True)
    applied_late = models.BooleanField(_("逾期申请"), default=False)
    recovered_total = models.DecimalField(_("累计收回金额"), max_digits=18, decimal_places=2)
    summary = models.TextField(_("处置情况"))
    evidence = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处置证明材料")
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审核人")
    )
    decided_on = models.DateField(_("审核日期"), null=True, blank=True)
    decision_reason = models.TextField(_("审核意见"), blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("清收申请")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"], condition=Q(state__in=["prepared", "applied"]), name="one_open_settlement_per_loan"
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=F("made_by")),
                name="settlement_submitted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "cancelled"])
                | Q(submitted_by__isnull=False, applied_on__isnull=False),
                name="settlement_applied_by_two",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=State.PREPARED, target=State.APPLIED)
    def apply(self) -> None:
        """The bank's checker has filed it."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before it was filed."""

    @transition(field=state, source=State.APPLIED, target=State.ACCEPTED)
    def accept(self) -> None:
        """The manager has moved the loan to the settlement library."""

    @transition(field=state, source=State.APPLIED, target=State.REFUSED)
    def refuse(self) -> None:
        """Something is missing; the bank applies again."""


class Closing(FSMModelMixin, BankOwned):
    """A loan's closing 结项 by one of six ways, with everybody who had to agree."""

    class Kind(models.TextChoices):
        SETTLED = "settled", _("清偿结项")
        PAID_OFF = "paid_off", _("正常结清结项")
        AUTOMATIC = "automatic", _("自动结项")
        REFUSED = "refused", _("不予补偿结项")
        WRITE_OFF = "write_off", _("核销结项")
        CLAWED_BACK = "clawed_back", _("追回结项")

    class State(models.TextChoices):
        PREPARED = "prepared", _("待银行复核")
        APPLIED = "applied", _("待高新投审核")
        MANAGER_PASSED = "manager_passed", _("待金融中心复核")
        FINANCE_PASSED = "finance_passed", _("待主管部门批准")
        AUTHORITY_APPROVED = "authority_approved", _("待监管执行部门批准")
        SUPERVISOR_APPROVED = "supervisor_approved", _("待高新投结项")
        CLOSED = "closed", _("已结项")
        REFUSED = "refused", _("退回")
        CANCELLED = "cancelled", _("已取消")

    ENDED = [State.CLOSED, State.REFUSED, State.CANCELLED]

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="closings", verbose_name=_("贷款项目"))
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="closings", verbose_name=_("风险补偿申请")
    )
    number = models.CharField(_("结项编号"), max_length=40, unique=True)
    kind = models.CharField(_("结项类型"), max_length=12, choices=Kind.choices)
    state = FSMField(_("状态"), max_length=20, choices=State.choices, default=State.PREPARED, protected=True)
    event_on = models.DateField(_("结清或核销日期"), null=True, blank=True)
    apply_by = models.DateField(_("申请截止日"), null=True, blank=True)
    applied_on = models.DateField(_("申请日期"), null=True, blank=True)
    applied_late = models.BooleanField(_("逾期申请"), default=False)
    decide_by = models.DateField(_("审核截止日"), null=True, blank=True)
    reason = models.TextField(_("结项事由"))
    findings = models.JSONField(_("规则核验"), default=list, blank=True)
    loss_amount = models.DecimalField(_("核销或认定损失金额"), max_digits=18, decimal_places=2, null=True, blank=True)
    responsibility = models.TextField(_("责任认定情况"), blank=True)
    evidence = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核销证明材料")
    )
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办人")
    )
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    manager_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("高新投审核人")
    )
    finance_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("金融中心复核人")
    )
    authority_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主管部门批准人")
    )
    supervisor_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("监管执行部门批准人")
    )
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("结项操作人")
    )
    closed_on = models.DateField(_("结项日期"), null=True, blank=True)
    refused_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("退回人")
    )
    refused_on = models.DateField(_("退回日期"), null=True, blank=True)
    refusal_reason = models.TextField(_("退回原因"), blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("结项")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"], condition=~Q(state__in=["refused", "cancelled"]), name="one_live_closing_per_loan"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_on__isnull=False), name="closing_closed_has_day"
            ),
            models.CheckConstraint(
                condition=~Q(kind="write_off")
                | Q(loss_amount__gt=0, evidence__isnull=False, event_on__isnull=False, claim__isnull=False),
                name="write_off_has_its_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(kind="write_off", state="closed")
                | Q(
                    manager_by__isnull=False,
                    finance_by__isnull=False,
                    authority_by__isnull=False,
                    supervisor_by__isnull=False,
                    closed_by__isnull=False,
                ),
                name="write_off_closed_by_all",
            ),
            models.CheckConstraint(
                condition=~Q(kind="settled", state="closed") | Q(manager_by__isnull=False, finance_by__isnull=False),
                name="settled_closed_by_both_institutions",
            ),
            models.CheckConstraint(
                condition=Q(made_by__isnull=True) | Q(submitted_by__isnull=True) | ~Q(submitted_by=F("made_by")),
                name="closing_submitted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state not in self.ENDED

    @transition(field=state, source=State.PREPARED, target=State.APPLIED)
    def apply(self) -> None:
        """The bank's checker has filed it."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before it was filed."""

    @transition(field=state, source=[State.PREPARED, State.APPLIED], target=State.MANAGER_PASSED)
    def manager_pass(self) -> None:
        """高新投 has reviewed it."""

    @transition(field=state, source=State.MANAGER_PASSED, target=State.FINANCE_PASSED)
    def finance_pass(self) -> None:
        """The finance centre has re-checked it (20(4), 20(6))."""

    @transition(field=state, source=State.FINANCE_PASSED, target=State.AUTHORITY_APPROVED)
    def authority_approve(self) -> None:
        """Write-off only (19(7))."""

    @transition(field=state, source=State.AUTHORITY_APPROVED, target=State.SUPERVISOR_APPROVED)
    def supervisor_approve(self) -> None:
        """Write-off only (19(7))."""

    @transition(
        field=state,
        source=[State.PREPARED, State.APPLIED, State.MANAGER_PASSED, State.SUPERVISOR_APPROVED],
        target=State.CLOSED,
    )
    def close(self) -> None:
        """The loan is closed; the service knows which of the sources its kind may come from."""

    @transition(
        field=state,
        source=[State.APPLIED, State.MANAGER_PASSED, State.FINANCE_PASSED, State.AUTHORITY_APPROVED],
        target=State.REFUSED,
    )
    def refuse(self) -> None:
        """Sent back with a reason."""
