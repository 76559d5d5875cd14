"""The bank's payment papers and the finance centre's transfer (19(3), 20(3))."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from banks.models import PayeeAccount
from claims.models.pay_file import PayFile
from claims.models.plan import FundingPlan
from pool.models import StoredFile, User


class PapersPacket(FSMModelMixin, BankOwned):
    """All papers of one bank for one plan; the ten days of 20(3) run from the day the set is complete."""

    class State(models.TextChoices):
        OPEN = "open", _("待提交拨款资料")
        SUBMITTED = "submitted", _("待核对资料")
        COMPLETE = "complete", _("资料齐全")
        PAID = "paid", _("已拨付")
        VOID = "void", _("已作废")

    plan = models.ForeignKey(FundingPlan, on_delete=models.PROTECT, related_name="packets", verbose_name=_("资助计划"))
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.OPEN, protected=True)
    total = models.DecimalField(_("应拨金额"), max_digits=18, decimal_places=2)
    papers_by = models.DateField(_("资料提交截止日"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    submitted_on = models.DateField(_("提交日期"), null=True, blank=True)
    complete_on = models.DateField(_("收齐日期"), null=True, blank=True)
    pay_by = models.DateField(_("拨付截止日"), null=True, blank=True)
    returned_reason = models.TextField(_("退回原因"), blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("拨款资料")
        constraints = [models.UniqueConstraint(fields=["plan", "bank"], name="one_packet_per_plan_and_bank")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.bank_id}"

    @transition(field=state, source=State.OPEN, target=State.SUBMITTED)
    def submit(self) -> None:
        """All required papers are there."""

    @transition(field=state, source=State.SUBMITTED, target=State.OPEN)
    def send_back(self) -> None:
        """A paper is wrong; the bank mends it."""

    @transition(field=state, source=State.SUBMITTED, target=State.COMPLETE)
    def complete(self) -> None:
        """The finance centre has found the set complete."""

    @transition(field=state, source=State.COMPLETE, target=State.PAID)
    def pay(self) -> None:
        """The transfer has arrived and is posted."""

    @transition(field=state, source=State.PAID, target=State.COMPLETE)
    def come_back(self) -> None:
        """The transfer came back; the days of payment run anew."""

    @transition(field=state, source=[State.OPEN, State.SUBMITTED, State.COMPLETE], target=State.VOID)
    def make_void(self) -> None:
        """Nothing is left to be paid: the plan was withdrawn, or its last claim of this bank lapsed."""


class PaymentPaper(BankOwned):
    """One paper of a packet; `item` is a code of the rulebook's list of payment papers."""

    packet = models.ForeignKey(
        PapersPacket, on_delete=models.PROTECT, related_name="papers", verbose_name=_("拨款资料")
    )
    item = models.CharField(_("资料类别"), max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("文件"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传人"))
    superseded = models.BooleanField(_("已替换"), default=False)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("拨款资料文件")
        constraints = [
            models.UniqueConstraint(
                fields=["packet", "item"], condition=Q(superseded=False), name="one_current_paper_per_item"
            )
        ]

    def __str__(self) -> str:
        return f"{self.packet_id} {self.item}"


class Payment(FSMModelMixin, BankOwned):
    """One bank transfer to one dedicated account for all items of a packet; it posts when the bank confirms it."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核")
        INSTRUCTED = "instructed", _("已发出拨付指令")
        CONFIRMING = "confirming", _("待确认到账")
        POSTED = "posted", _("已到账记账")
        FAILED = "failed", _("拨付失败")

    packet = models.ForeignKey(
        PapersPacket, on_delete=models.PROTECT, related_name="payments", verbose_name=_("拨款资料")
    )
    number = models.CharField(_("拨付编号"), max_length=40, unique=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PREPARED, protected=True)
    amount = models.DecimalField(_("拨付金额"), max_digits=18, decimal_places=2)
    payee = models.ForeignKey(PayeeAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("收款账户"))
    seen_hash = models.CharField(_("所见内容校验值"), max_length=64)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    prepared_on = models.DateField(_("经办日期"))
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    instructed_on = models.DateField(_("指令日期"), null=True, blank=True)
    value_date = models.DateField(_("起息日期"), null=True, blank=True)
    bank_reference = models.CharField(_("银行回单号"), max_length=80, blank=True)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("到账登记人")
    )
    posted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("到账确认人")
    )
    posted_on = models.DateField(_("记账日期"), null=True, blank=True)
    pay_file = models.ForeignKey(
        PayFile, on_delete=models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("支付文件")
    )
    failure = models.CharField(_("失败原因"), max_length=200, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("资金拨付")
        constraints = [
            models.UniqueConstraint(
                fields=["packet"], condition=~Q(state="failed"), name="one_live_payment_per_packet"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")),
                name="payment_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(posted_by__isnull=True) | ~Q(posted_by=F("confirmed_by")),
                name="payment_posted_by_another",
            ),
            models.UniqueConstraint(
                fields=["bank_reference"],
                condition=~Q(bank_reference="") & ~Q(state="failed"),
                name="bank_reference_pays_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=State.PREPARED, target=State.INSTRUCTED)
    def instruct(self) -> None:
        """The second person releases the transfer."""

    @transition(field=state, source=State.INSTRUCTED, target=State.CONFIRMING)
    def enter_confirmation(self) -> None:
        """One person has entered the bank's confirmation with its value date."""

    @transition(field=state, source=State.CONFIRMING, target=State.INSTRUCTED)
    def reject_confirmation(self) -> None:
        """The second person does not find it so."""

    @transition(field=state, source=State.CONFIRMING, target=State.POSTED)
    def post(self) -> None:
        """Two people have seen the confirmation; it is in the ledger."""

    @transition(field=state, source=[State.PREPARED, State.INSTRUCTED], target=State.FAILED)
    def fail(self) -> None:
        """Rejected or bounced; the money is reserved again."""

    @transition(field=state, source=State.POSTED, target=State.FAILED)
    def come_back(self) -> None:
        """退汇: the money came back after it was posted; the vouchers are reversed."""
