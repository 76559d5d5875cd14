"""What two people of the bank change about an entered loan: withdrawn, extended, corrected."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from loans.models.loan import Loan
from pool.models import StoredFile, User


class Request(FSMModelMixin, BankOwned):
    """What the maker has prepared and the checker has not yet submitted; the loan changes with the submission."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核")
        SUBMITTED = "submitted", _("已提交")
        CANCELLED = "cancelled", _("已取消")

    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PREPARED, protected=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    checked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    made_on = models.DateField(_("登记日期"))
    checked_on = models.DateField(_("提交日期"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        abstract = True

    @transition(field=state, source=State.PREPARED, target=State.SUBMITTED)
    def submit(self) -> None:
        """The checker has submitted it; the loan changes in the same transaction."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before submission."""


class WithdrawalRequest(FSMModelMixin, BankOwned):
    """A loan entered in error that the maker wants out of the library; it leaves when the checker submits."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核")
        SUBMITTED = "submitted", _("已提交")
        CANCELLED = "cancelled", _("已取消")

    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="withdrawal_requests", verbose_name=_("贷款项目")
    )
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PREPARED, protected=True)
    reason = models.CharField(_("撤回原因"), max_length=400)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    checked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("撤回入库申请")
        constraints = [
            models.UniqueConstraint(fields=["loan"], condition=Q(state="prepared"), name="one_open_withdrawal_request"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                name="withdrawal_checked_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.state}"

    @transition(field=state, source=State.PREPARED, target=State.SUBMITTED)
    def submit(self) -> None:
        """The checker agrees; the loan is withdrawn in the same transaction."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before submission."""


class Extension(Request):
    """A later maturity 展期 that bank and borrower agreed; the newest submitted one is the loan's `extended_to`."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("贷款项目"))
    former = models.DateField(_("原到期日"))
    extended_to = models.DateField(_("展期到期日"))
    agreed_on = models.DateField(_("展期协议签订日"))
    agreement = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("展期协议"))
    reason = models.CharField(_("展期原因"), max_length=400)

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = _("贷款展期")
        constraints = [
            models.UniqueConstraint(fields=["loan"], condition=Q(state="prepared"), name="one_open_extension"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                name="extension_checked_by_another",
            ),
            models.CheckConstraint(condition=Q(extended_to__gt=F("former")), name="extension_is_later"),
            models.CheckConstraint(condition=Q(agreed_on__lte=F("former")), name="extension_agreed_in_time"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.extended_to}"


class Correction(Request):
    """An entered loan whose facts were wrong: the former version beside the corrected one. One is live, the loan's."""

    encrypted_json = ("before", "after")

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="corrections", verbose_name=_("贷款项目"))
    before = models.JSONField(_("更正前"))
    after = models.JSONField(_("更正后"))
    findings = models.JSONField(_("入库核验"), default=list, blank=True)
    reason = models.CharField(_("更正原因"), max_length=400)

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = _("入库更正")
        constraints = [
            models.UniqueConstraint(fields=["loan"], condition=Q(state="prepared"), name="one_open_correction"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                name="correction_checked_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.state}"
