"""What a maker of the bank prepares and its checker submits."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from pool.models import User


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

    class Meta(BankOwned.Meta):
        abstract = True

    @transition(field=state, source=State.PREPARED, target=State.SUBMITTED)
    def submit(self) -> None:
        """The checker has submitted it; the loan changes in the same transaction."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before submission."""


class DatedRequest(Request):
    """One that is found by its days."""

    made_on = models.DateField(_("登记日期"))
    checked_on = models.DateField(_("提交日期"), null=True, blank=True)

    class Meta(Request.Meta):
        abstract = True
