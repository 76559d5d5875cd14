"""Upgrade 上调 of a compensated loan to 正常 or 关注, with the refund of what was compensated (19(5))."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from claims.models.claim import Claim
from loans.models import Determination, Loan
from loans.words import Classification
from pool.models import User


class Upgrade(FSMModelMixin, BankOwned):
    """Applied for by the bank, decided by the manager, complete when the refund has arrived."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核提交")
        APPLIED = "applied", _("待审核")
        PASSED = "passed", _("待终审")
        APPROVED = "approved", _("待退回补偿资金")
        RECEIPT_ENTERED = "receipt_entered", _("待确认到账")
        REFUNDED = "refunded", _("已退回补偿资金")
        REFUSED = "refused", _("不予转回")
        CANCELLED = "cancelled", _("已取消")

    OPEN = (State.PREPARED, State.APPLIED, State.PASSED, State.APPROVED, State.RECEIPT_ENTERED)
    OWED = (State.APPROVED, State.RECEIPT_ENTERED)

    number = models.CharField(_("申请编号"), max_length=40, unique=True)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="upgrades", verbose_name=_("贷款项目"))
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="upgrades", verbose_name=_("风险补偿申请"))
    state = FSMField(_("状态"), max_length=16, choices=State.choices, default=State.PREPARED, protected=True)
    classification = models.CharField(_("上调后分类"), max_length=16, choices=Classification.choices)
    upgraded_on = models.DateField(_("上调日期"))
    apply_by = models.DateField(_("申请截止日"))
    applied_on = models.DateField(_("申请日期"), null=True, blank=True)
    applied_late = models.BooleanField(_("逾期申请"), default=False)
    reason = models.TextField(_("上调依据"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("初审人")
    )
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("终审人")
    )
    decided_on = models.DateField(_("审核日期"), null=True, blank=True)
    decision_reason = models.TextField(_("审核意见"), blank=True)
    refund_due = models.DecimalField(_("应退回金额"), max_digits=18, decimal_places=2, null=True, blank=True)
    refund_by = models.DateField(_("退回截止日"), null=True, blank=True)
    refunded_on = models.DateField(_("退回日期"), null=True, blank=True)
    receipt_entered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("收款登记人")
    )
    receipt_confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("收款确认人")
    )
    bank_reference = models.CharField(_("银行回单号"), max_length=80, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("上调转回申请")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=Q(state__in=["prepared", "applied", "passed", "approved", "receipt_entered"]),
                name="one_open_upgrade_per_loan",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=F("made_by")),
                name="upgrade_submitted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("reviewed_by")),
                name="upgrade_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(receipt_confirmed_by__isnull=True) | ~Q(receipt_confirmed_by=F("receipt_entered_by")),
                name="upgrade_receipt_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=State.PREPARED, target=State.APPLIED)
    def submit(self) -> None:
        """The bank's checker files it; this day counts for the fifteen working days."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before it was filed."""

    @transition(field=state, source=State.APPLIED, target=State.PASSED)
    def review(self) -> None:
        """The first reviewer agrees."""

    @transition(field=state, source=State.PASSED, target=State.APPROVED)
    def approve(self) -> None:
        """The loan is back in the loan library; the refund is due."""

    @transition(field=state, source=[State.APPLIED, State.PASSED], target=State.REFUSED)
    def refuse(self) -> None:
        """Stays compensated."""

    @transition(field=state, source=State.APPROVED, target=State.RECEIPT_ENTERED)
    def enter_receipt(self) -> None:
        """The finance clerk has seen the money on the account."""

    @transition(field=state, source=State.RECEIPT_ENTERED, target=State.APPROVED)
    def reject_receipt(self) -> None:
        """The second person does not find it."""

    @transition(field=state, source=[State.APPROVED, State.RECEIPT_ENTERED], target=State.REFUNDED)
    def refund(self) -> None:
        """All that was compensated has come back."""


class EndingRequest(FSMModelMixin, BankOwned):
    """The end of a standing determination before any payment: an upgrade 上调, or a wrong determination voided.

    Prepared by the maker, submitted by the checker. A claim on the determination lapses with it (reading 22).
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核")
        SUBMITTED = "submitted", _("已生效")
        CANCELLED = "cancelled", _("已取消")

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="ending_requests", verbose_name=_("贷款项目"))
    determination = models.ForeignKey(
        Determination, on_delete=models.PROTECT, related_name="ending_requests", verbose_name=_("不良认定")
    )
    ending = models.CharField(_("终止原因"), max_length=12, choices=Determination.Ending.choices)
    classification = models.CharField(_("调整后分类"), max_length=16, choices=Classification.choices)
    ended_on = models.DateField(_("调整日期"))
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PREPARED, protected=True)
    reason = models.TextField(_("依据"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("终止认定申请")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"], condition=Q(state="prepared"), name="one_open_ending_request_per_loan"
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=F("made_by")),
                name="ending_submitted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.ending}"

    @transition(field=state, source=State.PREPARED, target=State.SUBMITTED)
    def submit(self) -> None:
        """The checker agrees; the loan is performing again."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before it took effect."""
