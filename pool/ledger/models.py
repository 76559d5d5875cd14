"""The pool's money: accounts, transactions that sum to zero, entries that are never changed. Services write."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from pool.models import Record, Scheme, StoredFile
from pool.models.base import DEFAULT_SCHEME


class Account(models.Model):
    """A named account; entries are signed and positive means the balance grows."""

    class Kind(models.TextChoices):
        CASH = "cash", _("专户存款")
        APPROPRIATION = "appropriation", _("财政拨款")
        RESERVED = "reserved", _("已预留")
        RESERVE_CONTRA = "reserve_contra", _("预留对应")
        COMPENSATION = "compensation", _("风险补偿支出")
        RETURNS = "returns", _("清偿返还")
        REFUNDS = "refunds", _("上调退回")
        CLAWBACKS = "clawbacks", _("违规追回")
        INTEREST = "interest", _("利息收入")
        FEES = "fees", _("手续费")
        SUSPENSE = "suspense", _("待查款项")

    scheme = models.ForeignKey(
        Scheme, models.PROTECT, default=DEFAULT_SCHEME, related_name="+", verbose_name=_("资金池方案")
    )
    code = models.CharField(_("科目代码"), max_length=80)
    kind = models.CharField(_("科目种类"), max_length=20, choices=Kind.choices)
    subject = models.UUIDField(_("银行"), null=True, blank=True)
    name = models.CharField(_("科目名称"), max_length=120)
    balance = models.DecimalField(_("余额"), max_digits=18, decimal_places=2, default=0)
    version = models.PositiveBigIntegerField(_("版本"), default=0)

    class Meta:
        verbose_name = _("科目")
        verbose_name_plural = _("科目")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="account_code"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["cash", "reserved"]) | models.Q(balance__gte=0),
                name="account_cash_and_reserved_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["compensation", "returns", "refunds", "clawbacks"], subject__isnull=False)
                | (
                    ~models.Q(kind__in=["compensation", "returns", "refunds", "clawbacks"])
                    & models.Q(subject__isnull=True)
                ),
                name="account_by_bank_has_bank",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LedgerTransaction(models.Model):
    class Kind(models.TextChoices):
        APPROPRIATE = "appropriate", _("拨款到账")
        RESERVE = "reserve", _("预留")
        VOID = "void", _("释放预留")
        PAYMENT = "payment", _("支付补偿")
        RETURN = "return", _("收到返还")
        REFUND = "refund", _("收到退回")
        CLAWBACK = "clawback", _("收到追回")
        INTEREST = "interest", _("利息")
        FEE = "fee", _("手续费")
        SUSPENSE = "suspense", _("待查款到账")
        PAY_BACK = "pay_back", _("退还待查款")
        REVERSAL = "reversal", _("冲正")

    scheme = models.ForeignKey(
        Scheme, models.PROTECT, default=DEFAULT_SCHEME, related_name="+", verbose_name=_("资金池方案")
    )
    key = models.CharField(_("业务键"), max_length=160, unique=True)
    body_hash = models.CharField(_("内容摘要"), max_length=64)
    kind = models.CharField(_("种类"), max_length=20, choices=Kind.choices)
    occurred_on = models.DateField(_("发生日"))
    recorded_at = models.DateTimeField(_("记账时间"), auto_now_add=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    article = models.CharField(_("条款"), max_length=20, blank=True)
    reference = models.CharField(_("凭证"), max_length=160, blank=True)
    bank = models.UUIDField(_("银行"), null=True, blank=True, db_column="bank_id")
    subject = models.UUIDField(_("对象编号"), null=True, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("冲正对象")
    )

    class Meta:
        verbose_name = _("记账凭证")
        verbose_name_plural = _("记账凭证")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject"], name="transaction_subject"),
            models.Index(fields=["occurred_on"], name="transaction_occurred"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("prepared_by")),
                name="transaction_two_people",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class Entry(models.Model):
    transaction = models.ForeignKey(
        LedgerTransaction, models.PROTECT, related_name="entries", verbose_name=_("记账凭证")
    )
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries", verbose_name=_("科目"))
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    balance_after = models.DecimalField(_("记账后余额"), max_digits=18, decimal_places=2)
    account_version = models.PositiveBigIntegerField(_("科目版本"))
    bank = models.UUIDField(_("银行"), null=True, blank=True, db_column="bank_id")
    subject = models.UUIDField(_("对象编号"), null=True, blank=True)

    class Meta:
        verbose_name = _("分录")
        verbose_name_plural = _("分录")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "account_version"], name="entry_account_version"),
            models.CheckConstraint(condition=~models.Q(amount=0), name="entry_amount_not_zero"),
        ]
        indexes = [models.Index(fields=["subject", "account"], name="entry_subject")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"


class Appropriation(Record):
    """Money from the budget: entered by one person, posted when another confirms it."""

    number = models.CharField(_("编号"), max_length=40, unique=True)
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    document = models.CharField(_("拨款文件"), max_length=200)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文件扫描件")
    )
    on = models.DateField(_("到账日期"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    confirmed_on = models.DateField(_("确认日"), null=True, blank=True)
    withdrawn_on = models.DateField(_("撤回日"), null=True, blank=True)
    transaction = models.OneToOneField(
        LedgerTransaction, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("记账凭证")
    )

    class Meta:
        verbose_name = _("拨款")
        verbose_name_plural = _("拨款")
        ordering = ["-on", "-created_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="appropriation_positive"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("entered_by")),
                name="appropriation_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True, transaction__isnull=True, confirmed_on__isnull=True)
                | models.Q(
                    confirmed_by__isnull=False,
                    transaction__isnull=False,
                    confirmed_on__isnull=False,
                    withdrawn_on__isnull=True,
                ),
                name="appropriation_confirmed_is_posted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.amount}"

    def get_absolute_url(self) -> str:
        return reverse("appropriation", args=[self.pk])


class MonthClosing(FSMModelMixin, Record):
    """月结: a month into which nothing more is posted; closed and opened again by two people each."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        CLOSED = "closed", _("已月结")
        REOPENING = "reopening", _("待复核重开")
        REOPENED = "reopened", _("已重开")
        WITHDRAWN = "withdrawn", _("已撤回")

    LIVE = (State.PROPOSED, State.CLOSED, State.REOPENING)
    SHUT = (State.CLOSED, State.REOPENING)
    """Nothing is posted into the month."""

    number = models.CharField(_("月结编号"), max_length=40, unique=True)
    month = models.DateField(_("月份"))
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PROPOSED, protected=True)
    by_bank = models.DecimalField(_("专户余额"), max_digits=18, decimal_places=2)
    by_ledger = models.DecimalField(_("资金账余额"), max_digits=18, decimal_places=2)
    last_voucher = models.PositiveBigIntegerField(_("月结时末号凭证"), default=0)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人")
    )
    proposed_on = models.DateField(_("提出日期"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    closed_on = models.DateField(_("月结日期"), null=True, blank=True)
    reopen_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("重开提出人")
    )
    reopen_reason = models.CharField(_("重开理由"), max_length=400, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("重开复核人")
    )
    reopened_on = models.DateField(_("重开日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("月结")
        verbose_name_plural = _("月结")
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "month"],
                condition=models.Q(state__in=["proposed", "closed", "reopening"]),
                name="month_closing_once",
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="month_closing_first_day"),
            models.CheckConstraint(
                condition=models.Q(closed_by__isnull=True) | ~models.Q(closed_by=models.F("proposed_by")),
                name="month_closing_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(reopened_by__isnull=True) | ~models.Q(reopened_by=models.F("reopen_asked_by")),
                name="month_reopening_two_people",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["closed", "reopening", "reopened"])
                | models.Q(closed_by__isnull=False, closed_on__isnull=False),
                name="month_closing_closed_is_confirmed",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="reopened")
                | models.Q(reopened_by__isnull=False, reopened_on__isnull=False, reopen_asked_by__isnull=False),
                name="month_reopening_is_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month.year}-{self.month.month:02d}"

    @property
    def is_shut(self) -> bool:
        return self.state in self.SHUT

    @transition(field=state, source=State.PROPOSED, target=State.CLOSED)
    def close(self) -> None:
        """Another person has found the month reconciled."""

    @transition(field=state, source=State.PROPOSED, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """It is not to be closed yet."""

    @transition(field=state, source=State.CLOSED, target=State.REOPENING)
    def ask_reopening(self) -> None:
        """One person says why vouchers must be posted into it."""

    @transition(field=state, source=State.REOPENING, target=State.CLOSED)
    def keep_closed(self) -> None:
        """The second person does not agree."""

    @transition(field=state, source=State.REOPENING, target=State.REOPENED)
    def reopen(self) -> None:
        """Two people agree; it is closed anew later."""
