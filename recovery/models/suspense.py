"""待查款: money on the special account that is not the pool's, or not yet; what becomes of it, by two people."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from claims.models import Upgrade
from pool.models import User
from pool.models.base import Record
from recovery.models.projects import Return


class SuspenseUse(FSMModelMixin, Record):
    """One part of a line's suspense: set against a return that is due, or paid back to the account it came from."""

    class Kind(models.TextChoices):
        RETURN = "return", _("抵作应返还资金")
        REFUND = "refund", _("抵作上调应退回资金")
        PAY_BACK = "pay_back", _("退还原汇款账户")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        AGREED = "agreed", _("已同意退还，待付出")
        DONE = "done", _("已办结")
        WITHDRAWN = "withdrawn", _("已撤回")

    line = models.ForeignKey(
        "recovery.AccountLine", on_delete=models.PROTECT, related_name="uses", verbose_name=_("流水明细")
    )
    number = models.CharField(_("处理编号"), max_length=40, unique=True)
    kind = models.CharField(_("处理方式"), max_length=12, choices=Kind.choices)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PROPOSED, protected=True)
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    advice = models.ForeignKey(
        Return, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("返还记录")
    )
    upgrade = models.ForeignKey(
        Upgrade, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上调转回申请")
    )
    note = models.CharField(_("处理依据"), max_length=400, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    agreed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    agreed_on = models.DateField(_("复核日期"), null=True, blank=True)
    done_on = models.DateField(_("办结日期"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("待查款处理")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="suspense_use_positive"),
            models.CheckConstraint(
                condition=Q(kind="return", advice__isnull=False, upgrade__isnull=True)
                | Q(kind="refund", advice__isnull=True, upgrade__isnull=False)
                | Q(kind="pay_back", advice__isnull=True, upgrade__isnull=True),
                name="suspense_use_names_its_case",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("proposed_by")),
                name="suspense_use_agreed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "done"]) | Q(agreed_by__isnull=False, agreed_on__isnull=False),
                name="suspense_use_agreed_has_day",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on__isnull=True)),
                name="suspense_use_done_has_day",
            ),
            models.UniqueConstraint(
                fields=["advice"], condition=~Q(state="withdrawn"), name="suspense_use_one_per_return"
            ),
            models.UniqueConstraint(
                fields=["upgrade"], condition=~Q(state="withdrawn"), name="suspense_use_one_per_refund"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return self.line.get_absolute_url()

    @transition(field=state, source=State.PROPOSED, target=State.AGREED)
    def agree(self) -> None:
        """The second person lets the money go back."""

    @transition(field=state, source=[State.PROPOSED, State.AGREED], target=State.DONE)
    def finish(self) -> None:
        """It is posted."""

    @transition(field=state, source=[State.PROPOSED, State.AGREED], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """It shall not be so; what it held is free for another use."""
