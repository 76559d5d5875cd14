"""催报: the manager asks the bank of a silent project; the bank reports, or says that nothing came back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from claims.models import Claim
from loans.models import Loan
from pool.models import User


class Chaser(FSMModelMixin, BankOwned):
    """One compensated project that reported nothing in a quarter; asked once a quarter."""

    class State(models.TextChoices):
        ASKED = "asked", _("待银行答复")
        ANSWERED = "answered", _("银行已答复")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="chasers", verbose_name=_("风险补偿申请"))
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="chasers", verbose_name=_("贷款项目"))
    quarter = models.DateField(_("季度首日"))
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.ASKED, protected=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("催报人"))
    asked_on = models.DateField(_("催报日期"))
    reply = models.CharField(_("银行答复"), max_length=400, blank=True)
    replied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("答复人")
    )
    replied_on = models.DateField(_("答复日期"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("催报")
        ordering = ["-quarter", "id"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "quarter"], name="chaser_once_a_quarter"),
            models.CheckConstraint(
                condition=Q(state="answered", replied_by__isnull=False, replied_on__isnull=False)
                | Q(state="asked", replied_by__isnull=True, replied_on__isnull=True),
                name="chaser_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.quarter}"

    @transition(field=state, source=State.ASKED, target=State.ANSWERED)
    def answer(self) -> None:
        """The bank says that nothing has come back, and why."""
