"""What two people of the bank change about an entered loan: withdrawn, extended, corrected."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loans.models.loan import Loan
from loans.models.requests import DatedRequest, Request
from pool.models import StoredFile


class WithdrawalRequest(Request):
    """A loan entered in error that the maker wants out of the library; it leaves when the checker submits."""

    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="withdrawal_requests", verbose_name=_("贷款项目")
    )
    reason = models.CharField(_("撤回原因"), max_length=400)

    class Meta(Request.Meta):
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


class Extension(DatedRequest):
    """A later maturity 展期 that bank and borrower agreed; the newest submitted one is the loan's `extended_to`."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("贷款项目"))
    former = models.DateField(_("原到期日"))
    extended_to = models.DateField(_("展期到期日"))
    agreed_on = models.DateField(_("展期协议签订日"))
    agreement = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("展期协议"))
    reason = models.CharField(_("展期原因"), max_length=400)

    class Meta(DatedRequest.Meta):
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


class Correction(DatedRequest):
    """An entered loan whose facts were wrong: the former version beside the corrected one. One is live, the loan's."""

    encrypted_json = ("before", "after")

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="corrections", verbose_name=_("贷款项目"))
    before = models.JSONField(_("更正前"))
    after = models.JSONField(_("更正后"))
    findings = models.JSONField(_("入库核验"), default=list, blank=True)
    reason = models.CharField(_("更正原因"), max_length=400)

    class Meta(DatedRequest.Meta):
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
