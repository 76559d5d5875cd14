"""The special account as its own bank reports it, line by line, each held against the ledger (10.3(3))."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from claims.models import Payment
from pool.crypto import EncryptedTextField
from pool.ledger.models import LedgerTransaction
from pool.models import StoredFile, User
from pool.models.base import Record
from recovery.models.suspense import SuspenseUse


class AccountStatement(Record):
    """One file of the account's bank. The files follow one another without a gap: each opens where the last closed."""

    class Format(models.TextChoices):
        SHEET = "sheet", _("表格（CSV、Excel）")
        CAMT_053 = "camt_053", _("camt.053 报文（ISO 20022）")

    number = models.CharField(_("流水编号"), max_length=40, unique=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("流水文件"))
    format = models.CharField(_("格式"), max_length=12, choices=Format.choices)
    starts_on = models.DateField(_("起始日"))
    ends_on = models.DateField(_("截止日"))
    opening = models.DecimalField(_("期初余额"), max_digits=18, decimal_places=2)
    closing = models.DecimalField(_("期末余额"), max_digits=18, decimal_places=2)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("导入人"))
    made_on = models.DateField(_("导入日期"))

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("专户流水")
        ordering = ["-ends_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="account_statement_has_days"),
            models.UniqueConstraint(fields=["scheme", "starts_on"], name="account_statement_once"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("recovery:account_statement", args=[self.pk])


class AccountLine(FSMModelMixin, Record):
    """One movement of the account. It is explained by vouchers of the ledger: by the machine if there is no doubt,
    else by one person whom another checks."""

    class State(models.TextChoices):
        OPEN = "open", _("待核对")
        PROPOSED = "proposed", _("待复核")
        MATCHED = "matched", _("已核对")

    class Explanation(models.TextChoices):
        VOUCHERS = "vouchers", _("对应已记账的凭证")
        INTEREST = "interest", _("专户利息")
        FEE = "fee", _("银行手续费")
        OVERPAID = "overpaid", _("多返还或误汇入，先记待查款")
        UNEXPLAINED = "unexplained", _("来源不明，先记待查款")
        BOUNCED = "bounced", _("退汇：拨付的款项退回")
        PAID_BACK = "paid_back", _("退还待查款")
        CORRECTED = "corrected", _("开户银行误记及更正")

    SUSPENSE = frozenset({Explanation.OVERPAID, Explanation.UNEXPLAINED})
    """What is held for others until two people have said what becomes of it."""
    OF_CASES = frozenset({Explanation.BOUNCED, Explanation.PAID_BACK})
    """What is told of a case that is named; not to be chosen freely."""
    NAMED = OF_CASES | {Explanation.CORRECTED}
    """The same, and what is told of another line: the two cancel, and the ledger has neither."""
    BOOKS = frozenset({Explanation.INTEREST, Explanation.FEE}) | SUSPENSE | OF_CASES
    """What is not in the ledger before the second person agrees."""

    statement = models.ForeignKey(
        AccountStatement, on_delete=models.PROTECT, related_name="lines", verbose_name=_("专户流水")
    )
    position = models.PositiveIntegerField(_("序号"))
    booked_on = models.DateField(_("交易日期"))
    value_date = models.DateField(_("起息日期"))
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2, help_text=_("收入为正，支出为负"))
    reference = models.CharField(_("银行流水号"), max_length=80, blank=True)
    counterparty = models.CharField(_("对方户名"), max_length=160, blank=True)
    counterparty_account = EncryptedTextField(_("对方账号"), blank=True)
    remark = models.CharField(_("摘要"), max_length=400, blank=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.OPEN, protected=True)
    explanation = models.CharField(_("说明"), max_length=16, choices=Explanation.choices, blank=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("退汇的拨付")
    )
    use = models.ForeignKey(
        SuspenseUse, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("退还的待查款")
    )
    pair = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("误记或更正的另一笔")
    )
    note = models.CharField(_("核对依据"), max_length=400, blank=True)
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核对人")
    )
    checked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    matched_on = models.DateField(_("核对日期"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("专户流水明细")
        ordering = ["booked_on", "statement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="account_line_position"),
            models.CheckConstraint(condition=~Q(amount=0), name="account_line_moves_money"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("proposed_by")),
                name="account_line_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="matched", matched_on__isnull=False)
                | (~Q(state="matched") & Q(matched_on__isnull=True)),
                name="account_line_matched_has_day",
            ),
            models.CheckConstraint(
                condition=Q(explanation="bounced", payment__isnull=False)
                | (~Q(explanation="bounced") & Q(payment__isnull=True)),
                name="account_line_bounced_names_payment",
            ),
            models.CheckConstraint(
                condition=Q(explanation="paid_back", use__isnull=False)
                | (~Q(explanation="paid_back") & Q(use__isnull=True)),
                name="account_line_paid_back_names_use",
            ),
            models.CheckConstraint(
                condition=(Q(explanation="corrected", pair__isnull=False) & ~Q(pair=F("id")))
                | (~Q(explanation="corrected") & Q(pair__isnull=True)),
                name="account_line_corrected_names_other",
            ),
            models.UniqueConstraint(fields=["payment"], name="payment_comes_back_once"),
            models.UniqueConstraint(fields=["use"], name="suspense_is_paid_back_once"),
        ]
        indexes = [models.Index(fields=["state", "booked_on"], name="account_line_open")]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.position}"

    def get_absolute_url(self) -> str:
        return reverse("recovery:account_line", args=[self.pk])

    @property
    def received(self) -> Decimal | None:
        return self.amount if self.amount > 0 else None

    @property
    def paid(self) -> Decimal | None:
        return -self.amount if self.amount < 0 else None

    @transition(field=state, source=State.OPEN, target=State.PROPOSED)
    def propose(self) -> None:
        """One person says what it is."""

    @transition(field=state, source=State.PROPOSED, target=State.OPEN)
    def reject(self) -> None:
        """The second person does not find it so."""

    @transition(field=state, source=State.PROPOSED, target=State.MATCHED)
    def confirm(self) -> None:
        """The second person agrees; what was not in the ledger is posted."""

    @transition(field=state, source=State.OPEN, target=State.MATCHED)
    def match(self) -> None:
        """Amount, bank reference and value date are those of one movement of the ledger: no doubt is left."""


class LineVoucher(models.Model):
    """A voucher of the ledger that a line explains; one voucher is explained by one line."""

    line = models.ForeignKey(AccountLine, on_delete=models.PROTECT, related_name="vouchers", verbose_name=_("流水明细"))
    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="+", verbose_name=_("记账凭证")
    )
    dropped = models.BooleanField(_("已撤下"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("流水与凭证对应")
        constraints = [
            models.UniqueConstraint(fields=["transaction"], condition=Q(dropped=False), name="voucher_is_one_line")
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.transaction_id}"
