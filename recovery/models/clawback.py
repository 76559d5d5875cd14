"""Compensation taken back after a breach (article 28): a row for each project, and the money as it comes in."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from banks.models import Violation
from claims.models import Claim
from loans.models import Loan
from pool.models import User


class Clawback(FSMModelMixin, BankOwned):
    """One project of a sanction: named by the manager, owed from the authority's decision on, until all has come in."""

    class State(models.TextChoices):
        NAMED = "named", _("拟追回")
        DUE = "due", _("待缴付")
        PAID = "paid", _("已缴清")
        DROPPED = "dropped", _("不追回")

    LIVE = [State.NAMED, State.DUE, State.PAID]
    DECIDED = [State.DUE, State.PAID]

    violation = models.ForeignKey(
        Violation, on_delete=models.PROTECT, related_name="clawbacks", verbose_name=_("违规处理")
    )
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="clawbacks", verbose_name=_("风险补偿申请"))
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="clawbacks", verbose_name=_("贷款项目"))
    number = models.CharField(_("追回编号"), max_length=40, unique=True)
    state = FSMField(_("状态"), max_length=8, choices=State.choices, default=State.NAMED, protected=True)
    amount = models.DecimalField(_("已支付补偿"), max_digits=18, decimal_places=2)
    paid_on = models.DateField(_("补偿支付日"))
    came_back = models.JSONField(_("决定前已返还、退回"), default=list, blank=True)
    rate = models.DecimalField(_("利息年利率（%）"), max_digits=7, decimal_places=4, null=True, blank=True)
    decided_on = models.DateField(_("决定日期"), null=True, blank=True)
    due_on = models.DateField(_("缴付期限"), null=True, blank=True)
    settled_on = models.DateField(_("缴清日期"), null=True, blank=True)
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("列入人"))

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("追回项目")
        ordering = ["violation", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(state__in=["named", "due", "paid"]), name="clawback_once_per_claim"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["due", "paid"])
                | Q(rate__isnull=False, decided_on__isnull=False, due_on__isnull=False),
                name="clawback_owed_by_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", settled_on__isnull=False) | (~Q(state="paid") & Q(settled_on__isnull=True)),
                name="clawback_paid_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("recovery:clawback", args=[self.pk])

    @property
    def returned(self) -> tuple[tuple[date, Decimal], ...]:
        """What had come back when it was decided, a day and an amount each."""
        return tuple((date.fromisoformat(day), Decimal(amount)) for day, amount in self.came_back)

    @transition(field=state, source=State.NAMED, target=State.DUE)
    def demand(self) -> None:
        """The authority has decided (28)."""

    @transition(field=state, source=State.NAMED, target=State.DROPPED)
    def drop(self) -> None:
        """Struck off the proposal, or the proposal came to nothing."""

    @transition(field=state, source=State.DUE, target=State.PAID)
    def settle(self) -> None:
        """Compensation and interest have come in to the last fen."""


class ClawbackReceipt(FSMModelMixin, BankOwned):
    """Money of a bank for a clawback: found on the account by one person, and by another; posted once."""

    class State(models.TextChoices):
        ENTERED = "entered", _("待确认到账")
        CONFIRMED = "confirmed", _("已到账")
        REJECTED = "rejected", _("已退回")

    clawback = models.ForeignKey(
        Clawback, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("追回项目")
    )
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.ENTERED, protected=True)
    position = models.PositiveIntegerField(_("到账次序"), null=True, blank=True)
    amount = models.DecimalField(_("到账金额"), max_digits=18, decimal_places=2)
    received_on = models.DateField(_("到账日期"))
    bank_reference = models.CharField(_("银行回单号"), max_length=80)
    interest_part = models.DecimalField(_("其中：利息"), max_digits=18, decimal_places=2, null=True, blank=True)
    principal_part = models.DecimalField(_("其中：补偿资金"), max_digits=18, decimal_places=2, null=True, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("收款登记人"))
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("收款确认人")
    )
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("追回到账")
        ordering = ["clawback", "received_on", "position"]
        constraints = [
            models.UniqueConstraint(fields=["clawback", "position"], name="clawback_receipt_position_once"),
            models.UniqueConstraint(
                fields=["clawback"], condition=Q(state="entered"), name="clawback_one_receipt_to_confirm"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="clawback_receipt_positive"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("entered_by")),
                name="clawback_receipt_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | Q(
                    confirmed_by__isnull=False,
                    position__isnull=False,
                    interest_part__gte=0,
                    principal_part__gte=0,
                    amount=F("interest_part") + F("principal_part"),
                ),
                name="clawback_receipt_is_its_two_parts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clawback_id} {self.received_on} {self.amount}"

    @transition(field=state, source=State.ENTERED, target=State.CONFIRMED)
    def confirm(self) -> None:
        """Two people have seen it; it is posted."""

    @transition(field=state, source=State.ENTERED, target=State.REJECTED)
    def reject(self) -> None:
        """The second person does not find it."""
