"""How a loan was classified, and the determinations that count towards the 3 %."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from banks.base import BankOwned
from loans.models.loan import Loan
from loans.models.requests import Request
from loans.words import Classification
from pool.models import User


class ClassificationChange(BankOwned):
    """Append-only history of the five-level classification (article 2)."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="classifications", verbose_name=_("贷款项目"))
    on = models.DateField(_("分类日期"))
    before = models.CharField(_("原分类"), max_length=16, choices=Classification.choices)
    after = models.CharField(_("新分类"), max_length=16, choices=Classification.choices)
    principal_balance = models.DecimalField(_("本金余额"), max_digits=18, decimal_places=2)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("复核人"))
    checked_on = models.DateField(_("提交日期"))
    reason = models.CharField(_("分类依据"), max_length=400, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("分类变动")
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.on}"


class ClassificationRequest(Request):
    """A determination or an upgrade that the maker has prepared and the checker has not yet submitted."""

    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="classification_requests", verbose_name=_("贷款项目")
    )
    after = models.CharField(_("拟调整为"), max_length=16, choices=Classification.choices)
    on = models.DateField(_("分类日期"))
    principal_balance = models.DecimalField(_("本金余额"), max_digits=18, decimal_places=2)
    reason = models.CharField(_("分类依据"), max_length=400, blank=True)

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = _("分类调整申请")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"], condition=Q(state="prepared"), name="one_open_classification_request"
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                name="classification_checked_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.after}"


class Determination(BankOwned):
    """A standing or past determination 认定不良; at most one stands per loan. It counts towards the 3 % (17)."""

    class Ending(models.TextChoices):
        UPGRADED = "upgraded", _("上调分类")
        VOIDED = "voided", _("撤销认定")

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="determinations", verbose_name=_("贷款项目"))
    classification = models.CharField(_("五级分类"), max_length=16, choices=Classification.choices)
    determined_on = models.DateField(_("认定日期"))
    principal_balance = models.DecimalField(_("认定时本金余额"), max_digits=18, decimal_places=2)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("复核人"))
    ended_on = models.DateField(_("终止日期"), null=True, blank=True)
    ending = models.CharField(_("终止原因"), max_length=12, choices=Ending.choices, blank=True)
    recovered_on = models.DateField(_("本金全部收回日期"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("不良认定")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"], condition=Q(ended_on__isnull=True), name="one_standing_determination"
            ),
            models.CheckConstraint(condition=Q(principal_balance__gt=0), name="determination_balance_positive"),
            models.CheckConstraint(condition=~Q(made_by=F("checked_by")), name="determination_checked_by_another"),
        ]
        indexes = [models.Index(fields=["bank", "principal_balance"], name="determination_by_balance")]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.determined_on}"
